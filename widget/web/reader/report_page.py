"""The page of a report, as the panel looks: its view, and how it is rendered."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import jinja2

from widget import assets, i18n
from widget.config import Accent, Publication
from widget.entry import light_html
from widget.panel import frame_script
from widget.panel.styles import frame_stylesheet
from widget.panel.templating import environment, of_view
from widget.record.reports import Kind
from widget.web.reader import report_words

Page = Literal["form", "sent", "off"]
_NOTHING: Mapping[str, str] = {"kind": "", "text": "", "address": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the template shows.

    ``problems`` are fields, "" for the whole form, each with what is wrong. ``content_language``
    is that of title and quote where it is not the page's. ``answer`` says whether the reader's
    address was stored: "yes", "no", or "" where none was given.
    """

    state: Page
    entry_id: str
    language: str
    content_language: str
    theme: str | None
    title: str
    article_url: str
    back_url: str
    action: str = ""
    whole_url: str = ""
    quote: str = ""
    token: str = ""
    answer: str = ""
    typed: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def direction(self) -> str:
        """The direction of the page's text."""
        return i18n.direction(self.language)

    @property
    def kinds(self) -> list[tuple[Kind, str]]:
        """The kinds of reports, with their names."""
        return report_words.kinds(self.language)

    @property
    def at_field(self) -> dict[str, str]:
        """What is wrong, by field."""
        return {name: text for name, text in self.problems if name}


def render(view: View, accent: Accent, publication: Publication) -> tuple[bytes, str]:
    """Return the page and its Content-Security-Policy: the publication's pages may frame it."""
    style = f"{frame_stylesheet(accent)}{_own_stylesheet()}"
    script = frame_script(static=False).decode()
    content = {}
    if view.content_language != view.language:
        language = view.content_language
        content = {"lang": language, "dir": i18n.direction(language)}
    html = (
        _environment()
        .get_template("report.html")
        .render(
            view=view,
            content=content,
            style=light_html.trusted(style),
            script=light_html.trusted(script),
        )
    )
    # The form sends to this service alone, also where a page of another site frames it.
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        f"base-uri 'none'; form-action 'self'; frame-ancestors 'self' {publication.embedders}"
    )
    return html.encode(), policy


def message(title: str, text: str, language: str) -> bytes:
    """Return a page without styles or scripts; ``title`` is translated, ``text`` is."""
    html = (
        _environment()
        .get_template("message.html")
        .render(
            title=report_words.translated(title, language),
            text=text,
            language=language,
            direction=i18n.direction(language),
        )
    )
    return html.encode()


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def _own_stylesheet() -> str:
    return (assets.folder("static") / "report.css").read_text("utf-8")


@cache
def _environment() -> jinja2.Environment:
    """Return the environment of all languages, so that templates are compiled once."""
    return environment("report", of_view)
