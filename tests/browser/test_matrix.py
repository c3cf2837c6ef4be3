"""Every snippet of the builder, on every kind of page, at every width, as readers see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from playwright.sync_api import Page
from running import Running
from test_shifts import COUNTED, SHIFTS, WATCH, moved
from ways import OF_THE_DRIVER, is_frame, is_on_screen, panel, visit, wait_until_fits

from widget import demo
from widget import panel as panels
from widget.panel import WAYS, Choices, Host, Snippet, Way

pytestmark = [
    pytest.mark.browser,
    pytest.mark.embedding,
    pytest.mark.service_only("a file is pasted in test_pasting.py"),
]

PASTED: tuple[Way, ...] = tuple(way for way in WAYS if way != "include")
WIDTHS = {False: (320, 768), True: (375, 1280)}
"""At which widths a page is opened, with the loader pinned or not; it is then seen at all."""

HTMX = {"htmx2": "2.0.10", "htmx4": "4.0.1"}
STATIC = Path(demo.__file__).parents[1]
NONCE = "f00d"


def snippet(place: Running, choices: Choices) -> Snippet:
    if choices.way == "site":
        return panels.site_snippet(choices, base=place.service)
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    return panels.snippet(entry, place.publication, choices, base=place.service)


def article(place: Running, choices: Choices) -> tuple[str, dict[str, str]]:
    """Return a page that embeds as its publisher pastes it, and the headers of a strict one."""
    made, host = snippet(place, choices), place.host
    version = HTMX.get(choices.way)
    htmx = f'<script src="{vendor(place, version)}" defer></script>' if version else ""
    hostile = f'<link rel="stylesheet" href="{place.paper}/static/hostile.css">'
    html = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title>'
        '<meta name="viewport" content="width=device-width">'
        '<link rel="canonical" href="https://harborcourier.example/opinion/ferry-fares">'
        f"{WATCH.replace('<script>', f'<script nonce={NONCE}>')}"
        f"{hostile if choices.host == 'hostile' else ''}{made.head}{htmx}"
        f"<h1>Host</h1><p>Before.</p>{made.body}<p id=after>After it.</p>"
    )
    if choices.host != "strict":
        return html, {}
    lines = dict(line.strip().split(" ", 1) for line in made.policy.split(";"))
    # The page's own: its htmx, and the watch above.
    lines["script-src"] = f"{lines.get('script-src', '')} {host.origin} 'nonce-{NONCE}'"
    policy = "; ".join(f"{name} {value}" for name, value in lines.items())
    return html, {"Content-Security-Policy": f"default-src 'none'; {policy}"}


def vendor(place: Running, version: str) -> str:
    """Return where the host page's own server has htmx."""
    path = f"/htmx-{version}.min.js"
    source = STATIC / "static" / "vendor" / path[1:]
    place.host.pages.setdefault(path, (source.read_bytes(), {"Content-Type": "text/javascript"}))
    return path


def is_seen(page: Page, way: Way, *, narrow: bool = False) -> None:
    """Wait until the panel is on the screen to its last line, and no wider than its viewport.

    ``narrow``: the page's own styles leave it less room than any page is made for.
    """
    if is_frame(way):
        it = wait_until_fits(page, with_room=True)
    else:
        it = page.locator("section.insights").element_handle()
        is_on_screen(page, it)
    wide = it.evaluate("it => [it.getBoundingClientRect().right, innerWidth, it.scrollWidth]")
    assert narrow or max(wide[0], wide[2]) <= wide[1]


def complaints(page: Page) -> list[str]:
    """Collect the page's errors, from now on."""
    said: list[str] = []

    def hear(text: str) -> None:
        if OF_THE_DRIVER not in text:
            said.append(text)

    page.on("console", lambda it: hear(it.text) if it.type == "error" else None)
    page.on("pageerror", lambda error: hear(str(error)))
    return said


@pytest.mark.parametrize("host", get_args(Host))
@pytest.mark.parametrize("way", PASTED)
def test_a_snippet_shows_the_whole_panel_and_moves_nothing(
    new_page: Callable[..., Page], place: Running, way: Way, host: Host
) -> None:
    page = new_page(viewport={"width": 1280, "height": 2400})
    chromium = page.context.browser and page.context.browser.browser_type.name == "chromium"
    said = complaints(page)
    every = sorted(width for widths in WIDTHS.values() for width in widths)
    for pinned, widths in WIDTHS.items():
        html, headers = article(place, Choices(way=way, host=host, pinned=pinned))
        for width in widths:
            page.set_viewport_size({"width": width, "height": 2400})
            visit(page, place, html, headers=headers)
            panel(page, way)
            is_seen(page, way, narrow=host == "hostile")
            # The snippet for a whole site keeps no place, and a hostile sheet moves by itself.
            if way != "site" and host != "hostile":
                assert moved(page) < COUNTED
                if chromium:
                    assert page.evaluate(SHIFTS) == []
        for width in every:
            page.set_viewport_size({"width": width, "height": 2400})
            is_seen(page, way, narrow=host == "hostile")
    assert said == []


@pytest.mark.parametrize("policy", ["require-corp", "credentialless"])
@pytest.mark.parametrize("way", PASTED)
def test_a_page_that_isolates_itself_shows_the_panel(
    page: Page, place: Running, way: Way, policy: str
) -> None:
    html, headers = article(place, Choices(way=way, host="strict", pinned=True))
    isolated = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": policy,
    }
    visit(page, place, html, headers={**headers, **isolated})
    assert page.evaluate("crossOriginIsolated")
    panel(page, way)
    is_seen(page, way)


@pytest.mark.parametrize("way", ["frame", "oembed", "component"])
def test_a_page_of_the_service_s_own_site_shows_the_panel(
    page: Page, place: Running, way: Way
) -> None:
    """To a browser a host name beside the service's is one site with it, another origin."""
    html, _ = article(place, Choices(way=way))
    page.goto(place.host.same_site + place.host.add(html))
    panel(page, way)
    is_seen(page, way)
