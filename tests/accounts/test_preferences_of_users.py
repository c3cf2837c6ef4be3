"""A user's language and time zone, wherever accounts are stored."""

from __future__ import annotations

from typing import Any

import pytest
from accounts_support import PASSWORD, Place

from widget.accounts import User
from widget.accounts.service import AccountService
from widget.errors import InvalidAccount, NotFound

# The parameters of ``place`` carry the cost marks.


def test_they_are_stored_and_other_processes_see_them_at_once(
    accounts: AccountService, other: AccountService, ana: User
) -> None:
    assert (ana.language, ana.time_zone) == ("", "")
    accounts.set_preferences("ana", language="ar", time_zone="Africa/Cairo")
    stored = other.user("ana")
    assert stored is not None
    assert (stored.language, stored.time_zone) == ("ar", "Africa/Cairo")
    other.set_preferences("ana", language="", time_zone="")
    assert accounts.user("ana") == ana


def test_they_apply_to_open_sessions_and_end_none(accounts: AccountService, ana: User) -> None:
    session_id = accounts.open_session(ana)
    accounts.set_preferences("ana", language="fr", time_zone="Europe/Paris")
    session = accounts.session(session_id)
    assert session is not None
    assert (session.user.language, session.user.time_zone) == ("fr", "Europe/Paris")


@pytest.mark.parametrize(
    ("language", "time_zone"),
    [("pt", ""), ("EN", ""), ("../de", ""), ("", "Berlin"), ("", "../x"), ("", "/etc/localtime")],
)
def test_what_there_is_not_is_refused(
    accounts: AccountService, ana: User, language: str, time_zone: str
) -> None:
    with pytest.raises(InvalidAccount, match=r"no language|no time zone"):
        accounts.set_preferences("ana", language=language, time_zone=time_zone)
    assert accounts.user("ana") == ana


def test_nobody_has_none(accounts: AccountService) -> None:
    with pytest.raises(NotFound, match="there is no user 'nobody'"):
        accounts.set_preferences("nobody", language="de", time_zone="")


def test_a_document_without_them_is_read_and_stays_without_them_until_somebody_chooses(
    accounts: AccountService, place: Place, ana: User
) -> None:
    """So that a version before them can read it, too, while both run."""

    def keys() -> list[set[str]]:
        users: list[dict[str, Any]] = place.document()["users"]
        return [{"language", "time_zone"} & user.keys() for user in users]

    assert keys() == [set()]
    accounts.add_user("bo", "editor", PASSWORD)
    accounts.set_preferences("bo", language="de", time_zone="")
    assert keys() == [set(), {"language"}]
    assert accounts.user("ana") == ana
