"""Renders views to pages: the only module that renders the panel's templates."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from widget import i18n
from widget.config import Accent, Publication
from widget.entry import Entry, Withdrawn, light_html
from widget.panel import styles
from widget.panel.annotations import Annotations
from widget.panel.disclosure import Reviews
from widget.panel.json_ld import json_ld
from widget.panel.open_graph import MetaTag, open_graph
from widget.panel.options import Options
from widget.panel.portable import in_ascii, without_expressions
from widget.panel.scripts import script as minified
from widget.panel.templating import environment, of_view
from widget.panel.view import (
    MessageView,
    NoticeView,
    PanelView,
    message_view,
    notice_view,
    panel_view,
)
from widget.panel.words import Message, Words

ANY_ORIGIN = "*"


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered document or fragment. ``policy`` is its Content-Security-Policy, if any.

    A document for a static export contains its policy; ``policy`` is None then.
    """

    body: bytes
    policy: str | None = None


def frame(
    subject: Entry | Withdrawn,
    publication: Publication,
    options: Options,
    *,
    permalink: str,
    reviews: Reviews = (),
    annotations: Annotations | None = None,
    report_form: bool = False,
    static: bool = False,
) -> Page:
    """Return the panel, or the notice, as a document.

    ``reviews`` are the proven ones of exactly this version of an entry, ``annotations`` what is
    shown beside it. ``report_form``: the service behind ``permalink`` takes reports of readers.
    ``static``: for an export, with the policy in the document instead of a header, and a script
    that reads the query.
    """
    view = _view(
        subject,
        publication,
        options,
        permalink=permalink,
        prefix="",
        reviews=reviews,
        annotations=annotations,
        report_form=report_form,
    )
    accent = options.accent_on(publication)
    if isinstance(view, PanelView):
        tags = open_graph(view, publication)
        return _document(view, accent, view.title, publication.embedders, static=static, tags=tags)
    title = Words(view.language).page_title(view.article_title)
    return _document(view, accent, title, ANY_ORIGIN, static=static)


def fragment(
    subject: Entry | Withdrawn,
    publication: Publication,
    options: Options,
    *,
    permalink: str,
    reviews: Reviews = (),
    annotations: Annotations | None = None,
    report_form: bool = False,
    utf8: bool = False,
) -> Page:
    """Return the panel, or the notice, as an HTML fragment.

    ``reviews``, ``annotations`` and ``report_form`` as for ``frame``. In ASCII, for documents of
    any encoding. ``utf8`` is for scripts, which decode it by its Content-Type; this saves an eighth
    for Arabic. Element ids begin with ``insights-<id>-``, or ``insights-<id>_<instance>-``: an
    entry id has no underscore.
    """
    instance = f"_{options.instance}" if options.instance else ""
    prefix = f"insights-{subject.id}{instance}-"
    view = _view(
        subject,
        publication,
        options,
        permalink=permalink,
        prefix=prefix,
        reviews=reviews,
        annotations=annotations,
        report_form=report_form,
    )
    environment = _environment()
    html = without_expressions(environment.get_template(_BODIES[type(view)]).render(view=view))
    if options.styles == "inline":
        style = styles.fragment_stylesheet(
            options.accent_on(publication),
            themed=view.theme is not None,
            rtl=view.direction == "rtl",
        )
        # HTML does not allow a style element in the body, but SVG does; it applies to the document.
        html = f'<svg display="none"><style>{style}</style></svg>\n{html}'
    return Page(html.encode() if utf8 else in_ascii(html))


def _view(
    subject: Entry | Withdrawn,
    publication: Publication,
    options: Options,
    *,
    permalink: str,
    prefix: str,
    **beside: Any,  # noqa: ANN401  # as panel_view has them
) -> PanelView | NoticeView:
    if isinstance(subject, Entry):
        return panel_view(
            subject, publication, options, permalink=permalink, prefix=prefix, **beside
        )
    return notice_view(subject, publication, options, permalink=permalink, prefix=prefix)


def message_frame(
    message: Message,
    publication: Publication,
    options: Options,
    *,
    static: bool = False,
    console: str = "",
) -> Page:
    """Return a page that says why there is no panel. Any site may frame it.

    ``console`` is a message for the operators of the host site, for the browser's console only.
    """
    language = options.language or i18n.interface_language(publication.language)
    words = Words(language)
    title, text = words.message(message)
    view = message_view(title, text, language, options)
    accent = options.accent_on(publication)
    title = words.page_title(title)
    return _document(view, accent, title, ANY_ORIGIN, static=static, console=console)


_BODIES: dict[type, str] = {
    PanelView: "_panel.html",
    NoticeView: "_withdrawn.html",
    MessageView: "_message.html",
}


def _document(
    view: PanelView | NoticeView | MessageView,
    accent: Accent,
    title: str,
    embedders: str,
    *,
    static: bool,
    console: str = "",
    tags: tuple[MetaTag, ...] = (),
) -> Page:
    style = styles.frame_stylesheet(accent)
    script = _frame_script(static=static)
    if console:
        script += light_html.trusted(f";console.warn({_script_string(console)})")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    html = (
        _environment()
        .get_template("frame.html")
        .render(
            view=view,
            body=_BODIES[type(view)],
            page_title=title,
            permalink=None if isinstance(view, MessageView) else view.permalink,
            discovery=_discovery(view, static=static),
            open_graph=tags,
            policy=policy if static else None,
            sizing=embedders,
            style=light_html.trusted(style),
            linked_data=light_html.trusted(json_ld(view)) if isinstance(view, PanelView) else None,
            script=script,
        )
    )
    ancestors = embedders if embedders == ANY_ORIGIN else f"'self' {embedders}"
    return Page(html.encode(), None if static else f"{policy}; frame-ancestors {ancestors}")


def _discovery(
    view: PanelView | NoticeView | MessageView, *, static: bool
) -> tuple[tuple[str, str], ...]:
    """Return media type and URL of the oEmbed responses of this panel (oEmbed 1.0, section 4)."""
    if not isinstance(view, PanelView):
        return ()
    base, _, _ = view.permalink.rpartition("/panel/")
    if static:
        return (("application/json", f"{base}/oembed/{view.entry_id}.json"),)
    url = f"{base}/oembed?url={quote(view.permalink, safe='')}"
    return (("application/json", url), ("text/xml", f"{url}&format=xml"))


def _hash(source: str) -> str:
    """Return the CSP hash source of an inline style or script (CSP 3, section 2.3.1)."""
    digest = hashlib.sha256(source.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _script_string(text: str) -> str:
    """Return ``text`` as a JavaScript string that cannot end a script element (HTML 4.12.1.3)."""
    return json.dumps(text).replace("<", "\\u003c")


@cache
def _frame_script(*, static: bool) -> Markup:
    return light_html.trusted(minified("frame.js", static=static))


def frame_script(*, static: bool) -> bytes:
    """Return the inline script of the frame."""
    return _frame_script(static=static).encode()


def compile_templates() -> None:
    """Compile the panel's templates, for which the first reader would otherwise wait 0.1 s."""
    for name in _environment().list_templates():
        _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    """Return the environment of all languages, so that templates are compiled once."""
    return environment("panel", of_view)
