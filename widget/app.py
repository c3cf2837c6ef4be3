"""The application, as a table of contents."""

from __future__ import annotations

from flask import Flask
from werkzeug.exceptions import HTTPException

from widget import metrics
from widget.accounts import Accounts, open_accounts
from widget.config import Settings, check_under
from widget.editorial.service import Editorial
from widget.errors import InsightsError
from widget.http import security_headers
from widget.http.codings import RepresentationCache
from widget.http.proxies import Forwarding
from widget.http.response_cache import ResponseCache
from widget.purging import PurgeOutbox, open_purger, start_leader
from widget.store import Revision, Rules, Store, open_store
from widget.web import admin, api, health, hosts, kit, observability
from widget.web.reader import embed, oembed, static


def rules(settings: Settings) -> Rules:
    """Return the rules for publishing under ``settings``."""
    return lambda entry: check_under(settings, entry)


def create_app(
    settings: Settings,
    store: Store | None = None,
    accounts: Accounts | None = None,
    purges: PurgeOutbox | None = None,
) -> Flask:
    """Return the service as a WSGI application.

    Opens ``settings.store`` and its accounts where none are given. ``purges`` says how far
    the caches in front of the service are with changes.
    """
    app = observability.Service(__name__, static_folder=None, template_folder=None)
    security_headers.protect(app, settings)
    observability.observe(app)
    hosts.restrict(app, settings)
    store = store or open_store(
        settings.store, rules(settings), create=False, stale_seconds=settings.stale_seconds
    )
    if settings.metrics_token:
        token = settings.metrics_token.get_secret_value()
        store = observability.timed(store)
        app.register_blueprint(observability.blueprint(token, store, purges))
    accounts = accounts or open_accounts(settings.store, create=False, own_words=settings.own_words)
    editorial = Editorial(store, settings)
    cache = RepresentationCache(settings.cache_bytes // 2)
    app.register_blueprint(embed.blueprint(settings, store, cache))
    app.register_blueprint(static.blueprint())
    app.register_blueprint(oembed.blueprint(settings, store))
    app.register_blueprint(kit.blueprint(settings, store))
    app.register_blueprint(health.blueprint(store, purges))
    api.init_app(app, api.ApiContext(settings, editorial, accounts))
    app.register_blueprint(admin.blueprint(settings, editorial, accounts, purges, kit.not_found))
    app.register_error_handler(InsightsError, kit.from_error)
    app.register_error_handler(HTTPException, kit.from_http)
    forwarding = Forwarding(settings.trusted_proxies, settings.base_url)
    app.wsgi_app = forwarding.middleware(app.wsgi_app)  # type: ignore[assignment, method-assign]  # as Flask says
    return app


def create_service(settings: Settings) -> ResponseCache:
    """Return the service as it is deployed: the application, behind its response cache.

    Its changes are purged from the caches in front of it.
    """
    service: ResponseCache | None = None
    purger = open_purger(settings)

    def changed(revision: Revision) -> None:
        if service:  # the store records hand edits while it opens, too
            service.changed()
        if purger:
            purger.changed(revision)

    store = open_store(
        settings.store,
        rules(settings),
        changed,
        create=False,
        wait=False,
        stale_seconds=settings.stale_seconds,
    )
    app = create_app(settings, store, purges=purger.outbox if purger else None)
    forwarding = Forwarding(settings.trusted_proxies, settings.base_url)
    service = layer = ResponseCache(app.wsgi_app, settings.cache_bytes // 2, forwarding)
    metrics.follow_cached(lambda: layer.hits)
    if purger:
        start_leader(store, purger)
    return service
