"""How the kit's pages are made and sent."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

import jinja2
from flask import Response

from widget.config import Settings
from widget.web import templating

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def base_of(settings: Settings) -> str:
    """Return the service's own address, as snippets print it."""
    return templating.own_base(settings.base_url)


def page(template: str, /, *, status: int = HTTPStatus.OK, **context: object) -> Response:
    """Return a page under the kit's own policy."""
    html = _environment().get_template(template).render(here=templating.here(), **context)
    return send(html, policy=POLICY, status=status)


def send(html: str, *, policy: str, status: int = HTTPStatus.OK) -> Response:
    """Return ``html`` as it is, never kept by a cache: it shows what is live now."""
    response = Response(html, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def render(template: str, /, **context: object) -> str:
    """Return a template as text."""
    return _environment().get_template(template).render(**context)


@cache
def _environment() -> jinja2.Environment:
    return templating.environment("kit")
