"""The editors' pages of sources and articles in a browser: narrow, dark, right to left, by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from running import Running
from samples import sample_entry
from test_accessibility import axe, violations
from test_admin_stories import complaints, enter

from widget.accounts import open_accounts
from widget.sources.articles.differing import difference, text_sha256
from widget.sources.articles.record import (
    ArticleRecord,
    ArticleTexts,
    article_records,
    article_texts,
)
from widget.sources.record import EntrySources, SourceCheck, SourceRecord, source_records
from widget.storage.documents import open_documents
from widget.store import source_key

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

ID = f"checked-sources-{os.getpid()}"
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
OLD = "Last year 4.2 million people took a night train. That is twice as many as before it."
NEW = OLD.replace("million", "thousand")
LONG = "https://statistics.example/" + "a-very-long-address-without-an-end/" * 8
PAGES = (
    "/admin/sources",
    "/admin/sources?kind=articles",
    f"/admin/entries/{ID}/sources",
    f"/admin/entries/{ID}/article",
)


@pytest.fixture(autouse=True)
def checked(place: Running) -> Iterator[None]:
    """Publish an entry whose sources went bad and whose article changed."""
    entry = sample_entry(id=ID, article__url=f"https://courier.example/{ID}", article__aliases=[])
    store = place.store()
    store.save(entry, actor="ana")
    store.publish(ID, actor="ana")
    store.close()
    documents = open_documents(place.settings.store)
    fine = SourceCheck(at=NOW, answer="ok", quote="found", status=200)
    bad = fine.model_copy(
        update={
            "at": NOW + timedelta(days=1),
            "answer": "moved",
            "quote": "missing",
            "title": False,
            "final_url": LONG,
            "archive_url": LONG,
            "reason": "It answered 404 Not Found.",
        }
    )
    sources = tuple(
        SourceRecord(
            key=source_key(it), url=it.url, number=n, title=it.title, bad="missing",
            checks=(fine, bad),
        )
        for n, it in enumerate(entry.sources, 1)
    )  # fmt: skip
    record = EntrySources(sources=sources, checked_at=NOW, bad=len(sources))
    source_records(documents).put(ID, record)
    changes = difference(OLD, NEW).changes
    article_texts(documents).put(ID, ArticleTexts(analysed=OLD, newest=NEW, changes=changes))
    article_records(documents).put(
        ID,
        ArticleRecord(
            url=LONG, analysis="1", taken_at=NOW, checks=(fine,), changed_on=date(2026, 5, 3),
            since=NOW, newest_sha256=text_sha256(NEW),
        ),
    )  # fmt: skip
    yield
    documents.close()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_fits_and_axe_finds_nothing(
    new_page: Callable[..., Page], place: Running, axe: str, width: int, scheme: str, language: str
) -> None:
    name = f"source-{width}-{scheme}-{language}"
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    enter(page, place, name, "admin")
    open_accounts(f"dir:{place.data}").set_preferences(name, language=language, time_zone="")
    problems = complaints(page)
    for path in PAGES:
        page.goto(place.service + path)
        for summary in page.locator("main summary").all():
            summary.click()
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, path
        assert violations(page, axe, frames=False) == [], path
    assert problems == []


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_an_editor_reads_the_difference_and_says_that_the_analysis_fits(
    new_page: Callable[..., Page], place: Running, script: bool
) -> None:
    page = new_page(java_script_enabled=script, reduced_motion="reduce")
    enter(page, place, f"source-reader-{script}".lower(), "editor")
    page.get_by_role("link", name="Sources", exact=True).click()
    page.get_by_label("What").select_option("articles")
    page.get_by_role("button", name="Show").click()
    row = page.get_by_role("row").filter(has_text=ID)
    row.get_by_role("link", name="See what changed").click()
    expect(page.locator("main del", has_text="million")).to_be_visible()
    expect(page.locator("main ins", has_text="thousand")).to_be_visible()
    page.get_by_role("button", name="Analysis still fits").click()
    expect(page).to_have_url(f"{place.service}/admin/entries/{ID}/sources")
    expect(page.locator("main")).to_contain_text("said that the analysis still fits")
    expect(page.get_by_role("button", name="Analysis still fits")).to_have_count(0)
