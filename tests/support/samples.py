"""Entries and pages of our own making, for tests."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import html5lib

from widget.config import Publication
from widget.entry import Entry, parse_entry

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples" / "newspaper" / "entries").glob("*.json"))

PAPER = "https://paper.example"
PUBLICATION = Publication(name="The Paper", origins=(PAPER,), review="optional")
"""Without reviews, so that a test of something else may publish in one step."""
PERMALINK = "https://insights.example/panel/night-trains"

_DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "id": "night-trains",
    "language": "en",
    "article": {
        "url": f"{PAPER}/opinion/night-trains",
        "aliases": [f"{PAPER}/2026/night-trains"],
        "title": "Bring the night trains back",
        "authors": ["M. Lindqvist"],
        "section": "Opinion",
        "kind": "opinion",
        "published": "2026-03-02",
    },
    "viewpoint": {
        "lean": "center-left",
        "rationale": "It asks for <em>public</em> money where fares fall short.",
        "confidence": "medium",
    },
    "perspectives": [
        {
            "role": "ideas",
            "heading": None,
            "points": [
                {"text": "Sleepers replace short flights [1].", "attributed_to": None},
                {
                    "text": "<q>A bed is a seat that moves</q>, the author says [1][2].",
                    "attributed_to": None,
                },
            ],
        },
        {
            "role": "different-views",
            "heading": None,
            "points": [
                {
                    "text": "Each berth costs the public more than a seat by day [2].",
                    "attributed_to": "The Rail Users' League",
                }
            ],
        },
    ],
    "sources": [
        {
            "title": "Who sleeps on trains",
            "url": "https://rail.example/sleepers.pdf",
            "publisher": "Rail Institute",
            "published": "2025-10-01",
            "type": "report",
            "quote": "Four in ten would have flown.",
            "archive_url": "https://archive.example/sleepers",
        },
        {
            "title": "The cost of a berth",
            "url": "https://audit.example/berths",
            "publisher": "Office of Audit",
            "published": None,
            "type": "government",
            "quote": None,
            "archive_url": None,
        },
    ],
    "provenance": {
        "origin": "ai",
        "provider": "Quill Engines",
        "model": "q-4",
        "generated_at": "2026-03-02T08:00:00Z",
        "reviewed_by": "A. Desk",
        "reviewed_at": "2026-03-03T08:00:00Z",
    },
    "corrections": [
        {"at": "2026-03-05T12:00:00Z", "kind": "correction", "note": "A figure was wrong."}
    ],
}

REMOVED = object()
"""As a change: leave the key out."""


def sample_document(**changes: object) -> dict[str, Any]:
    """Return a publishable entry as a dict, changed.

    Each change names its place, with ``__`` between the steps:
    ``sources__0__url="https://…"``.
    """
    document = copy.deepcopy(_DOCUMENT)
    for place, value in changes.items():
        *steps, last = (int(step) if step.isdecimal() else step for step in place.split("__"))
        part: Any = document
        for step in steps:
            part = part[step]
        if value is REMOVED:
            del part[last]
        else:
            part[last] = value
    return document


def sample_bytes(**changes: object) -> bytes:
    return json.dumps(sample_document(**changes), ensure_ascii=False).encode()


def sample_entry(**changes: object) -> Entry:
    """Return a publishable entry, changed as ``sample_document`` does it."""
    return parse_entry(sample_bytes(**changes))


def one_point(text: str, **changes: object) -> dict[str, object]:
    """Return changes that leave one group with one point that says ``text``, and two sources."""
    point = {"text": text, "attributed_to": None}
    return {"perspectives": [{"role": "ideas", "heading": None, "points": [point]}], **changes}


def parse_html(text: str) -> Any:  # noqa: ANN401  # html5lib gives an untyped element tree
    """Return the document that a browser makes of ``text``, as an ElementTree."""
    return html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)


def parse_fragment(text: str) -> Any:  # noqa: ANN401
    """Return what a browser makes of ``text`` inside an element, under one root."""
    return html5lib.parseFragment(text, treebuilder="etree", namespaceHTMLElements=False)


def with_class(tree: Any, name: str) -> list[Any]:  # noqa: ANN401
    """Return all elements of the class ``name``, in document order."""
    return [
        element
        for element in tree.iter()
        if isinstance(element.tag, str) and name in element.get("class", "").split()
    ]


def text_of(element: Any) -> str:  # noqa: ANN401
    """Return the element's text with its white space folded."""
    return " ".join("".join(element.itertext()).split())
