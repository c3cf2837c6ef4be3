"""For operators: whether the process is up, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint, Response

from widget.web.context import service

routes = Blueprint("health", __name__)


@routes.get("/healthz")
def healthz() -> Response:
    """Respond while the process runs."""
    return _plain("ok\n")


@routes.get("/readyz")
def readyz() -> Response:
    """Respond while the store can be read; else 503, with the error as problem details."""
    store, purges = service().store, service().purges
    store.live("0")
    text = f"ok\nproblems {len(store.problems())}\n"
    if purges:
        text += f"purges {len(purges.pending())}\n"
    return _plain(text)


def _plain(text: str) -> Response:
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
