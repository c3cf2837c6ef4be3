"""Who changed what: the history, comparisons, restorations."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from newsroom import ENTRY, post
from samples import parse_html, sample_entry

from widget.store import Revision, Store
from widget.web.admin.history import sittings_of

pytestmark = pytest.mark.unit


def test_the_history_says_who_when_what_and_why(publisher: FlaskClient, shown: Store) -> None:
    shown.withdraw("night-trains", actor="bob", reason="Wrong person")
    page = publisher.get(f"{ENTRY}/history").text
    assert "bob" in page
    assert "Wrong person" in page
    assert "comparison?from=2&amp;to=3" in page
    assert "<details" not in page, "there is nothing to fold"


def sittings(client: FlaskClient) -> list[list[str]]:
    """Return the revisions of each row of the history, the one in the row itself first."""
    tree = parse_html(client.get(f"{ENTRY}/history").text)
    (table,) = (it for it in tree.iter("table"))
    rows = [row for row in table.iter("tr") if row.find("td") is not None]
    return [[link.get("href") or "" for link in row.iter("a")] for row in rows]


def test_the_saves_of_one_person_at_work_are_one_row_and_each_can_be_compared(
    publisher: FlaskClient, shown: Store
) -> None:
    for title in ("One", "Two", "Three"):
        shown.save(sample_entry(article__title=title), actor="ann", note="Autosaved")
    shown.save(sample_entry(article__title="Four"), actor="bob")
    shown.save(sample_entry(article__title="Five"), actor="bob", note="Restores revision 3.")
    place = f"{ENTRY}/comparison?from="
    assert sittings(publisher) == [
        [f"{place}6&to=7"],
        [f"{place}5&to=6"],
        [f"{place}2&to=5", f"{place}4&to=5", f"{place}3&to=4", f"{place}2&to=3"],
        [f"{place}1&to=2"],
        [f"{place}0&to=1"],
    ]
    page = publisher.get(f"{ENTRY}/history").text
    assert re.search(r"<summary>3 saves, \d\d:\d\d(?:\S\d\d:\d\d)?</summary>", page)
    for number in range(1, 8):
        assert f'name="from" value="{number}"' in page
        assert f'name="to" value="{number}"' in page


def test_a_pause_parts_two_sittings() -> None:
    start = datetime(2026, 5, 4, 10, 2, tzinfo=UTC)
    revisions = [
        Revision(number, start + timedelta(minutes=minutes), "ann", "save", "", sample_entry())
        for number, minutes in ((5, 100), (4, 71), (3, 70), (2, 29), (1, 0))
    ]
    found = [
        (sitting.before, [step.revision.number for step in sitting.steps])
        for sitting in sittings_of(revisions)
    ]
    assert found == [(2, [5, 4, 3]), (0, [2, 1])]


def test_any_two_revisions_are_compared_and_any_is_restored_as_a_draft(
    publisher: FlaskClient, shown: Store
) -> None:
    shown.save(sample_entry(article__title="Bring the day trains back"), actor="x")
    page = publisher.get(f"{ENTRY}/comparison?from=3&to=1").text
    assert "<del>night</del><ins>day</ins>" in page
    answer = post(publisher, f"{ENTRY}/restorations", revision="1", head="3")
    assert answer.status_code == 303
    draft = shown.draft("night-trains")
    assert draft
    assert draft.entry == sample_entry()
    assert shown.history("night-trains")[0].note == "Restores revision 1."
    assert publisher.get(f"{ENTRY}/comparison?to=99").status_code == 404
