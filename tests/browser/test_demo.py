"""The demo as whoever tries it meets it: `insights demo`, on two sites by itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from running import answers, free_port, until
from ways import panel

pytestmark = [pytest.mark.browser, pytest.mark.embedding]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Path]]:
    """Return the demo's ports and the file that holds what it prints."""
    folder = tmp_path_factory.mktemp("demo")
    ports, printed = (free_port(), free_port()), folder / "printed"
    options = ["--port", str(ports[0]), "--paper-port", str(ports[1]), "--data", str(folder / "d")]
    with printed.open("w") as output:
        child = subprocess.Popen([sys.executable, "-m", "widget", "demo", *options], stdout=output)
        try:
            answers(f"http://localhost:{ports[1]}/", child)
            answers(f"http://127.0.0.1:{ports[0]}/healthz", child)
            yield *ports, printed
        finally:
            child.terminate()
            child.wait(timeout=30)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_whichever_address_is_opened_the_frame_is_of_another_site(
    page: Page, demo: tuple[int, int, Path], name: str
) -> None:
    port, paper_port, _ = demo
    page.goto(f"http://{name}:{paper_port}/ways/frame")
    panel(page, "frame")
    assert urlsplit(page.url).netloc == f"localhost:{paper_port}"
    assert urlsplit(page.frames[1].url).netloc == f"127.0.0.1:{port}"


@pytest.mark.parametrize("way", ["component", "htmx2", "htmx4", "include"])
def test_the_demo_s_pages_show_their_panel(
    page: Page, demo: tuple[int, int, Path], way: str
) -> None:
    page.goto(f"http://127.0.0.1:{demo[1]}/ways/{way}?from=here")
    panel(page, way)
    assert page.url == f"http://localhost:{demo[1]}/ways/{way}?from=here"


def test_the_demo_s_two_panels_are_shown(page: Page, demo: tuple[int, int, Path]) -> None:
    page.goto(f"http://127.0.0.1:{demo[1]}/two")
    expect(page.locator("section.insights")).to_have_count(2)


def test_the_demo_says_where_to_look(demo: tuple[int, int, Path]) -> None:
    until(lambda: f"http://localhost:{demo[1]}/" in demo[2].read_text("utf-8"))
    printed = demo[2].read_text("utf-8")
    assert f"http://127.0.0.1:{demo[0]}/panel/ferry-fares" in printed
