"""Comments as they are given and stored: one by one, or several together with a decision.

A revision of the action ``comment`` with a path in ``detail``, or none, holds one comment in its
note. A review, and a ``comment`` of several, hold theirs in ``detail``, as a JSON array of pairs
of path and text. So a decision and its comments are one revision: both are there, or neither.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from widget.entry import Entry, light_html
from widget.errors import Breach, InvalidRequest, amount, message
from widget.store import Revision
from widget.store.protocol import UNSIGNED

MAX_COMMENT = 2_000
MAX_REMARKS = 100
"""How many comments may be given together."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a comment says. ``path`` is the point or the source that it is about, "" for all."""

    text: str
    path: str = ""


def checked(remarks: Sequence[Remark], *, field: str = "$.comments[{}]") -> list[Remark]:
    """Return remarks without white space around them. Raises InvalidRequest.

    ``field`` is the path of a remark in the request, for its number.
    """
    if len(remarks) > MAX_REMARKS:
        many = message("has more than %(limit)s comments", limit=amount(MAX_REMARKS))
        raise InvalidRequest([Breach("$.comments", many)])
    found = [Remark(it.text.strip(), it.path) for it in remarks]
    wanted = message("must have 1 to %(limit)s characters", limit=amount(MAX_COMMENT))
    wrong = [
        Breach(f"{field.format(number)}.text", wanted)
        for number, it in enumerate(found)
        if not 0 < len(it.text) <= MAX_COMMENT
    ]
    if wrong:
        raise InvalidRequest(wrong)
    return found


def require_subjects(
    entry: Entry | None, remarks: Sequence[Remark], *, field: str = "$.comments[{}]"
) -> None:
    """Raise InvalidRequest for remarks on what ``entry`` does not have."""
    unknown = message("names no point and no source of this entry")
    wrong = [
        Breach(f"{field.format(number)}.path", unknown)
        for number, it in enumerate(remarks)
        if it.path and (entry is None or subject_at(entry, it.path) is None)
    ]
    if wrong:
        raise InvalidRequest(wrong)


def to_detail(remarks: Sequence[Remark]) -> str:
    """Return the detail of a revision with several remarks, "" for none."""
    if not remarks:
        return ""
    return json.dumps([[it.path, it.text] for it in remarks], ensure_ascii=False)


def of_revision(revision: Revision) -> list[tuple[str, Remark]]:
    """Return the remarks of a revision with their names: ``7``, or ``7.2`` of several."""
    number = revision.number
    if revision.action not in ("comment", "approve", "return"):
        return []
    if _has_several(revision):
        given = json.loads(revision.detail.removeprefix(UNSIGNED))
        return [(f"{number}.{i}", Remark(text, path)) for i, (path, text) in enumerate(given, 1)]
    if revision.action == "comment":
        return [(str(number), Remark(revision.note, revision.detail))]
    return []


def for_json(revision: Revision) -> dict[str, object]:
    """Return ``detail`` of a revision, and the ``comments`` that came together in it."""
    if not _has_several(revision):
        return {"detail": revision.detail, "comments": []}
    given = [{"name": name, "path": it.path, "text": it.text} for name, it in of_revision(revision)]
    return {"detail": revision.detail.partition("[")[0], "comments": given}


def as_text(revision: Revision) -> str:
    """Return the note of a revision and the remarks that came with it, as plain text."""
    if not _has_several(revision):
        return revision.note
    parts = [revision.note] if revision.note else []
    for _, remark in of_revision(revision):
        subject = subject_at(revision.entry, remark.path) or ""
        parts.append(f"> {_short(subject)}\n{remark.text}" if subject else remark.text)
    return "\n\n".join(parts)


def subjects(entry: Entry) -> dict[str, str]:
    """Return the text of each point and the title of each source, by path."""
    points = {
        f"$.perspectives[{group}].points[{place}]": light_html.plain(point.text)
        for group, perspective in enumerate(entry.perspectives)
        for place, point in enumerate(perspective.points)
    }
    sources = {
        f"$.sources[{place}]": source.title or source.url
        for place, source in enumerate(entry.sources)
    }
    return points | sources


def subject_at(entry: Entry, path: str) -> str | None:
    """Return the text of the point, or the title of the source, at ``path``; None: neither."""
    return subjects(entry).get(path)


def _has_several(revision: Revision) -> bool:
    return revision.detail.removeprefix(UNSIGNED).startswith("[")


def _short(text: str, limit: int = 80) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
