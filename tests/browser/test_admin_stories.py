"""What editors do, in a real browser: with scripts, without them, and two at once."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from newsroom import PASSWORD
from playwright.sync_api import ConsoleMessage, FrameLocator, Page, Route, expect
from running import Running
from test_accessibility import axe, violations
from ways import until

from widget.accounts import Role, open_accounts
from widget.store import Live

pytestmark = pytest.mark.browser

SHOWN = "iframe:not([data-next])"
"""The preview, but for the one that is about to replace it."""

__all__ = ["axe"]  # the fixture

_names = (f"story-{os.getpid()}-{number}" for number in itertools.count(1))

PAGES = {
    "list": "/admin/entries",
    "nothing found": "/admin/entries?q=nothing-is-called-so",
    "new": "/admin/entries/new",
    "editor": "/admin/entries/ferry-fares",
    "right-to-left": "/admin/entries/fish-market",
    "json": "/admin/entries/ferry-fares/json",
    "publication": "/admin/entries/ferry-fares/publication",
    "withdrawal": "/admin/entries/ferry-fares/withdrawal",
    "withdrawn": "/admin/entries/harbor-curfew/withdrawal",
    "history": "/admin/entries/harbor-curfew/history",
    "comparison": "/admin/entries/ferry-fares/comparison?from=1&to=2",
    "record": "/admin/entries/harbor-curfew/record",
    "plan": "/admin/plan",
    "not found": "/admin/entries/nothing",
}


def enter(page: Page, place: Running, name: str = "ann", role: Role = "admin") -> None:
    """Sign in by a link for one use; it says nothing of passwords, which are slow to compare."""
    # While a page scrolls smoothly, a click may fall beside what it was meant for.
    page.emulate_media(reduced_motion="reduce")
    accounts = open_accounts(f"dir:{place.data}")
    user = accounts.user(name) or accounts.add_user(name, role, PASSWORD)
    page.goto(f"{place.service}/admin/link")
    page.locator("#code").fill(accounts.sign_in_link(user))
    page.locator("main button").click()  # by no name: the page may be in any language
    expect(page).to_have_url(f"{place.service}/admin/entries")


def complaints(page: Page) -> list[str]:
    """Collect the page's errors and broken policies, from now on."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def begin(page: Page, place: Running) -> str:
    """Make a new entry from the address of an article on the host's site; return its id."""
    name = next(_names)
    page.goto(f"{place.service}/admin/entries/new")
    page.get_by_label("Address", exact=True).fill(f"{place.host.origin}/opinion/{name}")
    page.get_by_label("Title", exact=True).fill("A bench for every bus stop")
    page.get_by_label("Read title, authors").uncheck()
    page.get_by_role("button", name="Begin").click()
    expect(page).to_have_url(f"{place.service}/admin/entries/{name}")
    page.wait_for_load_state("domcontentloaded")  # then its scripts have run
    return name


def field(page: Page, name: str) -> Any:  # noqa: ANN401
    return page.locator(f"[name='{name}']")


def write_it(page: Page) -> None:
    """Fill in what the rules ask for; nothing here needs a script."""
    expect(page.locator("#verdict h2")).to_contain_text("still to do")
    field(page, "article.section").fill("Opinion")
    field(page, "viewpoint.lean").select_option("center-left")
    field(page, "perspectives.0.points.0.text").fill("Waiting is a part of the journey [1].")
    field(page, "perspectives.1.points.0.text").fill("Shelters matter more than seats.")
    field(page, "sources.0.title").fill("How long we wait")
    field(page, "sources.0.url").fill("https://transit.example/waiting")
    page.locator("#save").click()
    expect(page.locator("#verdict h2")).to_have_text("1 thing to fix before publishing")
    page.locator("#verdict a").click()
    expect(field(page, "perspectives.1.points.0.text")).to_be_in_viewport()
    expect(page.locator("#said-perspectives-1-points-0-text")).to_contain_text("cites no source")
    page.locator("#f-perspectives-1-points-0 .cite summary").click()
    page.locator("#f-perspectives-1-points-0 .cite button").first.click()
    expect(field(page, "perspectives.1.points.0.text")).to_have_value(
        "Shelters matter more than seats [1]."
    )
    page.locator("#save").click()
    expect(page.locator("#verdict h2")).to_have_text("Ready to publish")


def embed(place: Running, name: str) -> str:
    """Return the address of a page of the host's that shows the panel."""
    frame = f'<iframe src="{place.service}/panel/{name}" width="600" height="900"></iframe>'
    return place.host.origin + place.host.add(f"<!doctype html><title>Host</title>{frame}")


def publish(page: Page) -> None:
    page.get_by_role("button", name="Review and publish").click()
    page.get_by_role("button", name="Publish now").click()
    expect(page.locator(".notice")).to_contain_text("Everything is published")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_an_entry_s_life_from_nothing_to_its_restoration(
    new_page: Callable[..., Page], place: Running, script: bool
) -> None:
    # A page without scripts that rolls smoothly never comes to rest in headless Chromium.
    page = new_page(java_script_enabled=script, reduced_motion="reduce")
    said = complaints(page)
    enter(page, place)
    name = begin(page, place)
    write_it(page)

    page.get_by_role("button", name="Review and publish").click()
    expect(page.locator("ins", has_text="Waiting is a part of the journey")).to_be_visible()
    page.get_by_role("button", name="Publish now").click()
    expect(page.locator(".notice")).to_contain_text("Everything is published")

    def read() -> FrameLocator:
        """Open the host's page as a reader who holds no copy of the panel yet."""
        reader = new_page(java_script_enabled=script)
        reader.goto(embed(place, name))
        return reader.frame_locator("iframe")

    expect(read().locator(".insights-lean")).to_contain_text("Center-Left", ignore_case=True)

    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_role("button", name="+ Add a correction").click()
    field(page, "corrections.0.note").fill("The wait is seven minutes, not nine.")
    publish(page)
    expect(read().locator(".insights-corrections")).to_contain_text("seven minutes")

    page.get_by_role("link", name="Withdraw", exact=True).click()
    page.get_by_label("Reason, for readers").fill("The study was retracted.")
    page.get_by_role("button", name="Withdraw now").click()
    expect(page.locator(".notice")).to_contain_text("Withdrawn")
    expect(read().locator(".insights-withdrawn")).to_contain_text("The study was retracted.")

    page.get_by_role("link", name="History", exact=True).click()
    expect(page.locator("tbody tr").first).to_contain_text("The study was retracted.")
    page.get_by_role("row").filter(has_text="Published").last.get_by_role("link").click()
    page.get_by_role("button", name=re.compile("Restore revision .* as a draft")).last.click()
    expect(page.locator("#standing")).to_have_text("Withdrawn, draft waiting")
    publish(page)
    panel = read()
    expect(panel.locator(".insights-lean")).to_be_visible()
    expect(panel.locator(".insights-corrections")).to_have_count(0)
    assert [each for each in said if "410" not in each] == []


@contextmanager
def reloads(page: Page, expected: bool) -> Iterator[None]:
    """Hold what happens in the block to a new page, or to none."""
    page.evaluate("document.body.dataset.seen = ''")
    yield
    assert (page.locator("body[data-seen]").count() == 0) == expected


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_the_markers_follow_the_sources(
    new_page: Callable[..., Page], place: Running, script: bool
) -> None:
    # A page without scripts that rolls smoothly never comes to rest in headless Chromium.
    page = new_page(java_script_enabled=script, reduced_motion="reduce")
    enter(page, place)
    begin(page, place)
    write_it(page)
    page.get_by_role("button", name="+ Add a source").click()
    field(page, "sources.1.title").fill("A second study")
    field(page, "perspectives.0.points.0.text").fill("Waiting [1] is a part [2].")
    with reloads(page, not script):
        page.get_by_role("button", name="Move source 2 up").press("Enter")
        expect(field(page, "sources.0.title")).to_have_value("A second study")
    expect(field(page, "perspectives.0.points.0.text")).to_have_value("Waiting [2] is a part [1].")
    expect(page.get_by_role("button", name="Move source 1 down")).to_be_focused()
    if script:
        said = page.locator("#announcement")
        expect(said).to_have_text("Source 2 is number 1 of 2 now. The markers follow.")
        expect(page.locator("#status")).to_contain_text("Draft saved by you")
    page.get_by_role("button", name="Remove source 1").click()
    expect(field(page, "perspectives.0.points.0.text")).to_have_value("Waiting [1] is a part .")


def test_what_is_typed_is_checked_previewed_and_saved_by_itself(page: Page, place: Running) -> None:
    enter(page, place)
    said = complaints(page)
    name = begin(page, place)
    expect(page.frame_locator(SHOWN).locator(".insights-lean")).to_be_visible()
    status = page.locator("#status")
    field(page, "viewpoint.rationale").press_sequentially("It asks for <u>benches</u>.")
    expect(status).to_have_text(re.compile("Not saved yet|Saving"))
    expect(page.locator("#said-viewpoint-rationale")).to_contain_text("shown as: It asks for bench")
    shown = page.frame_locator(SHOWN).locator(".insights-rationale")
    expect(shown).to_have_text("It asks for benches.")
    expect(status).to_contain_text("Draft saved by you")
    draft = place.store().draft(name)
    assert draft
    assert draft.entry.viewpoint.rationale == "It asks for <u>benches</u>."
    field(page, "sources.0.url").fill("nowhere")
    expect(field(page, "sources.0.url")).to_have_attribute("aria-invalid", "true")
    field(page, "sources.0.url").fill("https://transit.example/")
    expect(field(page, "sources.0.url")).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("Dark").check()
    expect(page.frame_locator(SHOWN).locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_label("Narrow").check()
    assert page.locator(SHOWN).evaluate("it => it.offsetWidth") == 360
    assert said == []


def test_leaving_with_unsaved_work_warns(page: Page, place: Running) -> None:
    enter(page, place)
    begin(page, place)
    warned: list[str] = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    field(page, "article.title").press_sequentially("x")
    waiting = page.locator("#autosave").get_attribute("data-waiting")
    assert waiting
    expect(page.locator("#status")).to_have_text(waiting)
    page.get_by_role("link", name="Entries").click()
    expect(page).to_have_url(f"{place.service}/admin/entries")
    assert warned == ["beforeunload"]


def test_what_is_typed_before_the_scripts_run_is_saved_too(page: Page, place: Running) -> None:
    enter(page, place)
    name = begin(page, place)
    held: list[Route] = []
    page.route("**/admin-autosave*.js", lambda route: held.append(route))
    page.goto(f"{place.service}/admin/entries/{name}", wait_until="commit")
    field(page, "article.title").press_sequentially("x")
    assert held
    held[0].continue_()
    store = place.store()
    before = store.draft(name)
    assert before
    until(lambda: store.draft(name) != before)
    after = store.draft(name)
    store.close()
    assert after
    assert after.entry.article.title == f"x{before.entry.article.title}"


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_of_two_editors_the_second_sees_both_versions_and_keeps_what_was_typed(
    new_page: Callable[..., Page], place: Running, script: bool
) -> None:
    mine, theirs = (new_page(java_script_enabled=script) for _ in range(2))
    enter(mine, place)
    enter(theirs, place, "bob", "editor")
    name = begin(mine, place)
    theirs.goto(f"{place.service}/admin/entries/{name}")
    field(theirs, "article.title").fill("A roof for every bus stop")
    theirs.locator("#save").click()
    expect(theirs.locator("#status")).to_contain_text("Draft saved by you")
    field(mine, "article.title").fill("A bench for every tram stop")
    field(mine, "article.section").fill("Letters")
    mine.locator("#save").click()
    conflict = mine.locator(".conflict")
    expect(conflict).to_contain_text("bob saved this entry after you opened it")
    expect(conflict.locator("dd").first).to_contain_text("A roofbench for every bustram stop")
    expect(field(mine, "article.section")).to_have_value("Letters")
    conflict.get_by_role("button", name="Save what is chosen").click()
    expect(mine.locator(".conflict")).to_have_count(0)
    draft = place.store().draft(name)
    assert draft
    assert (draft.entry.article.title, draft.actor) == ("A bench for every tram stop", "ann")
    titles = [each.entry.article.title for each in place.store().history(name)]
    assert "A roof for every bus stop" in titles


def test_the_list_is_searched_while_typing_and_the_address_follows(
    page: Page, place: Running
) -> None:
    enter(page, place)
    page.get_by_label("Search").press_sequentially("foghorn-letter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=foghorn"))
    page.reload()
    expect(page.get_by_label("Search")).to_have_value("foghorn-letter")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_password_opens_the_door_and_signing_out_closes_it(page: Page, place: Running) -> None:
    accounts = open_accounts(f"dir:{place.data}")
    if accounts.user("carla") is None:
        accounts.add_user("carla", "editor", PASSWORD)
    page.goto(f"{place.service}/admin/entries/ferry-fares")
    page.get_by_label("Name").fill("carla")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{place.service}/admin/entries/ferry-fares")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{place.service}/admin/login")
    page.goto(f"{place.service}/admin/entries")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_axe_finds_no_violation_in_any_editors_page(
    new_page: Callable[..., Page],
    place: Running,
    axe: str,  # the fixture
) -> None:
    """On a phone in the dark; test_desk_pages.py has most of them in the light, and wider."""
    page = new_page(color_scheme="dark", viewport={"width": 360, "height": 800})
    page.goto(f"{place.service}/admin/login")
    assert violations(page, axe) == []
    enter(page, place)
    for name, path in PAGES.items():
        page.goto(place.service + path)
        assert violations(page, axe) == [], name
    begin(page, place)
    page.locator(".cite summary").first.click()
    assert violations(page, axe) == [], "an entry with everything to mend"
    for title in ("One", "Two"):
        field(page, "article.title").fill(title)
        page.locator("#save").click()
        expect(page.locator("h1")).to_have_text(title)
    page.get_by_role("link", name="JSON").click()
    expect(page.locator("#verdict [data-line]").first).to_be_visible()
    assert violations(page, axe) == [], "a text with everything to mend"
    page.get_by_role("link", name="History").click()
    page.locator(".saves summary").click()
    assert violations(page, axe) == [], "a history with a row that is open"


def test_no_page_scrolls_sideways_at_360_pixels(
    new_page: Callable[..., Page], place: Running
) -> None:
    page = new_page(viewport={"width": 360, "height": 740})
    enter(page, place)
    for name, path in PAGES.items():
        page.goto(place.service + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        hidden = page.evaluate(
            "[...document.querySelectorAll('main :is(input, select, textarea, button, a)')]"
            ".filter(it => it.type !== 'hidden' && !it.closest('details:not([open])')"
            " && it.id !== 'show' && !it.closest('[hidden]') && !it.checkVisibility())"
            ".map(it => it.outerHTML)"
        )
        assert hidden == [], f"{name}: every control is there to be used"


def test_the_reader_s_panel_is_what_it_was_before_the_editors_came(
    page: Page, place: Running
) -> None:
    """The frame's own routes answer without a cookie and without the editors' headers."""
    answer = page.request.get(f"{place.backend}/panel/ferry-fares")
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "public, max-age=30"
    assert isinstance(place.store().live("ferry-fares"), Live)
