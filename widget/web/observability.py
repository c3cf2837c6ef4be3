"""Every request that Flask handles: its id, its line in the log, and its metrics."""

from __future__ import annotations

import hmac
import logging
import time
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, current_app, g, request

from widget import logs, metrics
from widget.errors import InsightsError, InvalidEntry
from widget.http import problem_details, responses
from widget.store import EntryReader
from widget.web.context import service

log = logging.getLogger(logs.REQUESTS)

NOTIFICATIONS = "insights.notifications"
"""The extension with the deliveries of notifications, where receivers are configured."""

_Store = TypeVar("_Store", bound=EntryReader)

HEADER = "X-Request-ID"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


class Service(Flask):
    """Flask, but exceptions are logged with the route: a path may contain a secret."""

    def log_exception(self, exc_info: Any) -> None:  # noqa: ANN401  # as Flask has it
        """Log an exception that nothing handled."""
        log.error("an error that nothing handled: %s %s", *_method_and_route(), exc_info=exc_info)


def init_app(app: Flask) -> None:
    """Identify, log and count each request of ``app``. To be called before blueprints are added."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_log)


def _begin() -> None:
    g.began = time.perf_counter()
    logs.begin_request(request.headers.get(HEADER))


def _end(response: Response) -> Response:
    # Not on responses that are repeated, by caches or by us: it would be another request's id.
    public = response.headers.get("Cache-Control", "").startswith("public")
    if not public and responses.IS_FRESH not in request.environ:
        response.headers[HEADER] = logs.request_id()
    g.status = response.status_code
    return response


def _log(_: BaseException | None) -> None:
    if "began" in g:
        seconds = time.perf_counter() - g.began
        status = g.get("status", 500)
        method, route = _method_and_route()
        duration = round(seconds * 1000, 1)
        fields = {"method": method, "route": route, "status": status, "ms": duration}
        log.info("answered", extra={"fields": fields})
        metrics.count_request(_class(), status, seconds)
    logs.end_request()


def _method_and_route() -> tuple[str, str]:
    """Return the method and the route's pattern, which contain nothing that a reader chose."""
    method = request.method if request.method in _METHODS else "OTHER"
    return method, request.url_rule.rule if request.url_rule else "-"


def _class() -> str:
    """Return the blueprint's name."""
    return (request.endpoint or "").partition(".")[0] or "unknown"


def timed(store: _Store) -> _Store:
    """Return ``store`` with its methods timed, and breaches of the publishing rules counted."""
    return metrics.timed(store, _failed)  # type: ignore[no-any-return]  # the same store


def _failed(operation: str, error: Exception) -> None:
    if operation == "publish" and isinstance(error, InvalidEntry):
        metrics.count_breaches(len(error.breaches))


routes = Blueprint("metrics", __name__)


def init_metrics(app: Flask) -> None:
    """Count from now on, and add ``/metrics``, for clients with the token of the settings."""
    metrics.enable()
    app.register_blueprint(routes)


@routes.get("/metrics")
def numbers() -> Response:
    """Send all metrics."""
    if not _has_token():
        detail = "Send the token of the setting metrics_token, as Authorization: Bearer."
        headers = {"WWW-Authenticate": 'Bearer realm="metrics"'}
        return problem_details.problem(HTTPStatus.UNAUTHORIZED, detail, headers=headers)
    data, content_type = metrics.enable().text(_current_values())
    return Response(data, content_type=content_type, headers={"Cache-Control": "no-store"})


def _has_token() -> bool:
    secret = service().settings.metrics_token
    token = secret.get_secret_value() if secret else ""
    sent = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())


def _current_values() -> dict[str, tuple[str, float]]:
    """Return by name the help text and the value of what is measured at this moment."""
    values: dict[str, tuple[str, float]] = {}
    store, purges = service().store, service().purges
    try:
        problems = float(len(store.problems()))
        values["insights_problems"] = ("Files and records that the store passes over.", problems)
        if purges:
            pending = float(len(purges.pending()))
            values["insights_purges_pending"] = ("Purges not yet confirmed.", pending)
        notifications = current_app.extensions.get(NOTIFICATIONS)
        if notifications:
            waiting, failed = len(notifications.pending()), len(notifications.failed())
            name = "insights_notifications"
            values[f"{name}_pending"] = ("Notifications not yet delivered.", float(waiting))
            values[f"{name}_failed"] = ("Notifications that were given up.", float(failed))
    except InsightsError as error:
        log.warning("%s", error)
    up = float("insights_problems" in values)
    values["insights_store_up"] = ("Whether the store can be read.", up)
    return values
