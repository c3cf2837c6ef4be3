"""A standby that takes over from a primary that crashed, under readers and writers."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import postgres
import psycopg
import pytest
from store_support import entry, rules, until

from widget.errors import StoreUnavailable
from widget.store import Live, Store, open_store

pytestmark = pytest.mark.database

READ, WRITTEN = "ferry-fares", "night-trains"


@pytest.fixture
def pair() -> Iterator[tuple[postgres.Server, postgres.Server]]:
    """Give a primary that acknowledges what is on its standby, too, and that standby."""
    with postgres.server() as primary:
        standby = primary.standby(primary.folder.parent / "standby")
        standby.start()
        try:
            with psycopg.connect(primary.url, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
                connection.execute("SELECT pg_reload_conf()")
                until(lambda: in_step(connection), within=60)
            yield primary, standby
        finally:
            standby.stop()


def in_step(connection: psycopg.Connection) -> bool:
    sql = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
    return connection.execute(sql).fetchone() is not None


@pytest.fixture
def store(pair: tuple[postgres.Server, postgres.Server]) -> Iterator[Store]:
    """A store that knows of both, and asks the one that can be written to (docs/store.md)."""
    hosts = ",".join(urlsplit(each.url).netloc.rpartition("@")[2] for each in pair)
    url = f"postgresql://insights@{hosts}/postgres?target_session_attrs=read-write"
    opened = open_store(url, rules)
    yield opened
    opened.close()


def save(store: Store, number: int) -> int:
    """Save a draft as version ``number``; return the number of the revision, 0: refused."""
    try:
        return store.save(entry(WRITTEN, f"Version {number}"), actor="ana").number
    except StoreUnavailable:
        return 0


def answers(store: Store) -> bool:
    try:
        return store.head(WRITTEN) > 0
    except StoreUnavailable:
        return False


def test_a_standby_takes_over_without_help_and_nothing_acknowledged_is_lost(
    pair: tuple[postgres.Server, postgres.Server], store: Store
) -> None:
    primary, standby = pair
    store.save(entry(READ), actor="ana")
    store.publish(READ, actor="ana")
    until(lambda: store.live(READ) and isinstance(store.live_cached(READ), Live), within=20)
    acknowledged: list[int] = []
    over = threading.Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            number += 1
            if revision := save(store, number):
                acknowledged.append(revision)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        until(lambda: len(acknowledged) > 20, within=60)
        primary.stop(signal.SIGQUIT)
        assert isinstance(store.live(READ), Live), "readers are served meanwhile"
        with psycopg.connect(standby.url, autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")
        before = len(acknowledged)
        until(lambda: len(acknowledged) > before + 20, within=60)
    finally:
        over.set()
        writing.join()
    until(lambda: answers(store), within=60)
    assert set(acknowledged) <= {revision.number for revision in store.history(WRITTEN)}
    store.withdraw(READ, actor="ana", legal=True)
    assert not isinstance(store.live(READ), Live)
