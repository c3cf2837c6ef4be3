"""Places for panels that come after the page was loaded, and change while it is read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ways import visit

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

COMPONENT = '<insights-widget entry="ferry-fares">Words</insights-widget>'
PLACE = '<div data-insights="ferry-fares">Words</div>'


def open_page(page: Page, place: Running, body: str = "") -> None:
    script = f'<script src="{place.service}/embed.js"></script>'
    visit(page, place, f"<!doctype html><title>Host</title>{script}<main>{body}</main>")


@pytest.mark.parametrize("html", [COMPONENT, PLACE], ids=["component", "place"])
@pytest.mark.parametrize(
    "how",
    [
        "html => document.body.insertAdjacentHTML('beforeend', html)",
        "html => { document.body.innerHTML = html; }",
        (
            "html => { const body = document.createElement('body'); body.innerHTML = html;"
            " document.documentElement.replaceChild(body, document.body); }"
        ),
        (
            "html => { const it = document.createElement('template'); it.innerHTML = html;"
            " document.body.append(it, it.content.cloneNode(true)); }"
        ),
        (
            "html => { const it = document.createElement('p'); document.body.append(it);"
            " setTimeout(() => { it.innerHTML = html; }, 300); }"
        ),
    ],
    ids=["endless list", "swapped", "new body", "template", "late"],
)
def test_a_place_comes_later(page: Page, place: Running, how: str, html: str) -> None:
    open_page(page, place)
    page.evaluate(how, html)
    expect(page.locator("insights-widget section.insights")).to_be_visible()


def test_a_component_comes_in_a_shadow_root(page: Page, place: Running) -> None:
    open_page(page, place)
    page.evaluate(
        "html => { document.querySelector('main').attachShadow({mode: 'open'}).innerHTML = html; }",
        COMPONENT,
    )
    expect(page.locator("section.insights")).to_be_visible()


@pytest.mark.parametrize(
    "how",
    [
        "it => { it.innerHTML = 'Words'; }",
        (
            "it => it.replaceWith(Object.assign(document.createElement('div'),"
            " {innerHTML: '<p data-insights=ferry-fares>Words</p>'}))"
        ),
        "it => { const copy = it.cloneNode(true); it.remove(); document.body.append(copy); }",
    ],
    ids=["emptied", "hydrated", "cloned"],
)
def test_a_filled_place_is_rewritten(page: Page, place: Running, how: str) -> None:
    open_page(page, place, PLACE)
    expect(page.locator("section.insights")).to_be_visible()
    page.locator("[data-insights]").evaluate(how)
    expect(page.locator("section.insights")).to_have_count(1)
    expect(page.locator("section.insights")).to_be_visible()


def test_a_place_changes_which_entry_it_is_for(page: Page, place: Running) -> None:
    """As frameworks do that use an element again."""
    open_page(page, place, PLACE)
    expect(page.locator("section.insights")).to_have_attribute("data-entry", "ferry-fares")
    page.evaluate("document.querySelector('[data-insights]').dataset.insights = 'fish-market'")
    expect(page.locator("section.insights")).to_have_attribute("data-entry", "fish-market")


def test_a_loader_at_rest_changes_nothing(page: Page, place: Running) -> None:
    """Whoever watches the document must not be woken by what they do themselves."""
    open_page(page, place, COMPONENT + PLACE)
    expect(page.locator("section.insights")).to_have_count(2)
    changes = page.evaluate(
        """async () => {
          let changes = 0;
          const rest = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
          document.body.append('woken');
          await rest(300);
          new MutationObserver(records => { changes += records.length; })
            .observe(document, {subtree: true, childList: true, attributes: true});
          await rest(300);
          return changes;
        }"""
    )
    assert changes == 0
