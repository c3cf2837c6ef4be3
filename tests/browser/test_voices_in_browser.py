"""The link of an author and the editors' pages about it, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from running import Running, running
from test_accessibility import axe, violations
from test_admin_stories import complaints, enter

from widget.record.counts import COLLECTION, Cell
from widget.record.voices import Voices
from widget.storage.documents import Collection, open_documents

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

EDITOR = "/admin/entries/ferry-fares"
NARROW = {"width": 320, "height": 800}


def link_to(place: Running, entry: str, name: str = "R. Okafor") -> str:
    """Make a link in the store of the running service."""
    documents = open_documents(f"dir:{place.data}")
    token, _ = Voices(lambda: documents).make(
        entry, name=name, role="author", shows="draft", actor="ana"
    )
    documents.close()
    return f"{place.service}/voice/{token}"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a service whose entries may change. It counts, and has the numbers of a week."""
    folder = tmp_path_factory.mktemp("voices")
    with running(folder, named=True, environment={"INSIGHTS_COUNTS": "true"}) as place:
        documents = open_documents(f"dir:{folder}")
        cells = Collection(documents, COLLECTION, Cell)
        for back in range(1, 8):
            day = datetime.now(UTC).date() - timedelta(days=back)
            cell = Cell(entry="ferry-fares", day=day, visits=20, groups=10 * back, sources=3)
            cells.put(f"ferry-fares/{day}", cell)
        documents.close()
        yield place


def scrolls_sideways(page: Page) -> bool:
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(page.evaluate(wide))


def test_an_author_objects_and_replies_without_a_script_and_readers_see_the_reply(
    new_page: Callable[..., Page], own: Running
) -> None:
    desk = new_page()
    problems = complaints(desk)
    enter(desk, own)
    desk.goto(f"{own.service}{EDITOR}/voices")
    desk.get_by_label("Name").fill("R. Okafor")
    desk.get_by_role("button", name="Make the link").click()
    link = desk.locator(".secret").inner_text()
    assert re.fullmatch(rf"{re.escape(own.service)}/voice/[\w-]{{43}}", link)

    author = new_page(java_script_enabled=False)
    author.goto(link)
    author.locator("#objection-form select").select_option("1-2")
    author.get_by_label("What is wrong?").fill("I never said that.")
    author.get_by_role("button", name="Send the objection").click()
    expect(author.get_by_text("The editors have your objection:")).to_be_visible()
    author.get_by_label("Your reply").fill("Fares pay for <i>night boats</i>.\nI stand by it.")
    author.get_by_role("button", name="Send the reply").click()
    expect(author.get_by_text("The editors have your reply:")).to_be_visible()

    desk.goto(f"{own.service}/admin/voices")
    desk.get_by_role("row", name="R. Okafor").get_by_role("link").first.click()
    expect(desk.get_by_text("I never said that.")).to_be_visible()
    desk.get_by_role("button", name="Use this reply").click()
    desk.get_by_role("button", name="Publish now").click()
    expect(desk.get_by_text("Use this reply")).to_have_count(0)

    reader = new_page()
    reader.goto(f"{own.service}/panel/ferry-fares?open=reply")
    reply = reader.locator("[data-role=reply] li")
    expect(reply).to_contain_text("Fares pay for <i>night boats</i>.")
    expect(reply).to_contain_text("R. Okafor")
    author.reload()
    expect(author.get_by_text("The editors want to publish your reply:")).to_be_visible()
    assert problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("entry", ["harbor-levy", "fish-market"], ids=["ltr", "rtl"])
def test_the_page_is_accessible_and_fits_a_phone(
    new_page: Callable[..., Page], place: Running, axe: str, entry: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme, viewport=NARROW)
    problems = complaints(page)
    page.goto(link_to(place, entry, "Eleonora Castellanos-Whitfield-Montgomery"))
    assert not scrolls_sideways(page)
    assert violations(page, axe) == []
    page.locator("textarea[name=reply]").fill(" ")
    page.locator("#reply-form button").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    assert not scrolls_sideways(page)
    assert violations(page, axe) == []
    assert [it for it in problems if "422" not in it] == []


def test_an_ended_link_is_accessible(page: Page, place: Running, axe: str) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"{place.service}/voice/nothing")
    expect(page.get_by_text("This link has ended.")).to_be_visible()
    assert not scrolls_sideways(page)
    assert violations(page, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editors_pages_are_accessible_and_fit_a_phone(
    new_page: Callable[..., Page], place: Running, axe: str, scheme: str
) -> None:
    link_to(place, "harbor-levy")
    page = new_page(color_scheme=scheme, viewport=NARROW)
    enter(page, place)
    for path in ("/admin/voices", "/admin/entries/harbor-levy/voices"):
        page.goto(place.service + path)
        assert not scrolls_sideways(page), path
        assert violations(page, axe) == [], path


@pytest.mark.parametrize(("scheme", "width"), [("light", 1024), ("dark", 320)])
def test_the_page_of_counts_is_accessible_and_fits_a_phone(
    new_page: Callable[..., Page], own: Running, axe: str, scheme: str, width: int
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    problems = complaints(page)
    enter(page, own)
    page.goto(f"{own.service}/admin/counts/ferry-fares")
    expect(page.get_by_role("img", name="Groups opened")).to_be_visible()
    assert not scrolls_sideways(page)
    assert violations(page, axe) == []
    assert problems == []
