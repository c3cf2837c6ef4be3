"""WCAG 2.2 AA, as far as a machine can tell: axe, reflow, the size of targets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ways import WAYS, panel, scope

from widget import i18n

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = {
    "frame": "/panel/ferry-fares",
    "right-to-left": "/panel/fish-market",
    "corrected": "/panel/harbor-levy",
    "withdrawn": "/panel/harbor-curfew",
    "not rated": "/panel/foghorn-letter",
    "unknown": "/panel/nothing-here",
}


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        pytest.skip("axe-core is not there; `make test` installs it where npm is")
    return AXE.read_text("utf-8")


def expand(page: Page, way: str) -> None:
    """Open every group, and the preview of a source."""
    it = panel(page, way)
    for summary in it.locator("summary").all():
        summary.click()
    marks = it.locator(".insights-ref")
    if marks.count():
        marks.first.click()


def violations(page: Page, axe: str, *, frames: bool = True) -> list[str]:
    """Return what axe finds in the page and, through its frames, in the panel."""
    for frame in page.frames if frames else [page.main_frame]:
        frame.evaluate(axe)
    result: dict[str, Any] = page.evaluate("iframes => axe.run(document, {iframes})", frames)
    return [
        f"{found['id']} at {node['target']}: {node.get('failureSummary')}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_no_violation_in_any_way(
    new_page: Callable[..., Page], place: Running, axe: str, way: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{place.paper}/ways/{way}")
    expand(page, way)
    assert violations(page, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", PAGES)
def test_axe_finds_no_violation_in_any_page(
    new_page: Callable[..., Page], place: Running, axe: str, which: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(place.service + PAGES[which])
    expand(page, "page")
    assert violations(page, axe) == []


# One of each writing direction and kind of script. The others differ from them in words alone,
# which tests/browser/test_languages.py renders.
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar", "de", "es", "fr", "el", "th", "zh-Hant"])
def test_axe_finds_no_violation_on_a_phone_in_any_language(
    new_page: Callable[..., Page], place: Running, axe: str, language: str, scheme: str
) -> None:
    assert language in i18n.languages()
    page = new_page(color_scheme=scheme, viewport={"width": 320, "height": 640})
    page.goto(f"{place.service}/panel/ferry-fares?lang={language}")
    expect(page.locator(".insights-origin")).to_be_visible()
    assert violations(page, axe) == []


@pytest.mark.exhaustive
def test_axe_finds_no_wrong_language_and_no_nameless_link_in_any_language(
    page: Page, place: Running, axe: str
) -> None:
    rules = ["html-has-lang", "html-lang-valid", "valid-lang", "link-name"]
    for language in i18n.languages():
        page.goto(f"{place.service}/panel/ferry-fares?lang={language}")
        page.evaluate(axe)
        result = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
        assert [it["id"] for it in result["violations"]] == [], language
        assert {it["id"] for it in result["passes"]} == set(rules), language


def test_axe_finds_no_violation_in_the_component_right_to_left(
    page: Page, place: Running, axe: str
) -> None:
    page.goto(f"{place.paper}/opinion/fish-market")
    expand(page, "component")
    assert violations(page, axe) == []


def ailing(place: Running) -> str:
    """Return the address of the doctor's findings about a page with a bit of everything."""
    html = (
        '<link rel="canonical" href="/opinion/ferry-fares"><insights-widget></insights-widget>'
        f'<iframe src="{place.service}/panel/no-such-panel" style="width:100%"></iframe>'
    )
    policy = {"Content-Security-Policy": "default-src 'self' https://a-very-long-name.example"}
    return f"{place.service}/doctor?url={place.host.backend}{place.host.add(html, policy)}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_doctor_s_pages(
    new_page: Callable[..., Page], place: Running, axe: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": 320, "height": 640})
    for address in (f"{place.service}/doctor", f"{place.service}/doctor?url=x", ailing(place)):
        page.goto(address)
        assert violations(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(".finding-stop").count() > 1
    assert page.locator(".finding-warning").count() > 1


@pytest.mark.parametrize("javascript", [True, False])
def test_the_doctor_takes_a_pasted_page_with_and_without_scripts(
    new_page: Callable[..., Page], place: Running, javascript: bool
) -> None:
    page = new_page(java_script_enabled=javascript)
    page.goto(f"{place.service}/doctor")
    page.get_by_label("The page's source").fill(
        f'<iframe src="{place.service}/panel/ferry-fares"></iframe>'
    )
    page.get_by_label("Its address").fill(f"{place.unlisted}/opinion/ferry-fares")
    page.get_by_role("button", name="Examine the HTML").click()
    assert "stops the panel" in page.locator("#outcome").inner_text()
    assert f'"{place.unlisted}"]' in page.locator(".finding pre").first.inner_text()
    expect(page.get_by_role("button", name="Copy")).to_have_count(1 if javascript else 0)


@pytest.mark.parametrize("which", PAGES)
def test_the_panel_reflows_at_320_pixels(
    new_page: Callable[..., Page], place: Running, which: str
) -> None:
    """WCAG 1.4.10: no scrolling in two directions."""
    page = new_page(viewport={"width": 320, "height": 640})
    page.goto(place.service + PAGES[which])
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for mark in page.locator(".insights-ref").all()[:3]:
        mark.click()
        room = page.locator(":popover-open").bounding_box()
        assert room
        assert room["x"] >= 0
        assert room["x"] + room["width"] <= 320
        page.keyboard.press("Escape")


@pytest.mark.parametrize("way", WAYS)
def test_every_target_is_24_pixels_wide_and_high(page: Page, place: Running, way: str) -> None:
    """WCAG 2.5.8. Links inside a sentence are excepted there, and here."""
    page.goto(f"{place.paper}/ways/{way}")
    expand(page, way)
    small = panel(page, way).evaluate(
        """panel => [...panel.querySelectorAll('a, button, summary')]
        .filter(it => !(it.localName === 'a' && !it.className
            && it.closest('.insights-body, .insights-rationale, .insights-method')))
        .map(it => [it, it.getBoundingClientRect()])
        .filter(([it, box]) => box.width && (box.width < 24 || box.height < 24))
        .map(([it, box]) => `${it.outerHTML.slice(0, 90)} ${box.width} x ${box.height}`)"""
    )
    assert small == []


@pytest.mark.parametrize("way", WAYS)
def test_the_viewpoint_is_said_in_words_and_not_by_colour_alone(
    page: Page, place: Running, way: str
) -> None:
    page.goto(f"{place.paper}/ways/{way}")
    it = scope(page, way).locator("section.insights")
    panel(page, way)
    here, other = it.locator(".insights-here"), it.locator(".insights-scale li").first
    height = "it => getComputedStyle(it, '::before').blockSize"
    assert here.evaluate(height) != other.evaluate(height), "taller, not only coloured"
    assert here.evaluate("it => getComputedStyle(it).fontWeight") == "700"
    assert "Center point of view" in it.locator(".insights-lean").inner_text()
