"""What every ledger promises."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from widget.errors import InvalidSettings
from widget.purging.jobs import PurgeOutbox, new_order
from widget.purging.outbox import open_ledger
from widget.purging.postgres_outbox import DatabaseLedger
from widget.storage.lock import Busy
from widget.storage.postgres import Database

Opener = Callable[[], PurgeOutbox]


@pytest.fixture(params=["dir", "postgres", "pooler"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """What opens the ledger as a process of its own has it."""
    if request.param == "dir":
        yield lambda: open_ledger(f"dir:{tmp_path / 'data'}")
        return
    url = request.getfixturevalue("database_url" if request.param == "postgres" else "pooled_url")
    with ExitStack() as stack:

        def open_() -> PurgeOutbox:
            database = Database(url)
            stack.callback(database.close)
            return DatabaseLedger(database)

        yield open_


@pytest.fixture
def ledger(opened: Opener) -> PurgeOutbox:
    return opened()


def test_an_order_is_pending_for_every_process_until_it_is_crossed_out(
    opened: Opener, ledger: PurgeOutbox
) -> None:
    order = new_order("ferry-fares", "withdraw", ("entry-ferry-fares", "url-1"))
    ledger.add(order)
    assert opened().pending() == [order]
    ledger.cross_out(order)
    assert opened().pending() == []


def test_the_oldest_order_comes_first(ledger: PurgeOutbox) -> None:
    orders = [new_order(f"e{number}", "publish", (f"entry-e{number}",)) for number in range(3)]
    for order in reversed(orders):
        ledger.add(order)
    assert ledger.pending() == orders


def test_how_an_order_stands_is_kept(ledger: PurgeOutbox) -> None:
    order = new_order("ferry-fares", "publish", ("entry-ferry-fares",))
    ledger.add(order)
    tried = replace(order, tries=3, trouble="Varnish refuses the connection", due=order.at + 4)
    ledger.note(tried)
    assert ledger.pending() == [tried]
    assert ledger.latest("ferry-fares") == tried


def test_a_note_brings_nothing_back(ledger: PurgeOutbox) -> None:
    order = new_order("ferry-fares", "publish", ("entry-ferry-fares",))
    ledger.add(order)
    ledger.cross_out(order)
    ledger.note(replace(order, tries=1))
    assert ledger.pending() == []
    assert ledger.latest("ferry-fares") == order


def test_the_newest_order_of_an_entry_tells_how_it_stands(ledger: PurgeOutbox) -> None:
    assert ledger.latest("ferry-fares") is None
    older = new_order("ferry-fares", "publish", ("entry-ferry-fares",))
    newer = new_order("ferry-fares", "withdraw", ("entry-ferry-fares",))
    other = new_order("fish-market", "publish", ("entry-fish-market",))
    for order in (older, newer, other):
        ledger.add(order)
    assert ledger.latest("ferry-fares") == newer
    done = replace(newer, confirmed=0.4)
    ledger.cross_out(done)
    # The older one is confirmed last: it is not what happened last.
    ledger.cross_out(replace(older, confirmed=1.4))
    assert ledger.latest("ferry-fares") == done
    assert ledger.latest("../accounts") is None


def test_what_was_crossed_out_long_ago_is_forgotten_and_what_is_pending_is_not(
    ledger: PurgeOutbox,
) -> None:
    done = new_order("ferry-fares", "publish", ("entry-ferry-fares",))
    waiting = new_order("fish-market", "publish", ("entry-fish-market",))
    for order in (done, waiting):
        ledger.add(order)
    ledger.cross_out(done)
    ledger.forget(time.time() - 60)
    assert ledger.latest("ferry-fares") == done
    ledger.forget(time.time() + 60)
    assert ledger.latest("ferry-fares") is None
    assert ledger.pending() == [waiting]


def test_one_process_looks_after_the_orders(opened: Opener, ledger: PurgeOutbox) -> None:
    other = opened()
    with ledger.keeping() as still:
        with pytest.raises(Busy), other.keeping():
            raise AssertionError("two look after them")
        assert still()
    with other.keeping():
        pass


def test_what_concerns_no_single_entry_is_gone_once_it_is_crossed_out(ledger: PurgeOutbox) -> None:
    order = new_order("", "start", ("insights",))
    ledger.add(order)
    ledger.cross_out(order)
    ledger.cross_out(order)
    assert ledger.pending() == []
    assert ledger.latest("") is None


def test_a_store_that_keeps_no_ledger_is_named() -> None:
    with pytest.raises(InvalidSettings, match="'elsewhere://host/name' names no store"):
        open_ledger("elsewhere://host/name")


def test_a_file_that_is_no_order_hides_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = open_ledger(f"dir:{tmp_path}")
    order = new_order("ferry-fares", "publish", ("entry-ferry-fares",))
    ledger.add(order)
    (tmp_path / "purges" / "broken.json").write_text("{")
    assert ledger.pending() == [order]
    assert "broken.json is no order" in caplog.text
