"""Tokens: what they open, and until when."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from accounts_support import PASSWORD, Clock, Place

from widget.accounts import ROLES, Role, Token, User
from widget.accounts.service import AccountService
from widget.errors import InvalidAccount, NotFound


@pytest.fixture(autouse=True)
def ana(accounts: AccountService) -> User:
    return accounts.add_user("ana", "admin", PASSWORD)


def created(
    accounts: AccountService, clock: Clock, name: str, role: Role, *, owner: str = "ana"
) -> tuple[str, Token]:
    """Make a token that is good for a day."""
    return accounts.create_token(
        name, role, owner=owner, expires_at=clock.date(days=1), actor="root"
    )


def test_a_token_opens_until_it_expires(accounts: AccountService, clock: Clock) -> None:
    secret, created = accounts.create_token(
        "cms", "publisher", expires_at=clock.date(days=90), owner="ana", actor="root"
    )
    assert secret.startswith("ins_")
    assert len(secret) > 40
    assert created.last_used_at is None
    assert (created.name, created.role, created.revoked) == ("cms", "publisher", False)
    clock.advance(90 * 86400 - 1)
    used = accounts.token(secret)
    assert used == dataclasses.replace(created, last_used_at=clock.date())
    clock.advance(1)
    assert accounts.token(secret) is None
    assert accounts.tokens() == [used]


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s + "x", str.swapcase, lambda _: ""]
)
def test_a_secret_that_is_almost_right_opens_nothing(
    accounts: AccountService, clock: Clock, change: object
) -> None:
    secret, _ = created(accounts, clock, "cms", "admin")
    assert callable(change)
    assert accounts.token(change(secret)) is None
    assert accounts.token(secret)


def test_a_revoked_token_opens_nothing_in_any_process(
    accounts: AccountService, other: AccountService, clock: Clock
) -> None:
    secret, token = created(accounts, clock, "a", "admin")
    stored, _ = created(accounts, clock, "b", "editor")
    assert other.token(secret)
    other.revoke_token(token.id)
    other.revoke_token(token.id)
    assert accounts.token(secret) is None
    assert accounts.token(stored)
    assert [(token.name, token.revoked) for token in accounts.tokens()] == [
        ("a", True),
        ("b", False),
    ]


def test_the_last_use_is_written_at_most_once_a_minute(
    accounts: AccountService, clock: Clock, place: Place
) -> None:
    secret, _ = created(accounts, clock, "a", "admin")
    accounts.token(secret)
    before = place.document()
    clock.advance(59)
    accounts.token(secret)
    assert place.document() == before
    clock.advance(1)
    used = accounts.token(secret)
    assert used is not None
    assert used.last_used_at == clock.date()
    assert accounts.tokens() == [used]


@pytest.mark.parametrize("name", ["", "a:b", " a", "a\n", "a" * 65, "é"])
def test_an_odd_token_is_refused(accounts: AccountService, clock: Clock, name: str) -> None:
    with pytest.raises(InvalidAccount, match="cannot be a token's name"):
        created(accounts, clock, name, "editor")
    with pytest.raises(InvalidAccount, match="would be of no use"):
        accounts.create_token("cms", "editor", expires_at=clock.date(), owner="ana", actor="root")
    assert accounts.tokens() == []


def test_the_name_of_a_token_is_free_again_once_it_opens_nothing(
    accounts: AccountService, clock: Clock
) -> None:
    _, first = created(accounts, clock, "cms", "editor")
    with pytest.raises(InvalidAccount, match="there is a token 'cms' of ana's already"):
        created(accounts, clock, "cms", "editor")
    accounts.revoke_token(first.id)
    created(accounts, clock, "cms", "editor")
    clock.advance(86400)
    created(accounts, clock, "cms", "editor")
    assert len(accounts.tokens()) == 3


# Whose it is


def test_a_token_acts_for_a_user_who_exists(accounts: AccountService, clock: Clock) -> None:
    _, token = created(accounts, clock, "ci", "editor")
    assert token.owner == "ana"
    with pytest.raises(NotFound, match="there is no user 'bo'"):
        created(accounts, clock, "ci", "editor", owner="bo")
    accounts.add_user("bo", "editor")
    created(accounts, clock, "ci", "editor", owner="bo")
    assert {token.owner for token in accounts.tokens()} == {"bo", "ana"}


@pytest.mark.parametrize("requested", ROLES)
@pytest.mark.parametrize("role", ROLES)
def test_a_token_may_do_no_more_than_its_owner(
    accounts: AccountService, clock: Clock, role: Role, requested: Role
) -> None:
    accounts.add_user("bo", role)
    if ROLES.index(requested) > ROLES.index(role):
        with pytest.raises(InvalidAccount, match=f"give it the role {role}"):
            created(accounts, clock, "ci", requested, owner="bo")
        assert accounts.tokens() == []
        return
    secret, _ = created(accounts, clock, "ci", requested, owner="bo")
    accounts.set_role("bo", "editor")
    token = accounts.token(secret)
    assert token is not None
    assert token.role == "editor"
    assert accounts.tokens() == [token]
    accounts.set_role("bo", "admin")
    token = accounts.token(secret)
    assert token is not None
    assert token.role == requested, "no more than it was given, either"


def test_tokens_of_a_disabled_user_open_nothing_until_the_user_comes_back(
    accounts: AccountService, other: AccountService, clock: Clock
) -> None:
    accounts.add_user("bo", "editor")
    secret, _ = created(accounts, clock, "ci", "editor", owner="bo")
    assert other.token(secret)
    accounts.set_disabled("bo", True)
    assert accounts.token(secret) is other.token(secret) is None
    accounts.set_disabled("bo", False)
    assert other.token(secret)


def test_a_document_of_before_tokens_had_owners_is_read_and_its_tokens_open(
    accounts: AccountService, clock: Clock, place: Place
) -> None:
    secret, _ = created(accounts, clock, "ci", "publisher")

    def make_old(document: Any) -> None:  # noqa: ANN401  # as it is kept
        for key, of in (("owner", "tokens"), ("signed_in_at", "users")):
            del document[of][0][key]

    place.edit(make_old)
    again = place.open(clock)
    token = again.token(secret)
    assert token is not None
    assert (token.owner, token.role) == (None, "publisher")
    again.set_role("ana", "admin")
    assert again.tokens() == [token]
