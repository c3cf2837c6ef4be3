"""Sizes of what a browser fetches, in bytes; tests/panel/test_weights.py has the budgets."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass

from flask.testing import FlaskClient

from widget import demo, panel
from widget.app import create_app, rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.store import open_store

TYPICAL = "ferry-fares"


@dataclass(frozen=True)
class Weight:
    """One response; ``budget`` in bytes in the content coding ``coding``."""

    name: str
    path: str
    coding: str
    budget: int | None = None


WEIGHTS = (
    Weight("frame of a typical entry", f"/panel/{TYPICAL}", "br", 8 * 1024),
    Weight("fragment with its styles", f"/fragment/{TYPICAL}", "br", 5 * 1024),
    Weight("fragment for the component", f"/fragment/{TYPICAL}?styles=none", "br"),
    Weight("embed.js", "/embed.js", "gzip", 3 * 1024),
    Weight("embed.js", "/embed.js", "br"),
    Weight("frame of a typical entry", f"/panel/{TYPICAL}", "gzip"),
)

SCRIPTS: dict[str, tuple[Callable[[], bytes], int]] = {
    "the frame's own script": (lambda: panel.frame_script(static=False), 1228),
    "the same in static files": (lambda: panel.frame_script(static=True), 1228),
    "embed.js in static files": (lambda: panel.loader(static=True), 3 * 1024),
}
"""Scripts inside other responses: their sources, and their budgets in bytes of gzip."""


def compressed(content: bytes) -> int:
    """Return the length of ``content`` in gzip."""
    return len(gzip.compress(content, compresslevel=9, mtime=0))


def service(folder: str) -> FlaskClient:
    """Return a client of the service over the demo's entries, stored in ``folder``."""
    settings = Settings.model_validate(
        {"store": f"dir:{folder}", "publications": [demo.publication()]}
    )
    store = open_store(settings.store, rules(settings))
    demo.fill(Editorial(store, settings))
    return create_app(settings, store).test_client()


def measure(client: FlaskClient, weight: Weight) -> int:
    """Return the length of the response body on the wire."""
    answer = client.get(weight.path, headers={"Accept-Encoding": weight.coding})
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == weight.coding
    return len(answer.data)
