"""Which clock a time is shown by: the person's, the publication's, or UTC where it is typed."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import ENTRY, csrf, form_of, post, signed_in
from samples import PUBLICATION, sample_entry

from widget.accounts import Accounts
from widget.config import Settings
from widget.store import Store

pytestmark = pytest.mark.unit

ID = "night-trains"
PAGE = f"{ENTRY}/publication"
FOLD = datetime(2098, 10, 26, 1, 30, tzinfo=UTC)
"""When clocks in Berlin show 02:30 for the second time."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    publication = PUBLICATION.model_copy(update={"time_zone": "Europe/Berlin"})
    return settings.model_copy(update={"publications": (publication,)})


@pytest.fixture
def ben(app: Flask, accounts: Accounts, store: Store) -> FlaskClient:
    """A publisher in Tokyo, and a draft."""
    store.save(sample_entry(), actor="somebody")
    client = signed_in(app, accounts, "publisher", "ben")
    accounts.set_preferences("ben", language="", time_zone="Asia/Tokyo")
    return client


def text_of(client: FlaskClient, path: str) -> str:
    return html.unescape(client.get(path).text)


def plan(client: FlaskClient, **fields: str) -> int:
    return post(client, f"{ENTRY}/schedule", data=fields).status_code


def test_a_plan_is_typed_by_the_publication_s_clock_and_explained_by_one_s_own(
    ben: FlaskClient, store: Store
) -> None:
    assert "Times are those of Europe/Berlin. There it is" in text_of(ben, PAGE)
    assert plan(ben, publish_at="2098-01-04T18:30") == 303
    assert store.workflow(ID).publish_at == datetime(2098, 1, 4, 17, 30, tzinfo=UTC)
    page = text_of(ben, PAGE)
    assert 'value="2098-01-04T18:30:00"' in page
    assert "For you: 5 January 2098, 02:30 UTC+9" in page


def test_nothing_is_explained_where_the_clocks_agree(ben: FlaskClient, accounts: Accounts) -> None:
    plan(ben, publish_at="2098-01-04T18:30")
    accounts.set_preferences("ben", language="", time_zone="Europe/Paris")
    page = text_of(ben, PAGE)
    assert "There it is" not in page
    assert "For you" not in page


def test_saving_a_plan_unchanged_moves_nothing_in_the_hour_that_a_clock_repeats(
    ben: FlaskClient, store: Store
) -> None:
    assert plan(ben, publish_at="2098-10-26T01:30:00+00:00") == 303
    assert store.workflow(ID).publish_at == FOLD
    found = re.search(r'name="publish_at" value="([^"]+)"', ben.get(PAGE).text)
    assert found
    assert found[1] == "2098-10-26T02:30:00"
    assert plan(ben, publish_at=found[1]) == 303
    assert store.workflow(ID).publish_at == FOLD
    assert plan(ben, publish_at=found[1].removesuffix(":00")) == 303, "as browsers shorten it"
    assert store.workflow(ID).publish_at == FOLD


def test_the_plan_is_a_calendar_of_one_s_own_days(ben: FlaskClient) -> None:
    plan(ben, publish_at="2098-01-04T18:30")
    page = ben.get("/admin/plan").text
    assert re.search(r"<h2[^>]*>5 January 2098</h2>", page)
    assert (
        '<time datetime="2098-01-04T17:30:00+00:00">02:30 UTC+9</time> '
        '<span class="small">4 January 2098, 18:30 Europe/Berlin</span>' in page
    )


def test_the_editor_s_fields_stay_in_utc_and_say_what_that_is_for_the_person(
    ben: FlaskClient, store: Store, accounts: Accounts
) -> None:
    """Converted, they would move whenever somebody changes the zone while the editor is open."""
    before = store.draft(ID)
    assert before is not None
    answer = ben.get(ENTRY)
    generated = before.entry.provenance.generated_at
    assert generated is not None
    local = (generated + timedelta(hours=9)).strftime("%H:%M UTC+9")
    hint = rf"Generated at <small>UTC; for you [^<]*{re.escape(local)}</small>"
    assert re.search(hint, answer.text)
    form = form_of(answer)
    stamp = generated.astimezone(UTC).replace(tzinfo=None).isoformat()
    assert form["provenance.generated_at"] == stamp
    accounts.set_preferences("ben", language="", time_zone="America/New_York")
    assert post(ben, f"{ENTRY}/draft", data={**form, "csrf": csrf(ben)}).status_code < 400
    after = store.draft(ID)
    assert after is not None
    assert after.entry == before.entry


def test_a_record_among_the_editors_pages_is_by_one_s_own_clock_and_says_so(
    ben: FlaskClient,
) -> None:
    found = re.findall(r'<time datetime="([^"]+)">([^<]+)</time>', ben.get(f"{ENTRY}/record").text)
    assert found
    for stamp, shown in found:
        assert stamp.endswith("Z")
        assert re.search(r"\d\d:\d\d:\d\d UTC\+9$", shown)


def test_the_history_shows_plans_by_one_s_own_clock_and_in_one_s_own_language(
    accounts: Accounts, ben: FlaskClient
) -> None:
    assert plan(ben, publish_at="2098-10-26T12:00") == 303
    assert "Publish 26 October 2098, 20:00 UTC+9" in text_only(ben, f"{ENTRY}/history")
    accounts.set_preferences("ben", language="de", time_zone="Asia/Tokyo")
    page = text_only(ben, f"{ENTRY}/history")
    assert "Veröffentlichen 26. Oktober 2098, 20:00 UTC+9" in page
    assert "to be published" not in page
    assert plan(ben) == 303
    assert "Es ist nichts mehr geplant." in text_only(ben, f"{ENTRY}/history")


def text_only(client: FlaskClient, path: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text_of(client, path)).split())
