"""Who may sign in, for how long, and what of it is on disk."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from samples import ROOT

from widget.accounts import (
    ABSOLUTE_SECONDS,
    IDLE_SECONDS,
    LINK_SECONDS,
    ROLES,
    DirAccounts,
    Role,
    User,
    at_least,
    open_accounts,
)
from widget.accounts.passwords import Passwords, check_password
from widget.errors import (
    Denied,
    InvalidAccount,
    InvalidSettings,
    NotFound,
    StoreUnavailable,
    Throttled,
)

PASSWORD = "a long enough password"  # noqa: S105  # of nobody
HERE = "192.0.2.1"
START = 1_800_000_000.0


# Costs little, where a test guesses often; it is argon2id all the same.
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds

    def date(self, **later: float) -> datetime:
        return datetime.fromtimestamp(self.now, UTC) + timedelta(**later)


def opened(folder: Path, clock: Clock) -> DirAccounts:
    return DirAccounts(str(folder), clock=clock, passwords=QUICK)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def accounts(folder: Path, clock: Clock) -> DirAccounts:
    return opened(folder, clock)


@pytest.fixture
def other(accounts: DirAccounts, folder: Path, clock: Clock) -> DirAccounts:
    """The same accounts as another process has them: nothing of it in memory."""
    assert accounts.users() == []
    return opened(folder, clock)


@pytest.fixture
def ana(accounts: DirAccounts) -> User:
    return accounts.add_user("ana", "editor", PASSWORD)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# Users and roles


@pytest.mark.parametrize(
    ("role", "may"),
    [("editor", ["editor"]), ("publisher", ["editor", "publisher"]), ("admin", [*ROLES])],
)
def test_a_role_may_what_those_before_it_may(role: Role, may: list[Role]) -> None:
    assert [needed for needed in ROLES if at_least(role, needed)] == may


def test_users_are_listed_by_name(accounts: DirAccounts, ana: User) -> None:
    bo = accounts.add_user("bo@paper.example", "admin", PASSWORD)
    assert accounts.users() == [ana, bo]
    assert accounts.user("ana") == ana == User("ana", "editor", disabled=False)
    assert accounts.user("nobody") is None


@pytest.mark.parametrize(
    "name",
    ["", "Ana", "a b", "token:a", "-a", "a-", "file", "a" * 65, "ana\n", "\x00", "é", "a/../b"],
)
def test_an_odd_name_is_refused(accounts: DirAccounts, name: str) -> None:
    with pytest.raises(InvalidAccount, match="cannot be a user's name"):
        accounts.add_user(name, "editor", PASSWORD)
    assert accounts.users() == []


def test_a_name_is_given_once(accounts: DirAccounts, ana: User) -> None:
    with pytest.raises(InvalidAccount, match="there is a user 'ana' already"):
        accounts.add_user("ana", "admin", "another long password")
    assert accounts.users() == [ana]
    assert accounts.authenticate("ana", PASSWORD, address=HERE) == ana


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("nine char", "has 9 characters; at least 10"),
        ("", "has 0 characters"),
        ("x" * 201, "has 201 characters; at most 200"),
        ("Maria.Lopez", "is the name"),
    ],
)
def test_a_weak_password_is_refused_wherever_it_is_set(
    accounts: DirAccounts, password: str, message: str
) -> None:
    with pytest.raises(InvalidAccount, match=message):
        accounts.add_user("maria.lopez", "editor", password)
    accounts.add_user("maria.lopez", "editor", PASSWORD)
    with pytest.raises(InvalidAccount, match=message):
        accounts.set_password("maria.lopez", password)
    assert accounts.authenticate("maria.lopez", PASSWORD, address=HERE)


@pytest.mark.parametrize("password", ["x" * 10, "x" * 200, " " * 10, "пароль пароль", "🗝" * 10])
def test_a_password_of_10_to_200_characters_of_any_kind_is_taken(password: str) -> None:
    check_password("ana", password)


def test_a_change_to_nobody_is_told(accounts: DirAccounts) -> None:
    for change in (
        lambda: accounts.set_password("nobody", PASSWORD),
        lambda: accounts.set_role("nobody", "admin"),
        lambda: accounts.set_disabled("nobody", True),
    ):
        with pytest.raises(NotFound, match="there is no user 'nobody'"):
            change()
    with pytest.raises(NotFound, match="there is no token"):
        accounts.revoke_token("nothing")


# Signing in


def test_a_name_and_its_password_let_in(accounts: DirAccounts, ana: User) -> None:
    assert accounts.authenticate("ana", PASSWORD, address=HERE) == ana
    assert accounts.authenticate(" ANA ", PASSWORD, address=HERE) == ana


def test_a_password_is_the_same_however_its_accents_are_typed(accounts: DirAccounts) -> None:
    accounts.add_user("ana", "editor", "Caf\u00e9 de la mañana")
    assert accounts.authenticate("ana", "Cafe\u0301 de la man\u0303ana", address=HERE)


def test_whatever_is_wrong_the_answer_is_the_same(accounts: DirAccounts, ana: User) -> None:
    accounts.add_user("gone", "admin", PASSWORD)
    accounts.set_disabled("gone", True)
    told = set()
    for name, password in (
        (ana.name, "a wrong password"),
        ("gone", PASSWORD),
        ("nobody", PASSWORD),
        ("\ud800\x00", "\ud800" * 500),
        (ana.name, PASSWORD + " " * 1000),
        (ana.name, ""),
    ):
        with pytest.raises(Denied) as caught:
            accounts.authenticate(name, password, address=HERE)
        told.add((type(caught.value), str(caught.value)))
    assert len(told) == 1


def test_an_unknown_name_costs_the_same_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str | bytes] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str | bytes, password: str | bytes) -> bool:
        compared.append(kept)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    accounts = DirAccounts(str(folder))
    accounts.add_user("ana", "editor", PASSWORD)
    for name in ("ana", "nobody"):
        with pytest.raises(Denied):
            accounts.authenticate(name, "a wrong password", address=HERE)
    known, decoy = (str(kept).rsplit("$", 2)[0] for kept in compared)
    assert known == decoy
    assert known.startswith("$argon2id$")


def test_an_old_hash_is_made_anew_when_its_password_is_given(
    folder: Path, clock: Clock, ana: User
) -> None:
    path = folder / "accounts.json"
    assert "t=1" in json.loads(path.read_bytes())["users"][0]["password"]
    accounts = DirAccounts(str(folder), clock=clock)
    session = accounts.open_session(ana)
    assert accounts.authenticate("ana", PASSWORD, address=HERE)
    assert "t=3" in json.loads(path.read_bytes())["users"][0]["password"]
    assert accounts.session(session)
    assert accounts.authenticate("ana", PASSWORD, address=HERE)


# Throttling


def wrong(accounts: DirAccounts, name: str = "ana", address: str = HERE) -> float:
    """Try a wrong password; return how long to wait for the next try, 0 where it was compared."""
    try:
        accounts.authenticate(name, "a wrong password", address=address)
    except Throttled as error:
        return error.retry_after
    except Denied:
        return 0
    raise AssertionError("let in")


def test_after_a_few_failures_each_try_waits_longer(folder: Path, clock: Clock) -> None:
    accounts = opened(folder, clock)
    accounts.add_user("ana", "editor", PASSWORD)
    for number in range(5):
        assert wrong(accounts, address=f"198.51.100.{number}") == 0
    waits = []
    for number in range(11):
        wait = wrong(accounts, address=f"203.0.113.{number}")
        waits.append(round(wait))
        with pytest.raises(Throttled):
            accounts.authenticate("ana", PASSWORD, address="198.51.100.99")
        clock.advance(wait)
        assert wrong(accounts, address=f"203.0.113.{number}") == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    clock.advance(300)
    assert accounts.authenticate("ana", PASSWORD, address=HERE)
    assert wrong(accounts, address=HERE) == 0
    assert accounts.authenticate("ana", PASSWORD, address=HERE)


def test_an_unknown_name_is_throttled_as_a_known_one(folder: Path, clock: Clock) -> None:
    accounts = opened(folder, clock)
    assert [wrong(accounts, "nobody") for _ in range(6)] == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("one", "same", "another"),
    [
        (HERE, HERE, "192.0.2.2"),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"),
        (HERE, f"::ffff:{HERE}", "::ffff:192.0.2.2"),
        ("unknown", "unknown", HERE),
    ],
)
def test_an_address_is_throttled_over_all_names(
    folder: Path, clock: Clock, one: str, same: str, another: str
) -> None:
    accounts = opened(folder, clock)
    accounts.add_user("ana", "editor", PASSWORD)
    for number in range(20):
        assert wrong(accounts, f"name{number}", one) == 0
    with pytest.raises(Throttled, match="too many tries failed; try again in"):
        accounts.authenticate("ana", PASSWORD, address=same)
    assert accounts.authenticate("ana", PASSWORD, address=another)


def test_ones_own_account_does_not_buy_more_guesses_at_others(folder: Path, clock: Clock) -> None:
    accounts = opened(folder, clock)
    accounts.add_user("eve", "editor", PASSWORD)
    for number in range(20):
        assert wrong(accounts, f"name{number}") == 0
        if number < 19:
            assert accounts.authenticate("eve", PASSWORD, address=HERE)
    assert wrong(accounts, "another") > 0


def test_throttling_is_shared_and_lifted_by_a_new_password(folder: Path, clock: Clock) -> None:
    accounts, other = (opened(folder, clock) for _ in range(2))
    accounts.add_user("ana", "editor", PASSWORD)
    for number in range(5):
        assert wrong((accounts, other)[number % 2]) == 0
    assert wrong(accounts) == wrong(other) == 1
    other.set_password("ana", "another long password")
    assert accounts.authenticate("ana", "another long password", address=HERE)


def test_of_many_tries_at_once_only_the_free_ones_are_compared(folder: Path, clock: Clock) -> None:
    accounts = opened(folder, clock)
    waits: list[float] = []
    threads = [
        threading.Thread(target=lambda: waits.append(wrong(accounts, "ana"))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [0] * 5 + [1] * 7


# Sessions


def test_a_session_says_who_and_since_when(
    accounts: DirAccounts, other: DirAccounts, ana: User, clock: Clock
) -> None:
    session_id = accounts.open_session(ana)
    for each in (accounts, other):
        session = each.session(session_id)
        assert session is not None
        assert session.user == ana
        assert session.created_at == session.last_seen_at == clock.date()


def test_each_session_has_an_id_and_a_csrf_value_of_its_own(
    accounts: DirAccounts, ana: User
) -> None:
    ids = [accounts.open_session(ana) for _ in range(3)]
    sessions = [accounts.session(session_id) for session_id in ids]
    values = [session.csrf for session in sessions if session]
    assert len({*ids, *values}) == 6
    assert all(len(value) >= 32 for value in (*ids, *values))
    again = accounts.session(ids[0])
    assert again is not None
    assert again.csrf == values[0]


@pytest.mark.parametrize(
    "session_id", ["", "chosen-by-an-attacker", "../accounts.json", "\ud800", "\0"]
)
def test_an_id_that_was_not_given_out_opens_nothing(
    accounts: DirAccounts, ana: User, session_id: str
) -> None:
    accounts.open_session(ana)
    assert accounts.session(session_id) is None
    accounts.close_session(session_id)


def test_a_secret_of_one_kind_is_none_of_another(accounts: DirAccounts, ana: User) -> None:
    link, session_id = accounts.sign_in_link(ana), accounts.open_session(ana)
    secret, _ = accounts.create_token(
        "cms", "admin", expires_at=datetime.now(UTC) + timedelta(days=9999), actor="ana"
    )
    for other in (link, secret):
        assert accounts.session(other) is None
    for other in (session_id, secret):
        assert accounts.redeem_sign_in(other) is None
    for other in (link, session_id):
        assert accounts.token(other) is None


def test_a_session_is_ended_by_signing_out_and_the_others_are_not(
    accounts: DirAccounts, other: DirAccounts, ana: User
) -> None:
    one, two = accounts.open_session(ana), accounts.open_session(ana)
    other.close_session(one)
    assert accounts.session(one) is None
    assert accounts.session(two)


def test_a_session_that_was_ended_while_it_was_looked_at_stays_ended(
    accounts: DirAccounts, other: DirAccounts, ana: User, clock: Clock
) -> None:
    session_id = accounts.open_session(ana)
    clock.advance(61)
    other.close_session(session_id)
    assert accounts._touched(session_id) is None
    assert other.session(session_id) is None


def test_an_hour_without_a_request_ends_a_session(
    accounts: DirAccounts, ana: User, clock: Clock
) -> None:
    session_id = accounts.open_session(ana)
    clock.advance(IDLE_SECONDS - 1)
    assert accounts.session(session_id)
    clock.advance(IDLE_SECONDS - 1)
    assert accounts.session(session_id)
    clock.advance(IDLE_SECONDS)
    assert accounts.session(session_id) is None


def test_twelve_hours_end_a_session_however_busy(
    accounts: DirAccounts, ana: User, clock: Clock
) -> None:
    session_id = accounts.open_session(ana)
    for _ in range(ABSOLUTE_SECONDS // 1800 - 1):
        clock.advance(1800)
        assert accounts.session(session_id)
    clock.advance(1799)
    assert accounts.session(session_id)
    clock.advance(1)
    assert accounts.session(session_id) is None


def test_a_session_is_written_at_most_once_a_minute(
    accounts: DirAccounts, ana: User, clock: Clock, folder: Path
) -> None:
    session_id = accounts.open_session(ana)
    (path,) = (p for p in files(folder / "sessions") if p.name != "lock")
    before = path.read_bytes()
    clock.advance(59)
    session = accounts.session(session_id)
    assert session is not None
    assert session.last_seen_at == clock.date(seconds=-59)
    assert path.read_bytes() == before
    clock.advance(1)
    session = accounts.session(session_id)
    assert session is not None
    assert session.last_seen_at == clock.date()
    assert path.read_bytes() != before


@pytest.mark.parametrize("change", ["password", "disabled"])
def test_a_new_password_and_disabling_end_all_of_a_users_sessions_and_no_other(
    accounts: DirAccounts, other: DirAccounts, ana: User, change: str
) -> None:
    bo = accounts.add_user("bo", "editor", PASSWORD)
    ids = [each.open_session(ana) for each in (accounts, other)]
    link = accounts.sign_in_link(ana)
    of_bo = accounts.open_session(bo)
    if change == "password":
        other.set_password("ana", "another long password")
        with pytest.raises(Denied):
            accounts.authenticate("ana", PASSWORD, address=HERE)
    else:
        other.set_disabled("ana", True)
        with pytest.raises(Denied):
            accounts.open_session(ana)
        other.set_disabled("ana", False)
    assert [accounts.session(session_id) for session_id in ids] == [None, None]
    assert accounts.redeem_sign_in(link) is None
    assert accounts.session(of_bo)
    assert accounts.open_session(ana)


def test_a_disabled_user_has_no_session_and_comes_back_without_the_old_ones(
    accounts: DirAccounts, ana: User
) -> None:
    session_id = accounts.open_session(ana)
    accounts.set_disabled("ana", True)
    assert accounts.session(session_id) is None
    assert accounts.user("ana") == dataclasses.replace(ana, disabled=True)
    accounts.set_disabled("ana", False)
    assert accounts.session(session_id) is None
    assert accounts.authenticate("ana", PASSWORD, address=HERE) == ana


def test_a_new_role_holds_in_sessions_that_are_open(
    accounts: DirAccounts, other: DirAccounts, ana: User
) -> None:
    session_id = accounts.open_session(ana)
    for role in ROLES:
        other.set_role("ana", role)
        session = accounts.session(session_id)
        assert session is not None
        assert session.user.role == role


def test_who_is_disabled_in_the_file_by_hand_is_kept_out_at_once(
    accounts: DirAccounts, ana: User, folder: Path
) -> None:
    session_id = accounts.open_session(ana)
    assert accounts.session(session_id)
    path = folder / "accounts.json"
    path.write_text(path.read_text().replace('"disabled": false', '"disabled": true'))
    assert accounts.session(session_id) is None


# Links that sign in once


def test_a_link_signs_in_once_in_any_process(
    accounts: DirAccounts, other: DirAccounts, ana: User
) -> None:
    secret = accounts.sign_in_link(ana)
    assert other.redeem_sign_in(secret) == ana
    assert accounts.redeem_sign_in(secret) is None
    assert other.redeem_sign_in("another") is None


def test_a_link_is_good_for_ten_minutes(accounts: DirAccounts, ana: User, clock: Clock) -> None:
    one, two = accounts.sign_in_link(ana), accounts.sign_in_link(ana)
    clock.advance(LINK_SECONDS - 1)
    assert accounts.redeem_sign_in(one) == ana
    clock.advance(1)
    assert accounts.redeem_sign_in(two) is None


def test_of_many_who_redeem_a_link_at_once_one_has_it(accounts: DirAccounts, ana: User) -> None:
    secret = accounts.sign_in_link(ana)
    barrier = threading.Barrier(8)
    found: list[User | None] = []

    def redeem() -> None:
        barrier.wait()
        found.append(accounts.redeem_sign_in(secret))

    threads = [threading.Thread(target=redeem) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [user for user in found if user] == [ana]


def test_who_is_second_between_the_look_and_the_claim_is_not_signed_in(
    accounts: DirAccounts, other: DirAccounts, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = accounts.sign_in_link(ana)
    read = accounts._spool.read
    first: list[User | None] = []

    def interrupted(kind: Any, key: str) -> dict[str, Any] | None:  # noqa: ANN401  # spool.Kind
        kept = read(kind, key)
        first.append(other.redeem_sign_in(secret))
        return kept

    monkeypatch.setattr(accounts._spool, "read", interrupted)
    assert accounts.redeem_sign_in(secret) is None
    assert first == [ana]


# Tokens


def test_a_token_opens_until_it_expires(accounts: DirAccounts, clock: Clock) -> None:
    secret, made = accounts.create_token(
        "cms", "publisher", expires_at=clock.date(days=90), actor="ana"
    )
    assert secret.startswith("ins_")
    assert len(secret) > 40
    assert made.last_used_at is None
    assert (made.name, made.role, made.revoked) == ("cms", "publisher", False)
    clock.advance(90 * 86400 - 1)
    used = accounts.token(secret)
    assert used == dataclasses.replace(made, last_used_at=clock.date())
    clock.advance(1)
    assert accounts.token(secret) is None
    assert accounts.tokens() == [used]


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s + "x", str.swapcase, lambda _: ""]
)
def test_a_secret_that_is_almost_right_opens_nothing(
    accounts: DirAccounts, clock: Clock, change: object
) -> None:
    secret, _ = accounts.create_token("cms", "admin", expires_at=clock.date(days=1), actor="ana")
    assert callable(change)
    assert accounts.token(change(secret)) is None
    assert accounts.token(secret)


def test_a_revoked_token_opens_nothing_in_any_process(
    accounts: DirAccounts, other: DirAccounts, clock: Clock
) -> None:
    secret, made = accounts.create_token("a", "admin", expires_at=clock.date(days=1), actor="ana")
    kept, _ = accounts.create_token("b", "editor", expires_at=clock.date(days=1), actor="ana")
    assert other.token(secret)
    other.revoke_token(made.id)
    other.revoke_token(made.id)
    assert accounts.token(secret) is None
    assert accounts.token(kept)
    assert [(token.name, token.revoked) for token in accounts.tokens()] == [
        ("a", True),
        ("b", False),
    ]


def test_the_last_use_is_written_at_most_once_a_minute(
    accounts: DirAccounts, clock: Clock, folder: Path
) -> None:
    secret, _ = accounts.create_token("a", "admin", expires_at=clock.date(days=1), actor="ana")
    accounts.token(secret)
    before = (folder / "accounts.json").read_bytes()
    clock.advance(59)
    accounts.token(secret)
    assert (folder / "accounts.json").read_bytes() == before
    clock.advance(1)
    used = accounts.token(secret)
    assert used is not None
    assert used.last_used_at == clock.date()
    assert accounts.tokens() == [used]


@pytest.mark.parametrize("name", ["", "a:b", " a", "a\n", "a" * 65, "é"])
def test_an_odd_token_is_refused(accounts: DirAccounts, clock: Clock, name: str) -> None:
    with pytest.raises(InvalidAccount, match="cannot be a token's name"):
        accounts.create_token(name, "editor", expires_at=clock.date(days=1), actor="ana")
    with pytest.raises(InvalidAccount, match="would be of no use"):
        accounts.create_token("cms", "editor", expires_at=clock.date(), actor="ana")
    assert accounts.tokens() == []


def test_the_name_of_a_token_is_free_again_once_it_opens_nothing(
    accounts: DirAccounts, clock: Clock
) -> None:
    _, first = accounts.create_token("cms", "editor", expires_at=clock.date(days=1), actor="ana")
    with pytest.raises(InvalidAccount, match="there is a token 'cms' already"):
        accounts.create_token("cms", "editor", expires_at=clock.date(days=1), actor="ana")
    accounts.revoke_token(first.id)
    accounts.create_token("cms", "editor", expires_at=clock.date(days=1), actor="ana")
    clock.advance(86400)
    accounts.create_token("cms", "editor", expires_at=clock.date(days=1), actor="ana")
    assert len(accounts.tokens()) == 3


# Limits and remembered answers


def test_requests_within_the_limit_pass_and_the_next_is_told_when(
    accounts: DirAccounts, other: DirAccounts, clock: Clock
) -> None:
    each = (accounts, other)
    assert [each[n % 2].hit("a", limit=3, seconds=60) for n in range(3)] == [None] * 3
    assert accounts.hit("a", limit=3, seconds=60) == pytest.approx(20)
    assert other.hit("a", limit=3, seconds=60) == pytest.approx(20)
    assert accounts.hit("b", limit=3, seconds=60) is None
    clock.advance(20)
    assert accounts.hit("a", limit=3, seconds=60) is None
    assert other.hit("a", limit=3, seconds=60) == pytest.approx(20)
    clock.advance(60)
    assert [accounts.hit("a", limit=3, seconds=60) for _ in range(3)] == [None] * 3


@given(
    limit=st.integers(1, 50),
    seconds=st.sampled_from([1.0, 60.0, 3600.0]),
    pauses=st.lists(st.floats(0, 30), min_size=1, max_size=60),
)
def test_no_span_passes_more_than_twice_the_limit(
    tmp_path_factory: pytest.TempPathFactory, limit: int, seconds: float, pauses: list[float]
) -> None:
    clock = Clock()
    accounts = DirAccounts(str(tmp_path_factory.mktemp("hits")), clock=clock)
    passed: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        wait = accounts.hit("k", limit=limit, seconds=seconds)
        if wait is None:
            passed.append(clock())
        else:
            assert 0 < wait <= seconds
    for start in passed:
        assert sum(start <= at < start + seconds for at in passed) <= 2 * limit


def test_what_is_remembered_is_recalled_for_its_time(
    accounts: DirAccounts, other: DirAccounts, clock: Clock
) -> None:
    accounts.remember("key", {"status": 200, "body": "é"}, 60)
    assert other.recall("key") == {"status": 200, "body": "é"}
    assert other.recall("another") is None
    clock.advance(60)
    assert other.recall("key") is None


def test_what_expired_is_cleaned_away(
    accounts: DirAccounts, ana: User, clock: Clock, folder: Path
) -> None:
    for number in range(10):
        accounts.remember(str(number), {}, 60)
        accounts.hit(str(number), limit=3, seconds=60)
    session_id = accounts.open_session(ana)
    (folder / "sessions" / ".left-over").write_text("")
    clock.advance(120)
    accounts.remember("another", {}, 60)
    assert len(files(folder / "sessions")) == 4  # the lock, the left-over, the session, the answer
    assert accounts.session(session_id)


# On disk


def test_nothing_that_is_secret_is_on_disk(
    accounts: DirAccounts, ana: User, clock: Clock, folder: Path
) -> None:
    session_id = accounts.open_session(ana)
    session = accounts.session(session_id)
    assert session is not None
    token, _ = accounts.create_token("cms", "admin", expires_at=clock.date(days=1), actor="ana")
    accounts.token(token)
    link = accounts.sign_in_link(ana)
    wrong(accounts)
    accounts.authenticate("ana", PASSWORD, address=HERE)
    secrets = [PASSWORD, "a wrong password", session_id, session.csrf, token, link]
    found = files(folder)
    assert len(found) > 4
    for path in found:
        content = path.read_bytes() + path.name.encode()
        for secret in secrets:
            assert secret.encode() not in content, path
            assert secret.removeprefix("ins_").encode() not in content, path


def test_only_the_owner_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    script = (
        "import os, sys; os.umask(0)\n"
        "from widget.accounts import DirAccounts\n"
        "from datetime import datetime, UTC, timedelta\n"
        "a = DirAccounts(sys.argv[1])\n"
        "u = a.add_user('ana', 'admin', 'a long enough password')\n"
        "a.open_session(u); a.sign_in_link(u); a.hit('x', limit=3, seconds=60)\n"
        "a.remember('x', {}, 60)\n"
        "a.create_token('x', 'admin', expires_at=datetime.now(UTC) + timedelta(1), actor='ana')\n"
    )
    data = tmp_path / "data"
    subprocess.run([sys.executable, "-c", script, str(data)], check=True, cwd=ROOT)
    found = files(data)
    assert len(found) >= 7
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (data, data / "sessions")} == {0o700}


def test_a_folder_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir(mode=0o755)
    DirAccounts(str(tmp_path))
    assert stat.S_IMODE((tmp_path / "sessions").stat().st_mode) == 0o700


def test_another_process_sees_and_makes_changes_at_once(folder: Path) -> None:
    accounts = DirAccounts(str(folder))
    user = accounts.add_user("ana", "editor", PASSWORD)
    session_id = accounts.open_session(user)
    script = (
        "import sys\n"
        "from widget.accounts import DirAccounts\n"
        "a = DirAccounts(sys.argv[1])\n"
        "print(a.session(sys.argv[2]).user.name, flush=True)\n"
        "for line in sys.stdin:\n"
        "    a.set_role('ana', line.strip()); print(a.user('ana').role, flush=True)\n"
        "a.close_session(sys.argv[2])\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(folder), session_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    with child:
        assert child.stdin
        assert child.stdout
        assert child.stdout.readline() == "ana\n"
        for role in [*ROLES, *reversed(ROLES)] * 5:
            child.stdin.write(f"{role}\n")
            child.stdin.flush()
            assert child.stdout.readline() == f"{role}\n"
            session = accounts.session(session_id)
            assert session is not None
            assert session.user.role == role
        child.stdin.close()
        assert child.wait(timeout=20) == 0
    assert accounts.session(session_id) is None


def test_changes_by_several_processes_at_once_are_all_kept(folder: Path) -> None:
    script = (
        "import sys\n"
        "from datetime import datetime, UTC, timedelta\n"
        "from widget.accounts import DirAccounts\n"
        "a = DirAccounts(sys.argv[1])\n"
        "for n in range(10):\n"
        "    later = datetime.now(UTC) + timedelta(1)\n"
        "    a.create_token(f'{sys.argv[2]}-{n}', 'editor', expires_at=later, actor='x')\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", script, str(folder), str(n)], cwd=ROOT)
        for n in range(3)
    ]
    assert [child.wait(timeout=60) for child in children] == [0, 0, 0]
    assert len({token.name for token in DirAccounts(str(folder)).tokens()}) == 30


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"version": 1, "users": [{"name": "ana"}]}',
        b'{"version": 1, "usres": []}',
        b'{"version": 1, "users": [], "tokens": 7}',
    ],
)
def test_a_damaged_file_is_an_error_and_never_nobody(
    folder: Path, accounts: DirAccounts, ana: User, content: bytes
) -> None:
    session_id = accounts.open_session(ana)
    path = folder / "accounts.json"
    path.write_bytes(content)
    for accounts_now in (accounts, DirAccounts(str(folder))):
        for call in (
            accounts_now.users,
            lambda: accounts_now.session(session_id),  # noqa: B023  # called in this round
            lambda: accounts_now.add_user("bo", "admin", PASSWORD),  # noqa: B023
            lambda: accounts_now.token("ins_x"),  # noqa: B023
        ):
            with pytest.raises(StoreUnavailable, match="is damaged") as caught:
                call()
            assert str(path) in str(caught.value)
            assert "argon2" not in str(caught.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_what_is_no_regular_file_is_not_read(
    folder: Path, accounts: DirAccounts, kind: str
) -> None:
    path = folder / "accounts.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("/dev/zero")
    else:
        os.mkfifo(path)
    with pytest.raises(StoreUnavailable, match="put a regular file here"):
        accounts.users()


def test_a_change_that_cannot_be_written_is_an_error_and_leaves_all_as_it_was(
    folder: Path, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = DirAccounts(str(folder), passwords=QUICK)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailable, match=r"cannot be written: .*the disk is full"):
            accounts.add_user("bo", "admin", PASSWORD)
    assert DirAccounts(str(folder)).users() == [ana]
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_session_file_that_was_cut_short_is_no_session(
    accounts: DirAccounts, ana: User, folder: Path
) -> None:
    session_id = accounts.open_session(ana)
    for path in files(folder / "sessions"):
        path.write_bytes(path.read_bytes()[:20])
    assert accounts.session(session_id) is None


@pytest.mark.parametrize("url", ["redis:x", "dir:", "dir:a\0b", "postgresql:x"])
def test_a_url_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(InvalidSettings, match="names no store"):
        open_accounts(url)


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable):
        open_accounts(f"dir:{tmp_path / 'file'}")
