"""A store of any size: generated entries, the same for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from widget.config import Publication
from widget.store.directory.revision_log import timestamp
from widget.store.protocol import Action

Document = dict[str, Any]

PAPER = "https://gazette.example"
PUBLICATION = Publication(name="The Gazette", origins=(PAPER,), review="optional")

_LEANS = ("left", "center-left", "center", "center-right", "right", "not-rated")
_KINDS = ("opinion", "editorial", "column", "letter")
_SECTIONS = ("Opinion", "Letters", "Editorials", "Columns", "Weekend", "Schools", "Harbor")
_AUTHORS = ("R. Okafor", "M. Lindqvist", "T. Abara", "J. Reyes", "S. Haddad", "P. Novak")
_PLACES = ("Northbank", "Chandler Bridge", "Saltmarsh", "the Old Quay", "Elm Hill", "Westfield")
_THINGS = (
    "ferry",
    "orchard",
    "library",
    "tram",
    "market",
    "school",
    "harbor",
    "clinic",
    "reservoir",
    "theater",
    "bakery",
    "archive",
    "stadium",
    "playground",
    "lighthouse",
    "nursery",
    "observatory",
    "greenhouse",
    "ropeway",
    "museum",
)
_VERBS = ("keep", "close", "rebuild", "sell", "share", "repair", "expand", "free")
_BODIES = (
    "the council",
    "the transit board",
    "a residents' league",
    "the port office",
    "the audit",
)
_CLAIMS = (
    "{body} counted {n} visits to the {thing} near {place} last year, {m} percent more than before",
    "the {thing} costs {n} crowns a week to run, and {place} pays most of it in fees",
    "<q>nobody asked for a second {thing}</q>, as {body} put it to the hearing in {place}",
    "whoever would {verb} the {thing} has to say what becomes of the {m} people who work there",
    "a trial of {m} months in {place} would show whether the {thing} is worth what it takes",
    "{body} warns that the {other} of {place} would lose {m} percent of its money to the {thing}",
)


@dataclass(frozen=True, slots=True)
class Made:
    """One entry of the newsroom as JSON, and its history, oldest first."""

    id: str
    at: datetime
    history: tuple[tuple[Action, Document], ...]
    live: Document | None
    draft: Document | None


def entries(count: int, *, seed: int = 7) -> Iterator[Made]:
    """Yield ``count`` entries: of 20 some 17 are live, 2 are drafts, 1 is withdrawn."""
    chance = random.Random(seed)  # noqa: S311  # texts, no secrets
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(count):
        first = _document(number, chance)
        article = first["article"]
        better = {**first, "article": {**article, "title": f"{article['title']}, at last"}}
        kind = number % 20
        history: list[tuple[Action, Document]] = [("save", first)]
        if kind >= 2:
            history.append(("publish", first))
        if kind in (2, 3):
            history.append(("save", better))
        if kind == 4:
            history.append(("withdraw", first))
        if kind == 5:
            history += [("save", better), ("publish", better)] * 3
        yield Made(
            id=first["id"],
            at=start + timedelta(seconds=number * 37),
            history=tuple(history),
            live=None if kind < 2 or kind == 4 else better if kind == 5 else first,
            draft=history[-1][1] if history[-1][0] == "save" else None,
        )


def fill(folder: Path, count: int) -> None:
    """Create a store of ``count`` entries in ``folder``, by writing its files.

    Not through the store: it makes sure of each change that it is on disk, which a
    measurement of ten thousand entries would wait minutes for.
    """
    for name in ("live", "drafts", "revisions", "journal"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for entry in entries(count):
        home = folder / "revisions" / entry.id
        home.mkdir()
        for number, (action, document) in enumerate(entry.history, 1):
            at = entry.at + timedelta(minutes=number)
            record = {
                "number": number,
                "at": timestamp(at),
                "actor": "ana",
                "action": action,
                "note": "",
                "entry": document,
            }
            (home / f"{number:06d}.json").write_text(json.dumps(record, ensure_ascii=False))
        for place, shown in (("live", entry.live), ("drafts", entry.draft)):
            if shown is not None:
                (folder / place / f"{entry.id}.json").write_text(
                    json.dumps(shown, ensure_ascii=False)
                )


def _document(number: int, chance: random.Random) -> Document:
    thing, verb, place = chance.choice(_THINGS), chance.choice(_VERBS), chance.choice(_PLACES)
    name = f"{verb}-the-{thing}-{number}"
    sources = [_source(i, number, thing, chance) for i in range(chance.randint(3, 6))]
    count = len(sources)
    ideas = [_point(chance, thing, (i % count) + 1) for i in range(chance.randint(3, 5))]
    views = [_point(chance, thing, count - (i % count)) for i in range(count)]
    return {
        "schema": 1,
        "id": name,
        "language": "es" if number % 9 == 0 else "en",
        "article": {
            "url": f"{PAPER}/opinion/{name}",
            "aliases": [f"{PAPER}/a/{number}"],
            "title": f"{verb.capitalize()} the {thing} of {place}",
            "authors": [chance.choice(_AUTHORS)],
            "section": chance.choice(_SECTIONS),
            "kind": chance.choice(_KINDS),
            "published": f"2026-{1 + number % 9:02d}-{1 + number % 28:02d}",
        },
        "viewpoint": {
            "lean": chance.choice(_LEANS),
            "rationale": f"{_sentence(chance, thing)} {_sentence(chance, thing)}",
            "confidence": "medium",
        },
        "perspectives": [
            {"role": "ideas", "heading": None, "points": ideas},
            {"role": "different-views", "heading": None, "points": views},
        ],
        "sources": sources,
        "provenance": {"origin": "ai", "provider": "Quill Engines", "reviewed_by": "A. Desk"},
        "corrections": [],
    }


def _source(index: int, number: int, thing: str, chance: random.Random) -> Document:
    return {
        "title": f"The {thing} in figures, part {index + 1}",
        "url": f"https://records.example/{thing}/{number}/{index}.pdf",
        "publisher": chance.choice(_BODIES).capitalize(),
        "published": "2025-11-02",
        "type": chance.choice(("report", "news", "government")),
        "quote": _sentence(chance, thing).replace("<q>", "").replace("</q>", ""),
        "archive_url": None,
    }


def _point(chance: random.Random, thing: str, cited: int) -> Document:
    text = f"{_sentence(chance, thing)} {_sentence(chance, thing)} {_sentence(chance, thing)}"
    return {"text": f"{text.removesuffix('.')} [{cited}].", "attributed_to": "The Harbor League"}


def _sentence(chance: random.Random, thing: str) -> str:
    sentence = chance.choice(_CLAIMS).format(
        body=chance.choice(_BODIES),
        thing=thing,
        other=chance.choice(_THINGS),
        place=chance.choice(_PLACES),
        verb=chance.choice(_VERBS),
        n=chance.randint(200, 90_000),
        m=chance.randint(2, 90),
    )
    return f"{sentence[0].upper()}{sentence[1:]}."
