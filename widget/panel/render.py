"""From views to pages: the one place that renders the panel's templates."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

import jinja2
import rjsmin
from markupsafe import Markup

from widget import assets, i18n, markup
from widget.config import Publication
from widget.entry import Entry, Withdrawn
from widget.panel import styles
from widget.panel.options import Options
from widget.panel.view import (
    MessageView,
    NoticeView,
    PanelView,
    message_view,
    notice_view,
    panel_view,
)
from widget.panel.words import Message, Words

ANYONE = "*"


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered document or piece of one. ``policy`` is its Content-Security-Policy, if any."""

    body: bytes
    policy: str | None = None


def frame(
    subject: Entry | Withdrawn, publication: Publication, options: Options, *, permalink: str
) -> Page:
    """Return the panel, or the notice, as a document of its own."""
    if isinstance(subject, Entry):
        view: PanelView | NoticeView = panel_view(
            subject, publication, options, permalink=permalink, prefix=""
        )
    else:
        view = notice_view(subject, publication, options, permalink=permalink, prefix="")
    title = Words(view.language).page_title(view.article_title)
    embedders = publication.embedders if isinstance(view, PanelView) else ANYONE
    return _document(view, publication, title, embedders)


def fragment(
    subject: Entry | Withdrawn, publication: Publication, options: Options, *, permalink: str
) -> Page:
    """Return the panel, or the notice, as a piece of HTML; its ids begin ``insights-<id>-``."""
    prefix = f"insights-{subject.id}-"
    if isinstance(subject, Entry):
        view: PanelView | NoticeView = panel_view(
            subject, publication, options, permalink=permalink, prefix=prefix
        )
    else:
        view = notice_view(subject, publication, options, permalink=permalink, prefix=prefix)
    style = styles.fragment_stylesheet(publication.accent) if options.styles == "inline" else None
    template = _environment(_catalog(view)).get_template("fragment.html")
    html = template.render(
        view=view, body=_BODIES[type(view)], style=style and markup.trusted(style)
    )
    return Page(html.encode())


def message_frame(
    message: Message, publication: Publication, options: Options, **values: str
) -> Page:
    """Return a page that says why there is no panel. Any site may frame it.

    ``refused`` takes the values ``origin``, ``name`` and ``line``.
    """
    language = options.language or i18n.interface_language(publication.language)
    words = Words(language)
    title, text = words.message(message, **values)
    view = message_view(title, text, language, options)
    return _document(view, publication, words.page_title(title), ANYONE)


_BODIES: dict[type, str] = {
    PanelView: "_panel.html",
    NoticeView: "_withdrawn.html",
    MessageView: "_message.html",
}


def _document(
    view: PanelView | NoticeView | MessageView,
    publication: Publication,
    title: str,
    embedders: str,
) -> Page:
    style = styles.frame_stylesheet(publication.accent)
    script = _frame_script()
    html = (
        _environment(_catalog(view))
        .get_template("frame.html")
        .render(
            view=view,
            body=_BODIES[type(view)],
            page_title=title,
            sizing=embedders,
            style=markup.trusted(style),
            script=script,
        )
    )
    ancestors = embedders if embedders == ANYONE else f"'self' {embedders}"
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )
    return Page(html.encode(), policy)


def _catalog(view: PanelView | NoticeView | MessageView) -> str:
    return i18n.interface_language(view.language)


def _hash(source: str) -> str:
    """Return the source expression that allows exactly this inline text (CSP 3, section 2.3.1)."""
    digest = hashlib.sha256(source.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def _frame_script() -> Markup:
    source = (assets.folder("static") / "frame.js").read_text("utf-8")
    return markup.trusted(rjsmin.jsmin(source))


@cache
def _environment(language: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.folder("templates") / "panel"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]  # the extension adds it
        i18n.translations(language), newstyle=True
    )
    return environment
