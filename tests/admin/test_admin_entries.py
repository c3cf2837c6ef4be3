"""The list of entries, and new ones."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask.testing import FlaskClient
from newsroom import ENTRY, post
from samples import sample_bytes, sample_entry

from widget.editorial import listing
from widget.store import Store
from widget.store.directory import search_index, text_search

pytestmark = pytest.mark.unit


def test_the_list_shows_states_in_words_and_keeps_filters_in_the_address(
    editor: FlaskClient, shown: Store
) -> None:
    shown.save(sample_entry(id="other", article__url="https://paper.example/o"), actor="x")
    text = editor.get("/admin/entries?state=live&q=night").text
    assert "1 of 2 entries" in text
    assert '<option value="live" selected>' in text
    assert 'href="/admin/entries/night-trains"' in text
    piece = editor.get("/admin/entries?q=nothing-like-it", headers={"HX-Request": "true"}).text
    assert "No entry matches." in piece
    assert "<html" not in piece


def pages(editor: FlaskClient, start: str, rel: str) -> list[list[str]]:
    """Follow the links of the list; return the ids on each page."""
    found: list[list[str]] = []
    url: str | None = start
    while url:
        text = editor.get(url).text
        found.append(re.findall(r'name="entry" value="([^"]+)"', text))
        link = re.search(rf'<a href="([^"]+)" rel="{rel}"', text)
        url = html.unescape(link[1]) if link else None
        assert len(found) < 9
    return found


@pytest.mark.parametrize("sort", ["changed", "title", "id"])
@pytest.mark.parametrize("search", ["", "ferry", "rr"])
def test_the_links_between_pages_lead_through_the_whole_list_and_back(
    editor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch, sort: str, search: str
) -> None:
    monkeypatch.setattr(listing, "PER_PAGE", 2)
    for number in range(5):
        saved = {"id": f"e{number}", "article__url": f"https://paper.example/{number}"}
        saved |= {"article__aliases": [], "article__title": f'Ferry "{number % 2}" é & 渡'}
        store.save(sample_entry(**saved), actor="x")
    query = f"?sort={sort}&q={search}"
    forward = pages(editor, f"/admin/entries{query}", "next")
    assert [len(page) for page in forward] == [2, 2, 1]
    assert sorted(name for page in forward for name in page) == [
        f"e{number}" for number in range(5)
    ]
    assert pages(editor, f"/admin/entries{query}&page=3", "prev") == forward[::-1]
    middle = editor.get(f"/admin/entries{query}&page=2").text
    assert "Page 2 of 3" in middle


def test_a_search_that_finds_very_many_says_that_there_are_more(
    editor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PER_PAGE", 1)
    monkeypatch.setattr(text_search, "COUNTED", 2)
    monkeypatch.setattr(search_index, "COUNTED", 2)
    for number in range(4):
        url = f"https://paper.example/{number}"
        store.save(sample_entry(id=f"e{number}", article__url=url, article__aliases=[]), actor="x")
    text = editor.get("/admin/entries?q=ra").text
    assert "more than 2 of 4 entries" in text
    assert "Page 1 of more than 2" in text
    assert len(pages(editor, "/admin/entries?q=ra", "next")) == 4, "links lead beyond the count"


def test_an_entry_begins_from_an_address(editor: FlaskClient, store: Store) -> None:
    answer = post(
        editor, "/admin/entries", way="address", url="https://paper.example/a/My%20Town.html"
    )
    assert answer.headers["Location"] == "/admin/entries/my-town"
    draft = store.draft("my-town")
    assert draft
    assert draft.actor == "editor"
    assert draft.entry.article.url == "https://paper.example/a/My%20Town.html"
    page = editor.get("/admin/entries/my-town").text
    assert "things still to do" in page
    twice = post(editor, "/admin/entries", way="address", url="https://other.example/my-town")
    assert twice.headers["Location"] == "/admin/entries/my-town-2"


def test_an_entry_begins_from_json_from_a_file_and_as_a_copy(
    editor: FlaskClient, store: Store
) -> None:
    pasted = post(editor, "/admin/entries", way="json", document=sample_bytes().decode())
    assert pasted.headers["Location"] == ENTRY
    other = sample_bytes(id="other", article__url="https://paper.example/o", article__aliases=[])
    file = (io.BytesIO(other), "other.json")
    assert post(editor, "/admin/entries", way="file", file=file).status_code == 303
    post(editor, "/admin/entries", way="copy", copy="other", id="third", url="https://p.example/3")
    draft = store.draft("third")
    assert draft
    assert draft.entry.corrections == ()
    assert draft.entry.sources == sample_entry().sources


def test_what_cannot_be_an_entry_is_refused_and_kept_in_the_form(
    editor: FlaskClient, shown: Store
) -> None:
    for fields, said in (
        ({"way": "json", "document": '{"schema": 1,'}, "line 1, column"),
        ({"way": "json", "document": sample_bytes().decode()}, "is taken"),
        ({"way": "address", "url": "ftp://x"}, "is not absolute"),
        (
            {"way": "address", "url": "https://paper.example/opinion/night-trains", "id": "n"},
            "is the address of",
        ),
        ({"way": "copy", "copy": "nothing", "url": "https://paper.example/z"}, "names no entry"),
        ({"way": "file"}, "is not JSON"),
    ):
        answer = post(editor, "/admin/entries", **fields)
        assert answer.status_code == 422, fields
        assert said in answer.text
    assert shown.ids() == ["night-trains"]


def test_views_lead_to_lists_and_say_which_one_is_shown(editor: FlaskClient, shown: Store) -> None:
    del shown
    page = editor.get("/admin/entries?sort=title").text
    assert '<a href="/admin/entries" aria-current="page">All</a>' in page
    assert '<a href="/admin/entries?assignee=editor">Mine</a>' in page
    page = editor.get("/admin/entries?due=overdue&q=&lean=&page=1").text
    assert '<a href="/admin/entries?due=overdue" aria-current="page">Overdue</a>' in page
    assert page.count('aria-current="page"') == 2  # the view, and the page in the menu
    assert '<details class="more" open>' in page
    page = editor.get("/admin/entries?due=overdue&q=night", headers={"HX-Request": "true"}).text
    assert 'aria-current="page"' not in page
