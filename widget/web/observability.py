"""Around every request that Flask answers: its id, one line in the log, and numbers."""

from __future__ import annotations

import hmac
import logging
import time
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, g, request

from widget import logs, metrics
from widget.errors import InsightsError, InvalidEntry
from widget.http import problem_details, responses
from widget.purging import PurgeOutbox
from widget.store import EntryReader

log = logging.getLogger(logs.REQUESTS)

_Store = TypeVar("_Store", bound=EntryReader)

HEADER = "X-Request-ID"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
# What a request is for is the part of the service that answers it, but for these two.
_CLASSES = {"embed.frame": "panel", "embed.fragment": "fragment"}


class Service(Flask):
    """Flask, but that an exception is logged by its route: a path may hold what signs one in."""

    def log_exception(self, exc_info: Any) -> None:  # noqa: ANN401  # as Flask has it
        """Log an exception that nothing handled."""
        log.error("an error that nothing handled: %s %s", *_asked(), exc_info=exc_info)


def observe(app: Flask) -> None:
    """Name, log and count each request of ``app``. To be called before blueprints are added."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        logs.begin_request(request.headers.get(HEADER))

    @app.after_request
    def end(response: Response) -> Response:
        # Not on what is repeated, by caches or by us: it would be the id of another's request.
        public = response.headers.get("Cache-Control", "").startswith("public")
        if not public and responses.IS_FRESH not in request.environ:
            response.headers[HEADER] = logs.request_id()
        g.status = response.status_code
        return response

    @app.teardown_request
    def done(_: BaseException | None) -> None:
        if "began" in g:
            seconds = time.perf_counter() - g.began
            status = g.get("status", 500)
            method, route = _asked()
            fields = {
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 1),
            }
            log.info("answered", extra={"fields": fields})
            metrics.count_request(_class(), status, seconds)
        logs.end_request()


def _asked() -> tuple[str, str]:
    """Return the method and the route's pattern, none of whose parts a reader chose."""
    method = request.method if request.method in _METHODS else "OTHER"
    return method, request.url_rule.rule if request.url_rule else "-"


def _class() -> str:
    endpoint = request.endpoint or ""
    return _CLASSES.get(endpoint, endpoint.partition(".")[0] or "unknown")


def timed(store: _Store) -> _Store:
    """Return ``store`` with its methods timed, and what keeps entries back counted."""
    return metrics.timed(store, _failed)  # type: ignore[no-any-return]  # the same store


def _failed(operation: str, error: Exception) -> None:
    if operation == "publish" and isinstance(error, InvalidEntry):
        metrics.count_breaches(len(error.breaches))


def blueprint(token: str, store: EntryReader, purges: PurgeOutbox | None) -> Blueprint:
    """Return ``/metrics``, for whoever has ``token``."""
    routes = Blueprint("metrics", __name__)
    meter = metrics.enable()

    @routes.get("/metrics")
    def numbers() -> Response:
        sent = request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
            detail = "Send the token of the setting metrics_token, as Authorization: Bearer."
            headers = {"WWW-Authenticate": 'Bearer realm="metrics"'}
            return problem_details.problem(HTTPStatus.UNAUTHORIZED, detail, headers=headers)
        data, kind = meter.text(_now(store, purges))
        return Response(data, content_type=kind, headers={"Cache-Control": "no-store"})

    return routes


def _now(store: EntryReader, purges: PurgeOutbox | None) -> dict[str, tuple[str, float]]:
    found: dict[str, tuple[str, float]] = {}
    try:
        problems = float(len(store.problems()))
        found["insights_problems"] = ("Files and records that the store passes over.", problems)
        if purges:
            waiting = float(len(purges.pending()))
            found["insights_purges_pending"] = ("Purges not yet confirmed.", waiting)
    except InsightsError as error:
        log.warning("%s", error)
    found["insights_store_up"] = (
        "Whether the store can be read.",
        float("insights_problems" in found),
    )
    return found
