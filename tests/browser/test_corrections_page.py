"""The page of corrections for everybody: axe, 320 pixels, both directions, no script; and what who
comes to one point by its permalink sees of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from running import free_port
from samples import PUBLICATION, sample_document
from test_accessibility import AXE, violations
from werkzeug.serving import make_server

from widget.app import create_app
from widget.config import Publication, Settings
from widget.entry import parse_entry
from widget.store import Store, open_store
from widget.store.rules import rules

pytestmark = pytest.mark.browser

ARABIC = Publication(
    name="صحيفة الميناء", origins=("https://port.example",), language="ar", review="optional"
)
LONG = "Straßenbahnhaltestellenüberdachungsverordnung" * 3
POINT = {"text": "A point that takes a few lines of a narrow page. " * 3, "attributed_to": None}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve corrections, withdrawals and restorations of two publications on two pages."""
    folder = tmp_path_factory.mktemp("corrections") / "data"
    given = {"store": f"dir:{folder}", "publications": [PUBLICATION, ARABIC]}
    settings = Settings.model_validate(given)
    store = open_store(settings.store, rules(settings))
    for number in range(51):
        publish(store, f"entry-{number}", "https://paper.example", [])
        publish(store, f"entry-{number}", "https://paper.example", [f"Note {number}. {LONG}"])
    publish(store, "port", "https://port.example", [], language="ar", article__title=LONG)
    store.withdraw("port", actor="ana", reason=LONG)
    publish(store, "port", "https://port.example", ["ملاحظة"], language="ar")
    store.withdraw("entry-1", actor="ana", legal=True)
    port = free_port()
    server = make_server("127.0.0.1", port, create_app(settings, store), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    thread.join()
    server.server_close()
    store.close()


def publish(store: Store, name: str, origin: str, notes: list[str], **changes: object) -> None:
    cited = {"text": "It is so [1][2]. " * 8, "attributed_to": None}
    points = [cited, *[POINT] * 11]
    document = sample_document(
        id=name,
        article__url=f"{origin}/{name}",
        article__aliases=[],
        perspectives=[{"role": "ideas", "heading": None, "points": points}],
        corrections=[
            {"at": "2026-05-06T09:00:00Z", "kind": "correction", "note": it} for it in notes
        ],
        **changes,
    )
    store.save(parse_entry(json.dumps(document).encode()), actor="ana")
    store.publish(name, actor="ana")


PAGES = (
    "/corrections",
    "/corrections?before=30",
    "/corrections/صحيفة-الميناء",
    "/corrections?before=1",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_violation(
    new_page: Callable[..., Page], service: str, path: str, scheme: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there; `make test` installs it where npm is")
    page = new_page(color_scheme=scheme)
    page.goto(service + path)
    assert violations(page, AXE.read_text("utf-8")) == []
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 28)"}[scheme]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_320_pixels(
    new_page: Callable[..., Page], service: str, path: str
) -> None:
    page = new_page(viewport={"width": 320, "height": 640})
    page.goto(service + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for link in page.locator("header a, nav a").all():
        room = link.bounding_box()
        assert room
        assert room["height"] >= 24
        assert room["x"] >= 0
        assert room["x"] + room["width"] <= 320


def test_all_pages_are_read_without_a_script_and_ask_nobody_else(
    scriptless_page: Page, service: str
) -> None:
    asked: list[str] = []
    scriptless_page.on("request", lambda request: asked.append(request.url))
    scriptless_page.goto(f"{service}/corrections")
    seen = scriptless_page.locator("article").count()
    scriptless_page.locator("nav a[rel=next]").click(force=True)
    expect(scriptless_page.locator("nav a[rel=prev]")).to_have_count(1)
    seen += scriptless_page.locator("article").count()
    assert seen == 54
    assert scriptless_page.locator("script").count() == 0
    assert all(it.startswith(f"{service}/corrections") for it in asked)


def test_the_page_of_an_arabic_publication_runs_from_right_to_left(
    new_page: Callable[..., Page], service: str
) -> None:
    page = new_page()
    page.goto(f"{service}/corrections/صحيفة-الميناء")
    heading = page.locator("h1")
    expect(heading).to_have_css("direction", "rtl")
    expect(page.locator("article")).to_have_count(2)


@pytest.mark.embedding
def test_who_comes_to_a_point_sees_what_was_corrected_since(
    new_page: Callable[..., Page], service: str
) -> None:
    page = new_page(viewport={"width": 360, "height": 640})
    page.goto(f"{service}/panel/entry-5#p1-2")
    point_and_corrections_are_in_sight(page)
    # Who comes for the whole panel reads the corrections where they stand.
    page.goto(f"{service}/panel/entry-6?open=ideas")
    expect(page.locator("#p1-2")).to_be_attached()
    expect(page.locator(".insights-corrections")).not_to_be_in_viewport()


def test_that_needs_no_script(new_page: Callable[..., Page], service: str) -> None:
    page = new_page(viewport={"width": 360, "height": 640}, java_script_enabled=False)
    page.goto(f"{service}/panel/entry-5#p1-2")
    point_and_corrections_are_in_sight(page)


def point_and_corrections_are_in_sight(page: Page) -> None:
    point, corrections = page.locator("#p1-2"), page.locator(".insights-corrections")
    expect(point).to_be_in_viewport()
    expect(corrections).to_be_in_viewport()
    expect(corrections).to_contain_text("Note 5.")
    room, at = corrections.bounding_box(), point.bounding_box()
    assert room
    assert at
    assert room["height"] <= 0.31 * 640
    assert at["y"] + at["height"] <= room["y"]
