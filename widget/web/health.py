"""For operators: whether the process is up, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint, Response

from widget.purging import PurgeOutbox
from widget.store import EntryReader


def blueprint(store: EntryReader, purges: PurgeOutbox | None = None) -> Blueprint:
    """Return ``/healthz`` (the process answers) and ``/readyz`` (the store answers, too).

    What is wrong with the store is said by the problem details of its error, 503.
    """
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        return _plain("ok\n")

    @routes.get("/readyz")
    def readyz() -> Response:
        store.live("0")
        said = f"ok\nproblems {len(store.problems())}\n"
        if purges:
            said += f"purges {len(purges.pending())}\n"
        return _plain(said)

    return routes


def _plain(text: str) -> Response:
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
