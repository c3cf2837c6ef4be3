"""The list of entries: filters, order, pages."""

from __future__ import annotations

import pytest
from api_support import ENTRIES, Caller, problem_of
from samples import sample_entry

from widget.store import Store

pytestmark = pytest.mark.unit


@pytest.fixture
def many(store: Store) -> list[str]:
    for number in range(7):
        entry = sample_entry(
            id=f"e{number}",
            article__url=f"https://paper.example/{number}",
            article__aliases=[],
            article__title=f"Title {9 - number}",
            article__section="Letters" if number % 2 else "Opinion",
            language="es" if number == 3 else "en",
            viewpoint__lean="left" if number in (2, 5) else "right",
        )
        store.save(entry, actor="ana")
        if number in (1, 2, 4):
            store.publish(entry.id, actor="ana")
        if number == 2:
            store.save(entry, actor="ana")
        if number == 4:
            store.withdraw(entry.id, actor="ana", reason="Wrong.")
    return [f"e{number}" for number in range(7)]


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "0123456"),
        ("q=title", "0123456"),
        ("q=TITLE+7", "2"),
        ("q=e4", "4"),
        ("q=paper.example/5", "5"),
        ("q=nothing+like+it", ""),
        ("state=live", "1"),
        ("state=draft", "02356"),
        ("state=both", "2"),
        ("state=withdrawn", "4"),
        ("lean=left", "25"),
        ("section=Letters", "135"),
        ("language=es", "3"),
        ("lean=left&section=Letters&state=draft&q=title", "5"),
    ],
)
def test_entries_are_filtered(cms: Caller, query: str, found: str) -> None:
    page = cms("GET", f"{ENTRIES}?sort=id&{query}").get_json()
    assert "".join(item["id"][1] for item in page["items"]) == found
    assert page["next"] is None


@pytest.mark.usefixtures("many")
def test_an_entry_is_listed_at_a_glance(cms: Caller) -> None:
    (item,) = cms("GET", f"{ENTRIES}?state=both").get_json()["items"]
    assert item.pop("changed").endswith("Z")
    assert item == {
        "id": "e2",
        "state": "both",
        "draft": True,
        "title": "Title 7",
        "url": "https://paper.example/2",
        "section": "Opinion",
        "lean": "left",
        "language": "en",
        "phase": "draft",
        "saved_by": "ana",
        "assignee": "",
        "due": None,
        "planned": None,
        "open_comments": 0,
    }


@pytest.mark.parametrize("sort", ["id", "title", "changed"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_hold_every_entry_once_in_order(
    cms: Caller, many: list[str], sort: str, limit: int
) -> None:
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = cms("GET", f"{ENTRIES}?sort={sort}&limit={limit}{more}").get_json()
        assert len(page["items"]) <= limit
        ids += [item["id"] for item in page["items"]]
        cursor = page["next"]
    expected = {"id": many, "title": many[::-1], "changed": many[::-1]}[sort]
    assert ids == expected


def test_a_page_goes_on_where_the_last_one_ended_although_rows_went(
    cms: Caller, many: list[str], store: Store
) -> None:
    page = cms("GET", f"{ENTRIES}?sort=id&limit=3").get_json()
    store.discard("e0", actor="ana")
    store.discard("e3", actor="ana")
    store.save(sample_entry(id="d9"), actor="ana")
    page = cms("GET", f"{ENTRIES}?sort=id&limit=3&cursor={page['next']}").get_json()
    assert [item["id"] for item in page["items"]] == many[4:7]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=0", "$.limit"),
        ("limit=201", "$.limit"),
        ("limit=x", "$.limit"),
        ("limit=", "$.limit"),
        ("state=gone", "$.state"),
        ("lean=up", "$.lean"),
        ("sort=size", "$.sort"),
        ("page=2", "$.page"),
        ("cursor=x", "$.cursor"),
        ("cursor=WzFd", "$.cursor"),
        ("cursor=WyJjaGFuZ2VkIiwieCIsInkiXQ", "$.cursor"),
        ("cursor=%F0%9F%98%80", "$.cursor"),
        ("q=a&q=b", "$.q"),
    ],
)
def test_a_query_that_cannot_be_answered_is_told(cms: Caller, query: str, path: str) -> None:
    (error,) = problem_of(cms("GET", f"{ENTRIES}?{query}"), 422)["errors"]
    assert error["path"] == path


@pytest.mark.usefixtures("many")
def test_a_cursor_of_another_order_is_refused(cms: Caller) -> None:
    cursor = cms("GET", f"{ENTRIES}?sort=id&limit=2").get_json()["next"]
    problem_of(cms("GET", f"{ENTRIES}?sort=title&cursor={cursor}"), 422)
