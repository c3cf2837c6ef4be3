"""Stores with entries of every kind, and the command that copies one to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from click.testing import CliRunner, Result
from samples import PAPER, sample_entry

from widget.accounts import open_accounts
from widget.app import rules
from widget.cli import main
from widget.config import Settings
from widget.entry import Entry
from widget.store import Live, Revision, Store, open_store

PASSWORD = "a long enough password"  # noqa: S105  # of nobody
HERE = "192.0.2.1"

OpenUrl = Callable[[str], str]


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = open_store(
        url, rules(Settings.model_validate({"publications": [{"review": "optional"}]}))
    )
    try:
        yield store
    finally:
        store.close()


def entry(entry_id: str, address: str | None = None, title: str = "As it was") -> Entry:
    url = f"{PAPER}/opinion/{address or entry_id}"
    people = {"provenance__origin": "human"}  # needs no approval
    return sample_entry(
        id=entry_id, article__url=url, article__aliases=[], article__title=title, **people
    )


def fill(store: Store) -> None:
    """Make entries of every kind; the first one by name has an address that another gave up."""
    for number in range(3):
        store.save(entry(f"live-{number}"), actor="ana", note="é, \\u0000 and \n")
        store.publish(f"live-{number}", actor="ben (token ci)")
    store.save(entry("live-0", title="As it will be"), actor="ana")
    store.withdraw("live-1", actor="ben", reason="A source does not exist.", legal=True)
    store.save(entry("only-a-draft"), actor="ana")
    store.save(entry("dropped"), actor="ana")
    store.discard("dropped", actor="ana")
    store.save(entry("gave-up", "address"), actor="ana")
    store.publish("gave-up", actor="ana")
    store.save(entry("gave-up", "another"), actor="ana")
    store.publish("gave-up", actor="ana")
    store.save(entry("a-taker", "address"), actor="ana")
    store.publish("a-taker", actor="ana")
    at = datetime(2020, 2, 29, 12, 0, 0, 123000, UTC)
    store.adopt(Revision(1, at, "file", "publish", "", entry("by-hand")))


def people(url: str) -> str:
    """Make users and a token; return its secret."""
    accounts = open_accounts(url)
    ana = accounts.add_user("ana", "admin", PASSWORD)
    accounts.add_user("bo", "editor")
    accounts.open_session(ana)
    later = datetime.now(UTC) + timedelta(days=1)
    secret, _ = accounts.create_token("ci", "editor", owner="ana", expires_at=later, actor="ana")
    return secret


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments, prog_name="insights")
    assert "Traceback" not in result.output
    if result.exception is not None:
        assert isinstance(result.exception, SystemExit), result.exc_info
    return result


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    return result.stderr


def kept(store: Store) -> dict[str, object]:
    """Return all that a store keeps of entries."""
    found: dict[str, object] = {}
    for entry_id in store.ids():
        live = store.live(entry_id)
        shown = (live.entry, live.revision, live.at) if isinstance(live, Live) else live
        found[entry_id] = (store.history(entry_id), shown, store.draft(entry_id))
    return found
