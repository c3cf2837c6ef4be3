"""What the application would refuse at once, so that no thread needs to."""

from __future__ import annotations

from typing import Any

from widget.http.proxies import FORWARDED
from widget.http.response_cache import Reply, ResponseCache
from widget.server.incoming_request import Head

_RELEVANT = frozenset(f"HTTP_{name}" for name in (*FORWARDED, "ACCEPT_LANGUAGE"))


def refusal_of(cache: ResponseCache, request: Head, peer: str) -> Reply | None:
    """Return the response to a complete ``request`` that is refused, else None.

    ``peer`` is the IP address of the other side.
    """
    if request.method != "POST":
        return None
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query or "",
        "REMOTE_ADDR": peer,
        "wsgi.url_scheme": "http",
    }
    for field, value in request.headers:
        name = "HTTP_" + field.replace("-", "_")
        if name in _RELEVANT:
            environ[name] = f"{environ[name]},{value}" if name in environ else value
    cache.forwarding.apply(environ)
    return cache.refusal(environ)
