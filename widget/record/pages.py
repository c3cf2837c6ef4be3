"""Public pages beside the panels: one template each, its style inside it, no script."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

import jinja2
import rcssmin

from widget import assets, i18n
from widget.config import Accent
from widget.entry import light_html
from widget.panel.templating import environment, of_page


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A rendered page. ``policy`` is its Content-Security-Policy, None where it contains it."""

    body: bytes
    policy: str | None


def render(
    template: str, *, language: str, accent: Accent, static: bool = False, **values: object
) -> PublicPage:
    """Return the page ``template`` of templates/record in an interface language.

    ``static``: for an export, with the policy in the document. A header alone can keep the page out
    of frames.
    """
    style = _stylesheet() + (f":root{{--accent:light-dark({accent.light},{accent.dark})}}")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    html = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            direction=i18n.direction(language),
            policy=policy if static else None,
            style=light_html.trusted(style),
            **values,
        )
    )
    return PublicPage(html.encode(), None if static else f"{policy}; frame-ancestors 'none'")


@cache
def _stylesheet() -> str:
    minified: str = rcssmin.cssmin((assets.folder("static") / "record.css").read_text("utf-8"))
    return minified


@cache
def _environment() -> jinja2.Environment:
    """Return the environment of all languages, so that templates are compiled once."""
    return environment("record", of_page)
