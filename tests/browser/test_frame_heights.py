"""A frame is as tall as its panel whatever the page around it does to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from running import Running
from ways import until, visit, wait_until_fits

from widget import demo
from widget import panel as panels

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

STYLE = "width:100%;border:0;frame-sizing:auto"
OPEN_ALL = "document.querySelectorAll('details.insights-group').forEach(it => { it.open = true; })"
BOX, DOCUMENT = "it => it.clientHeight", "Math.ceil(document.body.getBoundingClientRect().height)"


def frame(place: Running, style: str = STYLE, entry_id: str = "ferry-fares") -> str:
    return f'<iframe src="{place.service}/panel/{entry_id}" style="{style}"></iframe>'


def loader(place: Running) -> str:
    return f'<script src="{place.service}/embed.js"></script>'


def show(page: Page, place: Running, html: str) -> None:
    head = '<!doctype html><title>Host</title><meta name="viewport" content="width=device-width">'
    visit(page, place, f"{head}{html}<p>After it.</p>{loader(place)}")
    page.locator("iframe").first.scroll_into_view_if_needed()


def snippet(place: Running) -> str:
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    return panels.snippet(entry, place.publication, "frame", base=place.service).body


@pytest.mark.parametrize("sized_by", ["snippet", "script"])
def test_a_phone_is_turned_with_a_group_open(
    new_page: Callable[..., Page], place: Running, sized_by: str
) -> None:
    page = new_page(viewport={"width": 844, "height": 390})
    show(page, place, snippet(place) if sized_by == "snippet" else frame(place))
    wait_until_fits_its_panel(page)
    page.frames[1].evaluate(OPEN_ALL)
    for width, height in ((390, 844), (844, 390), (320, 568)):
        page.set_viewport_size({"width": width, "height": height})
        wait_until_fits_its_panel(page)


def wait_until_fits_its_panel(page: Page) -> None:
    """Wait for a frame to hold its whole panel, and no more than its least height beside it."""

    def holds() -> bool:
        box = page.locator("iframe").evaluate(BOX)
        least = page.locator("iframe").evaluate("it => parseFloat(getComputedStyle(it).minHeight)")
        height = page.frames[1].evaluate(DOCUMENT)
        return abs(box - max(height, least or 0)) <= 2

    until(holds)


@pytest.mark.parametrize("sized_by", ["snippet", "script"])
def test_groups_are_opened_in_quick_succession(page: Page, place: Running, sized_by: str) -> None:
    page.set_viewport_size({"width": 800, "height": 2500})
    show(page, place, snippet(place) if sized_by == "snippet" else frame(place))
    wait_until_fits_its_panel(page)
    page.frames[1].evaluate(
        """async () => {
          for (const it of document.querySelectorAll('details.insights-group')) {
            it.open = true;
            await new Promise(resolve => setTimeout(resolve, 40));
          }
          await new Promise(resolve => setTimeout(resolve, 200)); // longer than any delay of ours
        }"""
    )
    wait_until_fits_its_panel(page)


def test_a_library_writes_the_style_attribute_over(page: Page, place: Running) -> None:
    show(page, place, frame(place))
    wait_until_fits(page)
    page.locator("iframe").evaluate("(it, style) => it.setAttribute('style', style)", STYLE)
    wait_until_fits(page)


def test_a_library_that_insists_on_its_style_does_not_freeze_the_page(
    page: Page, place: Running
) -> None:
    show(page, place, frame(place))
    wait_until_fits(page)
    page.evaluate(
        """style => new MutationObserver(([{target}]) => {
          if (target.getAttribute('style') !== style) target.setAttribute('style', style);
        }).observe(document.querySelector('iframe'), {attributes: true})""",
        STYLE,
    )
    page.frames[1].evaluate(OPEN_ALL)
    alive = "new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 200, 'alive')))"
    assert page.evaluate(alive) == "alive"


def test_a_frame_stands_in_a_shadow_root(page: Page, place: Running) -> None:
    nested = (
        "<div id=outer></div><script>"
        "const one = outer.attachShadow({mode: 'open'}); one.innerHTML = '<div></div>';"
        f"one.firstChild.attachShadow({{mode: 'open'}}).innerHTML = `{frame(place)}`;</script>"
    )
    show(page, place, nested)
    wait_until_fits(page)


@pytest.mark.parametrize("border", ["border:4px solid;box-sizing:border-box", "border:4px solid"])
def test_a_page_gives_the_frame_a_border(page: Page, place: Running, border: str) -> None:
    show(page, place, frame(place, f"width:100%;frame-sizing:auto;{border}"))
    wait_until_fits(page)


@pytest.mark.chromium_only("Firefox does not pass `zoom` on to a frame's document")
def test_a_page_is_zoomed(page: Page, place: Running) -> None:
    show(page, place, f"<div id=zoomed>{frame(place)}</div>")
    wait_until_fits(page)
    for zoom in (1.5, 0.8, 1.1):
        page.evaluate("zoom => { zoomed.style.zoom = zoom; }", zoom)
        page.frames[1].evaluate(OPEN_ALL)
        until(lambda: abs(page.frames[1].evaluate(f"innerHeight - {DOCUMENT}")) <= 1)


@pytest.mark.parametrize(
    ("closed", "opened"),
    [
        ("<details><summary>More</summary>", "it => { it.open = true; }"),
        ("<dialog>", "it => it.showModal()"),
        ("<div hidden=until-found>", "it => { it.hidden = false; }"),
        ("<div style=content-visibility:hidden>", "it => { it.style.contentVisibility = ''; }"),
    ],
)
@pytest.mark.parametrize("sizing", ["auto", "content-height"])
def test_a_frame_waits_in_a_closed_place(
    page: Page, place: Running, sizing: str, closed: str, opened: str
) -> None:
    style = f"width:100%;border:0;frame-sizing:{sizing}"
    tag = closed[1:].split(">")[0].split()[0]
    html = f"<!doctype html><title>Host</title>{closed}{frame(place, style)}</{tag}>"
    visit(page, place, html + loader(place))
    page.wait_for_load_state("networkidle")
    page.locator(tag).first.evaluate(opened)
    wait_until_fits(page)


def test_a_frame_is_taken_out_and_put_back(page: Page, place: Running) -> None:
    show(page, place, frame(place))
    wait_until_fits(page)
    page.evaluate("taken = document.querySelector('iframe'); taken.remove(); undefined")
    page.evaluate("taken.removeAttribute('style'); document.body.append(taken)")
    wait_until_fits(page)


def test_a_script_changes_which_panel_a_frame_shows(page: Page, place: Running) -> None:
    show(page, place, frame(place))
    wait_until_fits(page)
    page.evaluate(
        """src => new Promise(resolve => {
          addEventListener('insights:ready', ({detail}) => resolve(detail.entry));
          document.querySelector('iframe').src = src;
        })""",
        f"{place.service}/panel/fish-market?open=sources",
    )
    wait_until_fits(page)


def test_another_frame_of_the_page_is_not_believed(page: Page, place: Running) -> None:
    """An advertisement that speaks as a panel does."""
    advertisement = (
        "<iframe id=ad style='width:300px;height:50px;border:0' srcdoc=\"<script>"
        "parent.postMessage({insights: 'resize', height: 5000}, '*');"
        "parent.postMessage('sent', '*')</script>\"></iframe>"
    )
    visit(page, place, f"<!doctype html><title>Host</title>{loader(place)}<script>"
          "sent = new Promise(resolve => addEventListener('message', ({data}) =>"
          f" data === 'sent' && resolve()))</script>{advertisement}{frame(place)}")  # fmt: skip
    page.evaluate("sent")
    wait_until_fits(page, 1)
    assert page.locator("#ad").evaluate(BOX) == 50
