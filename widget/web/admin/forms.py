"""The editor's form: a document as named fields, and back.

A field is named after its place in the document, with dots: ``sources.2.url``. The form can
contain what is no valid entry yet, so that no input is lost; ``judge`` returns what is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from widget.config import Settings, check_under
from widget.entry import Entry, parse_entry, urls
from widget.errors import Breach, InvalidEntry

Document = dict[str, Any]

LINES = frozenset({"aliases", "authors"})
_MOMENTS = frozenset({"generated_at", "reviewed_at", "at"})
_URLS = frozenset({"url", "archive_url"})
_NULLABLE = frozenset(
    {
        *(
            "heading",
            "none_because",
            "attributed_to",
            "confidence",
            "publisher",
            "published",
            "quote",
        ),
        *("archive_url", "provider", "model", "generated_at", "reviewed_by", "reviewed_at"),
    }
)
_FIELD = re.compile(
    r"language"
    r"|article\.(?:url|aliases|title|authors|section|kind|published)"
    r"|viewpoint\.(?:lean|rationale|confidence)"
    r"|perspectives\.\d\.(?:role|heading|none_because|points\.\d\d?\.(?:text|attributed_to))"
    r"|sources\.\d\d?\.(?:title|url|publisher|published|type|quote|archive_url)"
    r"|provenance\.(?:origin|provider|model|generated_at|reviewed_by|reviewed_at)"
    r"|corrections\.\d\d?\.(?:at|kind|note)",
    re.ASCII,
)
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?", re.ASCII)
POINT: Document = {"text": "", "attributed_to": None}
SOURCE: Document = {
    "title": "",
    "url": "",
    "publisher": None,
    "published": None,
    "type": "other",
    "quote": None,
    "archive_url": None,
}


def blank(entry_id: str, *, url: str, title: str, language: str) -> Document:
    """Return the document that a new entry begins with."""
    return {
        "schema": 1,
        "id": entry_id,
        "language": language,
        "article": {
            "url": url,
            "aliases": [],
            "title": title,
            "authors": [],
            "section": "",
            "kind": "opinion",
            "published": None,
        },
        "viewpoint": {"lean": "not-rated", "rationale": "", "confidence": None},
        "perspectives": [
            {"role": "ideas", "heading": None, "points": [dict(POINT)]},
            {"role": "different-views", "heading": None, "points": [dict(POINT)]},
        ],
        "sources": [dict(SOURCE)],
        "provenance": {
            "origin": "human",
            "provider": None,
            "model": None,
            "generated_at": None,
            "reviewed_by": None,
            "reviewed_at": None,
        },
        "corrections": [],
    }


def of_entry(entry: Entry) -> Document:
    """Return an entry as a document."""
    document: Document = entry.model_dump(mode="json", by_alias=True)
    return document


def values(document: Document) -> dict[str, str]:
    """Return the value of each form field, by name."""
    reasons = {
        f"perspectives.{index}.none_because": "" for index in range(len(document["perspectives"]))
    }
    return reasons | dict(_flat(document, ""))


def _flat(part: Any, name: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401  # any of JSON's types
    key = name.rpartition(".")[2]
    if key in LINES:
        yield name, "\n".join(part)
    elif isinstance(part, dict):
        for inner, value in part.items():
            yield from _flat(value, f"{name}.{inner}" if name else inner)
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from _flat(value, f"{name}.{index}")
    elif key in _MOMENTS and part:
        yield name, _local(part)
    else:
        yield name, "" if part is None else str(part)


def _local(text: str) -> str:
    """Return a point in time as ``datetime-local`` wants it, in UTC; else what was typed."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return text
    precision = "milliseconds" if moment.microsecond else "seconds"  # as approvals have them
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision)


def document(form: Mapping[str, str], entry_id: str) -> Document:
    """Return the document that the form's fields make; items stand in the order of their names."""
    result = blank(entry_id, url="", title="", language="en")
    result |= {"perspectives": {}, "sources": {}, "corrections": {}}
    for name, text in form.items():
        if not _FIELD.fullmatch(name):
            continue
        *steps, key = name.split(".")
        part = result
        for step in steps:
            part = part.setdefault(step, {})
        part[key] = _value(key, text.replace("\r\n", "\n"))
    result["sources"] = _listed(result["sources"])
    result["corrections"] = _listed(result["corrections"])
    result["perspectives"] = [
        {**_without_no_reason(group), "points": _listed(group.get("points", {}))}
        for group in _listed(result["perspectives"])
    ]
    return result


def _without_no_reason(group: Document) -> Document:
    """Leave ``none_because`` out where it is empty, as documents do."""
    return {key: value for key, value in group.items() if key != "none_because" or value}


def _listed(numbered: dict[str, Any]) -> list[Any]:
    return [numbered[number] for number in sorted(numbered, key=int)]


def _value(key: str, text: str) -> Any:  # noqa: ANN401  # any of JSON's types
    if key in LINES:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return [urls.with_scheme(it) for it in lines] if key == "aliases" else lines
    if key in _URLS:
        text = urls.with_scheme(text)
    if key in _NULLABLE and not text.strip():
        return None
    if key in _MOMENTS and re.fullmatch(_LOCAL, text):
        return f"{text}Z" if text.count(":") == 2 else f"{text}:00Z"
    return text


@dataclass(frozen=True, slots=True)
class Judgement:
    """The breaches of a document; ``entry`` is None where it cannot be a draft."""

    entry: Entry | None
    breaches: tuple[Breach, ...]

    @property
    def publishable(self) -> bool:
        """Whether there are no breaches other than warnings."""
        return all(breach.severity == "warning" for breach in self.breaches)

    @property
    def errors(self) -> int:
        """How many breaches prevent publishing."""
        return sum(breach.severity == "error" for breach in self.breaches)


def judge(document: Document, settings: Settings) -> Judgement:
    """Check ``document``."""
    try:
        entry = parse_entry(json.dumps(document).encode())
    except InvalidEntry as error:
        return Judgement(None, error.breaches)
    return Judgement(entry, tuple(check_under(settings, entry)))


# Where a breach is shown.


def slots(document: Document) -> set[str]:
    """Return the names of all parts of the form beside which a breach can be shown."""
    names = {*values(document), "perspectives", "sources", "corrections"} - {"schema", "id"}
    names |= {f"sources.{index}" for index in range(len(document["sources"]))}
    for index in range(len(document["perspectives"])):
        names |= {f"perspectives.{index}", f"perspectives.{index}.points"}
    return names


def slot(path: str, names: set[str]) -> str:
    """Return the part of the form that is nearest to ``path``; ``""`` is the whole document."""
    name = re.sub(r"\[(\d+)\]", r".\1", path.removeprefix("$")).lstrip(".")
    while name and name not in names:
        name = name.rpartition(".")[0]
    return name
