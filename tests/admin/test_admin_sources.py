"""The editors' pages of sources and articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import ENTRY, csrf, post, signed_in
from running import until
from samples import sample_entry
from small_web import Page, SmallWeb, small_web
from three_sites import SITES, entry_id, fill, marks, person, with_three_sites

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import Source
from widget.sources.articles import open_articles
from widget.sources.articles.differing import text_sha256
from widget.sources.articles.record import (
    ArticleRecord,
    ArticleTexts,
    Piece,
    article_records,
    article_texts,
)
from widget.sources.fetching import SourceFetcher
from widget.sources.pace import Pace
from widget.sources.record import EntrySources, SourceCheck, SourceRecord, source_records
from widget.sources.service import SourceChecks
from widget.storage.documents import Documents, open_documents
from widget.store import Annotations, Live, Store, source_key

pytestmark = pytest.mark.unit

ID = "night-trains"
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
SOURCE = sample_entry().sources[0]
COPY = "https://archive.example/web/20260503120000/https://statistics.example/"
NEWEST = "It was four thousand people."


@pytest.fixture
def documents(settings: Settings, store: Store) -> Iterator[Documents]:
    del store
    opened = open_documents(settings.store)
    yield opened
    opened.close()


def bad_record(source: Source = SOURCE) -> EntrySources:
    """Return checks of which the newest found the source gone."""
    fine = SourceCheck(at=NOW - timedelta(days=2), answer="ok", quote="found", status=200)
    gone = SourceCheck(
        at=NOW,
        answer="gone",
        quote="unread",
        status=404,
        reason="It answered 404 Not Found.",
        archive_url=COPY,
    )
    record = SourceRecord(
        key=source_key(source),
        url=source.url,
        number=1,
        title=source.title,
        bad="gone",
        checks=(fine, gone),
    )
    return EntrySources(sources=(record,), checked_at=NOW, bad=1)


def changed_article(documents: Documents, store: Store, name: str = ID) -> None:
    """Record that an article changed, and say so to readers."""
    pieces = (
        Piece(kind="same", text="It was four "),
        Piece(kind="removed", text="million"),
        Piece(kind="added", text="thousand"),
        Piece(kind="same", text=" people."),
    )
    texts = ArticleTexts(analysed="It was four million people.", newest=NEWEST, changes=(pieces,))
    article_texts(documents).put(name, texts)
    check = SourceCheck(at=NOW, answer="ok", status=200)
    record = ArticleRecord(
        url="https://paper.example/opinion/night-trains",
        analysis="1",
        taken_at=NOW - timedelta(days=3),
        sha256=text_sha256(texts.analysed),
        checks=(check,),
        newest_sha256=text_sha256(NEWEST),
        changed_on=date(2026, 5, 3),
        since=NOW,
    )
    article_records(documents).put(name, record)
    if isinstance(store.live(name), Live):
        Editorial(store, Settings()).annotating.annotate(
            name,
            lambda it: it.model_copy(update={"article_changed_on": record.changed_on}),
            actor="sources",
        )


def annotations(store: Store) -> Annotations:
    live = store.live(ID)
    assert isinstance(live, Live)
    return live.annotations


def test_the_list_has_what_went_bad_and_leads_to_it(
    editor: FlaskClient, shown: Store, documents: Documents
) -> None:
    assert "No source went bad." in editor.get("/admin/sources").text
    source_records(documents).put(ID, bad_record())
    page = editor.get("/admin/sources").text
    assert "No longer answers" in page
    assert f'href="{ENTRY}/sources"' in page
    assert "No article has changed." in editor.get("/admin/sources?kind=articles").text
    changed_article(documents, shown)
    page = editor.get("/admin/sources?kind=articles").text
    assert "The article has changed" in page
    assert f'href="{ENTRY}/article"' in page


def test_every_page_leads_to_the_list(editor: FlaskClient, shown: Store) -> None:
    del shown
    assert 'href="/admin/sources"' in editor.get("/admin/entries").text
    assert f'href="{ENTRY}/sources"' in editor.get(ENTRY).text
    assert f'href="{ENTRY}/sources"' in editor.get(f"{ENTRY}/history").text


def test_the_list_has_pages_and_none_is_left_out(
    editor: FlaskClient, store: Store, documents: Documents
) -> None:
    names = [f"entry-{number:03}" for number in range(120)]
    for number, name in enumerate(names):
        store.save(
            sample_entry(
                id=name, article__url=f"https://paper.example/{name}", article__aliases=[]
            ),
            actor="ana",
        )
        record = bad_record().model_copy(update={"checked_at": NOW + timedelta(hours=number // 3)})
        source_records(documents).put(name, record)
    seen: list[str] = []
    url = "/admin/sources"
    while url:
        page = editor.get(url).text
        seen += re.findall(r'href="/admin/entries/(entry-\d+)/sources"', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        url = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == names
    assert seen[0] == "entry-119"


@pytest.mark.parametrize("place", ["x", "1", "~", "x~y", "1~" + "y" * 5000, "nan~y", "1e999~y"])
def test_a_place_that_nobody_gave_is_refused_or_empty(editor: FlaskClient, place: str) -> None:
    assert editor.get("/admin/sources", query_string={"before": place}).status_code in (200, 400)


def test_the_page_of_an_entry_shows_each_source_its_checks_and_its_copy(
    editor: FlaskClient, shown: Store, documents: Documents
) -> None:
    del shown
    assert "Not checked yet" in editor.get(f"{ENTRY}/sources").text
    source_records(documents).put(ID, bad_record())
    page = editor.get(f"{ENTRY}/sources").text
    assert "No longer answers" in page
    assert "It answered 404 Not Found." in page
    assert f'href="{COPY}"' in page
    assert "2 checks" in page
    assert (SOURCE.quote or "") in page


def test_a_source_of_the_draft_alone_is_marked(
    editor: FlaskClient, shown: Store, documents: Documents
) -> None:
    del documents
    entry = sample_entry()
    sources = (*entry.sources[:1], *entry.sources[1:])
    moved = sources[0].model_copy(update={"url": "https://statistics.example/moved"})
    shown.save(entry.model_copy(update={"sources": (moved, *sources[1:])}), actor="ana")
    page = editor.get(f"{ENTRY}/sources").text
    assert page.count("only in the draft") == 1


def test_the_difference_is_shown_word_by_word(
    editor: FlaskClient, shown: Store, documents: Documents
) -> None:
    changed_article(documents, shown)
    page = editor.get(f"{ENTRY}/article").text
    assert "It was four <del>million</del><ins>thousand</ins> people." in page


def test_an_editor_says_that_the_analysis_still_fits(
    editor: FlaskClient, shown: Store, documents: Documents
) -> None:
    changed_article(documents, shown)
    assert annotations(shown).article_changed_on
    sha256 = text_sha256(NEWEST)
    answer = post(editor, f"{ENTRY}/article/settlement", sha256=sha256)
    assert answer.status_code == 303
    assert annotations(shown).article_changed_on is None
    assert shown.history(ID)[0].actor == "editor"
    assert "The analysis still fits the article." in editor.get(f"{ENTRY}/history").text
    page = editor.get(f"{ENTRY}/sources").text
    assert "editor said that the analysis still fits" in page
    assert post(editor, f"{ENTRY}/article/settlement", sha256=sha256).status_code == 404


def test_a_text_that_changed_since_is_not_settled(
    editor: FlaskClient, shown: Store, documents: Documents
) -> None:
    changed_article(documents, shown)
    answer = post(editor, f"{ENTRY}/article/settlement", sha256="0" * 64)
    assert answer.status_code == 409
    assert "has changed again" in answer.text
    assert annotations(shown).article_changed_on


def test_an_unknown_entry_has_no_pages(editor: FlaskClient) -> None:
    for path in ("sources", "article"):
        assert editor.get(f"/admin/entries/nothing/{path}").status_code == 404
    for path in ("sources/checks", "article/settlement"):
        assert post(editor, f"/admin/entries/nothing/{path}").status_code == 404


def test_what_is_withdrawn_for_legal_reasons_is_shown_nowhere(
    publisher: FlaskClient, shown: Store, documents: Documents
) -> None:
    source_records(documents).put(ID, bad_record())
    changed_article(documents, shown)
    assert post(publisher, f"{ENTRY}/withdrawal", legal="yes").status_code == 303
    assert documents.get("article-texts", ID) is None
    # As if another process had written its check a moment later.
    source_records(documents).put(ID, bad_record())
    article_texts(documents).put(ID, ArticleTexts(analysed="million", newest=NEWEST))
    article_records(documents).put(
        ID, ArticleRecord(url="https://paper.example/", analysis="1", changed_on=date(2026, 5, 3))
    )
    for path in ("/admin/sources", "/admin/sources?kind=articles"):
        assert ID not in publisher.get(path).text
    for path in (f"{ENTRY}/sources", f"{ENTRY}/article"):
        answer = publisher.get(path)
        assert answer.status_code == 200
        assert NEWEST not in answer.text
        assert "thousand" not in answer.text
        assert SOURCE.url not in answer.text
    # A new draft has its own sources, and nothing of what was withdrawn.
    shown.save(sample_entry(), actor="ana")
    for path in ("/admin/sources", "/admin/sources?kind=articles"):
        assert ID not in publisher.get(path).text
    for path in (f"{ENTRY}/sources", f"{ENTRY}/article"):
        answer = publisher.get(path)
        assert answer.status_code == 200
        assert "The article has changed" not in answer.text
        assert "thousand" not in answer.text


@pytest.fixture
def web() -> Iterator[SmallWeb]:
    with small_web() as served:
        yield served


def test_the_button_checks_sources_and_article_in_the_background(
    app: Flask,
    editor: FlaskClient,
    store: Store,
    settings: Settings,
    documents: Documents,
    web: SmallWeb,
) -> None:
    html = {"Content-Type": "text/html; charset=utf-8"}
    body = f"<!doctype html><title>T</title><p>It says: {SOURCE.quote}</p>".encode()
    url = web.add("statistics.example", "/report", Page(body, headers=html))
    entry = sample_entry()
    sources = tuple(it.model_copy(update={"url": url}) for it in entry.sources)
    store.save(entry.model_copy(update={"sources": sources}), actor="ana")
    fetcher = SourceFetcher(
        settings, Pace(documents, seconds=0), resolver=web.resolve, origins=web.origins
    )
    editorial = app.extensions["insights.editorial"]
    checks = SourceChecks(
        settings,
        editorial,
        documents,
        fetcher=fetcher,
        articles=open_articles(settings, editorial, documents),
    )
    app.extensions["insights.sources"]._opened = checks
    answer = post(editor, f"{ENTRY}/sources/checks")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{ENTRY}/sources"
    until(lambda: "Quote found" in editor.get(f"{ENTRY}/sources").text)
    until(lambda: "are being checked" not in editor.get(f"{ENTRY}/sources").text)


def test_too_many_checks_at_once_are_refused_with_the_reason(
    app: Flask, editor: FlaskClient, shown: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    del shown
    # Nothing may leave for the network here.
    monkeypatch.setattr(SourceChecks, "check_entry", lambda *_: None)
    monkeypatch.setattr("widget.sources.service.REQUESTS_A_MINUTE", 1)
    del app
    assert post(editor, f"{ENTRY}/sources/checks").status_code == 303
    answer = post(editor, f"{ENTRY}/sources/checks")
    assert answer.status_code == 429
    assert "Many sources are being checked just now" in answer.text
    assert int(answer.headers["Retry-After"]) >= 1


def test_people_of_one_publication_see_its_entries_alone(
    settings: Settings, store: Store, accounts: Accounts, documents: Documents
) -> None:
    own = with_three_sites(settings)
    fill(store, own, accounts)
    for name in SITES:
        for state in ("live", "both", "drafted"):
            source_records(documents).put(entry_id(name, state), bad_record())
            changed_article(documents, store, entry_id(name, state))
    app = create_app(own, store, accounts)
    client = signed_in(app, accounts, "editor", person("The Courier", "editor"))
    for query in ("", "?kind=articles", "?publication=The+Paper", "?kind=articles&publication=x"):
        page = client.get(f"/admin/sources{query}").text.lower()
        for other in ("The Paper", "The Gazette"):
            assert not marks(other, page), query
        assert (entry_id("The Courier", "live") in page) == ("publication" not in query)
    foreign = entry_id("The Paper", "live")
    token = csrf(client)
    for path in ("sources", "article"):
        assert client.get(f"/admin/entries/{foreign}/{path}").status_code == 404
    for path in ("sources/checks", "article/settlement"):
        answer = client.post(f"/admin/entries/{foreign}/{path}", data={"csrf": token})
        assert answer.status_code == 404
