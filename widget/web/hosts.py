"""The host names of the service: a request under any other name is refused."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, request

from widget.config import Settings
from widget.http import problem_details

# Monitoring requests these by IP address; their responses name no host.
_ANY_NAME = frozenset({"/healthz", "/readyz", "/metrics"})
# Browsers resolve these to their own machine, so that they are of no use to an attacker.
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def listed_hosts(settings: Settings) -> frozenset[str]:
    """Return the host names of the service, none where it responds to any."""
    own = urlsplit(settings.base_url).hostname if settings.base_url else None
    if not own and not settings.hosts:
        return frozenset()
    return frozenset(it for it in (own, settings.admin_host, *settings.hosts) if it) | _LOOPBACK


def init_app(app: Flask, settings: Settings) -> None:
    """Let ``app`` respond to listed names only. To be called before blueprints are registered.

    Otherwise the client's own Host header would stand in links, and in cached responses.
    """
    listed = listed_hosts(settings)
    if listed:
        app.before_request(partial(_refuse_others, listed))


def _refuse_others(listed: frozenset[str]) -> Response | None:
    if request.path in _ANY_NAME or _name(request.host) in listed:
        return None
    # RFC 9110, section 15.5.20.
    detail = "This service does not serve the host name of the request."
    return problem_details.problem(HTTPStatus.MISDIRECTED_REQUEST, detail)


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
