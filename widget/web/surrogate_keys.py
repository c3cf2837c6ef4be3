"""The headers by which caches in front of the service can be purged (decision 0014)."""

from __future__ import annotations

from functools import partial

from flask import Flask, Response

from widget.config import Settings
from widget.http import responses
from widget.purging import Surrogate, keys_of_request
from widget.web.reader.subject import cache_subject


def init_app(app: Flask, settings: Settings) -> None:
    """Mark every response of the reader's that a cache may store."""
    app.after_request(partial(_mark, Surrogate(settings)))


def _mark(surrogate: Surrogate, response: Response) -> Response:
    subject = cache_subject()
    if subject is None or response.headers.get("Cache-Control") != responses.SHORT:
        return response
    return surrogate.mark(response, keys_of_request(*subject))
