"""The reader's part of Insights as a blueprint, for a Flask application of your own.

::

    from widget import reader

    app.register_blueprint(reader.blueprint("dir:./data"), url_prefix="/insights")

Panels then are at ``/insights/panel/<id>``, the loader at ``/insights/embed.js``. Entries are
edited elsewhere: by the commands, or by the service itself on the same store.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException

from widget.config import Settings
from widget.errors import InsightsError, InvalidSettings
from widget.http import problem_details, security_headers
from widget.http.codings import RepresentationCache
from widget.record.signing import open_signer
from widget.store import open_store
from widget.store.rules import rules
from widget.web.context import ServiceContext, configure, is_configured
from widget.web.reader import BLUEPRINTS


def blueprint(store: str, settings: Settings | None = None) -> Blueprint:
    """Return the routes for readers of the store that ``store`` names, such as ``dir:./data``.

    ``settings`` give the publications and their origins; without them those of the environment
    and the defaults hold. An application can have one such blueprint.

    Raises InvalidSettings where ``store`` names no store or the key of the log cannot be used,
    StoreUnavailable where the store cannot be opened or does not exist.
    """
    settings = settings or Settings()
    open_signer(settings)
    context = ServiceContext(
        settings,
        open_store(store, rules(settings), create=False, stale_seconds=settings.stale_seconds),
        RepresentationCache(settings.cache_bytes),
    )
    routes = Blueprint("insights", __name__)
    routes.record(lambda state: _configure(state, context))
    security_headers.init_app(routes, settings)
    routes.register_error_handler(InsightsError, problem_details.from_error)
    routes.register_error_handler(HTTPException, problem_details.from_http)
    for each in BLUEPRINTS:
        routes.register_blueprint(each)
    return routes


def _configure(state: BlueprintSetupState, context: ServiceContext) -> None:
    app: Flask = state.app  # type: ignore[assignment]  # an App without a server is no Flask
    if is_configured(app):
        raise InvalidSettings("This application has Insights already. Register it once.")
    configure(app, replace(context, url_prefix=(state.url_prefix or "").rstrip("/")))
