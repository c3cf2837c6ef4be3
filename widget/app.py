"""The application, as a table of contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask

from widget import metrics, panel
from widget.accounts import Accounts, open_accounts
from widget.config import Settings
from widget.editorial.scheduler import Scheduler
from widget.editorial.service import DraftedCheck, Editorial
from widget.http import security_headers
from widget.http.codings import RepresentationCache
from widget.http.proxies import Forwarding
from widget.http.report_gate import ReportGate
from widget.http.response_cache import ResponseCache
from widget.record.signing import open_signer
from widget.storage.store_lease import store_lease
from widget.store import Revision, Store, open_store
from widget.store.rules import rules
from widget.web import (
    admin,
    api,
    context,
    health,
    hosts,
    kit,
    observability,
    reader,
    records,
    source_checks,
)
from widget.web.reader import report_refusal

if TYPE_CHECKING:
    from widget.drafting.runs import Run
    from widget.drafting.service import Drafting
    from widget.notifying.notifier import Notifier
    from widget.purging import PurgeOutbox, Purger

_DRAFTING = "insights.drafting"
_REPORT_GATE = "insights.report_gate"
_EDITORIAL = "insights.editorial"
_SCHEDULE_LOCK = 0x1051D5
_WEBSUB_LOCK = 0x1051DA

__all__ = ["create_app", "create_service", "rules"]


def create_app(
    settings: Settings,
    store: Store | None = None,
    accounts: Accounts | None = None,
    purges: PurgeOutbox | None = None,
) -> Flask:
    """Return the service as a WSGI application.

    Opens ``settings.store`` and its accounts where none are given. ``purges`` lists the purges
    that the caches in front of the service have not confirmed yet.
    """
    app = observability.Service(__name__, static_folder=None, template_folder=None)
    store = store or _open_store(settings)
    accounts = accounts or open_accounts(settings.store, create=False, own_words=settings.own_words)
    if settings.metrics_token:
        store = observability.timed(store)
    open_signer(settings)  # a key that cannot be used is an error at the start
    cache = RepresentationCache(settings.cache_bytes // 2)
    context.configure(app, context.ServiceContext(settings, store, cache, purges))

    # Around every request. After a response, they run in the reverse order.
    security_headers.init_app(app, settings)
    observability.init_app(app)
    hosts.init_app(app, settings)

    # The core: what readers and monitoring request.
    for each in (*reader.BLUEPRINTS, health.routes):
        app.register_blueprint(each)

    # The wings.
    editorial = Editorial(store, settings, _drafted_check(settings))
    app.extensions[_EDITORIAL] = editorial
    drafting = _open_drafting(app, settings, editorial)
    beside = records.init_app(app, settings, editorial)
    source_checks.init_app(app, settings, editorial)
    kit.init_app(app)
    api.init_app(app, api.ApiContext(settings, editorial, accounts, drafting))
    desk = admin.AdminContext(
        settings, editorial, accounts, beside, purges, drafting, kit.not_found
    )
    admin.init_app(app, desk)
    if settings.metrics_token:
        observability.init_metrics(app)
    if settings.purge:
        _init_purging(app, settings)
    if settings.notify:
        _init_notifying(app, settings)

    forwarding = Forwarding(settings.trusted_proxies, settings.base_url)
    gate = app.extensions[_REPORT_GATE] = ReportGate(app.wsgi_app, report_refusal.page)
    app.wsgi_app = forwarding.middleware(gate)  # type: ignore[assignment, method-assign]  # as Flask says
    return app


def create_service(settings: Settings) -> ResponseCache:
    """Return the service as it is deployed: the application behind its response cache.

    Changes are purged from the caches in front of it.
    """
    service: ResponseCache | None = None
    purger = _open_purger(settings) if settings.purge else None
    notifier: Notifier | None = None
    read_article: Callable[[Revision], None] | None = None

    def changed(revision: Revision) -> None:
        if service:  # the store records hand edits while it opens, too
            service.changed()
        if purger:
            purger.changed(revision)
        if notifier:
            notifier.changed(revision)
        if read_article:
            read_article(revision)

    panel.compile_templates()
    store = _open_store(settings, changed, wait=False)
    app = create_app(settings, store, purges=purger.outbox if purger else None)
    forwarding = Forwarding(settings.trusted_proxies, settings.base_url)
    gate: ReportGate = app.extensions[_REPORT_GATE]
    service = layer = ResponseCache(
        app.wsgi_app, settings.cache_bytes // 2, forwarding, gate.refusal
    )
    metrics.follow_cached(lambda: layer.hits)
    if purger:
        _start_purging(store, purger)
    if settings.notify:
        notifier = _start_notifying(settings, store)
    if settings.websub_hub:
        _start_pinging(settings, store)
    if settings.drafting:
        _start_drafting(app, settings, notifier)
    lease = store_lease(settings.store, name="schedule", lock=_SCHEDULE_LOCK)
    editorial: Editorial = app.extensions[_EDITORIAL]
    Scheduler(editorial).start(lease)
    records.start(app, settings, editorial, service)
    read_article = source_checks.start(app, settings, notifier.record if notifier else None)
    if notifier:
        from widget.web import reader_events  # receivers are an extra

        reader_events.start(app, settings, editorial, notifier)
    return service


def _open_store(
    settings: Settings, changed: Callable[[Revision], None] | None = None, *, wait: bool = True
) -> Store:
    return open_store(
        settings.store,
        rules(settings),
        changed,
        create=False,
        wait=wait,
        stale_seconds=settings.stale_seconds,
    )


# Drafting is imported here, since it is off until a provider is configured.


def _drafted_check(settings: Settings) -> DraftedCheck | None:
    if not settings.drafting:
        return None
    from widget.drafting.publishing import drafted_check

    return drafted_check(settings)


def _open_drafting(app: Flask, settings: Settings, editorial: Editorial) -> Drafting | None:
    if not settings.drafting:
        return None
    from widget.drafting.service import open_drafting

    drafting = open_drafting(settings, editorial)
    app.extensions[_DRAFTING] = drafting
    return drafting


def _start_drafting(app: Flask, settings: Settings, notifier: Notifier | None) -> None:
    from widget.drafting.worker import DraftWorker

    drafting: Drafting = app.extensions[_DRAFTING]
    if notifier is None:
        DraftWorker(drafting).start()
        return
    from widget.notifying.events import failed_run

    record = notifier.record

    def ended(run: Run) -> None:
        evidence = None if run.request.article_url else drafting.evidence(run.id)
        record(
            failed_run(
                run.id,
                entry_id=run.request.entry_id or "",
                at=run.changed_at,
                title=run.title,
                url=run.request.article_url or (evidence.article.url if evidence else ""),
                actor=run.asked_by,
                reason=run.message,
                settings=settings,
            )
        )

    DraftWorker(drafting, ended).start()


# Purging is imported here, since most services have no cache in front of them.


def _init_purging(app: Flask, settings: Settings) -> None:
    from widget.web import surrogate_keys

    surrogate_keys.init_app(app, settings)


def _open_purger(settings: Settings) -> Purger | None:
    from widget.purging import open_purger

    return open_purger(settings)


def _start_purging(store: Store, purger: Purger) -> None:
    from widget.purging import start_leader

    start_leader(store, purger)


# Notifications are imported here, since nobody is notified until a receiver is configured.


def _init_notifying(app: Flask, settings: Settings) -> None:
    from widget.notifying import open_notifications

    app.extensions[observability.NOTIFICATIONS] = open_notifications(settings)


def _start_notifying(settings: Settings, store: Store) -> Notifier:
    from widget.notifying import start_notifying

    return start_notifying(settings, store)


# Imported here, since no hub is told of corrections until one is configured.


def _start_pinging(settings: Settings, store: Store) -> None:
    from widget.record.websub import HubPinger

    lease = store_lease(settings.store, name="websub", lock=_WEBSUB_LOCK)
    HubPinger(settings, store).start(lease)
