"""Links by which somebody chooses a password."""

from __future__ import annotations

import pytest
from accounts_support import HERE, PASSWORD, Clock

from widget.accounts import PASSWORD_LINK_SECONDS, User
from widget.accounts.service import AccountService
from widget.errors import Denied, InvalidAccount


def test_who_has_no_password_yet_chooses_one_by_a_link_and_signs_in(
    accounts: AccountService, other: AccountService
) -> None:
    bo = accounts.add_user("bo", "editor")
    assert bo.invited
    for password in ("", "None", PASSWORD):
        with pytest.raises(Denied):
            accounts.authenticate("bo", password, address=HERE)
    secret = accounts.password_link(bo)
    assert other.password_link_user(secret) == bo
    assert other.redeem_password_link(secret, PASSWORD) == User("bo", "editor")
    assert accounts.password_link_user(secret) is None
    assert accounts.redeem_password_link(secret, "another long password") is None
    assert accounts.authenticate("bo", PASSWORD, address=HERE) == User("bo", "editor")


def test_a_weak_password_leaves_the_link_as_it_was(accounts: AccountService, ana: User) -> None:
    secret = accounts.password_link(ana)
    with pytest.raises(InvalidAccount, match="at least 10"):
        accounts.redeem_password_link(secret, "short")
    assert accounts.redeem_password_link(secret, "another long password") == ana


def test_a_password_chosen_by_a_link_ends_sessions_and_other_links(
    accounts: AccountService, ana: User
) -> None:
    session_id = accounts.open_session(ana)
    one, two = accounts.password_link(ana), accounts.password_link(ana)
    assert accounts.redeem_password_link(one, "another long password")
    assert accounts.session(session_id) is None
    assert accounts.redeem_password_link(two, PASSWORD) is None
    with pytest.raises(Denied):
        accounts.authenticate("ana", PASSWORD, address=HERE)


def test_a_password_link_is_good_for_a_day_and_for_nothing_else(
    accounts: AccountService, ana: User, clock: Clock
) -> None:
    secret = accounts.password_link(ana)
    assert accounts.redeem_sign_in(secret) is None
    assert accounts.session(secret) is None
    assert accounts.password_link_user(accounts.sign_in_link(ana)) is None
    clock.advance(PASSWORD_LINK_SECONDS - 1)
    assert accounts.password_link_user(secret) == ana
    clock.advance(1)
    assert accounts.redeem_password_link(secret, PASSWORD) is None


def test_disabling_ends_password_links(accounts: AccountService, ana: User) -> None:
    secret = accounts.password_link(ana)
    accounts.set_disabled("ana", True)
    accounts.set_disabled("ana", False)
    assert accounts.redeem_password_link(secret, "another long password") is None
    assert accounts.authenticate("ana", PASSWORD, address=HERE) == ana
