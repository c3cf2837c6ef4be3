"""Refuses text that PostgreSQL cannot store."""

from __future__ import annotations

import json
import re

from widget.entry import Entry
from widget.entry.json_input import read_json
from widget.errors import Breach, InvalidEntry, message

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def encode(entry: Entry) -> bytes:
    """Return the document as JSON. Raises InvalidEntry for characters no database can store."""
    try:
        data = entry.to_json()
    except UnicodeEncodeError:  # half of a surrogate pair
        data = json.dumps(entry.model_dump(by_alias=True), default=str).encode()
        read_json(data)
    if b"\\u0000" in data:
        read_json(data)
    return data


def check_text(actor: str, note: str) -> None:
    """Raise InvalidEntry where a name or a note has a character that cannot be stored."""
    breaches = [
        Breach(
            f"$.{name}",
            message("contains a character that cannot be stored, such as U+0000; remove it"),
        )
        for name, text in (("actor", actor), ("note", note))
        if _UNSTORABLE.search(text)
    ]
    if breaches:
        raise InvalidEntry(breaches)
