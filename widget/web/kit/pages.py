"""How the kit's pages are rendered and sent."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

import jinja2
from flask import Response

from widget.web import templating

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(template: str, /, *, status: int = HTTPStatus.OK, **context: object) -> Response:
    """Return a page under the kit's own policy."""
    html = _environment().get_template(template).render(here=templating.here(), **context)
    return send(html, policy=POLICY, status=status)


def send(html: str, *, policy: str, status: int = HTTPStatus.OK) -> Response:
    """Return ``html``, never to be cached: it shows what is live now."""
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
