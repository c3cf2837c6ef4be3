"""Who has an account, and what a role may."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from accounts_support import HERE, PASSWORD, Clock, Place

from widget.accounts import ROLES, Role, User, at_least
from widget.accounts.passwords import check_password
from widget.accounts.repository import load
from widget.accounts.service import AccountService
from widget.errors import InvalidAccount, NotFound


@pytest.mark.unit
@pytest.mark.parametrize(
    ("role", "may"),
    [("editor", ["editor"]), ("publisher", ["editor", "publisher"]), ("admin", [*ROLES])],
)
def test_a_role_may_what_those_before_it_may(role: Role, may: list[Role]) -> None:
    assert [needed for needed in ROLES if at_least(role, needed)] == may


def test_users_are_listed_by_name(accounts: AccountService, ana: User) -> None:
    bo = accounts.add_user("bo@paper.example", "admin", PASSWORD)
    assert accounts.users() == [ana, bo]
    assert accounts.user("ana") == ana == User("ana", "editor", disabled=False)
    assert accounts.user("nobody") is None


@pytest.mark.parametrize(
    "name",
    ["", "Ana", "a b", "token:a", "-a", "a-", "file", "a" * 65, "ana\n", "\x00", "é", "a/../b"],
)
def test_an_odd_name_is_refused(accounts: AccountService, name: str) -> None:
    with pytest.raises(InvalidAccount, match="cannot be a user's name"):
        accounts.add_user(name, "editor", PASSWORD)
    assert accounts.users() == []


def test_a_name_is_given_once(accounts: AccountService, ana: User) -> None:
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
        ("Maria.Lopez", "consists of your name"),
    ],
)
def test_a_weak_password_is_refused_wherever_it_is_set(
    accounts: AccountService, password: str, message: str
) -> None:
    with pytest.raises(InvalidAccount, match=message):
        accounts.add_user("maria.lopez", "editor", password)
    accounts.add_user("maria.lopez", "editor", PASSWORD)
    with pytest.raises(InvalidAccount, match=message):
        accounts.set_password("maria.lopez", password)
    assert accounts.authenticate("maria.lopez", PASSWORD, address=HERE)


@pytest.mark.unit
@pytest.mark.parametrize("password", ["tqxzvbhkwm", "tqxz" * 50, "пароль пароль", "🗝🌊⛴️🧭🗝🌊⛴️🧭"])
def test_a_password_of_10_to_200_characters_of_any_kind_is_taken(password: str) -> None:
    check_password("ana", password)


def test_a_change_to_nobody_is_told(accounts: AccountService) -> None:
    for change in (
        lambda: accounts.set_password("nobody", PASSWORD),
        lambda: accounts.set_role("nobody", "admin"),
        lambda: accounts.set_disabled("nobody", True),
    ):
        with pytest.raises(NotFound, match="there is no user 'nobody'"):
            change()
    with pytest.raises(NotFound, match="there is no token"):
        accounts.revoke_token("nothing")


# Publications


def test_a_user_works_for_all_publications_or_for_some(accounts: AccountService) -> None:
    accounts.add_user("ana", "admin", PASSWORD)
    bo = accounts.add_user("bo", "admin", PASSWORD, publications=["The Paper", "The Paper"])
    assert bo.publications == ("The Paper",)
    assert not bo.manages_users
    accounts.set_publications("bo", ["The Courier", "The Gazette"])
    assert accounts.user("bo") == User("bo", "admin", publications=("The Courier", "The Gazette"))
    accounts.set_publications("bo", [])
    assert accounts.user("bo") == User("bo", "admin")
    assert User("bo", "admin").manages_users
    assert not User("bo", "publisher").manages_users
    with pytest.raises(NotFound, match="there is no user 'nobody'"):
        accounts.set_publications("nobody", [])


def test_a_token_is_of_its_owner_s_publications_as_they_are_now(
    accounts: AccountService, clock: Clock
) -> None:
    accounts.add_user("bo", "editor", PASSWORD, publications=["The Paper"])
    later = datetime.fromtimestamp(clock(), UTC) + timedelta(days=1)
    secret, token = accounts.create_token(
        "ci", "editor", owner="bo", expires_at=later, actor="root"
    )
    assert token.publications == ("The Paper",)
    accounts.set_publications("bo", ["The Courier"])
    changed = accounts.token(secret)
    assert changed
    assert changed.publications == ("The Courier",)


@pytest.mark.unit
def test_an_account_from_before_there_were_publications_works_for_all() -> None:
    record = {
        "name": "ana",
        "role": "editor",
        "password": None,
        "generation": "0",
        "created_at": "2026-11-25T00:00:00Z",
    }
    state = load(json.dumps({"version": 1, "users": [record], "tokens": []}), "accounts.json")
    assert state.users["ana"].user().publications == ()


# There is always an admin

LAST = "an admin who can sign in, and ana is the last one; make another user admin first"


@pytest.mark.parametrize("change", ["disable", "publisher", "editor", "publications"])
@pytest.mark.parametrize("rest", ["nobody", "a publisher", "disabled", "invited", "of one paper"])
def test_the_last_admin_who_can_sign_in_stays_one(
    accounts: AccountService, change: str, rest: str
) -> None:
    accounts.add_user("ana", "admin", PASSWORD)
    if rest != "nobody":
        role: Role = "publisher" if rest == "a publisher" else "admin"
        papers = ["The Paper"] if rest == "of one paper" else []
        password = None if rest == "invited" else PASSWORD
        accounts.add_user("bo", role, password, publications=papers)
        if rest == "disabled":
            accounts.set_disabled("bo", True)

    def take_away() -> None:
        if change == "disable":
            accounts.set_disabled("ana", True)
        elif change == "publications":
            accounts.set_publications("ana", ["The Paper"])
        else:
            accounts.set_role("ana", change)  # type: ignore[arg-type]  # a role

    with pytest.raises(InvalidAccount, match=LAST):
        take_away()
    assert accounts.user("ana") == User("ana", "admin")
    accounts.add_user("eve", "admin", PASSWORD)
    take_away()
    assert accounts.user("ana") != User("ana", "admin")


def test_the_last_admin_keeps_a_session_when_disabling_is_refused(accounts: AccountService) -> None:
    session_id = accounts.open_session(accounts.add_user("ana", "admin", PASSWORD))
    with pytest.raises(InvalidAccount):
        accounts.set_disabled("ana", True)
    assert accounts.session(session_id)
    accounts.set_role("ana", "admin")


def test_where_there_is_no_admin_users_are_changed_as_ever(accounts: AccountService) -> None:
    accounts.add_user("ana", "publisher", PASSWORD)
    accounts.set_role("ana", "editor")
    accounts.set_disabled("ana", True)
    assert accounts.user("ana") == User("ana", "editor", disabled=True)


def test_of_two_admins_who_disable_each_other_at_once_one_stays(place: Place, clock: Clock) -> None:
    both = [place.open(clock) for _ in range(2)]
    for name in ("ana", "bo"):
        both[0].add_user(name, "admin", PASSWORD)
    for _ in range(5):
        barrier = threading.Barrier(2)
        reported: list[str] = []

        def disable(accounts: AccountService, name: str) -> None:
            barrier.wait()  # noqa: B023  # both threads end in this round
            try:
                accounts.set_disabled(name, True)
            except InvalidAccount as error:
                reported.append(str(error))  # noqa: B023

        threads = [
            threading.Thread(target=disable, args=pair)
            for pair in zip(both, ("bo", "ana"), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(reported) == 1
        users = place.open(clock).users()
        assert sorted(user.disabled for user in users) == [False, True]
        for user in users:
            both[0].set_disabled(user.name, False)
