"""The documentation's snippets come from the code: ``make snippets`` writes them.

A block that follows ``<!-- from the code: WAY [head] [HOST] -->`` is what the snippet builder
shows for the demo's entry ``ferry-fares``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from widget import demo, panel
from widget.panel import Choices, Host

BASE = "https://insights.example"
DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"(<!-- from the code: ([\w ]+) -->\n```html\n)(.*?)(\n```)", re.DOTALL)


def refreshed(text: str) -> str:
    """Return a page with its snippets as the code makes them."""
    return _BLOCK.sub(lambda match: match[1] + _made(match[2].split()) + match[4], text)


def _made(words: list[str]) -> str:
    way, *rest = words
    host = next((word for word in rest if word in get_args(Host)), "ordinary")
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    choices = Choices.from_query({"as": way, "host": host})
    assert choices.way == way, f"there is no way {way!r}"
    made = panel.snippet(entry, demo.publication(), choices, base=BASE)
    return made.head if "head" in rest else made.body


if __name__ == "__main__":
    for page in DOCS.rglob("*.md"):
        page.write_text(refreshed(page.read_text("utf-8")), "utf-8")
