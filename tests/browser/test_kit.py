"""The snippet builder as a publisher's developer uses it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from running import Running
from test_accessibility import axe, violations

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

PAGES = {"builder": "/snippet/ferry-fares", "site": "/snippet", "nothing": "/snippet/never"}


def test_the_snippet_and_the_previews_follow_the_choices(page: Page, place: Running) -> None:
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url) if "hx-request" in it.headers else None)
    page.goto(f"{place.service}/snippet")
    page.get_by_label("The article's address").fill(
        "https://www.harborcourier.example/opinion/ferry-fares/?utm_source=x"
    )
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{place.service}/snippet/ferry-fares")
    snippet = page.locator("#paste-body")
    expect(snippet).to_contain_text("<iframe")
    page.evaluate("kept = true")  # a page that is loaded anew forgets it
    page.get_by_role("radio", name="Web component").check()
    expect(snippet).to_contain_text('<insights-widget entry="ferry-fares"')
    page.get_by_label("Light or dark").select_option("dark")
    expect(snippet).to_contain_text('theme="dark"')
    page.get_by_role("checkbox", name="Ideas").check()
    expect(snippet).to_contain_text('open="ideas"')
    page.get_by_role("checkbox", name="Sources").check()
    expect(snippet).to_contain_text('theme="dark" open="ideas,sources"')
    shown = page.frame_locator("iframe").first.locator("section.insights")
    expect(shown).to_have_attribute("data-theme", "dark")
    expect(shown.locator("details.insights-group[open]")).to_have_count(2)
    accent = page.get_by_label("Accent colour")
    accent.press_sequentially("#8a2432")
    expect(snippet).to_contain_text("8a2432")
    assert len(asked) == 5, "each choice is asked for once, a colour when it is whole"
    assert page.evaluate("kept")
    assert page.evaluate("history.length") == 3, "back leads to where the article was asked for"
    page.reload()
    expect(snippet).to_contain_text('theme="dark" open="ideas,sources"')
    page.get_by_role("link", name="Right to left").click()
    host = page.frame_locator("iframe").first.locator("html")
    expect(host).to_have_attribute("dir", "rtl")
    assert errors == []


@pytest.mark.parametrize(
    "way", ["frame", "component", "site", "htmx2", "htmx4", "oembed", "include"]
)
@pytest.mark.parametrize("host", ["ordinary", "strict", "hostile"])
def test_the_previews_show_the_panel(page: Page, place: Running, way: str, host: str) -> None:
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(f"{place.service}/snippet/ferry-fares/host?as={way}&host={host}&look=dark&theme=host")
    shown = page.frame_locator("iframe") if way in ("frame", "oembed") else page
    panel = shown.locator("section.insights")
    expect(panel).to_be_visible()
    if way != "oembed":  # where no script tells a frame what its page is like
        expect(panel).to_have_css("background-color", "rgb(22, 24, 28)")
    assert errors == []


def test_a_button_copies_what_is_to_be_pasted(
    new_page: Callable[..., Page], place: Running
) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{place.service}/snippet/ferry-fares?as=htmx2")
    for name, section in (("paste-head", 0), ("paste-body", 1), ("paste-policy", 2)):
        page.get_by_role("button", name="Copy").nth(section).click()
        expect(page.get_by_role("status")).to_have_text("Copied.")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.locator(f"#{name}").text_content()


@pytest.mark.parametrize(
    ("label", "typed"), [("Accent colour", "#8a2432"), ("Name of this place", "second")]
)
def test_what_was_typed_is_copied_at_the_first_click(
    new_page: Callable[..., Page], place: Running, label: str, typed: str
) -> None:
    """A field that tells of its change once it is left would replace the button in mid-press."""
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url) if "hx-request" in it.headers else None)
    page.goto(f"{place.service}/snippet/ferry-fares?as=htmx2")
    page.get_by_label(label).press_sequentially(typed)
    snippet = page.locator("#paste-body")
    expect(snippet).to_contain_text(typed.removeprefix("#"))
    before = len(asked)
    page.get_by_role("button", name="Copy").nth(1).hover()
    page.mouse.down()
    page.evaluate("fetch(location.href).then((answer) => answer.text())")
    page.mouse.up()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == snippet.text_content()
    assert len(asked) == before


def test_the_builder_works_without_scripts(new_page: Callable[..., Page], place: Running) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{place.service}/snippet/ferry-fares")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("radio", name="oEmbed").check()
    page.get_by_role("checkbox", name="Ideas").check()
    page.get_by_role("button", name="Show the snippet").click()
    expect(page.locator("#paste-body")).to_contain_text("<blockquote hidden>")
    expect(page.locator("#paste-body")).to_contain_text("open=ideas")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_no_violation_in_the_kit_s_pages(
    new_page: Callable[..., Page], place: Running, axe: str, scheme: str, width: int
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    for name, path in PAGES.items():
        page.goto(place.service + path)
        assert violations(page, axe, frames=False) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
