"""Writing in the editor: pasting, keys, filling from pages, and how few clicks an entry takes."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from running import Running, running
from test_accessibility import axe, violations
from test_admin_stories import begin, complaints, enter, field

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

_numbers = itertools.count(1)

PASTE = """(it, [text, html]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  if (html) data.setData("text/html", html);
  const options = { clipboardData: data, bubbles: true, cancelable: true };
  const event = new ClipboardEvent("paste", options);
  // Firefox takes no data from the options.
  if (event.clipboardData !== data) Object.defineProperty(event, "clipboardData", { value: data });
  if (!it.dispatchEvent(event)) return;
  it.setRangeText(text, it.selectionStart, it.selectionEnd, "end");
  it.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
}"""
SEED = """\
Ideas expressed in the piece

• The harbor’s night ferry lost half of its riders in two years; the board ran it less often.
• A crossing that nobody can rely upon is one that nobody plans for.
• “Savings” of four crowns a rider are the price of one more car on the bridge.
• Other towns kept their boats and dropped the fare, and their harbors are busier.
• The council should decide by summer, before the crews find other work.

Different views on the topic

• The board’s own count puts the loss of riders before the cuts, not behind them[1].
• Crews are scarce on the coast, so that more crossings could not be staffed this year[2][3].
• Free fares filled the boats of one town with people who used to walk[4].
• A bridge bus costs a third as much and serves the same quays[1][5].

Sources
[1] Riders of the harbor lines, 2019 to 2025 https://harbor.example/riders
[2] Who sails the coast https://seafarers.example/crews
[3] Vacancies by trade https://labor.example/vacancies
[4] Two years without fares https://islandtown.example/fares
[5] The bridge bus, costed https://roads.example/bridge-bus
"""
ARTICLE = """<!doctype html><html lang="en"><title>x</title><script type="application/ld+json">
{"@type": "OpinionNewsArticle", "headline": "Bring back the night ferry",
 "articleSection": "Opinion", "author": {"name": "R. Okafor"}, "datePublished": "2026-05-04"}
</script><h1>Bring back</h1>"""
SOURCE = """<!doctype html><title>How long we wait | Transit</title>
<meta property="og:site_name" content="Transit">
<meta name="citation_journal_title" content="Transit">
<meta name="citation_publication_date" content="2025/03/01">"""
LIST = "<ul><li>One<sup><a href='https://a.example/'>1</a></sup></li><li>Two <b>bold</b></li></ul>"


def paste(into: Locator, text: str, html: str = "") -> None:
    """Paste as the clipboard does; the browser's own is out of reach without its permission."""
    into.focus()
    into.evaluate(PASTE, [text, html])


def points(page: Page, group: int = 0) -> list[str]:
    fields = page.locator(f"textarea[name^='perspectives.{group}.points.'][name$='.text']")
    return [it.input_value() for it in fields.all()]


def address(place: Running, html: str) -> str:
    """Return a new address of a page that the service itself can read."""
    path = place.host.add(html)
    unique = f"/writing-{os.getpid()}-{next(_numbers)}"
    place.host.pages[unique] = place.host.pages[path]
    return place.host.backend + unique


@pytest.fixture
def reviewed(tmp_path: Path) -> Iterator[Running]:
    """Run a service whose publication requires reviews, as is the default."""
    with running(tmp_path / "data", review="required") as place:
        yield place


def test_from_pasted_text_to_ready_to_submit_in_few_clicks(page: Page, reviewed: Running) -> None:
    """Five ideas, four different views, five sources: at most 12 clicks, no field typed twice."""
    place = reviewed
    enter(page, place)
    clicks: list[str] = []
    typed: list[str] = []
    page.expose_binding("countClick", lambda _source, what: clicks.append(what))
    page.add_init_script(
        "addEventListener('pointerdown', (event) => {"
        " if (event.isTrusted) countClick(event.target.outerHTML.slice(0, 80)); }, true)"
    )
    url = address(place, ARTICLE)

    def write(name: str, text: str) -> None:
        field(page, name).click()
        page.keyboard.insert_text(text)
        typed.append(name)

    page.goto(f"{place.service}/admin/entries")
    page.get_by_role("link", name="New entry").first.click()
    write("url", url)
    write("pasted", SEED)
    page.get_by_role("button", name="Begin").click()
    expect(page.locator(".undo")).to_have_text("Added 9 points and 5 sources. Undo")
    for name, option in (("viewpoint.lean", "center"), ("provenance.origin", "ai")):
        field(page, name).select_option(option)
        clicks += ["open the list", "choose"]
    write("provenance.provider", "Quill Engines")
    page.locator("#save").click()
    expect(page.locator("#status")).to_contain_text("Draft saved by you")
    expect(page.locator("#verdict h2")).to_contain_text("Ready to submit")
    assert field(page, "viewpoint.lean").input_value() == "center"
    assert 5 < len(clicks) <= 12, clicks
    assert len(typed) == len(set(typed))
    assert [len(points(page, group)) for group in (0, 1)] == [5, 4]
    assert points(page, 1)[1].endswith("staffed this year[2][3].")
    assert field(page, "sources.4.title").input_value() == "The bridge bus, costed"
    assert field(page, "article.authors").input_value() == "R. Okafor"
    assert field(page, "article.title").input_value() == "Bring back the night ferry"


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_list_is_pasted_below_the_points_and_taken_back(
    new_page: Callable[..., Page], place: Running, script: bool
) -> None:
    page = new_page(java_script_enabled=script, reduced_motion="reduce")
    enter(page, place)
    begin(page, place)
    box = page.locator("#f-perspectives-0-points .paste")
    box.locator("summary").click()
    box.locator("textarea").fill("- One [1]\n- T\u200bwo\n\n[1] A title https://a.example/")
    box.get_by_role("button").click()
    done = page.locator(".undo")
    expect(done).to_contain_text("Added 2 points and 1 source. 1 invisible character was removed.")
    assert points(page) == ["One [1]", "Two"]
    expect(field(page, "sources.0.title")).to_have_value("A title")
    done.get_by_role("button", name="Undo").click()
    expect(field(page, "perspectives.0.points.1.text")).to_have_count(0)
    assert points(page) == [""]
    done.get_by_role("button", name="Redo").click()
    expect(field(page, "perspectives.0.points.1.text")).to_have_value("Two")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_what_is_removed_comes_back_with_what_was_typed(
    new_page: Callable[..., Page], place: Running, script: bool
) -> None:
    page = new_page(java_script_enabled=script, reduced_motion="reduce")
    enter(page, place)
    begin(page, place)
    field(page, "perspectives.0.points.0.text").fill("Nine minutes [1].")
    field(page, "sources.0.title").fill("How long we wait")
    page.get_by_role("button", name="Remove source 1").click()
    expect(page.locator(".undo")).to_contain_text("Source 1 was removed. Its markers went with it.")
    field(page, "article.title").fill("Typed afterwards")
    page.get_by_role("button", name="Undo").click()
    expect(field(page, "sources.0.title")).to_have_value("How long we wait")
    expect(field(page, "perspectives.0.points.0.text")).to_have_value("Nine minutes [1].")
    expect(field(page, "article.title")).to_have_value("Typed afterwards")


def test_a_list_that_is_pasted_into_a_point_becomes_points_there(
    page: Page, place: Running
) -> None:
    enter(page, place)
    said = complaints(page)
    begin(page, place)
    point = field(page, "perspectives.0.points.0.text")
    paste(point, "One1\nTwo bold", LIST)
    expect(field(page, "perspectives.0.points.1.text")).to_have_value("Two <strong>bold</strong>")
    assert points(page) == ["One[1]", "Two <strong>bold</strong>"]
    expect(field(page, "sources.0.url")).to_have_value("https://a.example/")
    paste(point, " and more")
    expect(point).to_have_value(re.compile("and more"))
    page.locator("h1").click()
    page.keyboard.press("ControlOrMeta+z")
    expect(field(page, "perspectives.0.points.1.text")).to_have_count(0)
    page.locator("h1").click()
    page.keyboard.press("ControlOrMeta+y")
    expect(field(page, "perspectives.0.points.1.text")).to_have_value("Two <strong>bold</strong>")
    assert said == []


def test_points_are_written_one_after_the_other_by_keys_alone(page: Page, place: Running) -> None:
    enter(page, place)
    begin(page, place)
    field(page, "perspectives.0.points.0.text").focus()
    # Without waiting: what is typed while the server answers must not be lost.
    page.keyboard.type("First")
    page.keyboard.press("Enter")
    page.keyboard.type("Second")
    expect(field(page, "perspectives.0.points.1.text")).to_have_value("Second")
    expect(field(page, "perspectives.0.points.1.text")).to_be_focused()
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("line")
    assert points(page) == ["First", "Second\nline"]
    for _ in range(len("\nline")):
        page.keyboard.press("Backspace")
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(field(page, "perspectives.0.points.2.text")).to_have_value("ond")
    assert points(page) == ["First", "Sec", "ond"]
    expect(field(page, "perspectives.0.points.2.text")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Backspace")
    expect(field(page, "perspectives.0.points.2.text")).to_have_count(0)
    expect(field(page, "perspectives.0.points.1.text")).to_be_focused()
    page.keyboard.type("!")
    assert points(page) == ["First", "Sec!"]
    page.keyboard.press("ControlOrMeta+s")
    expect(page.locator("#status")).to_contain_text("Draft saved by you")


def test_an_address_that_is_pasted_fills_its_source(page: Page, place: Running) -> None:
    enter(page, place)
    said = complaints(page)
    name = begin(page, place)
    paste(field(page, "sources.0.url"), address(place, SOURCE))
    expect(field(page, "sources.0.title")).to_have_value("How long we wait")
    expect(field(page, "sources.0.type")).to_have_value("journal")
    expect(field(page, "sources.0.published")).to_have_value("2025-03-01")
    marks = page.locator(".filled")
    expect(marks).to_have_count(4)
    field(page, "sources.0.publisher").press_sequentially("!")
    expect(marks).to_have_count(3)
    page.get_by_role("button", name="+ Add a source").click()
    expect(field(page, "sources.1.url")).to_be_focused()
    expect(marks).to_have_count(3)
    page.get_by_role("button", name="Looks right").click()
    expect(marks).to_have_count(0)
    paste(field(page, "sources.1.url"), "http://169.254.169.254/latest/")
    expect(page.locator("#filling-sources-1")).to_contain_text("not in the public internet")
    draft = place.store().draft(name)
    assert draft
    assert draft.entry.sources[0].title == "How long we wait"
    assert said == []


def test_the_first_point_is_few_stops_away(page: Page, place: Running) -> None:
    enter(page, place)
    begin(page, place)
    page.locator("body").evaluate("() => document.activeElement.blur()")
    presses = 0
    while page.evaluate("document.activeElement.textContent") != "Skip to the points":
        page.keyboard.press("Tab")
        presses += 1
        assert presses <= 7
    page.keyboard.press("Enter")
    expect(field(page, "perspectives.0.points.0.text")).to_be_focused()
    # From one point to the next: citing, attribution, then the tools.
    page.keyboard.press("Shift+Tab")
    at = page.evaluate("document.activeElement.id")
    assert at == "f-perspectives-0-heading", "no tools stand before the points of a group"


def test_the_keys_are_listed(new_page: Callable[..., Page], place: Running, axe: str) -> None:
    page = new_page(viewport={"width": 360, "height": 740})
    enter(page, place)
    begin(page, place)
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Save the draft")
    assert violations(page, axe) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    plain = new_page(java_script_enabled=False)
    enter(plain, place)
    begin(plain, place)
    expect(plain.locator("#shortcuts")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_what_is_pasted_and_filled(
    new_page: Callable[..., Page], place: Running, axe: str, scheme: str
) -> None:
    page = new_page(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    enter(page, place)
    begin(page, place)
    for summary in page.locator(".paste summary").all():
        summary.click()
    paste(field(page, "sources.0.url"), address(place, SOURCE))
    expect(page.locator(".filled").first).to_be_visible()
    page.get_by_role("button", name="Remove group 2").click()
    expect(page.locator(".undo")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator("iframe[data-next]")).to_have_count(0)
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_an_arabic_entry_is_written_from_right_to_left(page: Page, place: Running) -> None:
    enter(page, place)
    page.goto(f"{place.service}/admin/entries/fish-market")
    for name in ("article.title", "perspectives.0.points.0.text", "sources.0.title"):
        expect(field(page, name)).to_have_css("direction", "rtl")
    expect(field(page, "sources.0.url")).to_have_css("direction", "ltr")
    expect(page.locator("#save")).to_have_css("direction", "ltr")
