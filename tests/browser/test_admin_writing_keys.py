"""Keys, pieces and failures while somebody writes; see test_admin_writing.py for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import browsers
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from running import Running
from test_admin_stories import begin, complaints, enter, field
from test_admin_writing import PASTE, SEED, paste, points
from ways import PATIENCE

pytestmark = pytest.mark.browser

POINT = "perspectives.0.points.{}.text".format
PIECE = """<meta charset='utf-8'><b style="font-weight:normal" id="docs-internal-guid-1"><span
style="font-weight:700">one boat in four</span><span> stays in port</span><a
href="https://a.example/boats"><span style="vertical-align:super">1</span></a></b>"""


@pytest.fixture(params=["chromium", "firefox"])
def writer(
    request: pytest.FixtureRequest, launched: Callable[..., Browser], place: Running
) -> Iterator[Page]:
    """Return the editor of a new entry, in each browser."""
    with browsers.new_context(launched(request.param)) as context:
        context.set_default_timeout(1000 * PATIENCE)
        page = context.new_page()
        enter(page, place)
        begin(page, place)
        yield page


def chosen(page: Page, name: str) -> str:
    found = field(page, name).evaluate(
        "it => `${it.value.slice(0, it.selectionStart)}|${it.value.slice(it.selectionStart,"
        " it.selectionEnd)}|${it.value.slice(it.selectionEnd)}`"
    )
    assert isinstance(found, str)
    return found


def test_a_piece_that_is_pasted_into_a_line_keeps_its_link(writer: Page) -> None:
    page = writer
    point = field(page, POINT(0))
    point.fill("They say that XXX, all winter.")
    point.evaluate("it => it.setSelectionRange(14, 17)")
    point.evaluate(PASTE, ["one boat in four stays in port1", PIECE])
    whole = "They say that <strong>one boat in four</strong> stays in port[1], all winter."
    expect(field(page, "sources.0.url")).to_have_value("https://a.example/boats")
    assert points(page) == [whole]
    expect(point).to_be_focused()
    assert chosen(page, POINT(0)) == whole.replace("port[1]", "port[1]||")
    # The keys take the paste back, since nobody typed here yet: the selected words come back, too.
    page.keyboard.press("ControlOrMeta+z")
    expect(point).to_have_value("They say that XXX, all winter.")
    expect(point).to_be_focused()
    page.keyboard.press("ControlOrMeta+y")
    expect(point).to_have_value(whole)


def test_keys_undo_typing_first_and_then_what_was_done(writer: Page) -> None:
    page = writer
    field(page, POINT(0)).focus()
    page.keyboard.type("First")
    page.keyboard.press("Enter")
    expect(field(page, POINT(1))).to_be_focused()
    page.keyboard.type("abc")
    for _ in range(3):  # some browsers take back all at once
        if field(page, POINT(1)).input_value():
            page.keyboard.press("ControlOrMeta+z")
    assert points(page) == ["First", ""]
    page.keyboard.press("ControlOrMeta+z")
    expect(field(page, POINT(1))).to_have_count(0)
    expect(field(page, POINT(0))).to_be_focused()
    page.keyboard.type("ly")
    assert points(page) == ["Firstly"]


def test_points_may_be_typed_faster_than_the_server_answers(page: Page, place: Running) -> None:
    held: list[Route] = []
    # Before the page is there: what is sent at once would go past a later one.
    page.route("**/draft", lambda route: held.append(route), times=1)
    enter(page, place)
    begin(page, place)
    field(page, POINT(0)).fill("One")
    field(page, POINT(0)).press("End")
    page.keyboard.press("Enter")
    for text in ("Two", "Three", "Four"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.type("Fivf")
    page.keyboard.press("Backspace")
    page.keyboard.type("e")
    held[0].continue_()
    expect(field(page, POINT(4))).to_have_value("Five")
    assert points(page) == ["One", "Two", "Three", "Four", "Five"]


def test_a_key_of_an_input_method_makes_no_point(writer: Page) -> None:
    page = writer
    point = field(page, POINT(0))
    point.fill("日本")
    press = """(it, how) => it.dispatchEvent(new KeyboardEvent("keydown",
      { key: "Enter", bubbles: true, cancelable: true, ...how }))"""
    # Safari ends a composition first, and sends the key that ended it afterwards.
    for how in ({"isComposing": True}, {"keyCode": 229}, {"shiftKey": True}):
        assert point.evaluate(press, how), how
    assert not point.evaluate(press, {})
    expect(field(page, POINT(1))).to_be_focused()


def test_backspace_that_is_held_stops_at_an_empty_point(writer: Page) -> None:
    page = writer
    field(page, POINT(0)).focus()
    page.keyboard.type("First")
    page.keyboard.press("Enter")
    expect(field(page, POINT(1))).to_be_focused()
    page.keyboard.type("ab")
    for _ in range(6):
        page.keyboard.down("Backspace")
    page.keyboard.up("Backspace")
    assert points(page) == ["First", ""]
    page.keyboard.press("Backspace")
    expect(field(page, POINT(1))).to_have_count(0)
    # The first of several goes, too.
    page.keyboard.press("Enter")
    expect(field(page, POINT(1))).to_be_focused()
    page.keyboard.type("Second")
    field(page, POINT(0)).fill("")
    field(page, POINT(0)).press("Backspace")
    expect(field(page, POINT(1))).to_have_count(0)
    assert points(page) == ["Second"]


def refuse(status: int, route: Route) -> None:
    route.fulfill(status=status)


def test_without_an_answer_nothing_is_lost(page: Page, place: Running) -> None:
    answer: Callable[[Route], None] = Route.abort
    page.route("**/draft", lambda route: answer(route))
    enter(page, place)
    begin(page, place)
    point = field(page, POINT(0))
    point.fill("Ferries run late")
    point.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type(" and never")
    expect(page.locator("#status")).to_contain_text("no answer from the server")
    expect(point).to_have_value("Ferries run late and never")
    expect(point).to_be_focused()
    page.keyboard.type(" at night")
    assert points(page) == ["Ferries run late and never at night"]
    for status, words in ((413, "too large to be pasted"), (503, "no answer from the server")):
        answer = partial(refuse, status)
        paste(point, "- One\n- Two")
        expect(page.locator("#status")).to_contain_text(words)
    answer = Route.continue_
    page.keyboard.press("Enter")
    expect(field(page, POINT(1))).to_be_focused()
    assert points(page) == ["Ferries run late and never at night", ""]


def test_tags_are_set_around_words_and_taken_away(writer: Page) -> None:
    page = writer
    point = field(page, POINT(0))
    point.focus()
    page.keyboard.type("a late boat")
    point.evaluate("it => it.setSelectionRange(2, 7)")
    page.keyboard.press("ControlOrMeta+b")
    assert chosen(page, POINT(0)) == "a <strong>|late|</strong> boat"
    page.keyboard.press("ControlOrMeta+i")
    assert chosen(page, POINT(0)) == "a <strong><em>|late|</em></strong> boat"
    page.keyboard.press("ControlOrMeta+i")
    page.keyboard.press("ControlOrMeta+b")
    assert chosen(page, POINT(0)) == "a |late| boat"
    page.keyboard.press("ControlOrMeta+k")
    assert chosen(page, POINT(0)) == 'a <a href="||">late</a> boat'
    page.keyboard.type("https://a.example/")
    for _ in range(30):
        page.keyboard.press("ControlOrMeta+z")
        if point.input_value() == "a late boat":
            break
    expect(point).to_have_value("a late boat")
    rationale = field(page, "viewpoint.rationale")
    rationale.focus()
    page.keyboard.press("ControlOrMeta+b")
    page.keyboard.type("so")
    expect(rationale).to_have_value("<strong>so</strong>")
    quote = field(page, "article.section")
    quote.focus()
    page.keyboard.press("ControlOrMeta+i")
    expect(quote).to_have_value("")


def test_a_marker_is_taken_back_by_the_keys(writer: Page) -> None:
    page = writer
    point = field(page, POINT(0))
    point.focus()
    page.keyboard.type("They wait.")
    page.locator("#f-perspectives-0-points-0 .cite summary").click()
    page.locator("#f-perspectives-0-points-0 .cite button").first.click()
    expect(point).to_have_value("They wait. [1]")
    page.keyboard.press("ControlOrMeta+z")
    expect(point).to_have_value("They wait.")


def test_invisible_characters_of_a_title_are_left_out_and_said(writer: Page) -> None:
    page = writer
    title = field(page, "sources.0.title")
    title.focus()
    title.evaluate(PASTE, ["Fahr\u00adpläne\u200b „heute“ 👩\u200d🚀", ""])
    expect(title).to_have_value("Fahrpläne „heute“ 👩\u200d🚀")
    note = page.locator("#f-sources-0 .removed")
    expect(note).to_contain_text("Invisible characters were removed")
    page.keyboard.press("ControlOrMeta+z")
    expect(title).to_have_value("")
    other = field(page, "sources.0.publisher")
    other.focus()
    other.evaluate(PASTE, ["می\u200cخواهم", ""])
    expect(other).to_have_value("می\u200cخواهم")
    expect(page.locator(".removed")).to_have_count(1)


def test_what_word_adds_to_a_list_does_not_make_it_too_large(page: Page, place: Running) -> None:
    enter(page, place)
    said = complaints(page)
    begin(page, place)
    style = (
        "<style><!--"
        + "@list l0:level1 {mso-level-number-format:bullet;}\n" * 12_000
        + "--></style>"
    )
    xml = "<!--[if gte mso 9]><xml>" + "<w:LsdException Name='x'/>" * 9_000 + "</xml><![endif]-->"
    picture = f'<img src="data:image/png;base64,{"A" * 900_000}">'
    items = "".join(
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span"
        f" style='mso-list:Ignore'>·<span>&nbsp;</span></span><![endif]>Point {number} says<a"
        f" href='#_ftn{number}' name='_ftnref{number}'><span>[{number}]</span></a>.</p>"
        for number in range(1, 41)
    )
    notes = "".join(
        f"<div style='mso-element:footnote' id=ftn{number}><p><a href='#_ftnref{number}'"
        f" name='_ftn{number}'>[{number}]</a> Title {number}, https://a.example/{number}</p></div>"
        for number in range(1, 41)
    )
    paste(
        field(page, POINT(0)),
        "\n".join(f"·  Point {number} says[{number}]." for number in range(1, 41)),
        f"<html><head>{style}{xml}</head><body>{picture}{items}{notes}</body></html>",
    )
    expect(page.locator(".undo")).to_contain_text("Added 40 points and 40 sources.")
    assert points(page)[39] == "Point 40 says[40]."
    expect(field(page, "sources.39.title")).to_have_value("Title 40")
    expect(field(page, "sources.39.url")).to_have_value("https://a.example/40")
    assert said == []


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_an_analysis_that_began_an_entry_is_taken_back(
    new_page: Callable[..., Page], place: Running, script: bool
) -> None:
    page = new_page(java_script_enabled=script, reduced_motion="reduce")
    enter(page, place)
    name = begin(page, place)
    page.goto(f"{place.service}/admin/entries/new")
    page.get_by_label("Address", exact=True).fill(f"{place.host.origin}/opinion/{name}-pasted")
    page.get_by_label("Read title, authors").uncheck()
    page.get_by_label("Paste the whole analysis").fill(SEED)
    page.get_by_role("button", name="Begin").click()
    line = page.locator(".undo")
    expect(line).to_contain_text("Added 9 points and 5 sources.")
    assert len(points(page)) == 5
    line.get_by_role("button", name="Undo").click()
    expect(line).to_contain_text(re.compile("^Undone: Added 9 points"))
    assert (points(page), points(page, 1)) == ([""], [""])
    expect(field(page, "sources.0.url")).to_have_value("")
    line.get_by_role("button", name="Redo").click()
    expect(field(page, POINT(4))).to_have_value(re.compile("The council should decide"))


def test_lines_of_mail_and_of_code_are_read_as_they_are_meant(page: Page, place: Running) -> None:
    """Mail has a block for each line, and its links count; code has one, too, and wraps by hand."""
    enter(page, place)
    begin(page, place)
    mail = "<div dir=ltr><div>One <a href='https://a.example/'>link</a></div><div>Two</div></div>"
    paste(field(page, POINT(0)), "One link\nTwo", mail)
    expect(field(page, POINT(1))).to_have_value("Two")
    expect(field(page, "sources.0.url")).to_have_value("https://a.example/")
    code = "- A long way\n  to go\n- Arrived"
    lines = "".join(f"<div><span>{it}</span></div>" for it in code.split("\n"))
    paste(field(page, POINT(1)), code, f"<div style='font-weight:normal'>{lines}</div>")
    expect(field(page, POINT(3))).to_have_value("Arrived")
    assert points(page) == ["One link [1]", "Two", "A long way to go", "Arrived"]


def test_a_list_that_is_pasted_over_a_whole_analysis_keeps_its_markup(
    page: Page, place: Running
) -> None:
    """The clipboard's markup may begin with an item, which no block of text begins with."""
    enter(page, place)
    name = begin(page, place)
    page.goto(f"{place.service}/admin/entries/new")
    page.get_by_label("Address", exact=True).fill(f"{place.host.origin}/opinion/{name}-rich")
    page.get_by_label("Read title, authors").uncheck()
    items = "<li>One<sup><a href='https://a.example/'>1</a></sup></li><li>Two</li>"
    picture = f'<img src="data:image/png;base64,{"A" * 900_000}">'
    paste(page.get_by_label("Paste the whole analysis"), "One1\nTwo", picture + items)
    expect(field(page, "pasted_html")).to_have_value(re.compile("<li>One"))
    page.get_by_role("button", name="Begin").click()
    expect(page.locator(".undo")).to_contain_text("Added 2 points and 1 source.")
    assert points(page) == ["One[1]", "Two"]


def test_the_keys_save_the_json_side_too(page: Page, place: Running) -> None:
    enter(page, place)
    name = begin(page, place)
    page.clock.install()
    page.goto(f"{place.service}/admin/entries/{name}/json")
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))  # nothing is saved by itself
    text = field(page, "document")
    text.fill(text.input_value().replace("A bench", "A long bench"))
    expect(page.locator("#status")).to_have_text("Not saved yet")
    text.press("ControlOrMeta+s")
    page.clock.run_for(100)
    expect(page.locator("#status")).to_contain_text("Draft saved by you")
    draft = place.store().draft(name)
    assert draft
    assert draft.entry.article.title.startswith("A long bench")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_fields_follow_the_language_that_is_typed(
    new_page: Callable[..., Page], place: Running, script: bool
) -> None:
    page = new_page(java_script_enabled=script)
    enter(page, place)
    begin(page, place)
    field(page, "perspectives.1.role").select_option("different-views")
    field(page, "language").fill("ar")
    if not script:
        page.locator("#save").click()
        expect(page.locator("#status")).to_contain_text("Draft saved by you")
    names = ("article.title", POINT(0), "perspectives.1.none_because", "sources.0.title")
    for name in names:
        expect(field(page, name)).to_have_attribute("lang", "ar")
        expect(field(page, name)).to_have_css("direction", "rtl")
    expect(field(page, "sources.0.url")).to_have_css("direction", "ltr")
    expect(page.locator("#save")).to_have_css("direction", "ltr")
