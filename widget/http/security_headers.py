"""The header fields of security, which every answer has: one table, applied after every view.

A view sets what is particular to it, such as a frame's own policy; all else comes from here, for
errors, redirects and files as well. What the server answers without the application has
``OF_ERRORS``.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, request

from widget.config import Settings

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_ANYONE = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
_FRAME = "/panel"

OF_ERRORS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Of answers that come from the server itself."""

# Powers of a browser that no page of ours has a use for, so that none of them can be misused.
PERMISSIONS = (
    "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"
)

# For browsers and scanners that do not know frame-ancestors; it cannot list other origins.
_FRAME_OPTIONS = {"'none'": "DENY", "'self'": "SAMEORIGIN"}


def protect(app: Flask, settings: Settings) -> None:
    """Complete each answer of ``app``. To be called before blueprints are added."""
    secure_always = (settings.base_url or "").startswith("https:")

    @app.after_request
    def complete(response: Response) -> Response:
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
        if "Cache-Control" not in fields:
            fields["Cache-Control"] = "no-store"
        if settings.hsts_seconds and (secure_always or request.is_secure):
            # To be believed over TLS alone (RFC 6797, section 8.1), which a proxy may have ended.
            fields["Strict-Transport-Security"] = f"max-age={settings.hsts_seconds}"
        _keep_to_this_host(response)
        return response


def _default_policy(response: Response) -> str:
    """Return the policy of what is no page; where a frame was wanted, errors may be framed.

    Else a reader would see that the browser refuses to connect, and nobody why.
    """
    framed = request.path == _FRAME or request.path.startswith(f"{_FRAME}/")
    return _ANYONE if framed and response.status_code >= HTTPStatus.BAD_REQUEST else POLICY


def _keep_to_this_host(response: Response) -> None:
    """Make a redirect to this service a path: the Host it was asked by is the client's word.

    Or it is the name that a proxy calls the service by. Never a path that begins with two
    slashes, which would be another host's.
    """
    location = response.headers.get("Location", "")
    if location.startswith(request.host_url):
        path = location.removeprefix(request.host_url).lstrip("/\\")
        response.headers["Location"] = f"/{path}"
