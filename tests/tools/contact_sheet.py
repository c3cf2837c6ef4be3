"""Contact sheets of the panel: each way in, width, colour scheme and direction, cross-site."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Literal
from urllib.request import urlopen

import browsers
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, Playwright
from running import Running
from ways import panel

from widget import demo
from widget import panel as panels
from widget.panel import WAYS, Choices, Options, Way

WIDTHS = (320, 375, 1280)
ENTRIES = {"ltr": "ferry-fares", "rtl": "fish-market"}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SCALE = 0.5
TALL = 3000
GAP = 24
"""Pixels between pictures, and the height of a line of what is written above them."""


def article(place: Running, way: Way, entry_id: str) -> str:
    """Return a page that embeds the entry as its publisher would."""
    entry = next(entry for entry in demo.entries() if entry.id == entry_id)
    choices = Choices(way=way, options=Options(theme="host"))
    made = panels.snippet(entry, place.publication, choices, base=place.service)
    body = made.body
    if way == "include":
        with urlopen(f"{place.backend}/fragment/{entry_id}") as answer:  # noqa: S310  # our own service
            body = answer.read().decode()
    version = {"htmx2": "2.0.10", "htmx4": "4.0.1"}.get(way)
    source = f"{place.paper}/vendor/htmx-{version}.min.js"
    htmx = f'<script src="{source}" defer></script>' if version else ""
    direction = "rtl" if entry.language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{entry.language}" dir="{direction}"><meta charset="utf-8">'
        f'<link rel="canonical" href="{entry.article.url}">'
        '<meta name="viewport" content="width=device-width">'
        "<style>:root{color-scheme:light dark}body{font:1rem/1.5 serif;margin:16px}</style>"
        f"<title>{way}</title>{made.head}{htmx}<p>{entry.article.title}</p>{body}<p>…</p>"
    )


def opened(page: Page, place: Running, way: Way, entry_id: str, width: int) -> Image.Image:
    """Return a picture of the page, its first group of points open.

    All of it is in view: of a frame of another process Chromium paints nothing else in time.
    """
    page.set_viewport_size({"width": width, "height": TALL})
    page.goto(place.host.origin + place.host.add(article(place, way, entry_id)))
    it = panel(page, way)
    it.locator("details[data-role=ideas] > summary").click()
    panel(page, way)
    height = page.evaluate("Math.ceil(document.body.getBoundingClientRect().bottom) + 16")
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    return Image.open(BytesIO(page.screenshot(clip=clip))).convert("RGB")  # type: ignore[arg-type]  # a mapping


def sheet(rows: list[tuple[str, list[Image.Image]]], title: str) -> Image.Image:
    """Return rows of pictures on one, each with its name above it."""
    small = [
        (name, [it.resize((int(it.width * SCALE), int(it.height * SCALE))) for it in row])
        for name, row in rows
    ]
    width = max(sum(it.width + GAP for it in row) for _, row in small) + GAP
    heights = [max(it.height for it in row) + 2 * GAP for _, row in small]
    made = Image.new("RGB", (width, sum(heights) + 2 * GAP), "#888")
    draw = ImageDraw.Draw(made)
    draw.text((GAP, GAP / 2), title, fill="black")
    top = 2 * GAP
    for (name, row), height in zip(small, heights, strict=True):
        draw.text((GAP, top), name, fill="black")
        left = GAP
        for it in row:
            made.paste(it, (left, top + GAP))
            left += it.width + GAP
        top += height
    return made


def take(driver: Playwright, place: Running, folder: Path) -> list[Path]:
    """Write ``panel-<scheme>-<direction>.png`` into ``folder``, and return the paths."""
    executable = browsers.find("chromium")
    assert executable, "no Chromium is there; `make test` installs one"
    browser = browsers.launch(driver, "chromium", executable)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for scheme in SCHEMES:
        for direction, entry_id in ENTRIES.items():
            columns = [column(browser, place, way, entry_id, scheme) for way in WAYS]
            rows = [
                (f"{width} px: {', '.join(WAYS)}", list(row))
                for width, row in zip(WIDTHS, zip(*columns, strict=True), strict=True)
            ]
            path = folder / f"panel-{scheme}-{direction}.png"
            title = f"{entry_id}, {scheme}, {direction}"
            sheet(rows, title).quantize(64).save(path, optimize=True)
            written.append(path)
    browser.close()
    return written


def column(
    browser: Browser, place: Running, way: Way, entry_id: str, scheme: Literal["light", "dark"]
) -> list[Image.Image]:
    """Return a picture for each width."""
    with browsers.new_context(browser, color_scheme=scheme) as context:
        page = context.new_page()
        return [opened(page, place, way, entry_id, width) for width in WIDTHS]
