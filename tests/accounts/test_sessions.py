"""How long a session lasts, and what ends it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from accounts_support import HERE, PASSWORD, Clock, Place

from widget.accounts import ABSOLUTE_SECONDS, IDLE_SECONDS, ROLES, User
from widget.accounts.service import AccountService
from widget.errors import Denied


def test_a_session_says_who_and_since_when(
    accounts: AccountService, other: AccountService, ana: User, clock: Clock
) -> None:
    session_id = accounts.open_session(ana)
    for each in (accounts, other):
        session = each.session(session_id)
        assert session is not None
        assert session.user == dataclasses.replace(ana, signed_in_at=clock.date())
        assert session.created_at == session.last_seen_at == clock.date()


def test_each_session_has_an_id_and_a_csrf_value_of_its_own(
    accounts: AccountService, ana: User
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
    accounts: AccountService, ana: User, session_id: str
) -> None:
    accounts.open_session(ana)
    assert accounts.session(session_id) is None
    accounts.close_session(session_id)


def test_a_secret_of_one_kind_is_none_of_another(accounts: AccountService, ana: User) -> None:
    link, session_id = accounts.sign_in_link(ana), accounts.open_session(ana)
    secret, _ = accounts.create_token(
        "cms", "editor", owner="ana", expires_at=datetime.now(UTC) + timedelta(9999), actor="ana"
    )
    for other in (link, secret):
        assert accounts.session(other) is None
    for other in (session_id, secret):
        assert accounts.redeem_sign_in(other) is None
    for other in (link, session_id):
        assert accounts.token(other) is None


def test_a_session_is_ended_by_signing_out_and_the_others_are_not(
    accounts: AccountService, other: AccountService, ana: User
) -> None:
    one, two = accounts.open_session(ana), accounts.open_session(ana)
    other.close_session(one)
    assert accounts.session(one) is None
    assert accounts.session(two)


def test_a_session_that_was_ended_while_it_was_looked_at_stays_ended(
    accounts: AccountService, other: AccountService, ana: User, clock: Clock
) -> None:
    session_id = accounts.open_session(ana)
    clock.advance(61)
    other.close_session(session_id)
    assert accounts._touch(session_id) is None
    assert other.session(session_id) is None


def test_an_hour_without_a_request_ends_a_session(
    accounts: AccountService, ana: User, clock: Clock
) -> None:
    session_id = accounts.open_session(ana)
    clock.advance(IDLE_SECONDS - 1)
    assert accounts.session(session_id)
    clock.advance(IDLE_SECONDS - 1)
    assert accounts.session(session_id)
    clock.advance(IDLE_SECONDS)
    assert accounts.session(session_id) is None


def test_twelve_hours_end_a_session_however_busy(
    accounts: AccountService, ana: User, clock: Clock
) -> None:
    session_id = accounts.open_session(ana)
    for _ in range(ABSOLUTE_SECONDS // 1800 - 1):
        clock.advance(1800)
        assert accounts.session(session_id)
    clock.advance(1799)
    assert accounts.session(session_id)
    clock.advance(1)
    assert accounts.session(session_id) is None


def test_a_session_holds_on_a_machine_that_is_a_moment_behind_and_not_on_one_set_back(
    accounts: AccountService, other: AccountService, ana: User, clock: Clock
) -> None:
    session_id = accounts.open_session(ana)
    clock.advance(-0.5)
    assert other.session(session_id)
    clock.advance(-3600)
    assert other.session(session_id) is None


def test_a_session_is_written_at_most_once_a_minute(
    accounts: AccountService, ana: User, clock: Clock, place: Place
) -> None:
    session_id = accounts.open_session(ana)
    before = place.spooled()
    clock.advance(59)
    session = accounts.session(session_id)
    assert session is not None
    assert session.last_seen_at == clock.date(seconds=-59)
    assert place.spooled() == before
    clock.advance(1)
    session = accounts.session(session_id)
    assert session is not None
    assert session.last_seen_at == clock.date()
    assert place.spooled() != before


@pytest.mark.parametrize("change", ["password", "disabled"])
def test_a_new_password_and_disabling_end_all_of_a_users_sessions_and_no_other(
    accounts: AccountService, other: AccountService, ana: User, change: str
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
    accounts: AccountService, ana: User
) -> None:
    session_id = accounts.open_session(ana)
    accounts.set_disabled("ana", True)
    assert accounts.session(session_id) is None
    disabled = accounts.user("ana")
    assert disabled is not None
    assert disabled.disabled
    accounts.set_disabled("ana", False)
    assert accounts.session(session_id) is None
    assert accounts.authenticate("ana", PASSWORD, address=HERE).name == "ana"


def test_a_new_role_holds_in_sessions_that_are_open(
    accounts: AccountService, other: AccountService, ana: User
) -> None:
    session_id = accounts.open_session(ana)
    for role in ROLES:
        other.set_role("ana", role)
        session = accounts.session(session_id)
        assert session is not None
        assert session.user.role == role


def test_who_is_disabled_by_hand_is_kept_out_at_once(
    accounts: AccountService, ana: User, place: Place
) -> None:
    session_id = accounts.open_session(ana)
    assert accounts.session(session_id)
    place.edit(lambda document: document["users"][0].update(disabled=True))
    assert accounts.session(session_id) is None


# Lists of sessions


def test_a_user_s_sessions_are_listed_and_ended_by_what_opens_nothing(
    accounts: AccountService, other: AccountService, ana: User, clock: Clock
) -> None:
    bo = accounts.add_user("bo", "editor", PASSWORD)
    one = accounts.open_session(ana)
    clock.advance(61)
    two, of_bo = accounts.open_session(ana), accounts.open_session(bo)
    accounts.sign_in_link(ana)
    listed = other.sessions("ana")
    assert [it.created_at for it in listed] == [clock.date(), clock.date(seconds=-61)]
    first = accounts.session(one)
    assert first is not None
    assert listed[1].handle == first.handle
    assert accounts.session(first.handle) is None
    (of_other,) = other.sessions("bo")
    for handle in (of_other.handle, "", "../../accounts.json", one):
        accounts.end_session("ana", handle)
    assert accounts.session(of_bo)
    other.end_session("ana", first.handle)
    assert accounts.session(one) is None
    assert accounts.session(two)
    assert [it.handle for it in accounts.sessions("ana")] == [listed[0].handle]


def test_sessions_that_were_ended_are_not_listed(
    accounts: AccountService, ana: User, clock: Clock
) -> None:
    accounts.open_session(ana)
    accounts.set_password("ana", "another long password")
    assert accounts.sessions("ana") == []
    accounts.open_session(ana)
    clock.advance(IDLE_SECONDS)
    assert accounts.sessions("ana") == []


def test_it_is_known_when_a_user_signed_in_last(
    accounts: AccountService, other: AccountService, ana: User, clock: Clock
) -> None:
    assert ana.signed_in_at is None
    accounts.sign_in_link(ana)
    assert other.user("ana") == ana, "a link is not yet a session"
    accounts.open_session(ana)
    clock.advance(61)
    assert other.user("ana") == dataclasses.replace(ana, signed_in_at=clock.date(seconds=-61))
