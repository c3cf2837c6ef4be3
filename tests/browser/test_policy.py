"""Hosts under a strict Content-Security-Policy, with exactly the lines that the docs give."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from running import Running
from ways import OF_THE_DRIVER, panel, visit

from widget import demo
from widget import panel as panels

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

DOCS = Path(__file__).parents[2] / "docs" / "embedding.md"


def documented(way: str, service: str) -> str:
    """Return the policy that docs/embedding.md gives for this way."""
    name = "htmx" if way.startswith("htmx") else way
    found = re.search(rf"```csp-{name}\n(.*?)\n```", DOCS.read_text("utf-8"), re.DOTALL)
    assert found, f"docs/embedding.md gives no policy for {name}"
    return found[1].replace("https://insights.example", service)


def violations(page: Page) -> list[str]:
    """Collect what the browser says of the policy, from now on."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if OF_THE_DRIVER in message.text:
            return
        if "Content Security Policy" in message.text or "Trusted" in message.text:
            said.append(message.text)

    page.on("console", listen)
    page.on(
        "pageerror",
        lambda error: said.append(str(error)) if OF_THE_DRIVER not in str(error) else None,
    )
    return said


def host(place: Running, way: str) -> tuple[str, str]:
    """Return a page that embeds in this way, and the rest of its strict policy."""
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    snippet = panels.snippet(
        entry, place.publication, panels.Choices(way=way, host="strict"), base=place.service
    )
    version = {"htmx2": "2.0.10", "htmx4": "4.0.1"}.get(way)
    source = f"{place.paper}/vendor/htmx-{version}.min.js"
    htmx = f'<script src="{source}" defer></script>' if version else ""
    html = f"<!doctype html><title>Host</title>{snippet.head}{htmx}{snippet.body}"
    rest = "default-src 'none'; base-uri 'none'; form-action 'none'"
    return html, rest


def policy(place: Running, way: str) -> str:
    """Join the documented lines to a policy that allows nothing else but the host's own htmx."""
    lines = documented(way, place.service)
    if way.startswith("htmx"):
        lines += f"; script-src {place.paper}"
    elif "style-src" not in lines:
        lines += f"; style-src {place.service}"
    return f"default-src 'none'; base-uri 'none'; form-action 'none'; {lines}"


@pytest.mark.parametrize("way", ["frame", "component", "htmx2", "htmx4"])
def test_the_documented_policy_is_enough(page: Page, place: Running, way: str) -> None:
    said = violations(page)
    html, _ = host(place, way)
    visit(page, place, html, headers={"Content-Security-Policy": policy(place, way)})
    it = panel(page, way)
    it.locator("details[data-role=ideas] > summary").click()
    it.locator(".insights-ref").first.click()
    expect(it.locator(".insights-preview:popover-open")).to_be_visible()
    styled = it.evaluate("it => getComputedStyle(it).borderTopWidth")
    assert styled == "3px"
    assert said == []


@pytest.mark.parametrize("way", ["frame", "component", "htmx2"])
def test_the_documented_policy_says_no_more_than_is_needed(
    page: Page, place: Running, way: str
) -> None:
    """Without the lines the same page is refused: the test before proves what it should."""
    said = violations(page)
    html, rest = host(place, way)
    visit(page, place, html, headers={"Content-Security-Policy": rest})
    page.wait_for_load_state("networkidle")
    assert said != []
    assert page.locator("section.insights").count() == 0


def test_the_component_works_where_trusted_types_are_required(page: Page, place: Running) -> None:
    said = violations(page)
    html, _ = host(place, "component")
    strict = "; require-trusted-types-for 'script'; trusted-types insights"
    headers = {"Content-Security-Policy": policy(place, "component") + strict}
    visit(page, place, html, headers=headers)
    panel(page, "component")
    assert said == []


@pytest.mark.parametrize("slug", ["strict", "strict-htmx"])
def test_the_demo_s_strict_pages_break_no_policy(page: Page, place: Running, slug: str) -> None:
    said = violations(page)
    page.goto(f"{place.paper}/ways/{slug}")
    expect(page.locator("section.insights")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert said == []


def test_the_frame_breaks_no_policy_of_its_own(page: Page, place: Running) -> None:
    said = violations(page)
    page.goto(f"{place.service}/panel/ferry-fares")
    for summary in page.locator("summary").all():
        summary.click()
    assert said == []
