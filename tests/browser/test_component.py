"""<insights-widget>: attributes, navigation without a new page, events, and what it fetches."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ways import visit

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

PAPER = "https://harborcourier.example/opinion"


def host(place: Running, body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="en"><title>Host</title>{head}'
        f'<script src="{place.service}/embed.js"></script>{body}'
    )


def test_many_panels_of_one_entry_are_fetched_once(page: Page, place: Running) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    body = "".join(
        f'<insights-widget entry="ferry-fares" {attributes}></insights-widget>'
        for attributes in ("", 'theme="dark"', 'open="ideas"', 'heading-level="4"')
    )
    visit(page, place, host(place, body))
    expect(page.locator("section.insights")).to_have_count(4)
    assert len([url for url in asked if "/fragment/" in url]) == 1
    assert len([url for url in asked if "/static/panel." in url]) == 1


def test_what_a_publisher_chooses_is_done(page: Page, place: Running) -> None:
    body = (
        '<insights-widget entry="ferry-fares" theme="dark" open="ideas,sources"'
        ' heading-level="4"></insights-widget>'
    )
    visit(page, place, host(place, body))
    it = page.locator("section.insights")
    expect(it).to_have_attribute("data-theme", "dark")
    assert it.locator("details.insights-group[open]").evaluate_all(
        "all => all.map(it => it.dataset.role || 'sources')"
    ) == ["ideas", "sources"]
    assert it.locator("h4").count() == 1
    assert it.locator("h1, h2, h3").count() == 0
    title = it.get_attribute("aria-labelledby")
    assert it.locator("h4").get_attribute("id") == title


def test_attributes_can_be_changed_at_any_time(page: Page, place: Running) -> None:
    visit(page, place, host(place, '<insights-widget entry="ferry-fares"></insights-widget>'))
    widget, it = page.locator("insights-widget"), page.locator("section.insights")
    expect(it).to_have_attribute("data-entry", "ferry-fares")
    it.locator("details[data-role=ideas] > summary").click()
    widget.evaluate("it => it.setAttribute('theme', 'dark')")
    expect(it).to_have_attribute("data-theme", "dark")
    expect(it.locator("details[data-role=ideas]")).to_have_attribute("open", "")
    widget.evaluate("it => it.removeAttribute('theme')")
    assert it.get_attribute("data-theme") is None
    widget.evaluate("it => it.setAttribute('open', 'sources')")
    expect(it.locator("details[open]")).to_have_class("insights-group insights-sources")
    widget.evaluate("it => it.setAttribute('heading-level', '5')")
    expect(it.locator("h5")).to_have_count(1)


@pytest.mark.service_only("a file is in one language")
def test_a_language_can_be_chosen_and_changed(page: Page, place: Running) -> None:
    body = '<insights-widget entry="ferry-fares" lang="de"></insights-widget>'
    visit(page, place, host(place, body))
    it = page.locator("section.insights")
    expect(it).to_have_attribute("lang", "de")
    page.locator("insights-widget").evaluate("it => it.setAttribute('lang', 'fr')")
    expect(it).to_have_attribute("lang", "fr")


@pytest.mark.parametrize("how", ["push", "canonical"])
def test_a_page_that_navigates_without_loading_anew_shows_the_other_panel(
    page: Page, place: Running, how: str
) -> None:
    head = f'<link rel="canonical" href="{PAPER}/ferry-fares">'
    visit(page, place, host(place, "<insights-widget></insights-widget>", head))
    it = page.locator("section.insights")
    expect(it).to_have_attribute("data-entry", "ferry-fares")
    link = "document.querySelector('link[rel=canonical]')"
    if how == "canonical":
        page.evaluate(f"{link}.href = '{PAPER}/fish-market'")
    else:
        page.evaluate(
            f"{link}.remove(); document.head.insertAdjacentHTML('beforeend',"
            f" '<link rel=canonical href={PAPER}/fish-market>'); history.pushState(0, '', '?next')"
        )
    expect(it).to_have_attribute("data-entry", "fish-market")
    page.evaluate(f"{link}.href = '{PAPER}/no-such-article'")
    expect(it).to_have_count(0)


def test_an_element_that_left_the_page_asks_for_nothing(page: Page, place: Running) -> None:
    head = f'<link rel="canonical" href="{PAPER}/ferry-fares">'
    visit(page, place, host(place, "<insights-widget></insights-widget>", head))
    expect(page.locator("section.insights")).to_be_visible()
    page.evaluate("gone = document.querySelector('insights-widget'); gone.remove()")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(f"document.querySelector('link[rel=canonical]').href = '{PAPER}/fish-market'")
    page.evaluate("gone.setAttribute('entry', 'salt-hours-review')")
    page.evaluate("document.body.append(gone)")
    expect(page.locator("section.insights")).to_have_attribute("data-entry", "salt-hours-review")
    assert [url for url in asked if "fish-market" in url] == []


def test_a_plain_element_does_where_unknown_ones_are_dropped(page: Page, place: Running) -> None:
    body = (
        '<div data-insights="ferry-fares" data-insights-theme="dark" data-insights-open="ideas">'
        "<a href=/x>Words of the publisher's</a></div>"
        f'<div data-insights data-insights-url="{PAPER}/fish-market"></div>'
        '<div data-insights="never-published"><a href=/y>These stay</a></div>'
    )
    visit(page, place, host(place, body))
    it = page.locator("section.insights")
    expect(it).to_have_count(2)
    expect(it.first).to_have_attribute("data-theme", "dark")
    expect(it.first.locator("details[open]")).to_have_count(1)
    expect(it.nth(1)).to_have_attribute("data-entry", "fish-market")
    expect(page.get_by_role("link", name="These stay")).to_be_visible()
    expect(page.get_by_role("link", name="Words of the publisher's")).to_be_hidden()


def test_it_says_what_happens(page: Page, place: Running) -> None:
    types = ["ready", "expand", "collapse", "footnote", "error"]
    head = (
        f"<script>heard = []; for (const type of {types}) addEventListener('insights:' + type,"
        " ({detail}) => heard.push([type, detail]));</script>"
    )
    body = (
        '<insights-widget entry="ferry-fares"></insights-widget>'
        '<insights-widget entry="none" base="http://localhost:1"><p>Mine</p></insights-widget>'
    )
    visit(page, place, host(place, body, head))
    group = page.locator("section.insights details[data-role=ideas]")

    def hear(kind: str) -> None:
        # A preview that is open for less than a task is not told of: two toggles are one event.
        page.wait_for_function("kind => heard.some(([it]) => it === kind)", arg=kind)

    group.locator("> summary").click()
    hear("expand")
    group.locator(".insights-ref").first.click()
    hear("footnote")
    page.keyboard.press("Escape")
    group.locator("> summary").click()
    hear("collapse")
    hear("error")
    heard = {kind: detail for kind, detail in page.evaluate("heard")}  # noqa: C416  # lists
    part = "insights-ferry-fares-g1"
    message = heard.pop("error")["message"]
    assert heard == {
        "ready": {"entry": "ferry-fares", "found": True},
        "expand": {"entry": "ferry-fares", "part": part},
        "footnote": {"entry": "ferry-fares", "number": 5},
        "collapse": {"entry": "ferry-fares", "part": part},
    }
    assert message
    expect(page.get_by_text("Mine")).to_be_visible()
