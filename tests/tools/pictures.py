"""Takes pictures: ``make pictures``.

Those of the editors' pages that docs/editors-pages.md shows, and contact sheets of panel and
editors' pages on phones and screens, light and dark, to be looked at: build/pictures/.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import browsers
import contact_sheet
from desk_newsroom import LIVE, WAITING, Desk, desk, paths
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from running import running
from samples import ROOT
from test_admin_stories import field

OUT = ROOT / "build" / "pictures"
SCREEN = {"width": 1280, "height": 800}
WHOLE = frozenset({"history", "review"})
"""Pages of which docs show more than the first screen."""
TALLEST = 1800
COLOURS = 128


def person(browser: Browser, at: Desk, name: str, **options: Any) -> Page:  # noqa: ANN401  # a context's
    """Return a page of ``name``'s, who is signed in."""
    context = browser.new_context(reduced_motion="reduce", **options)
    cookie = {"name": "insights", "value": at.session(name), "url": at.place.service}
    context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page


def visit(page: Page, at: Desk, path: str) -> None:
    """Go to a page as it stands once its scripts are idle."""
    if path == "/admin/login":
        page.context.clear_cookies()
    page.goto(at.place.service + path, wait_until="networkidle")


def conflict(page: Page, other: Page, at: Desk) -> None:
    """Let somebody else save the same part first."""
    path = f"/admin/entries/{LIVE}"
    for each in (page, other):
        visit(each, at, path)
    for each, text in (
        (other, "Make the harbor ferry free"),
        (page, "Make the ferry free for all"),
    ):
        field(each, "article.title").fill(text)
        each.locator("#save").click()
        each.wait_for_load_state("networkidle")
    page.locator(".conflict").wait_for()


def publication(page: Page, at: Desk) -> None:
    """Approve what waits, and publish it: the page then shows link and snippet."""
    visit(page, at, f"/admin/entries/{WAITING}/publication")
    for box in page.locator("[name=checked]").all():
        box.check()
    page.get_by_role("button", name="Approve").click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Publish now").click()
    page.wait_for_load_state("networkidle")


def keep(picture: bytes, file: Path) -> None:
    """Write a picture with few colours, at a quarter of its size."""
    Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS).save(file, optimize=True)


def for_docs(browser: Browser, at: Desk, folder: Path, run: str) -> Iterator[str]:
    """Write ``admin-<name>.png`` of each page as a screen shows it; yield the names."""
    page = person(browser, at, "ana", viewport=SCREEN)
    other = person(browser, at, "jonas", viewport=SCREEN)
    visit(other, at, f"/admin/entries/{WAITING}")  # the editor says who else is here
    for name, path in paths(at, run).items():
        visit(page, at, path)
        whole = name in WHOLE
        clip = {"x": 0, "y": 0, **SCREEN, "height": TALLEST} if whole else None
        keep(page.screenshot(full_page=whole, clip=clip), folder / f"admin-{name}.png")
        yield name
        if name == "login":
            page = person(browser, at, "ana", viewport=SCREEN)
    on_phones(browser, at, folder)
    yield "phone"
    for name, prepare in (
        ("conflict", lambda: conflict(page, other, at)),
        ("published", lambda: publication(page, at)),
    ):
        prepare()
        keep(page.screenshot(), folder / f"admin-{name}.png")
        yield name


def on_phones(browser: Browser, at: Desk, folder: Path) -> None:
    """Write ``admin-phone.png``: three pages side by side, light and dark."""
    shown = (
        ("light", "/admin/entries"),
        ("dark", f"/admin/entries/{WAITING}"),
        ("light", f"/admin/entries/{WAITING}/publication"),
    )
    size = {"width": 360, "height": 760}
    sheet = Image.new("RGB", (len(shown) * 384 - 24, size["height"]), "#86817a")
    for number, (scheme, path) in enumerate(shown):
        page = person(browser, at, "ana", viewport=size, color_scheme=scheme)
        visit(page, at, path)
        sheet.paste(Image.open(BytesIO(page.screenshot())), (number * 384, 0))
    sheet.quantize(COLOURS).save(folder / "admin-phone.png", optimize=True)


def to_look_at(browser: Browser, at: Desk, run: str) -> Iterator[Path]:
    """Write each page at 360 and 1280 px, light and dark, and say what scrolls sideways."""
    for width in (360, 1280):
        for scheme in ("light", "dark"):
            size = {"width": width, "height": 800}
            page = person(browser, at, "ana", viewport=size, color_scheme=scheme)
            for name, path in paths(at, run).items():
                if name == "login":
                    continue  # it signs out
                visit(page, at, path)
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    print(f"{name} scrolls sideways at {width} px", file=sys.stderr)
                file = OUT / f"desk-{name}-{width}-{scheme}.png"
                page.screenshot(path=file, full_page=True)
                yield file


def chromium(driver: Playwright) -> Browser:
    """Return the browser that takes the pictures."""
    executable = browsers.find("chromium")
    assert executable, "no Chromium is there; `make test` installs one"
    return browsers.launch(driver, "chromium", executable)


def main(*chosen: str) -> None:
    """Take what is chosen of ``panel desk docs``, or all."""
    wanted = set(chosen or ("panel", "desk", "docs"))
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        if "panel" in wanted:
            with running(Path(folder) / "panel", named=True) as place:
                for path in contact_sheet.take(driver, place, OUT):
                    print(path)  # where to look
        if not wanted & {"desk", "docs"}:
            return
        with desk(Path(folder) / "desk") as at:
            browser = chromium(driver)
            run = at.ask_for_a_draft(person(browser, at, "ana", viewport=SCREEN), Path(folder))
            if "desk" in wanted:
                for path in to_look_at(browser, at, run):
                    print(path)
            if "docs" in wanted:
                for name in for_docs(browser, at, ROOT / "docs", run):
                    print(f"docs/admin-{name}.png")
            browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
