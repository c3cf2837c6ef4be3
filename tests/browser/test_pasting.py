"""Every output of the snippet builder, pasted into a blank page of another origin."""

from __future__ import annotations

from typing import get_args

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from running import Running
from ways import visit

from widget import demo
from widget import panel as panels
from widget.panel import WAYS, Choices, Host, Options, Theme, Way

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

PASTED: tuple[Way, ...] = tuple(way for way in WAYS if way != "include")
OPTIONS = [
    *(Options(theme=theme) for theme in (None, *get_args(Theme))),
    Options(language="ar"),
    Options(heading_level=5),
    Options(accent="#ffee00"),
    Options(open=frozenset({"ideas", "sources"})),
    Options(theme="dark", language="de", heading_level=1, open=frozenset({"ideas"})),
]
PAPERS = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 28)"}


def within_reach(place: Running, way: Way, options: Options) -> bool:
    """Say whether the place can do it: docs/static.md lists what no file can."""
    if not place.static:
        return True
    if way.startswith("htmx"):
        return options == Options()
    if way in ("frame", "oembed"):
        return options in (Options(theme=options.theme), Options(open=options.open))
    return options.language is None


def blank(place: Running, snippet: panels.Snippet, way: Way) -> str:
    version = {"htmx2": "2.0.10", "htmx4": "4.0.1"}.get(way)
    htmx = (
        f'<script src="{place.paper}/vendor/htmx-{version}.min.js" defer></script>'
        if version
        else ""
    )
    return (
        '<!doctype html><html lang="en"><title>Blank</title>'
        '<link rel="canonical" href="https://harborcourier.example/opinion/ferry-fares">'
        f"{snippet.head}{htmx}<body>{snippet.body}"
    )


# Each way on two kinds of page: test_matrix.py has it on every kind.
@pytest.mark.parametrize(
    ("way", "host", "first"),
    [
        (way, get_args(Host)[(at + first) % 3], first)
        for at, way in enumerate(PASTED)
        for first in (0, 1)
    ],
)
def test_whatever_is_pasted_shows_the_panel(
    page: Page, place: Running, way: Way, host: Host, first: int
) -> None:
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    # Every second one is pinned, and the others are on the other kind of page.
    for number, options in enumerate(OPTIONS, first):
        pinned = bool(number % 2) and not place.static
        if not within_reach(place, way, options):
            continue
        choices = Choices(way=way, host=host, pinned=pinned, options=options)
        snippet = panels.snippet(entry, place.publication, choices, base=place.service)
        policy = f"default-src 'none'; {snippet.policy}"
        if way.startswith("htmx"):
            policy += f"; script-src {place.paper}"
        headers = {"Content-Security-Policy": policy} if host == "strict" else {}
        visit(page, place, blank(place, snippet, way), headers=headers)
        shown = page.frame_locator("iframe") if way in ("frame", "oembed") else page
        it = shown.locator("section.insights")
        expect(it).to_be_visible()
        if options.theme in PAPERS:
            expect(it).to_have_css("background-color", PAPERS[options.theme or ""])
        if options.language:
            expect(it).to_have_attribute("lang", options.language)
        if options.heading_level:
            expect(it.locator(".insights-title")).to_have_js_property(
                "localName", f"h{options.heading_level}"
            )
        expect(it.locator("details.insights-group[open]")).to_have_count(len(options.open))
        if options.accent and not (host == "strict" and way != "frame"):
            colour = it.locator(".insights-lean strong")
            expect(colour).to_have_css("border-bottom-color", "rgb(128, 119, 0)")
    if place.static and host == "strict" and way.startswith("htmx"):
        # The file carries its styles, which the policy keeps out; the link brings the same.
        said = [it for it in said if "style-src" not in it]
    assert said == []
