"""Takes pictures: ``make pictures``.

Those of the editors' pages that docs/admin.md shows, and contact sheets of the panel, which are
looked at and not kept: build/pictures/.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import browsers
import contact_sheet
from playwright.sync_api import Page, sync_playwright
from running import Running, running
from samples import ROOT
from test_admin_stories import enter, field

ENTRY = "/admin/entries/ferry-fares"
PAGES = {
    "list": "/admin/entries",
    "new": "/admin/entries/new",
    "editor": ENTRY,
    "json": f"{ENTRY}/json",
    "comparison": f"{ENTRY}/publication",
    "withdrawal": f"{ENTRY}/withdrawal",
    "history": f"{ENTRY}/history",
    "compare": f"{ENTRY}/comparison",
}


def prepare(page: Page, place: Running) -> None:
    """Give the entry a history, with a draft that waits."""
    page.goto(place.service + ENTRY)
    for text in ("Make every ferry free", "Make the ferries free", "Make the ferry free for all"):
        field(page, "article.title").fill(text)
        page.locator("#save").click()
        page.wait_for_load_state("networkidle")


def conflict(page: Page, other: Page, place: Running) -> None:
    """Let somebody else save first."""
    page.goto(place.service + ENTRY)
    enter(other, place, "bob", "editor")
    other.goto(place.service + ENTRY)
    field(other, "article.title").fill("Make the harbor ferry free")
    other.locator("#save").click()
    other.wait_for_load_state("networkidle")
    field(page, "article.title").fill("Make the ferry free for everyone")
    page.locator("#save").click()
    page.locator(".conflict").wait_for()


def take(folder: Path, names: frozenset[str], **options: object) -> None:
    """Write ``admin-<name>.png`` of each page into ``folder``."""
    with (
        tempfile.TemporaryDirectory() as data,
        running(Path(data)) as place,
        sync_playwright() as driver,
    ):
        executable = browsers.find("chromium")
        assert executable, "no Chromium is there; `make test` installs one"
        browser = browsers.launch(driver, "chromium", executable)
        page, other = (
            browser.new_context(reduced_motion="reduce", **options).new_page() for _ in range(2)
        )  # type: ignore[arg-type]  # a context's own
        page.set_default_timeout(60_000)
        page.goto(f"{place.service}/admin/login")
        if "login" in names:
            page.screenshot(path=folder / "admin-login.png")
        enter(page, place)
        prepare(page, place)
        for name, path in PAGES.items():
            if name in names:
                page.goto(place.service + path, wait_until="networkidle")
                for folded in page.locator(".saves summary").all():
                    folded.click()
                page.screenshot(path=folder / f"admin-{name}.png", full_page=name == "history")
        if "conflict" in names:
            conflict(page, other, place)
            page.screenshot(path=folder / "admin-conflict.png")
        browser.close()


if __name__ == "__main__":
    shown = {"list", "editor", "json", "conflict", "comparison", "history"}
    with (
        tempfile.TemporaryDirectory() as data,
        running(Path(data), named=True) as place,
        sync_playwright() as driver,
    ):
        for path in contact_sheet.take(driver, place, ROOT / "build" / "pictures"):
            print(path)  # where to look
    if "sheets" in sys.argv:
        sys.exit()
    take(ROOT / "docs", frozenset(shown), viewport={"width": 1280, "height": 800})
