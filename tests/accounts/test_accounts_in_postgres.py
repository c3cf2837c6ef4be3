"""What accounts keep in a database, and by whose clock."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial

import pytest
from accounts_support import PASSWORD, Clock, DatabasePlace, wrong

from widget.accounts import open_accounts, postgres
from widget.accounts.postgres import PostgresAccounts, PostgresRepository, SharedClock
from widget.errors import InvalidAccount, StoreUnavailable
from widget.storage.postgres import Database, release

pytestmark = [pytest.mark.database, pytest.mark.parametrize("place", ["postgres"], indirect=True)]


def test_nothing_that_is_secret_is_in_the_database(place: DatabasePlace, clock: Clock) -> None:
    accounts = place.open(clock)
    ana = accounts.add_user("ana", "editor", PASSWORD)
    session_id = accounts.open_session(ana)
    session = accounts.session(session_id)
    assert session is not None
    token, _ = accounts.create_token(
        "cms", "editor", expires_at=clock.date(days=1), owner="ana", actor="root"
    )
    accounts.token(token)
    links = [accounts.sign_in_link(ana), accounts.password_link(ana)]
    wrong(accounts)
    accounts.hit(token, limit=3, seconds=60)
    accounts.remember("idempotency", {"status": 200}, 60)
    stored = place.spooled()
    assert {name.partition("-")[0] for name in stored} == {
        "session", "link", "password", "throttle", "rate", "answer"
    }  # fmt: skip
    content = json.dumps([place.document(), stored])
    for secret in [PASSWORD, "a wrong password", session_id, session.csrf, token, *links]:
        assert secret.removeprefix("ins_") not in content


def test_all_machines_go_by_the_clock_of_the_database(
    place: DatabasePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = place.open()
    session_id = accounts.open_session(accounts.add_user("ana", "editor", PASSWORD))
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 100_000)
    ahead = place.open()
    session = ahead.session(session_id)
    assert session is not None
    ahead.remember("key", {}, 60)
    ((left,),) = place.run(
        "SELECT until - extract(epoch FROM now()) FROM remembered WHERE kind = 'answer'"
    )
    assert 50 < float(str(left)) < 61


def test_the_clock_goes_on_while_the_database_is_away(
    place: DatabasePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(place.url)
    clock, another = SharedClock(database), SharedClock(database)
    existing = clock()
    database.close()
    monkeypatch.setattr(postgres, "SWEEP_SECONDS", 0.0)  # so that it asks each time
    assert existing <= clock() < existing + 60
    with pytest.raises(StoreUnavailable):
        another()


def test_the_clock_is_asked_once_a_minute(
    place: DatabasePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(place.url)
    try:
        clock = SharedClock(database)
        existing, monotonic = clock(), time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: monotonic() + 59)
        assert existing + 59 <= clock() < existing + 119, "counted on"
        monkeypatch.setattr(time, "monotonic", lambda: monotonic() + 61)
        assert existing - 5 <= clock() < existing + 30, "asked again"
    finally:
        monkeypatch.undo()
        database.close()


def test_more_than_one_sweep_takes_at_once_is_cleaned_away(
    place: DatabasePlace, clock: Clock
) -> None:
    accounts = place.open(clock)
    place.run(
        "INSERT INTO remembered SELECT 'answer', n::text, '{}', %s"
        " FROM generate_series(1, 2500) AS n RETURNING 1",
        clock.now + 1,
    )
    clock.advance(120)
    accounts.remember("another", {}, 60)
    assert len(place.spooled()) == 1


@pytest.mark.parametrize(
    "document",
    ['[]', '{"version": 1, "users": [{"name": "ana"}]}', '{"usres": []}', None],
)  # fmt: skip
def test_a_damaged_document_is_an_error_and_never_nobody(
    place: DatabasePlace, document: str | None
) -> None:
    accounts = place.open()
    session_id = accounts.open_session(accounts.add_user("ana", "editor", PASSWORD))
    if document is None:
        place.run("DELETE FROM account RETURNING 1")
    else:
        place.run("UPDATE account SET document = %s RETURNING 1", document)
    for each in (accounts, place.open()):
        calls: list[Callable[[], object]] = [
            each.users,
            partial(each.session, session_id),
            partial(each.add_user, "bo", "admin", PASSWORD),
            partial(each.token, "ins_x"),
        ]
        for call in calls:
            with pytest.raises(StoreUnavailable, match=r"account (is damaged|has no row)"):
                call()


def test_a_change_that_is_refused_leaves_all_as_it_was(place: DatabasePlace) -> None:
    accounts = place.open()
    accounts.add_user("ana", "admin", PASSWORD)
    before = place.document()
    with pytest.raises(InvalidAccount):
        accounts.set_disabled("ana", True)
    assert place.document() == before


def test_a_document_is_read_again_only_where_it_changed(place: DatabasePlace) -> None:
    database = Database(place.url)
    try:
        records = PostgresRepository(database)
        state = records.state()
        assert records.state() is state
        place.open().add_user("ana", "editor")
        assert set(records.state().users) == {"ana"}
    finally:
        database.close()


def test_accounts_are_opened_by_the_url_of_the_database(place: DatabasePlace) -> None:
    accounts = open_accounts(place.url)
    assert isinstance(accounts, PostgresAccounts)
    try:
        assert accounts.users() == []
    finally:
        release(accounts.database)
