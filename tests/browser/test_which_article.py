"""Which article a page is: of two doubts, rather no panel than another article's."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect
from running import Running
from ways import until, visit

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

FERRY = "https://harborcourier.example/opinion/ferry-fares"
FISH = "https://harborcourier.example/opinion/fish-market"
SHOWN = "section.insights"


def addresses(page: Page) -> list[str]:
    """Collect the articles whose panels are asked for, from now on."""
    asked: list[str] = []

    def listen(request: Request) -> None:
        url = urlsplit(request.url)
        if url.path == "/fragment":  # by an address; by an id it is below
            asked.extend(parse_qs(url.query)["url"])

    page.on("request", listen)
    return asked


def open_page(page: Page, place: Running, head: str, body: str = "") -> None:
    widget = "<insights-widget>Words</insights-widget>"
    script = f'<script src="{place.service}/embed.js"></script>'
    html = f"<!doctype html><html><head><title>Host</title>{head}</head><body>{body}{widget}"
    visit(page, place, html + script)


@pytest.mark.parametrize(
    "head",
    [
        f'<link rel="canonical alternate" href="{FERRY}">',
        f'<link rel="alternate CANONICAL" href="{FERRY}">',
        f'<base href="{FERRY}/comments/"><link rel="canonical" href="../../ferry-fares">',
        f'<link rel="canonical" href="{FERRY}"><link rel="canonical" href="{FERRY}">',
    ],
    ids=["tokens", "case", "relative", "twice"],
)
def test_the_canonical_link_names_the_article(page: Page, place: Running, head: str) -> None:
    open_page(page, place, head)
    expect(page.locator(SHOWN)).to_have_attribute("data-entry", "ferry-fares")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", ""),
        ('<link rel="canonical">', ""),
        (f'<link rel="not-canonical" href="{FERRY}">', ""),
        (f'<link rel="canonical" href="{FERRY}"><link rel="canonical" href="{FISH}">', ""),
        ("", f'<link rel="canonical" href="{FERRY}">'),
    ],
    ids=["none", "empty", "another word", "two that differ", "in the body"],
)
def test_else_the_page_s_own_address_does(page: Page, place: Running, head: str, body: str) -> None:
    asked = addresses(page)
    open_page(page, place, head, body)
    # Its driver tells of requests during calls only.
    until(lambda: bool(page.evaluate("1") and asked))
    assert asked == [page.url]


def navigate(page: Page, address: str) -> None:
    """Change the address and the body, as boosted links do; the head stays."""
    page.evaluate(
        """address => {
          history.pushState(null, '', address);
          document.querySelector('title').textContent = address;
        }""",
        address,
    )


@pytest.mark.parametrize(
    ("canonical", "address"),
    [(FERRY, "/another/article"), (f"{FERRY}?utm_source=one", "?utm_source=two")],
    ids=["path", "query"],
)
def test_a_canonical_link_that_stayed_is_another_article_s(
    page: Page, place: Running, canonical: str, address: str
) -> None:
    asked = addresses(page)
    open_page(page, place, f'<link rel="canonical" href="{canonical}">')
    expect(page.locator(SHOWN)).to_have_attribute("data-entry", "ferry-fares")
    first = page.url
    navigate(page, address)
    expect(page.locator(SHOWN)).to_have_count(0)
    assert asked == [canonical, page.url]
    assert page.url != first
    page.go_back()
    expect(page.locator(SHOWN)).to_have_attribute("data-entry", "ferry-fares")


def test_a_query_that_names_no_article_changes_nothing(page: Page, place: Running) -> None:
    """Scripts clean tracking parameters out of the address."""
    asked = addresses(page)
    open_page(page, place, f'<link rel="canonical" href="{FERRY}">')
    expect(page.locator(SHOWN)).to_be_visible()
    navigate(page, "?cleaned")
    page.evaluate("new Promise(resolve => setTimeout(resolve, 200))")
    assert asked == [FERRY]


@pytest.mark.parametrize("first", ["link", "address"])
def test_a_page_that_changes_both_shows_the_other_panel(
    page: Page, place: Running, first: str
) -> None:
    """In either order, and not at once."""
    open_page(page, place, f'<link rel="canonical" href="{FERRY}">')
    expect(page.locator(SHOWN)).to_have_attribute("data-entry", "ferry-fares")
    changes = [
        f"document.querySelector('[rel=canonical]').href = '{FISH}'",
        "history.pushState(null, '', '/opinion/fish-market')",
    ]
    for change in changes if first == "link" else reversed(changes):
        page.evaluate(change)
        page.evaluate("new Promise(resolve => setTimeout(resolve, 100))")
    expect(page.locator(SHOWN)).to_have_attribute("data-entry", "fish-market")


def test_a_panel_does_not_stay_where_the_next_one_fails(page: Page, place: Running) -> None:
    answer: Callable[[Route], None] = Route.continue_
    page.route("**/fragment?*", lambda route: answer(route))
    open_page(page, place, f'<link rel="canonical" href="{FERRY}">')
    expect(page.locator(SHOWN)).to_be_visible()
    answer = Route.abort
    page.evaluate(f"document.querySelector('[rel=canonical]').href = '{FISH}'")
    expect(page.locator(SHOWN)).to_have_count(0)
    expect(page.get_by_text("Words")).to_be_visible()
