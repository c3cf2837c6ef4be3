from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import browsers
import pytest
import static_site
from covering import Row, covering
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from running import Running, running
from ways import PATIENCE

from widget import demo

expect.set_options(timeout=1000 * PATIENCE)


# These run twice: against the service, and against the exported site behind nginx.
ALSO_STATIC = {"test_ways", "test_frames", "test_component", "test_layout", "test_pasting"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of embedding in Firefox, too, and some of them against static files.

    Each once more beside Chromium and the service: not every file in every browser, and there
    not every combination of what else is tried.
    """
    marked = metafunc.definition.get_closest_marker
    variants = [("service", "chromium")]
    if marked("embedding") and not marked("chromium_only"):
        variants.append(("service", "firefox"))
    if metafunc.module.__name__ in ALSO_STATIC and not marked("service_only"):
        variants.append(("static", "chromium"))
    names = [name for name in ("place", "browser") if name in metafunc.fixturenames]
    if len(variants) == 1 or not names:
        return
    if names == ["place", "browser"]:
        metafunc.parametrize(names, variants, indirect=True)
    else:
        which = 0 if names == ["place"] else 1
        values = list(dict.fromkeys(variant[which] for variant in variants))
        metafunc.parametrize(names, [(value,) for value in values], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out combinations of parameters: see covering.py.

    In Chromium with the service every two values of a test's parameters meet. In Firefox, and
    with static files, every test runs, and with one test or another of its module each value.
    """
    variants: dict[tuple[str, ...], list[tuple[str, Row, pytest.Item]]] = defaultdict(list)
    for item in items:
        spec = getattr(item, "callspec", None)
        if spec is not None and item.path.parent == Path(__file__).parent:
            row = {name: repr(value) for name, value in spec.params.items()}
            where, browser = row.pop("place", ""), row.pop("browser", "")
            module, _, test = item.nodeid.partition("[")[0].partition("::")
            if "'firefox'" in browser or "'static'" in where:
                variants[module, where, browser].append((item.nodeid, row | {"test": test}, item))
            else:
                variants[module, test].append((item.nodeid, row, item))
    left_out: list[pytest.Item] = []
    for key, found in variants.items():
        found.sort(key=lambda it: it[0])
        chosen = covering([row for _, row, _ in found], 1 if len(key) == 3 else 2)
        left_out += [item for at, (_, _, item) in enumerate(found) if at not in chosen]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Running]]:
    """Start the service, or the exported site, when it is first asked for, and keep it."""
    with ExitStack() as stack:

        @cache
        def start(kind: str) -> Running:
            folder = tmp_path_factory.mktemp(kind)
            if kind == "service":
                return stack.enter_context(running(folder, named=True))
            if static_site.executable() is None:
                pytest.skip("no nginx is there; `make test` installs one in CI")
            return stack.enter_context(static_site.exported(folder))

        yield start


@pytest.fixture
def place(request: pytest.FixtureRequest, places: Callable[[str], Running]) -> Iterator[Running]:
    """Return a service that all tests of a worker share: none may change the demo's entries."""
    place = places(getattr(request, "param", "service"))
    before = demo_entries(place)
    yield place
    assert demo_entries(place) == before, "other tests read these entries: use one of your own"


def demo_entries(place: Running) -> dict[str, tuple[int, int]]:
    """Return which file of each of the demo's entries is live, and when it was last touched."""
    if place.static:
        return {}
    files = {entry.id: place.data / "live" / f"{entry.id}.json" for entry in demo.entries()}
    stats = {name: file.stat() for name, file in files.items() if file.exists()}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


@pytest.fixture(scope="session")
def launched() -> Iterator[Callable[..., Browser]]:
    """Start each browser when it is first asked for, and keep it: the order is random."""
    with sync_playwright() as playwright, ExitStack() as stack:

        @cache
        def start(name: browsers.Name, executable: Path, *, scripts: bool) -> Browser:
            started = browsers.launch(playwright, name, executable, scripts=scripts)
            stack.callback(started.close)
            return started

        def launch(name: browsers.Name, *, scripts: bool = True, whole: bool = False) -> Browser:
            light = name == "chromium" and not whole
            executable = browsers.find_light() if light else browsers.find(name)
            if executable is None:
                pytest.skip(f"no {name.capitalize()} is there; `make test` installs one")
            return start(name, executable, scripts=scripts)

        yield launch


@pytest.fixture
def browser(request: pytest.FixtureRequest, launched: Callable[..., Browser]) -> Browser:
    whole = request.node.get_closest_marker("whole_browser")
    return launched(getattr(request, "param", "chromium"), whole=whole is not None)


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages in contexts of their own; the options are those of a browser context."""
    contexts: list[BrowserContext] = []

    def open_page(**options: object) -> Page:
        context = browsers.new_context(browser, **options)
        context.set_default_timeout(1000 * PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def scriptless_page(
    browser: Browser, launched: Callable[..., Browser], new_page: Callable[..., Page]
) -> Iterator[Page]:
    """Return a page of a reader's who switched JavaScript off.

    To be clicked with ``force=True``: to see whether an element stands still, the driver
    would need a script of its own in the page.
    """
    if browser.browser_type.name == "chromium":
        yield new_page(java_script_enabled=False)
        return
    with browsers.new_context(launched("firefox", scripts=False)) as context:
        context.set_default_timeout(1000 * PATIENCE)
        yield context.new_page()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()
