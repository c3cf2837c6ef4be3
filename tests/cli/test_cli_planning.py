"""The commands for work and time: assign, schedule."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from commands import ID, done, run
from reviews_support import SETTINGS, drafted, newsroom

from widget.store import Query, Row, Rules, open_store

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("newsroom")]

__all__ = ["newsroom"]  # the fixture


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


def rows() -> list[Row]:
    store = open_store("dir:data", Rules(lambda _: []), create=False)
    try:
        return store.rows(Query(), limit=9)
    finally:
        store.close()


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    ("zone", "printed"),
    [
        ("UTC", "2098-12-01 09:00:00 UTC"),
        ("Europe/Berlin", "2098-12-01 09:00:00+01:00 (Europe/Berlin)"),
    ],
)
def test_a_time_without_a_zone_is_in_the_publication_s_on_every_machine(
    zone: str, printed: str
) -> None:
    Path("insights.toml").write_text(f'{SETTINGS}time_zone = "{zone}"\n')
    drafted()
    planned = done("schedule", ID, "--publish-at", "2098-12-01T09:00")
    assert planned == f"{ID}: to be published on {printed}\n"
    hour = datetime(2098, 12, 1, 9, tzinfo=ZoneInfo(zone))
    (row,) = rows()
    assert row.planned == hour
    assert done("schedule", ID, "--publish-at", hour.isoformat()) == planned


def test_an_entry_is_assigned_to_a_user() -> None:
    drafted()
    assert (
        done("assign", ID, "Bo", "--due", "2027-01-31") == f"{ID}: assigned to bo, due 2027-01-31\n"
    )
    assert done("assign", ID, "--due", "2027-02-01") == f"{ID}: assigned to bo, due 2027-02-01\n"
    assert done("assign", ID) == f"{ID}: assigned to nobody\n"
    refused = run("assign", ID, "eve")
    assert refused.exit_code == 1
    assert "there is no user 'eve'" in refused.stderr
    assert run("assign", ID, "bo", "--due", "soon").exit_code == 2


def test_a_publication_is_planned_and_cancelled() -> None:
    drafted()
    result = run("schedule", ID, "--publish-at", "2099-12-01 09:00")
    assert result.stdout == f"{ID}: to be published on 2099-12-01 09:00:00 UTC\n"
    assert "only if it is approved by then (0 of 1 approvals)" in result.stderr
    gone = ["--expires-at", "2099-12-24T00:00:00+01:00", "--reason", "The offer has ended."]
    planned = done("schedule", ID, *gone)
    assert planned == (
        f"{ID}: to be published on 2099-12-01 09:00:00 UTC\n"
        f"{ID}: to be withdrawn on 2099-12-23 23:00:00 UTC: The offer has ended.\n"
    )
    assert done("schedule", ID) == planned
    assert done("schedule", ID, "--cancel") == f"{ID}: nothing is planned\n"
    assert "has passed" in run("schedule", ID, "--publish-at", "2001-01-01 00:00").stderr
    assert run("schedule", ID, "--publish-at", "2099-12-01").exit_code == 2
    assert run("schedule", "nothing").exit_code == 1


def test_a_list_finds_what_is_due_whose_it_is_and_what_has_comments() -> None:
    other = {"id": "other", "article__url": "https://paper.example/other", "article__aliases": []}
    drafted()
    drafted(**other)
    done("assign", ID, "bo", "--due", "2001-01-31")
    done("comments", "other", "--add", "Who says so?")
    done("submit", "other", "--actor", "ana")

    def found(*options: str) -> set[str]:
        return {it["id"] for it in json.loads(done("list", *options, "--json"))}

    assert found() == {ID, "other"}
    assert found("--due", "overdue") == {ID}
    assert found("--assignee", "bo", "--due", "any") == {ID}
    assert found("--assignee", "ana") == set()
    assert found("--open-comments") == {"other"}
    assert found("--state", "in-review", "--saved-by", "ana") == {"other"}
    assert found("--search", "night trains") == {ID, "other"}
    assert found("--publication", "The Paper") == {ID, "other"}
    unknown = run("list", "--publication", "The Times")
    assert unknown.exit_code == 2
    assert "The Paper" in unknown.stderr
