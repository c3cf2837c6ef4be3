"""Which names the service goes by: a request by another one is refused."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, request

from widget.config import Settings
from widget.http import problem_details

# Asked by address, by those who look after the service; nothing in their answers names a host.
_ANY_NAME = frozenset({"/healthz", "/readyz", "/metrics"})
# A browser resolves these to its own machine, whoever asks: of no use to an attacker.
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def known_hosts(settings: Settings) -> frozenset[str]:
    """Return the names that are listed, none where every name is answered."""
    own = urlsplit(settings.base_url).hostname if settings.base_url else None
    if not own and not settings.hosts:
        return frozenset()
    return frozenset(it for it in (own, settings.admin_host, *settings.hosts) if it) | _LOOPBACK


def restrict(app: Flask, settings: Settings) -> None:
    """Let ``app`` answer to listed names alone. To be called before blueprints are added.

    Otherwise a client's own Host would stand in links, and in answers that caches keep.
    """
    listed = known_hosts(settings)

    @app.before_request
    def judge() -> Response | None:
        if not listed or request.path in _ANY_NAME or _name(request.host) in listed:
            return None
        # RFC 9110, section 15.5.20.
        detail = "The service does not go by the name that it was asked by."
        return problem_details.problem(HTTPStatus.MISDIRECTED_REQUEST, detail)


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
