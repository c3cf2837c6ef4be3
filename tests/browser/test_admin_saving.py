"""What is typed is saved by itself: how often, on both sides of an entry, and said how."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from running import Running
from test_admin_stories import begin, complaints, enter, field
from ways import until

pytestmark = pytest.mark.browser

SIDES = {"form": ("", "article.title"), "JSON": ("/json", "document")}


@pytest.mark.parametrize("side", SIDES)
def test_typing_is_saved_after_a_pause_and_seldom(page: Page, place: Running, side: str) -> None:
    enter(page, place)
    name = begin(page, place)
    page.clock.install()
    path, named = SIDES[side]
    page.goto(f"{place.service}/admin/entries/{name}{path}")
    status, it = page.locator("#status"), field(page, named)
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))

    sent: list[str] = []
    page.on("request", lambda it: sent.append(it.url) if it.method == "POST" else None)

    def count() -> int:
        return sum(url.endswith((f"{name}/draft", f"{name}/json")) for url in sent)

    def type_once() -> None:
        it.fill(it.input_value().replace("A bench", "A bench!", 1))
        expect(status).to_have_text("Not saved yet")

    type_once()
    page.clock.run_for(1900)
    assert count() == 0, "no pause yet"
    page.clock.run_for(200)
    expect(status).to_contain_text("Draft saved by you")
    assert count() == 1
    type_once()
    page.clock.run_for(7000)
    expect(status).to_have_text("Not saved yet")
    page.clock.run_for(3000)
    expect(status).to_contain_text("Draft saved by you")
    assert count() == 2, "ten seconds after the first"
    for _ in range(9):
        type_once()
        page.clock.run_for(1000)
    assert count() == 2
    type_once()
    page.clock.run_for(1200)
    expect(status).to_contain_text("Draft saved by you")
    assert count() == 3, "although nobody paused"
    type_once()
    page.evaluate("dispatchEvent(new Event('blur'))")
    expect(status).to_contain_text("Draft saved by you")
    assert count() == 4, "at once, since the window was left"
    draft = place.store().draft(name)
    assert draft
    assert place.store().head(name) == 5
    assert draft.entry.article.title.count("!") == 13


def test_the_json_side_is_checked_by_line_and_leads_there(page: Page, place: Running) -> None:
    enter(page, place)
    said = complaints(page)
    name = begin(page, place)
    page.goto(f"{place.service}/admin/entries/{name}/json")
    text, verdict = field(page, "document"), page.locator("#verdict")
    expect(verdict.locator("h2")).to_contain_text("to fix before publishing")
    good = text.input_value()
    text.fill(good.replace('"lean": "not-rated"', '"lean": "middle"'))
    expect(verdict.locator("h2")).to_have_text("This cannot be a draft yet")
    expect(verdict.locator("code").first).to_have_text("$.viewpoint.lean")
    verdict.locator("a").first.click()
    expect(text).to_be_focused()
    chosen = "it => it.value.slice(it.selectionStart, it.selectionEnd)"
    assert text.evaluate(chosen).strip() == '"lean": "middle",'
    text.fill(good.replace('"origin": "human"', '"origin": "nobody"'))
    expect(verdict.locator("code").first).to_have_text("$.provenance.origin")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    verdict.locator("a").first.click()
    assert text.evaluate(chosen).strip() == '"origin": "nobody",'
    until(lambda: page.evaluate("scrollY") > 100)
    expect(page.locator("#status")).to_have_text("Not saved: this cannot be a draft yet")
    text.fill(good.replace('"lean": "not-rated"', '"lean": "right"'))
    expect(page.locator("#status")).to_contain_text("Draft saved by you")
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(field(page, "viewpoint.lean")).to_have_value("right")
    assert said == []


def test_leaving_the_json_side_with_unsaved_work_warns(page: Page, place: Running) -> None:
    enter(page, place)
    name = begin(page, place)
    page.goto(f"{place.service}/admin/entries/{name}/json")
    warned: list[str] = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    field(page, "document").press_sequentially("x")
    page.get_by_role("link", name="Entries").click()
    expect(page).to_have_url(re.compile("/admin/entries$"))
    assert warned == ["beforeunload"]


def test_what_is_sent_while_the_page_still_loads_asks_nothing(page: Page, place: Running) -> None:
    """The page may be complete, and shown, between a press of a button and the form's sending."""
    enter(page, place)
    name = begin(page, place)
    warned: list[str] = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.dismiss()))
    page.route("**/preview?theme=*", lambda _: None)  # the page waits for it
    page.goto(f"{place.service}/admin/entries/{name}", wait_until="domcontentloaded")
    field(page, "article.title").fill("A bench, sent early")
    expect(page.locator("#status")).to_have_text("Not saved yet")
    assert page.evaluate("document.readyState") != "complete"
    page.evaluate(
        """document.getElementById("editor").addEventListener("submit", () => {
          for (const frame of document.querySelectorAll("iframe")) frame.remove();
        })"""
    )
    page.locator("#save").click()
    expect(page.locator("#status")).to_contain_text("Draft saved by you")
    assert warned == []


def test_a_preview_takes_the_place_of_no_save(page: Page, place: Running) -> None:
    """A form that is sent twice in one moment sends what came last (HTML, form submission)."""
    enter(page, place)
    name = begin(page, place)
    field(page, "article.title").fill("A bench, saved by its button")
    with page.expect_navigation():  # and no autosave
        page.evaluate(
            """() => {
              const form = document.getElementById("editor");
              form.requestSubmit(document.getElementById("save"));
              form.dispatchEvent(new Event("arranged"));
            }"""
        )
    expect(page.locator("#status")).to_contain_text("Draft saved by you")
    draft = place.store().draft(name)
    assert draft
    assert draft.entry.article.title == "A bench, saved by its button"


@pytest.mark.parametrize("width", [360, 760, 900, 1060, 1280])
def test_nothing_moves_while_work_is_saved(page: Page, place: Running, width: int) -> None:
    enter(page, place)
    name = begin(page, place)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{place.service}/admin/entries/{name}")
    status, title = page.locator("#status"), field(page, "article.title")

    def places() -> list[object]:
        return [it.bounding_box() for it in (page.locator("#save"), title)]

    saved = re.compile("Draft saved by you")
    expect(status).to_have_text(saved)
    before = places()
    title.fill("A bench for every bus stop, and a roof")
    expect(status).to_have_text("Not saved yet")
    assert places() == before
    expect(status).to_have_text(saved)
    assert places() == before
