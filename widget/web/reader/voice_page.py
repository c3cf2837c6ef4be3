"""The page of a link for an author: what it shows, and how it is rendered."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Literal, NamedTuple

import jinja2
from flask import Response, url_for
from markupsafe import Markup

from widget import assets, i18n, panel
from widget.config import Publication
from widget.entry import Entry, Withdrawn, light_html
from widget.panel import Options, styles
from widget.panel.templating import environment, of_page
from widget.record.voices import KEEP_DAYS, MAX_OBJECTION, MAX_REPLY, Voice
from widget.store import Live
from widget.web.context import service
from widget.web.reader.subject import HTML, publication_of, represent

_TITLE_LENGTH = 80


Why = Literal["empty", "long", "marks", "decided"]


class Problem(NamedTuple):
    """Why what was sent is not accepted: of the objection or the reply."""

    part: Literal["objection", "reply"]
    why: Why
    limit: int = 0


class Typed(NamedTuple):
    """What a form sent, or has from before."""

    point: str = ""
    objection: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a link shows: an entry, the notice of a withdrawal, or nothing."""

    entry: Entry | None
    publication: Publication
    language: str
    panel: Markup
    is_draft: bool = False
    is_gone: bool = False

    @property
    def title(self) -> str:
        """The article's title."""
        return self.entry.article.title if self.entry else ""

    @property
    def points(self) -> list[tuple[str, str]]:
        """The points that an objection may be about, each with its beginning."""
        return list(_points(self.entry)) if self.entry else []


def shown_of(voice: Voice) -> Shown:
    """Return what ``voice`` shows now. After a withdrawal that is the notice alone."""
    store = service().store
    live = store.live(voice.entry)
    if isinstance(live, Withdrawn):
        return Shown(None, publication_of(live), live.language, _fragment_of(live), is_gone=True)
    draft = store.draft(voice.entry) if voice.shows == "draft" else None
    if draft is not None:
        publication = service().settings.publication_for(draft.entry.article.url)
        page = panel.fragment(
            draft.entry,
            publication,
            Options(styles="none"),
            permalink=service().permalink(voice.entry),
            utf8=True,
        )
        body = light_html.trusted(page.body.decode())
        return Shown(draft.entry, publication, draft.entry.language, body, is_draft=True)
    if live is None:
        first = service().settings.publications[0]
        return Shown(None, first, first.language, Markup())
    return Shown(live.entry, publication_of(live), live.entry.language, _fragment_of(live))


def _fragment_of(subject: Live | Withdrawn) -> Markup:
    shown = represent(subject, Options(styles="none"), panel.fragment, utf8=True)
    return light_html.trusted(shown.body("identity").data.decode())


def page(
    voice: Voice,
    token: str,
    *,
    typed: Typed | None = None,
    problem: Problem | None = None,
) -> Response:
    """Return the page of a link that has not ended."""
    shown = shown_of(voice)
    language = i18n.interface_language(shown.language)
    return _render(
        "voice.html",
        shown.publication,
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        voice=voice,
        token=token,
        title=shown.title,
        panel=shown.panel,
        points=shown.points,
        site=shown.publication.name,
        is_draft=shown.is_draft,
        is_open=not shown.is_gone,
        until=i18n.long_date(voice.expires_at, language),
        keep_days=i18n.number(KEEP_DAYS, language),
        max_objection=MAX_OBJECTION,
        max_reply=MAX_REPLY,
        typed=typed or Typed(voice.point, voice.objection, voice.reply),
        problem=problem,
    )


def ended() -> Response:
    """Return the page of a link that has ended, or that there never was."""
    publication = service().settings.publications[0]
    return _render(
        "ended.html",
        publication,
        i18n.interface_language(publication.language),
        status=HTTPStatus.NOT_FOUND,
        contact=publication.contact,
        contact_url=publication.contact_url,
    )


def _points(entry: Entry) -> Iterator[tuple[str, str]]:
    for number, group in enumerate(entry.perspectives, 1):
        for place, point in enumerate(group.points, 1):
            text = light_html.plain(point.text)
            short = text if len(text) <= _TITLE_LENGTH else f"{text[:_TITLE_LENGTH].rstrip()}…"
            yield f"{number}-{place}", short


def _render(
    template: str, publication: Publication, language: str, *, status: int, **context: object
) -> Response:
    style = styles.frame_stylesheet(publication.accent) + _own_style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            direction=i18n.direction(language),
            style=light_html.trusted(style),
            **context,
        )
    )
    response = Response(html, status, content_type=HTML)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return response


def keep_private(response: Response) -> Response:
    """Add the headers that keep the address of a link from everybody else. Runs after a view."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@cache
def _own_style() -> str:
    return (assets.folder("static") / "voice.css").read_text("utf-8")


@cache
def _environment() -> jinja2.Environment:
    """Return the environment of all languages, so that templates are compiled once."""
    templates = environment("voice", of_page)
    templates.lstrip_blocks = True
    templates.globals["url_for"] = url_for
    return templates
