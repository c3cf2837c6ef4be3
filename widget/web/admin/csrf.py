"""Protection against forged requests: by origin, and by a token in each form."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Response, request

from widget.accounts import Session
from widget.web.admin import rendering
from widget.web.admin.cookies import BEFORE, cookie_name

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def same_origin(own: str | None) -> bool:
    """Return whether the request comes from one of our pages, as far as the browser says."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    if origin is None or origin == own:
        return True  # old browsers and other clients send none; the token is needed in any case
    parts = urlsplit(origin)
    # A proxy may have terminated TLS: https to the same host is ours, too.
    return parts.netloc == request.host and parts.scheme in ("https", request.scheme)


def token_matches(session: Session | None) -> bool:
    """Return whether the request carries the token of its session."""
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    return session is not None and hmac.compare_digest(sent.encode(), session.csrf.encode())


def login_token_matches() -> bool:
    """Return whether a form sent before signing in carries the token of its cookie."""
    expected = request.cookies.get(cookie_name() + BEFORE, "")
    sent = request.form.get("csrf", "")
    return bool(expected) and hmac.compare_digest(sent.encode(), expected.encode())


def send_again(status: HTTPStatus = HTTPStatus.FORBIDDEN) -> Response:
    """Return a page that submits the same form once more, with the token of the session."""
    sent = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf"]
    if "password" in request.form or "Origin" not in request.headers:
        sent = []  # another site may have filled it in
    return rendering.page("again.html", status=status, sent=sent, action=_requested_url())


def _requested_url() -> str:
    return request.script_root + request.full_path.rstrip("?")
