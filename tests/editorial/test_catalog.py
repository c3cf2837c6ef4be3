"""The list of entries: states, search, filters, order, pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from samples import sample_entry

from widget.editorial import listing
from widget.editorial.listing import ListingRequest
from widget.store import Query, Sort, Store
from widget.store.query import key

pytestmark = pytest.mark.unit

TODAY = date(2026, 12, 1)


def keep(store: Store, name: str, *, live: bool = False, **changes: Any) -> None:  # noqa: ANN401
    changes = {
        "article__url": f"https://paper.example/opinion/{name}",
        "article__aliases": [],
        "article__title": name.title(),
        **changes,
    }
    store.save(sample_entry(id=name, **changes), actor="a")
    if live:
        store.publish(name, actor="a")


def ids(store: Store, **query: Any) -> list[str]:  # noqa: ANN401
    return [
        row.id for row in listing.find(store, ListingRequest.from_query(query, today=TODAY)).rows
    ]


def test_each_state_is_told(store: Store, tmp_path: Path) -> None:
    keep(store, "drafted")
    keep(store, "shown", live=True)
    keep(store, "changed", live=True)
    keep(store, "changed", article__title="Changed again")
    keep(store, "gone", live=True)
    store.withdraw("gone", actor="a", reason="Wrong")
    (tmp_path / "data" / "live" / "broken.json").write_text("{")
    keep(store, "hurt", live=True)
    (tmp_path / "data" / "live" / "hurt.json").write_text("[]")
    assert len(store.problems()) == 2  # which looks at the files now
    rows = {row.id: row for row in listing.find(store, ListingRequest()).rows}
    assert {name: row.state for name, row in rows.items()} == {
        "drafted": "draft",
        "shown": "live",
        "changed": "both",
        "gone": "withdrawn",
        "broken": "invalid",
        "hurt": "invalid",
    }
    assert rows["changed"].title == "Changed again"
    assert rows["gone"].lean == "center-left", "what was withdrawn keeps its place in the filters"
    assert rows["hurt"].title == "Hurt"
    assert rows["broken"].problem.startswith("live/broken.json: $")


def test_a_search_reads_title_text_address_and_id(store: Store) -> None:
    keep(store, "one", article__title="On Ferries")
    keep(store, "two", article__url="https://paper.example/opinion/lighthouse")
    keep(store, "three", sources__0__quote="As the Pilot said.")
    assert ids(store, q="FERRIES") == ["one"]
    assert ids(store, q="lighthouse") == ["two"]
    assert ids(store, q="said pilot") == ["three"]
    assert ids(store, q="thre") == ["three"]
    none = {"role": "different-views", "none_because": "All harbors agree."}
    keep(store, "four", perspectives__1=none)
    assert ids(store, q="harbors agree") == ["four"]
    assert ids(store, q="nobody wrote this") == []


def test_filters_narrow_the_list_together(store: Store) -> None:
    keep(store, "one", viewpoint__lean="left", article__section="Letters", language="es")
    keep(store, "two", viewpoint__lean="left")
    keep(store, "three", live=True, viewpoint__lean="right")
    assert sorted(ids(store, lean="left")) == ["one", "two"]
    assert ids(store, lean="left", section="Letters") == ["one"]
    assert ids(store, language="es") == ["one"]
    assert ids(store, state="live") == ["three"]
    found = listing.find(store, ListingRequest())
    assert found.sections == ("Letters", "Opinion")
    assert found.languages == ("en", "es")


def test_a_draft_of_what_is_live_is_among_the_drafts(store: Store) -> None:
    keep(store, "one", live=True)
    keep(store, "one", article__title="Anew")
    assert ids(store, state="draft") == ids(store, state="both") == ["one"]


def test_the_order_is_by_change_newest_first_or_as_asked(store: Store) -> None:
    for name in ("bb", "aa", "cc"):
        keep(store, name, article__title={"aa": "Zebra", "bb": "apple", "cc": "Moth"}[name])
    assert ids(store) == ["cc", "aa", "bb"]
    assert ids(store, sort="title") == ["bb", "cc", "aa"]
    assert ids(store, sort="id") == ["aa", "bb", "cc"]


def test_pages_cut_the_list_and_the_last_one_answers_for_those_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PER_PAGE", 2)
    for name in ("aa", "bb", "cc"):
        keep(store, name)
    assert ids(store, sort="id", page="2") == ["cc"]
    assert ids(store, sort="id", page="9") == ["cc"]
    page = listing.find(store, ListingRequest(Query(sort="id")))
    assert (page.found, page.total, page.pages) == (3, 3, 2)


@pytest.mark.parametrize("sort", ["changed", "title", "id"])
def test_pages_by_key_neither_repeat_nor_skip_when_the_list_changes(
    store: Store, monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    monkeypatch.setattr(listing, "PER_PAGE", 2)
    names = ["bb", "cc", "dd", "ee", "ff", "gg"]
    for name in names if sort != "changed" else names[::-1]:
        keep(store, name)

    def look(**place: Any) -> listing.Listing:  # noqa: ANN401
        return listing.find(store, ListingRequest(Query(sort=sort), **place))

    def shown(page: listing.Listing) -> tuple[list[str], bool, bool]:
        return [row.id for row in page.rows], page.has_previous, page.has_next

    first = look()
    assert shown(first) == (["bb", "cc"], False, True)
    keep(store, "aa")  # before all others, also as the newest
    after = key(sort, first.rows[-1])
    second = look(after=after, page=2)
    assert shown(second) == (["dd", "ee"], True, True)
    assert second.page == 2
    store.discard("ff", actor="a")
    last = look(after=key(sort, second.rows[-1]), page=3)
    assert shown(last) == (["gg"], True, False)
    again = look(before=key(sort, last.rows[0]), page=2)
    assert shown(again) == (["dd", "ee"], True, True)
    assert again.page == 2
    back = look(before=key(sort, again.rows[0]), page=1)
    assert shown(back) == (["bb", "cc"], True, True)
    assert back.page == 2, "there is a row before it"
    assert shown(look(before=key(sort, back.rows[0]), page=1)) == (["aa", "bb"], False, True)


def test_a_page_by_key_whose_rows_went_is_replaced_by_one_that_has_rows(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PER_PAGE", 2)
    for name in ("aa", "bb", "cc"):
        keep(store, name)
    query = Query(sort="id")
    behind = listing.find(store, ListingRequest(query, page=2, after=("", "zz")))
    assert ([row.id for row in behind.rows], behind.page, behind.pages) == (["cc"], 2, 2)
    in_front = listing.find(store, ListingRequest(query, page=7, before=("", "a")))
    assert ([row.id for row in in_front.rows], in_front.page) == (["aa", "bb"], 1)


def test_what_is_wrong_in_an_address_is_passed_over() -> None:
    wrong = {"state": "x", "lean": "up", "sort": "'", "page": "-1", "section": ""}
    wrong |= {"after": "x", "before": "é", "due": "soon", "comments": "all"}
    assert ListingRequest.from_query(wrong, today=TODAY) == ListingRequest()
