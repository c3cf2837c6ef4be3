"""How gunicorn, the server below ours, understands a request."""

from __future__ import annotations

from gunicorn.config import Config
from gunicorn.http.parser import RequestParser
from gunicorn.http.wsgi import create

PEER = "127.0.0.1"


def by_the_server(data: bytes) -> tuple[dict[str, object], bytes] | None:
    """Return how gunicorn understands ``data``, and what it leaves of it; None: not at all."""
    config = Config()
    config.set("forwarded_allow_ips", "")
    parser = RequestParser(config, iter([data]), (PEER, 1))
    try:
        request = next(parser)
        _, environ = create(request, None, (PEER, 1), (PEER, 80), config)
        body = request.body.read()
    except Exception:
        return None
    return environ, body + parser.unreader.take_buffered()
