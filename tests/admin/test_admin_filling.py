"""Sources that are filled from their pages: what a page says, and who has checked it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hosting import Host, hosting
from newsroom import ENTRY, csrf, form_of, signed_in
from samples import PUBLICATION, sample_entry

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.store import Store
from widget.web.admin import filling

pytestmark = pytest.mark.unit

NOTE = ">filled from the page, please check<"
PAGE = """<!doctype html><html lang=en><head><title>Nights on the line | Rail Review</title>
<meta property="og:site_name" content="Rail Review">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Nights on the line",
 "datePublished": "2026-02-03T22:00:00Z", "archivedAt": "https://archive.example/nights"}</script>
</head><body><p>Tracks are repaired by night."""


@pytest.fixture
def site() -> Iterator[Host]:
    with hosting() as host:
        yield host


@pytest.fixture
def desk(settings: Settings, site: Host, store: Store, accounts: Accounts) -> FlaskClient:
    """Return an editor's browser, of a publication that lists the site's origin."""
    listed = PUBLICATION.model_copy(update={"origins": (*PUBLICATION.origins, site.origin)})
    app: Flask = create_app(
        settings.model_copy(update={"publications": (listed,)}), store, accounts
    )
    return signed_in(app, accounts, "editor")


def drafted(store: Store, *sources: dict[str, Any]) -> None:
    store.save(sample_entry(sources=list(sources)), actor="x")


def press(desk: FlaskClient, page: Any, **button: str) -> Any:  # noqa: ANN401
    return desk.post(f"{ENTRY}/draft", data=form_of(page) | button)


def source(store: Store, number: int = 0) -> dict[str, Any]:
    draft = store.draft("night-trains")
    assert draft
    return draft.entry.sources[number].model_dump(mode="json")


def test_a_source_is_filled_marked_and_confirmed(
    desk: FlaskClient, store: Store, site: Host
) -> None:
    url = site.origin + site.add(PAGE)
    drafted(store, {"title": "", "url": url})
    filled = press(desk, desk.get(ENTRY), fill="sources.0")
    assert "Filled 1 source from the page; please check." in filled.text
    assert source(store) == {
        "title": "Nights on the line",
        "url": url,
        "publisher": "Rail Review",
        "published": "2026-02-03",
        "type": "news",
        "quote": None,
        "archive_url": "https://archive.example/nights",
    }
    assert filled.text.count(NOTE) == 5
    edited = form_of(filled) | {"sources.0.publisher": "The Rail Review"}
    again = desk.post(f"{ENTRY}/draft", data=edited | {"add": "perspectives.0.points"})
    assert again.status_code == 303
    swapped = desk.post(
        f"{ENTRY}/draft",
        data=edited | {"add": "perspectives.0.points"},
        headers={"HX-Request": "true"},
    )
    assert swapped.text.count(NOTE) == 4
    assert NOTE not in press(desk, swapped, confirm="sources.0").text
    assert NOTE not in desk.get(ENTRY).text


def test_what_somebody_wrote_stays(desk: FlaskClient, store: Store, site: Host) -> None:
    drafted(store, {"title": "Mine", "url": site.origin + site.add(PAGE), "type": "report"})
    press(desk, desk.get(ENTRY), fill="sources.0")
    assert (source(store)["title"], source(store)["type"]) == ("Mine", "report")
    assert source(store)["publisher"] == "Rail Review"


def test_all_sources_without_a_title_are_filled_at_once_and_undone(
    desk: FlaskClient, store: Store, site: Host
) -> None:
    urls = [site.origin + site.add(PAGE.replace("Nights", name)) for name in ("One", "Two")]
    drafted(store, *({"title": "", "url": url} for url in urls), {"title": "", "url": ""})
    page = desk.get(ENTRY)
    assert "Fill 2 sources from their pages" in page.text
    filled = press(desk, page, fill="sources")
    assert [source(store, it)["title"] for it in (0, 1)] == ["One on the line", "Two on the line"]
    press(desk, filled, history="undo")
    assert source(store)["title"] == ""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://169.254.169.254/latest/", "is not in the public internet"),
        ("http://127.0.0.1:1/", "is not in the public internet"),
        ("nowhere", "is not absolute"),
        ("https://user:word@paper.example/", "contains a user name or password"),
    ],
)
def test_a_page_that_cannot_be_read_is_said(
    desk: FlaskClient, store: Store, url: str, words: str
) -> None:
    drafted(store, {"title": "", "url": url})
    page = desk.get(ENTRY)
    assert words in press(desk, page, fill="sources.0").text
    data = {"csrf": csrf(desk), "url": url}
    answer = desk.post(f"{ENTRY}/source-facts", data=data)
    assert words in json.loads(answer.text)["problem"]
    assert json.loads(answer.text)["facts"] == {}


def test_a_script_gets_the_facts_of_an_address_without_its_scheme(
    desk: FlaskClient, store: Store, site: Host
) -> None:
    drafted(store)
    data = {"csrf": csrf(desk), "url": site.origin + site.add(PAGE)}
    facts = json.loads(desk.post(f"{ENTRY}/source-facts", data=data).text)["facts"]
    assert facts["title"] == "Nights on the line"
    nowhere = desk.post(f"{ENTRY}/source-facts", data=data | {"url": "www.nowhere.invalid/a"})
    assert json.loads(nowhere.text)["url"] == "https://www.nowhere.invalid/a"


def test_no_account_can_use_the_service_to_load_other_sites(
    desk: FlaskClient, store: Store, site: Host
) -> None:
    drafted(store)
    data = {"csrf": csrf(desk), "url": site.origin + site.add(PAGE)}
    problems: list[str] = []
    # On a slow machine some are allowed meanwhile.
    while len(problems) < 10 * filling.FETCHES_A_MINUTE and not any(problems):
        answer = desk.post(f"{ENTRY}/source-facts", data=data)
        problems.append(json.loads(answer.text)["problem"])
    assert len(problems) > filling.FETCHES_A_MINUTE
    assert "Many pages are being read just now; try again in" in problems[-1]


@pytest.mark.parametrize("filled", ["{", "[" * 9_000, "7", '{"a": 7}', '{"a": {"title": [1]}}'])
def test_marks_that_are_none_are_left_out(desk: FlaskClient, store: Store, filled: str) -> None:
    drafted(store, {"title": "A", "url": "https://a.example/"})
    answer = press(desk, desk.get(ENTRY), filled=filled, history="undo")
    assert answer.status_code == 200
    assert NOTE not in answer.text


def test_what_names_no_source_fills_nothing(desk: FlaskClient, store: Store) -> None:
    drafted(store, {"title": "A", "url": "https://a.example/"})
    for value in ("sources.9", "article", "sources.x", ""):
        for verb in ("fill", "confirm"):
            assert press(desk, desk.get(ENTRY), **{verb: value}).status_code == 200
    assert source(store)["title"] == "A"


def test_every_address_may_lack_its_scheme(desk: FlaskClient, store: Store) -> None:
    drafted(store, {"title": "A", "url": "https://a.example/"})
    written = {
        "sources.0.url": " www.rail.example/nights",
        "sources.0.archive_url": "archive.example/1",
        "article.aliases": "www.paper.example/2\nhttps://paper.example/3",
    }
    press(desk, desk.get(ENTRY), **written)
    assert source(store)["url"] == "https://www.rail.example/nights"
    assert source(store)["archive_url"] == "https://archive.example/1"
    draft = store.draft("night-trains")
    assert draft
    assert draft.entry.article.aliases[0] == "https://www.paper.example/2"
