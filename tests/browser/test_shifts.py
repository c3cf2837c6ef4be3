"""Nothing on the host's page moves when a panel arrives, however late that is.

Chromium tells of shifts itself (Layout Instability API). Firefox has no such API: there the page
writes down, frame by frame, where what follows the panel stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, Route, expect
from running import Running
from ways import panel, visit

from widget import demo
from widget import panel as panels
from widget.panel import Choices, Host, Options, Way

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

# Buffered, so that what moved before the script ran counts, too. Left out is what moved nowhere:
# a line in two directions whose end is still to come (an include is part of a page that streams
# in) is drawn anew in the same box, and Chromium counts that as 0.001 to 0.002. So is a space
# at the end of what has arrived, which draws nothing and goes to the line of what follows.
SHIFTS = """new Promise(resolve => new PerformanceObserver(list => resolve(
    list.getEntries().filter(({sources}) => !sources.length || sources.some(
      ({node, previousRect: was, currentRect: now}) =>
        (node?.nodeType !== Node.TEXT_NODE || node.data.trim()) &&
        JSON.stringify(was) !== JSON.stringify(now)))
    .map(entry => [entry.value, entry.sources.map(it => it.node?.nodeName)])
  )).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => resolve([]), 300))"""
WATCH = """<script>stood = new Set(); (function look() {
  const it = document.getElementById('after');
  if (it) stood.add(Math.round(it.getBoundingClientRect().top + scrollY));
  requestAnimationFrame(look);
})()</script>"""
STOOD = """new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(
  () => resolve([...stood]))))"""
COUNTED = 3
"""From how many pixels on a shift counts (Layout Instability, "unstable")."""
IN_ITS_ROW = 0.0005
"""Below this every tool that shows three decimals says 0."""
SLOW = {"offline": False, "latency": 300, "downloadThroughput": 60_000, "uploadThroughput": 60_000}

# Each way, and what it becomes where the browser does not size frames or nothing runs.
MANNERS: dict[str, Way] = {
    "frame": "frame",
    "frame, sized by embed.js": "frame",
    "frame, no script": "frame",
    "oembed": "oembed",
    "component": "component",
    "htmx2": "htmx2",
    "htmx4": "htmx4",
    "include": "include",
}
ALL_OPEN = frozenset({"ideas", "different-views", "sources"})


def article(place: Running, manner: str, entry_id: str, *, host: Host = "ordinary",
            opened: frozenset[str] = frozenset()) -> str:  # fmt: skip
    """Return a short article with a panel in the midst of its text."""
    entry = next(entry for entry in demo.entries() if entry.id == entry_id)
    way = MANNERS.get(manner) or manner
    choices = Choices(way=way, host=host, options=Options(open=opened))  # type: ignore[arg-type]  # a way
    snippet = panels.snippet(entry, place.publication, choices, base=place.service)
    body = snippet.body
    if way == "include":
        query = f"?open={','.join(opened)}" if opened else ""
        with urlopen(f"{place.backend}/fragment/{entry_id}{query}") as answer:  # noqa: S310  # our own service
            body = answer.read().decode()
    if manner == "frame, no script":
        body = "\n".join(line for line in body.splitlines() if "<script" not in line)
    forced = "" if manner != "frame, sized by embed.js" else "iframe{frame-sizing:auto!important}"
    version = {"htmx2": "2.0.10", "htmx4": "4.0.1"}.get(way)
    source = f"{place.paper}/vendor/htmx-{version}.min.js"
    htmx = f'<script src="{source}" defer></script>' if version else ""
    return (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
        f"<title>Host</title>{WATCH if host != 'strict' else ''}<style>{forced}</style>"
        f"{snippet.head}{htmx}<h1>Host</h1><p>Before.</p>"
        f"{body}<p id=after>After it.</p>" + "<p>More.</p>" * 20
    )


def moved(page: Page) -> int:
    """Return how far what follows the panel went, in pixels."""
    stood: list[int] = page.evaluate(STOOD)
    return max(stood) - min(stood)


def arrive_late(page: Page, place: Running, html: str) -> None:
    """Open a page; what comes of the service comes once the page has long been shown."""
    held: list[Route] = []
    released = False

    def hold(route: Route) -> None:
        route.continue_() if released else held.append(route)

    page.route(f"{place.service}/**", hold)
    host = place.host
    page.goto(host.origin + host.add(html), wait_until="commit")
    page.locator("#after").wait_for()
    page.evaluate(STOOD)
    released = True
    for route in held:
        route.continue_()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("opened", [frozenset(), ALL_OPEN], ids=["closed", "open"])
@pytest.mark.parametrize("manner", MANNERS)
def test_what_follows_a_panel_stands_where_it_stood(
    new_page: Callable[..., Page],
    place: Running,
    manner: str,
    opened: frozenset[str],
    width: int,
) -> None:
    page = new_page(viewport={"width": width, "height": 3000})
    arrive_late(page, place, article(place, manner, "ferry-fares", opened=opened))
    panel(page, MANNERS[manner])
    page.wait_for_load_state("networkidle")
    assert moved(page) < COUNTED


@pytest.mark.chromium_only("Firefox has no Layout Instability API")
@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("entry_id", ["ferry-fares", "fish-market", "harbor-levy"])
@pytest.mark.parametrize("manner", MANNERS)
def test_nothing_moves_on_load(
    new_page: Callable[..., Page], place: Running, manner: str, entry_id: str, width: int
) -> None:
    """On a slow network, and with nothing in the cache: every page has a context of its own."""
    page = new_page(viewport={"width": width, "height": 2400})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    visit(page, place, article(place, manner, entry_id))
    panel(page, MANNERS[manner])
    page.wait_for_load_state("networkidle")
    shifts = page.evaluate(SHIFTS)
    if manner == "include":
        # A part of a page that streams in may be painted between a heading and the number
        # beside it: the heading then moves within its own row, by 0.00004.
        shifts = [shift for shift in shifts if shift[0] >= IN_ITS_ROW]
    assert shifts == []


@pytest.mark.chromium_only("Firefox has no Layout Instability API")
@pytest.mark.parametrize("way", ["frame", "component", "htmx2", "oembed"])
def test_nothing_moves_on_load_under_a_strict_policy(
    new_page: Callable[..., Page], place: Running, way: str
) -> None:
    page = new_page(viewport={"width": 1024, "height": 2400})
    visit(page, place, article(place, way, "ferry-fares", host="strict"))
    panel(page, way)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SHIFTS) == []


@pytest.mark.chromium_only("Firefox has no Layout Instability API")
@pytest.mark.parametrize("below_the_fold", [True, False])
def test_the_snippet_for_a_whole_site_moves_only_what_is_in_view(
    new_page: Callable[..., Page], place: Running, *, below_the_fold: bool
) -> None:
    """It knows no height before it knows its entry; so it belongs at the article's end."""
    page = new_page(viewport={"width": 1024, "height": 800})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    above = "<p>Text.</p>" * (40 if below_the_fold else 2)
    html = (
        "<!doctype html><title>Host</title>"
        '<link rel="canonical" href="https://harborcourier.example/opinion/ferry-fares">'
        f"<h1>Host</h1>{above}{panels.site_snippet(base=place.service).body}<p>After it.</p>"
    )
    visit(page, place, html)
    expect(page.locator("section.insights")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert (page.evaluate(SHIFTS) == []) is below_the_fold


@pytest.mark.chromium_only("Firefox has no Layout Instability API")
def test_the_measure_of_shifts_sees_one(page: Page, place: Running) -> None:
    html = (
        "<!doctype html><title>Host</title><div id=late></div><p>After it.</p>"
        "<script>setTimeout(() => late.style.height = '300px', 200)</script>"
    )
    visit(page, place, html)
    page.wait_for_function("late.style.height === '300px'")
    assert page.evaluate(SHIFTS) != []


def test_the_watch_sees_what_moves(page: Page, place: Running) -> None:
    """The same article without the place that is kept for its panel."""
    html = article(place, "component", "ferry-fares").replace("min-height", "x-min-height")
    arrive_late(page, place, html)
    panel(page, "component")
    page.wait_for_load_state("networkidle")
    assert moved(page) > 100


def test_every_way_is_measured() -> None:
    assert set(MANNERS.values()) | {"site"} == set(get_args(Way))
