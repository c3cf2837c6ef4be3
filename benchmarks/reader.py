"""What a panel costs a reader on a throttled phone, beside other embeds and two floors.

Chromium, its processor four times slower, over Lighthouse's slow 4G, in a window of 360 by 800.
Every visit begins with an empty cache and opens two articles of one site: the second shows what
the first has left in the cache. Host, service and frames of others are three sites, over https.

That is Chromium's own emulation, in which each request takes 562 ms. A few ways are measured once
more with the servers really 150 ms away, where new connections cost their handshakes.

Frames share the page's process, as on phones without much memory: so that one throttle, one
network and one profile hold for the page and for what is in it.
"""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import browsers
import https
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright
from running import running

from benchmarks import others
from benchmarks.distance import distance
from benchmarks.reader_pages import BADGE, BARE, Site, distant_paths, paths
from widget.store import Live

ROUNDS = 7
ENTRIES = "ferry-fares", "dredge-the-channel"
SLOWER = 4
# What Lighthouse and the developer tools apply to a browser for "Slow 4G".
NETWORK = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1_474_560 / 8,
    "uploadThroughput": 675_000 / 8,
}
ROUND_TRIP = 0.15
"""Seconds: what Lighthouse's emulation stands for."""
PHONE = {
    "viewport": {"width": 360, "height": 800},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
SAMPLED = 200
"""Microseconds between two samples of the script's profile."""
QUIET = 1500
"""Milliseconds without a request until a visit ends: long enough for late shifts."""

# Runs first in every frame. The time is taken in the task after the frame in which the badge
# first has a box, when the browser has been given that frame to draw.
_PROBE = """(() => {
  let found = false;
  const look = (root) => {
    const badge = !found && root.querySelector(SELECTOR);
    if (!badge) return;
    found = true;
    const wait = () => requestAnimationFrame(() => {
      if (!badge.getBoundingClientRect().height) return wait();
      const {port1, port2} = new MessageChannel();
      port1.onmessage = () => console.debug(
        'badge', performance.timeOrigin + performance.now());
      port2.postMessage(0);
    });
    wait();
  };
  const watch = (root) => {
    new MutationObserver(() => look(root)).observe(root, {childList: true, subtree: true});
    look(root);
  };
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    watch(root);
    return root;
  };
  if (parent !== self) return;
  self.measured = {shift: 0, tasks: []};
  new PerformanceObserver((list) => {
    for (const it of list.getEntries()) if (!it.hadRecentInput) measured.shift += it.value;
  }).observe({type: 'layout-shift', buffered: true});
  new PerformanceObserver((list) => {
    for (const it of list.getEntries()) measured.tasks.push(it.duration);
  }).observe({type: 'longtask', buffered: true});
})()""".replace("SELECTOR", repr(BADGE))
_RESULT = """() => ({
  ...measured,
  origin: performance.timeOrigin,
  paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
})"""


@dataclass(frozen=True)
class View:
    """One article opened: bytes with the headers of responses, times in milliseconds.

    ``badge``: from the start of the navigation until the badge is painted, ``page`` until the
    page's first contentful paint. ``connections``: new ones, since the page's own exists before.
    ``script``: time in scripts of the page and its frames, and in what they call. ``blocking``:
    what of long tasks exceeds 50 ms.
    """

    bytes: int
    requests: int
    connections: int
    page: float
    badge: float
    script: float
    long_tasks: int
    blocking: float
    shift: float
    heap_kb: int


Views = dict[str, list[tuple[View, View]]]


def measure() -> tuple[Views, Views]:
    """Return the first and the second view of each visit, by way, taken in turns.

    In the emulated network, and of some ways with a real distance.
    """
    others.install()
    emulated: Views = defaultdict(list)
    distant: Views = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        place = stack.enter_context(running(Path(folder, "data"), named=True))
        port = stack.enter_context(others.isso(Path(folder), place.host.origin))
        isso = f"https://{https.UNLISTED}:{stack.enter_context(https.over_https(port))}"
        store = place.store()
        entries = [it.entry for id_ in ENTRIES if isinstance(it := store.live(id_), Live)]
        store.close()
        site = Site(place, (entries[0], entries[1]), isso)
        start = place.host.origin + place.host.add("<!doctype html><title>Start</title>")
        browser = launch(stack)
        away = stack.enter_context(distance(ROUND_TRIP))
        for found, pages, proxy in (
            (emulated, paths(site), None),
            (distant, distant_paths(site), away),
        ):
            for _ in range(ROUNDS):
                for name, both in pages.items():
                    first, second = (place.host.origin + path for path in both)
                    visit = _visit(browser, start, first, second, bare=name == BARE, proxy=proxy)
                    found[name].append(visit)
    return emulated, distant


def launch(stack: ExitStack, *flags: str) -> Browser:
    """Start a Chromium whose frames share the page's process."""
    executable = browsers.find_light()
    assert executable, "no Chromium is there"
    playwright = stack.enter_context(sync_playwright())
    flags = ("--disable-site-isolation-trials", *flags)
    browser = browsers.launch(playwright, "chromium", executable, flags=flags)
    stack.callback(browser.close)
    return browser


def _visit(
    browser: Browser, start: str, first: str, second: str, *, bare: bool, proxy: str | None
) -> tuple[View, View]:
    away: dict[str, Any] = {"proxy": {"server": proxy}} if proxy else {}
    with browsers.new_context(browser, **PHONE, **away) as context:
        page, session = phone(context, start, emulate_latency=not proxy)
        return view(page, session, first, bare=bare), view(page, session, second, bare=bare)


def phone(
    context: BrowserContext, start: str, *, emulate_latency: bool = True
) -> tuple[Page, CDPSession]:
    """Open ``start``, which brings the connection to the host and the process; then throttle."""
    page = context.new_page()
    page.goto(start)
    context.add_init_script(_PROBE)
    session = context.new_cdp_session(page)
    for domain in ("Network", "Performance", "Profiler", "HeapProfiler"):
        session.send(f"{domain}.enable")
    network = NETWORK if emulate_latency else {**NETWORK, "latency": 0}
    session.send("Network.emulateNetworkConditions", network)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    session.send("Profiler.setSamplingInterval", {"interval": SAMPLED})
    return page, session


def view(page: Page, session: CDPSession, url: str, *, bare: bool = False) -> View:
    """Open an article and return what it took; ``bare``: it has no badge to wait for."""
    sizes: list[float] = []

    opened: set[float] = set()

    def finished(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    def received(event: dict[str, Any]) -> None:
        response = event["response"]
        if not response["connectionReused"] and not response["fromDiskCache"]:
            opened.add(response["connectionId"])

    session.on("Network.loadingFinished", finished)
    session.on("Network.responseReceived", received)
    session.send("Profiler.start")
    if bare:
        page.goto(url)
        badge = None
    else:
        with page.expect_console_message(lambda it: it.text.startswith("badge ")) as told:
            page.goto(url)
        badge = float(told.value.text.split()[1])
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(QUIET)
    result = page.evaluate(_RESULT)
    script = script_time(session.send("Profiler.stop")["profile"])
    session.remove_listener("Network.loadingFinished", finished)
    session.remove_listener("Network.responseReceived", received)
    session.send("HeapProfiler.collectGarbage")
    metrics = {it["name"]: it["value"] for it in session.send("Performance.getMetrics")["metrics"]}
    return View(
        bytes=round(sum(sizes)),
        requests=sum(1 for size in sizes if size),
        connections=len(opened),
        page=result["paint"],
        badge=badge - result["origin"] if badge else result["paint"],
        script=script,
        long_tasks=len(result["tasks"]),
        blocking=sum(each - 50 for each in result["tasks"]),
        shift=result["shift"],
        heap_kb=round(metrics["JSHeapUsedSize"] / 1024),
    )


def script_time(profile: dict[str, Any]) -> float:
    """Return the milliseconds in which a function from a URL was running, or on the stack.

    What the browser does outside of functions, such as parsing a script, does not count.
    """
    nodes = {it["id"]: it for it in profile["nodes"]}
    ours: set[int] = set()

    def mark(number: int, *, inside: bool) -> None:
        inside = inside or nodes[number]["callFrame"]["url"].startswith("http")
        if inside:
            ours.add(number)
        for child in nodes[number].get("children", ()):
            mark(child, inside=inside)

    mark(profile["nodes"][0]["id"], inside=False)
    pairs = zip(profile["samples"], profile["timeDeltas"][1:], strict=False)
    return float(sum(delta for number, delta in pairs if number in ours)) / 1000


def as_json(found: Views) -> dict[str, Any]:
    """Return the raw numbers."""
    return {
        name: [{"first": numbers(first), "second": numbers(second)} for first, second in visits]
        for name, visits in found.items()
    }


def numbers(view: View) -> dict[str, float]:
    """Return the fields of a view, rounded."""
    return {name: round(value, 4) for name, value in asdict(view).items()}


def table(found: Views) -> str:
    """Return the medians, and of times the smallest and the largest; bytes beyond the bare page."""
    head = (
        f"  {'':34}{'bytes':>8}{'req.':>5}{'conn.':>6}{'page':>6}{'badge (min to max)':>20}"
        f"{'script':>8}{'(max)':>7}{'long':>5}{'blocking':>9}{'shift':>8}{'heap kB':>8}"
        f"{'| second: bytes':>16}{'badge':>7}{'script':>8}"
    )
    lines = [head]
    for name, visits in found.items():
        first, second = zip(*visits, strict=True)
        badges, scripts = [it.badge for it in first], [it.script for it in first]
        spread = f"{_median(first, 'badge'):.0f} ({min(badges):.0f} to {max(badges):.0f})"
        lines.append(
            f"  {name:34}{_beyond(found, name, 0):8,.0f}{_median(first, 'requests'):5.0f}"
            f"{_median(first, 'connections'):6.0f}"
            f"{_median(first, 'page'):6.0f}{spread:>20}{_median(first, 'script'):8.1f}"
            f"{max(scripts):7.1f}{_median(first, 'long_tasks'):5.0f}"
            f"{_median(first, 'blocking'):9.0f}{_median(first, 'shift'):8.4f}"
            f"{_median(first, 'heap_kb'):8.0f}{_beyond(found, name, 1):16,.0f}"
            f"{_median(second, 'badge'):7.0f}{_median(second, 'script'):8.1f}"
        )
    return "\n".join(lines)


def _beyond(found: Views, name: str, which: int) -> float:
    own, bare = ([both[which] for both in found[it]] for it in (name, BARE))
    return _median(own, "bytes") - _median(bare, "bytes")


def _median(views: Any, field: str) -> float:  # noqa: ANN401  # a sequence of views
    return float(statistics.median(getattr(it, field) for it in views))
