"""The editors' pages fit their window whatever people wrote: no word is too long for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from desk_newsroom import LIVE, NOW, WAITING, Desk, desk, paths
from newsroom import PASSWORD
from playwright.sync_api import Page

from widget import demo
from widget.accounts import open_accounts
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.record.report_inbox import ReportInbox, Submission
from widget.storage.documents import open_documents
from widget.store import Live

pytestmark = pytest.mark.browser

LINE, PARAGRAPH = "W" * 499, "W" * 1_999
PERSON = "mina" + "w" * 60
BEYOND = """width => [...document.querySelectorAll('body *')]
  .filter(it => it.getBoundingClientRect().right > width + 1 && it.checkVisibility())
  .filter(it => !it.closest('.vh, pre'))
  .slice(0, 3).map(it => it.outerHTML.replace(/(\\w)\\1{20,}/g, '$1$1…').slice(0, 100))"""


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("long")) as at:
        _lengthen(at)
        yield at


def _lengthen(at: Desk) -> None:
    """Fill whatever people write on the pages of ``at`` with one long word each."""
    place = at.place
    open_accounts(f"dir:{place.data}").add_user(PERSON, "editor", PASSWORD)
    with (
        closing(place.store()) as store,
        closing(open_documents(f"dir:{place.data}")) as documents,
    ):
        editorial = Editorial(store, place.settings)
        for name in (LIVE, WAITING):
            live = store.live(name)
            assert isinstance(live, Live)
            demo.publish_reviewed(editorial, _long(live.entry), note=PARAGRAPH)
            editorial.save(_long(live.entry, "X"), actor=PERSON, note=PARAGRAPH)
            point = "$.perspectives[0].points[0]"
            editorial.comments.add(name, actor=PERSON, text=PARAGRAPH, path=point)
            editorial.planning.assign(name, actor=PERSON, assignee=PERSON, due=NOW.date())
            editorial.review.submit(name, actor=PERSON, note=PARAGRAPH)
        live = store.live(LIVE)
        assert isinstance(live, Live)
        told = Submission(kind="wrong", point="1-1", text=PARAGRAPH[:1_000])
        ReportInbox(documents).submit(live, told, address="192.0.2.9")


def _long(entry: Entry, start: str = "") -> Entry:
    """Return ``entry`` with a word in each text that is as long as the text may be."""
    article = entry.article.model_copy(
        update={"title": start + LINE, "authors": (LINE, LINE), "section": LINE}
    )
    perspectives = tuple(
        group.model_copy(
            update={
                "heading": LINE,
                "points": tuple(
                    point.model_copy(
                        update={"text": start + point.text + LINE, "attributed_to": LINE}
                    )
                    for point in group.points
                ),
            }
        )
        for group in entry.perspectives
    )
    sources = tuple(
        source.model_copy(
            update={
                "title": start + LINE,
                "publisher": LINE,
                "quote": PARAGRAPH,
                "url": f"https://{number}.example/{LINE}",
                "archive_url": f"https://archive.example/{number}/{LINE}",
            }
        )
        for number, source in enumerate(entry.sources, 1)
    )
    provenance = entry.provenance.model_copy(update={"provider": LINE, "model": LINE})
    viewpoint = entry.viewpoint.model_copy(update={"rationale": start + PARAGRAPH})
    return entry.model_copy(
        update={
            "article": article,
            "perspectives": perspectives,
            "sources": sources,
            "provenance": provenance,
            "viewpoint": viewpoint,
        }
    )


@pytest.mark.parametrize("width", [320, 720, 1280])
def test_no_word_is_too_long_for_a_page(
    new_page: Callable[..., Page], newsroom: Desk, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    cookie = {"name": "insights", "value": newsroom.session("ana"), "url": newsroom.place.service}
    page.context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie
    wrong: list[str] = []
    filters = {"filters": "/admin/entries?due=any"}  # with the section and the people to choose
    for name, path in (paths(newsroom, run="") | filters).items():
        if name in {"login", "run"}:
            continue  # nothing that people wrote stands there
        answer = page.goto(newsroom.place.service + path)
        assert answer is not None
        assert answer.status == 200, name
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{name} scrolls sideways: {page.evaluate(BEYOND, width)}")
    assert not wrong, "\n".join(wrong)
