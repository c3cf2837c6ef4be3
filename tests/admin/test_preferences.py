"""Each person's language and time zone: chosen on their own page, applied everywhere at once."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from newsroom import ENTRY, post, signed_in
from samples import sample_entry

from widget import i18n
from widget.accounts import Accounts, Session, User
from widget.store import Store
from widget.web.admin import interface

pytestmark = pytest.mark.unit

CHOICE = {"language": "de", "time_zone": "Europe/Berlin"}
SAVE = "/admin/me/preferences"


@pytest.fixture
def ana(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "editor", "ana")


@contextmanager
def as_ana(app: Flask, language: str, time_zone: str) -> Iterator[None]:
    """Enter a request of a user with these choices."""
    user = User("ana", "editor", language=language, time_zone=time_zone)
    now = datetime.now(UTC)
    with app.test_request_context():
        g.session = Session(user, "csrf", "handle", now, now, confirmed=True)
        yield


def language_of(page: str) -> tuple[str, str]:
    found = re.search(r'<html lang="([^"]*)" dir="([^"]*)"', page)
    assert found
    return found[1], found[2]


def test_a_choice_is_saved_and_holds_in_every_session_from_the_next_request(
    app: Flask, accounts: Accounts, ana: FlaskClient
) -> None:
    other = signed_in(app, accounts, "editor", "ana")
    of_bo = signed_in(app, accounts, "editor", "bo")
    answer = post(ana, SAVE, data=CHOICE)
    assert answer.status_code == 303
    page = ana.get(answer.headers["Location"]).text
    assert language_of(page) == ("de", "ltr")
    assert '<option value="de" lang="de" dir="ltr" selected>Deutsch</option>' in page
    assert '<option value="Europe/Berlin" selected>Berlin</option>' in page
    assert language_of(other.get("/admin/entries").text) == ("de", "ltr")
    assert language_of(of_bo.get("/admin/entries").text) == ("en", "ltr")
    post(other, SAVE, language="ar", time_zone="")
    assert language_of(ana.get("/admin/entries").text) == ("ar", "rtl")
    post(other, SAVE, language="", time_zone="")
    user = accounts.user("ana")
    assert user is not None
    assert (user.language, user.time_zone) == ("", "")


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("language", "tlh", "the pages have no language 'tlh'; choose one of en, ar, de, es, fr"),
        ("language", "../de", "the pages have no language '../de'"),
        ("time_zone", "Mars/Base", "'Mars/Base' is no time zone"),
        ("time_zone", "../../etc/passwd", "'../../etc/passwd' is no time zone"),
    ],
)
def test_only_what_there_is_can_be_chosen(
    accounts: Accounts, ana: FlaskClient, field: str, value: str, problem: str
) -> None:
    answer = post(ana, SAVE, data={**CHOICE, field: value})
    assert answer.status_code == 422
    assert problem in html.unescape(answer.text)
    user = accounts.user("ana")
    assert user is not None
    assert (user.language, user.time_zone) == ("", "")


def test_every_language_is_offered_by_its_own_name(ana: FlaskClient) -> None:
    offered = re.findall(
        r'<option value="(\w+)" lang="(\w+)" dir="(\w+)">(.*?)</option>', ana.get("/admin/me").text
    )
    assert offered == [
        ("en", "en", "ltr", "English"),
        ("ar", "ar", "rtl", "العربية"),
        ("de", "de", "ltr", "Deutsch"),
        ("es", "es", "ltr", "Español"),
        ("fr", "fr", "ltr", "Français"),
    ]


def test_a_zone_by_an_old_name_is_kept_and_others_are_not_offered(ana: FlaskClient) -> None:
    assert "Calcutta" in ana.get("/admin/me").text
    assert "US/Eastern" not in ana.get("/admin/me").text
    post(ana, SAVE, language="", time_zone="US/Eastern")
    assert '<option value="US/Eastern" selected>Eastern</option>' in ana.get("/admin/me").text


def test_before_signing_in_the_browser_s_language_applies_alone(ana: FlaskClient) -> None:
    post(ana, SAVE, data=CHOICE)
    assert (
        ana.get("/admin/me", headers={"Accept-Language": "fr"}).headers["Content-Language"] == "de"
    )
    assert "Accept-Language" not in ana.get("/admin/me").headers["Vary"]
    post(ana, "/admin/logout")
    for accepted, spoken in [("es-MX, en;q=0.5", "es"), ("tlh", "en"), ("ar;q=0.1, pt", "ar")]:
        answer = ana.get("/admin/login", headers={"Accept-Language": accepted})
        assert answer.status_code == 200
        assert language_of(answer.text)[0] == answer.headers["Content-Language"] == spoken
        assert "Accept-Language" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("language", "zone", "text"),
    [
        ("", "", "4 May 2026, 22:05 UTC"),
        ("de", "Europe/Berlin", "5. Mai 2026, 00:05 UTC+2"),
        ("en", "America/St_Johns", "4 May 2026, 19:35 UTC-2:30"),
        ("fr", "Asia/Kathmandu", "5 mai 2026, 03:50 UTC+5:45"),
        ("es", "Africa/Abidjan", "4 de mayo de 2026, 22:05 UTC"),
        ("ar", "Africa/Cairo", "5 مايو 2026، 1:05 ص UTC+3"),
    ],
)
def test_a_time_is_shown_in_the_person_s_zone_with_its_offset(
    app: Flask, language: str, zone: str, text: str
) -> None:
    with as_ana(app, language, zone):
        assert interface.moment(datetime(2026, 5, 4, 22, 5, tzinfo=UTC)) == text


def test_a_zone_that_the_system_lost_reads_as_utc(app: Flask) -> None:
    with as_ana(app, "en", "Mars/Base"):
        assert interface.moment(datetime(2026, 5, 4, 22, 5, tzinfo=UTC)).endswith("22:05 UTC")


@pytest.mark.parametrize(
    ("there", "text"),
    [
        ("Europe/Berlin", ""),
        ("Europe/Paris", ""),
        ("Europe/Athens", "01:05 Europe/Athens"),
        ("Europe/London", "4 May 2026, 23:05 Europe/London"),
        ("Asia/Tokyo", "07:05 Asia/Tokyo"),
    ],
)
def test_a_time_elsewhere_is_shown_where_clocks_differ(app: Flask, there: str, text: str) -> None:
    at = datetime(2026, 5, 4, 22, 5, tzinfo=UTC)
    with as_ana(app, "en", "Europe/Berlin"):
        assert interface.elsewhere(at, there) == text


@pytest.mark.usefixtures("drafted")
def test_the_machine_readable_time_stays_in_utc(ana: FlaskClient) -> None:
    post(ana, SAVE, data=CHOICE)
    page = ana.get("/admin/entries/night-trains/history").text
    (stamp, shown) = re.search(r'<time datetime="([^"]+)">([^<]+)</time>', page).groups()  # type: ignore[union-attr]
    assert stamp.endswith("+00:00")
    assert re.search(r"UTC\+[12]$", shown)


@pytest.mark.parametrize("language", ["ar", "de", "es", "fr"])
def test_what_the_rules_say_is_shown_in_the_person_s_language(
    store: Store, ana: FlaskClient, language: str
) -> None:
    entry = sample_entry()
    store.save(entry.model_copy(update={"perspectives": ()}), actor="somebody")
    english = "is never cited; cite it as [%(number)d] in a point or remove it"
    assert english % {"number": 1} in ana.get(ENTRY).text
    post(ana, SAVE, language=language, time_zone="")
    page = ana.get(ENTRY).text
    translated = i18n.translations(language, i18n.DESK).gettext(english)
    assert translated != english
    assert translated % {"number": 1} in html.unescape(page)
    assert english % {"number": 1} not in page
