"""What ``make bench ARGS=reader`` counts as the time of scripts."""

from __future__ import annotations

import pytest

from benchmarks.reader import script_time

pytestmark = pytest.mark.unit


def node(number: int, url: str, *children: int) -> dict[str, object]:
    return {"id": number, "callFrame": {"url": url}, "children": list(children)}


def test_scripts_and_what_they_call_count_and_nothing_else_does() -> None:
    profile = {
        "nodes": [
            node(1, "", 2, 4, 6),  # the root
            node(2, "https://insights.test/embed.js", 3),
            node(3, ""),  # a function of the browser's own, called by it
            node(4, "", 5),  # the probe, which Playwright adds and which has no URL
            node(5, ""),
            node(6, "https://weekly.test/1"),  # a script in the page
        ],
        "samples": [1, 2, 3, 5, 6, 1],
        # Each sample lasts until the next; the first is the time before the first sample.
        "timeDeltas": [900, 10_000, 1_000, 2_000, 40_000, 500],
    }
    assert script_time(profile) == pytest.approx(3.5)
