"""The security headers of every response: one table, applied after each view.

A view sets its own where they differ, such as a frame's policy; errors, redirects and files have
them, too. Responses that the server itself sends have ``OF_ERRORS``.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from flask import Blueprint, Flask, Response, request

from widget.config import Settings

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
ANYONE = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
"""Of errors that any page may frame."""
_FRAMES = ("/panel", "/report")

OF_ERRORS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Of responses that come from the server itself."""

# Browser features that no page of ours uses.
PERMISSIONS = (
    "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"
)

# For browsers and scanners that do not know frame-ancestors; it cannot list other origins.
_FRAME_OPTIONS = {"'none'": "DENY", "'self'": "SAMEORIGIN"}


def init_app(app: Flask | Blueprint, settings: Settings) -> None:
    """Add the security headers to each response of ``app``.

    To be called before blueprints are registered, so that it runs after what they add.
    """
    app.after_request(partial(_complete, settings))


def _complete(settings: Settings, response: Response) -> Response:
    fields = response.headers
    fields.setdefault("X-Content-Type-Options", "nosniff")
    fields.setdefault("Content-Security-Policy", _default_policy(response))
    fields.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    for ancestors, word in _FRAME_OPTIONS.items():
        if fields["Content-Security-Policy"].endswith(f"frame-ancestors {ancestors}"):
            fields["X-Frame-Options"] = word
    if response.mimetype == "text/html":
        fields.setdefault("Permissions-Policy", PERMISSIONS)
        fields.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    fields.setdefault("Cache-Control", "no-store")
    secure = request.is_secure or (settings.base_url or "").startswith("https:")
    if settings.hsts_seconds and secure:
        # Honoured over TLS only (RFC 6797, section 8.1), which a proxy may have terminated.
        fields["Strict-Transport-Security"] = f"max-age={settings.hsts_seconds}"
    _make_location_relative(response)
    return response


def _default_policy(response: Response) -> str:
    """Return the policy of responses that set none; errors of frames may be framed.

    Otherwise a reader would see only that the browser refuses to connect.
    """
    framed = request.path in _FRAMES or request.path.startswith(tuple(f"{it}/" for it in _FRAMES))
    return ANYONE if framed and response.status_code >= HTTPStatus.BAD_REQUEST else POLICY


def _make_location_relative(response: Response) -> None:
    """Make a redirect to this service a path: the Host header is the client's, or a proxy's.

    Never a path that begins with two slashes, which would name another host.
    """
    location = response.headers.get("Location", "")
    if location.startswith(request.host_url):
        path = location.removeprefix(request.host_url).lstrip("/\\")
        response.headers["Location"] = f"/{path}"
