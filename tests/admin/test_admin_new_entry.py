"""A new entry from its article's address: its page is read, and an analysis may come with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from hosting import Host, hosting
from newsroom import csrf, form_of, post, signed_in
from samples import PUBLICATION
from test_admin_pasting import ANALYSIS

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.store import Store
from widget.web.admin import filling

pytestmark = pytest.mark.unit

ARTICLE = """<!doctype html><html lang="de-CH"><head><title>x</title>
<link rel="canonical" href="{canonical}">
<script type="application/ld+json">{{"@type": "AnalysisNewsArticle",
 "headline": "Die Nachtzüge", "author": [{{"name": "M. Lindqvist"}}, {{"name": "A. Roth"}}],
 "articleSection": "Meinung", "datePublished": "2026-03-02"}}</script></head><body>"""


@pytest.fixture
def site() -> Iterator[Host]:
    with hosting() as host:
        yield host


@pytest.fixture
def desk(settings: Settings, site: Host, store: Store, accounts: Accounts) -> FlaskClient:
    """Return an editor's browser, of a publication that lists the site's origin."""
    listed = PUBLICATION.model_copy(update={"origins": (*PUBLICATION.origins, site.origin)})
    own = settings.model_copy(update={"publications": (listed,)})
    return signed_in(create_app(own, store, accounts), accounts, "editor")


def begin(desk: FlaskClient, **fields: str) -> Any:  # noqa: ANN401
    answer = post(desk, "/admin/entries", way="address", id="trains", **fields)
    assert answer.status_code == 303, answer.text
    return desk.get(answer.headers["Location"])


def newest(store: Store) -> Any:  # noqa: ANN401
    draft = store.draft("trains")
    assert draft
    return draft.entry


def test_the_article_s_page_names_what_the_form_would_ask(
    desk: FlaskClient, store: Store, site: Host
) -> None:
    canonical = "https://paper.example/meinung/nachtzuege"
    url = site.origin + site.add(ARTICLE.format(canonical=canonical))
    begin(desk, url=url, read="1")
    article = newest(store).article
    assert newest(store).language == "de-CH"
    assert (article.url, article.aliases) == (canonical, (url,))
    assert (article.title, article.section, article.kind) == (
        "Die Nachtzüge",
        "Meinung",
        "analysis",
    )
    assert article.authors == ("M. Lindqvist", "A. Roth")
    assert str(article.published) == "2026-03-02"


def test_what_somebody_wrote_goes_before_what_the_page_says(
    desk: FlaskClient, store: Store, site: Host
) -> None:
    url = site.origin + site.add(ARTICLE.format(canonical="/elsewhere"))
    begin(desk, url=url, read="1", title="Mine", language="fr")
    assert (newest(store).article.title, newest(store).language) == ("Mine", "fr")
    assert newest(store).article.url == f"{site.origin}/elsewhere"


def test_a_page_that_cannot_be_read_is_said(desk: FlaskClient, store: Store) -> None:
    page = begin(desk, url="http://127.0.0.1:9/a", read="1")
    assert "could not be read (it is not in the public internet)" in page.text
    assert newest(store).article.url == "http://127.0.0.1:9/a"


def test_without_being_asked_no_page_is_read(desk: FlaskClient, store: Store, site: Host) -> None:
    url = site.origin + site.add(ARTICLE.format(canonical="/b"))
    begin(desk, url=url)
    assert newest(store).article.title == ""
    assert newest(store).language == "en"


def test_an_address_may_lack_its_scheme(desk: FlaskClient, store: Store) -> None:
    begin(desk, url=" www.paper.example/opinion/trains ")
    assert newest(store).article.url == "https://www.paper.example/opinion/trains"


def test_the_whole_analysis_comes_with_it(desk: FlaskClient, store: Store) -> None:
    page = begin(desk, url="https://paper.example/trains", pasted=ANALYSIS)
    assert "Added 4 points and 3 sources. 1 invisible character was removed." in page.text
    groups = newest(store).perspectives
    assert [len(it.points) for it in groups] == [2, 2]
    assert newest(store).sources[0].title == "The cost of a berth"


def test_the_markup_of_what_was_pasted_goes_before_its_text(
    desk: FlaskClient, store: Store
) -> None:
    html = "<ul><li>One<sup>1</sup></li></ul><p>[1] <a href='https://a.example/'>A title</a></p>"
    begin(desk, url="https://paper.example/trains", pasted="One1 [1] A title", pasted_html=html)
    assert newest(store).perspectives[0].points[0].text == "One[1]"
    assert (newest(store).sources[0].title, newest(store).sources[0].url) == (
        "A title",
        "https://a.example/",
    )


@pytest.mark.parametrize("script", [True, False])
def test_the_paste_is_taken_back_and_done_again(
    desk: FlaskClient, store: Store, script: bool
) -> None:
    """A third group that the paste added goes, too; what was typed elsewhere stays."""
    headers = {"HX-Request": "true"} if script else {}
    more = ANALYSIS.replace("Sources", "Context\n\n• Some more.\n\nSources")
    page = begin(desk, url="https://paper.example/trains", pasted=more)
    before = newest(store)
    assert len(before.perspectives) == 3
    form = form_of(page) | {"article.title": "Typed", "history": "undo"}
    undone = desk.post("/admin/entries/trains/draft", data=form, headers=headers)
    assert "Undone: Added 5 points and 3 sources." in undone.text
    assert [[it.text for it in group.points] for group in newest(store).perspectives] == [
        [""],
        [""],
    ]
    assert [it.url for it in newest(store).sources] == [""]
    assert newest(store).article.title == "Typed"
    again = form_of(undone) | {"history": "redo"}
    desk.post("/admin/entries/trains/draft", data=again, headers=headers)
    assert newest(store).perspectives == before.perspectives
    assert newest(store).sources == before.sources


def test_the_paste_is_not_taken_back_from_what_somebody_wrote_since(desk: FlaskClient) -> None:
    begin(desk, url="https://paper.example/trains", pasted=ANALYSIS)
    page = desk.get("/admin/entries/trains?added=4.3.1")
    assert 'value="undo"' in page.text
    title = {"article.title": "Mine"}
    desk.post("/admin/entries/trains/draft", data=form_of(page) | title)
    later = desk.get("/admin/entries/trains?added=4.3.1").text
    assert 'value="undo"' not in later
    assert "Added 4 points" not in later


def test_articles_count_among_the_pages_that_are_read_a_minute(
    desk: FlaskClient, site: Host
) -> None:
    url = site.origin + site.add(ARTICLE.format(canonical="/d"))
    data = {"csrf": csrf(desk), "url": url}
    begin(desk, url="https://paper.example/other")

    def is_refused() -> bool:
        answer = desk.post("/admin/entries/trains/source-facts", data=data)
        return bool(json.loads(answer.text)["problem"])

    # On a slow machine some are allowed meanwhile.
    for attempt in range(20):
        assert any(is_refused() for _ in range(10 * filling.FETCHES_A_MINUTE))
        fields = {"id": f"e{attempt}", "url": f"{url}?{attempt}", "read": "1"}
        place = post(desk, "/admin/entries", way="address", **fields)
        if "unread=busy" in place.headers["Location"]:
            break
    page = desk.get(place.headers["Location"])
    assert "could not be read (many pages are being read just now)" in page.text
