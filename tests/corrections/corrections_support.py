"""What the tests of the public record share: entries that are corrected, and checks of feeds."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator
from samples import PAPER, sample_document

from widget.entry import parse_entry
from widget.store import Revision, Store

ATOM = "{http://www.w3.org/2005/Atom}"


def published(store: Store, entry_id: str = "night-trains", **changes: object) -> Revision:
    """Publish an entry with an article of its own; one of two is ``https://paper.example``'s."""
    given = {
        "id": entry_id,
        "article__url": f"{PAPER}/{entry_id}",
        "article__aliases": [],
        "corrections": [],
        **changes,
    }
    document = sample_document(**given)
    store.save(parse_entry(json.dumps(document).encode()), actor="ana")
    return store.publish(entry_id, actor="ana")


def corrections(*notes: str) -> list[dict[str, str]]:
    """Return corrections of one day each, the first the oldest."""
    return [
        {"at": f"2026-03-{day:02}T12:00:00Z", "kind": "correction", "note": note}
        for day, note in enumerate(notes, 1)
    ]


def atom_faults(body: bytes) -> list[str]:
    """Return what RFC 4287 forbids of a feed document such as ours, each with its section."""
    root = ET.fromstring(body)  # noqa: S314  # our own
    faults = [] if root.tag == f"{ATOM}feed" else ["4.1.1: not a feed"]
    faults += _element_faults(root, ("id", "title", "updated"), "4.1.1")
    entries = root.findall(f"{ATOM}entry")
    if root.find(f"{ATOM}author/{ATOM}name") is None:
        faults.append("4.1.1: no author")
    selves = [it for it in root.findall(f"{ATOM}link") if it.get("rel") == "self"]
    if len(selves) != 1:
        faults.append("4.1.1: SHOULD have one link to itself")
    for entry in entries:
        faults += _element_faults(entry, ("id", "title", "updated"), "4.1.2")
        if len(entry.findall(f"{ATOM}published")) > 1 or len(entry.findall(f"{ATOM}content")) > 1:
            faults.append("4.1.2: twice published or content")
        for category in entry.findall(f"{ATOM}category"):
            faults += [] if category.get("term") else ["4.2.2: no term"]
    ids = [it.findtext(f"{ATOM}id") for it in entries]
    if len(set(ids)) != len(ids):
        faults.append("4.1.1: two entries of one id, which SHOULD differ in updated")
    for element in root.iter():
        if not element.tag.startswith(ATOM):
            faults.append(f"6.4: {element.tag} is no element of Atom")
        if element.tag == f"{ATOM}link":
            faults += [] if _is_iri(element.get("href", "")) else ["4.2.7.1: no href"]
        if element.tag in (f"{ATOM}updated", f"{ATOM}published"):
            faults += [] if _is_instant(element.text or "") else [f"3.3: {element.text}"]
        if element.tag == f"{ATOM}id" and not _is_iri(element.text or ""):
            faults.append(f"4.2.6: {element.text}")
    links = [
        (it.get("rel"), it.get("type"), it.get("hreflang")) for it in root.findall(f"{ATOM}link")
    ]
    if len({it for it in links if it[0] == "alternate"}) != sum(
        it[0] == "alternate" for it in links
    ):
        faults.append("4.1.1: two alternate links of one type")
    return faults


def _element_faults(parent: ET.Element, names: tuple[str, ...], section: str) -> list[str]:
    return [
        f"{section}: {name} is there {len(found)} times"
        for name in names
        if len(found := parent.findall(f"{ATOM}{name}")) != 1 or not (found[0].text or "").strip()
    ]


def _is_iri(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme and (parts.netloc or parts.path)) and " " not in text


def _is_instant(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None and "T" in text


URL = {"type": "string", "pattern": r"^https?://[^\s]+$"}
INSTANT = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
JSON_FEED: dict[str, Any] = {
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": URL,
        "feed_url": URL,
        "next_url": URL,
        "language": {"type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$"},
        "authors": {
            "type": "array",
            "items": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {"name": {"type": "string"}, "url": URL, "avatar": URL},
            },
        },
        "hubs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "url"],
                "properties": {"type": {"type": "string"}, "url": URL},
            },
        },
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "url": URL,
                    "external_url": URL,
                    "title": {"type": "string"},
                    "content_html": {"type": "string"},
                    "content_text": {"type": "string"},
                    "date_published": INSTANT,
                    "date_modified": INSTANT,
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}
"""JSON Feed 1.1 (jsonfeed.org/version/1.1), as far as our feeds go."""


def json_feed_faults(body: bytes) -> list[str]:
    """Return what is wrong with a JSON Feed."""
    return [it.message for it in Draft202012Validator(JSON_FEED).iter_errors(json.loads(body))]
