"""A component whose panel does not come leaves the publisher's words, and no hole."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ways import until, visit

from widget import demo
from widget import panel as panels
from widget.panel import Choices, Host

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

HEIGHT = "it => it.getBoundingClientRect().height"


def snippet(place: Running, host: Host) -> panels.Snippet:
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    choices = Choices(way="component", host=host)
    return panels.snippet(entry, place.publication, choices, base=place.service)


@pytest.mark.parametrize("failure", ["refused", "unknown", "offline", "late"])
@pytest.mark.parametrize("host", ["ordinary", "hostile", "strict"])
def test_no_room_is_kept_for_what_does_not_come(
    page: Page, place: Running, host: Host, failure: str
) -> None:
    made = snippet(place, host)
    body = (
        made.body.replace("ferry-fares", "never-published") if failure == "unknown" else made.body
    )
    if failure in ("offline", "late"):
        error = "connectionrefused" if failure == "offline" else "timedout"
        page.route("**/fragment/**", lambda route: route.abort(error))
    html = f"<!doctype html><title>Host</title>{made.head}{body}<p>After it.</p>"
    visit(page, place, html, listed=failure != "refused")
    widget = page.locator("insights-widget")
    until(lambda: widget.evaluate(HEIGHT) < 100)
    expect(widget.get_by_role("link")).to_be_visible()


def test_a_component_that_failed_asks_no_more_until_its_place_changes(
    page: Page, place: Running
) -> None:
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url) if "/fragment/" in it.url else None)
    page.route("**/fragment/**", lambda route: route.abort("connectionrefused"))
    script = f'<script src="{place.service}/embed.js"></script>'
    component = '<insights-widget entry="ferry-fares">Words</insights-widget>'
    failed = "<script>failed = new Promise(resolve => addEventListener('insights:error', resolve))"
    visit(page, place, f"<!doctype html><title>Host</title>{failed}</script>{component}{script}")
    page.evaluate("failed.then(() => undefined)")
    page.evaluate(
        """async () => {
          for (let n = 0; n < 15; n++) { // longer than fetches are shared
            document.body.append('news');
            await new Promise(resolve => setTimeout(resolve, 100));
          }
        }"""
    )
    assert len(asked) == 1
    page.unroute("**/fragment/**")
    page.locator("insights-widget").evaluate("it => it.setAttribute('entry', 'fish-market')")
    expect(page.locator("section.insights")).to_have_attribute("data-entry", "fish-market")
