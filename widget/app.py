"""The application, as a table of contents."""

from __future__ import annotations

from flask import Flask
from werkzeug.exceptions import HTTPException

from widget import answers
from widget.accounts import Accounts, open_accounts
from widget.catalog import Catalog
from widget.config import Settings
from widget.entry import check
from widget.errors import InsightsError
from widget.panel import Cache
from widget.store import Rules, Store, open_store
from widget.web import admin, api, embed, health, static


def rules(settings: Settings) -> Rules:
    """Return the rules for publishing under ``settings``."""
    return lambda entry: check(entry, settings.publication_for(entry.article.url))


def create_app(
    settings: Settings, store: Store | None = None, accounts: Accounts | None = None
) -> Flask:
    """Return the service as a WSGI application.

    Opens ``settings.store`` and its accounts where none are given.
    """
    app = Flask(__name__, static_folder=None, template_folder=None)
    store = store or open_store(settings.store, rules(settings))
    accounts = accounts or open_accounts(settings.store)
    cache = Cache(settings.cache_bytes)
    catalog = Catalog(store)
    app.register_blueprint(embed.blueprint(settings, store, cache))
    app.register_blueprint(static.blueprint())
    app.register_blueprint(health.blueprint(store))
    app.register_blueprint(api.blueprint(settings, store, accounts, catalog))
    app.register_blueprint(admin.blueprint(settings, store, accounts, catalog))
    app.register_error_handler(InsightsError, answers.from_error)
    app.register_error_handler(HTTPException, answers.from_http)
    return app
