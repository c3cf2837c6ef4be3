"""The numbered records of every change, in ``revisions/<id>/``, and what they add up to."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast, get_args

from widget.entry import parse_entry
from widget.entry.containment import contained
from widget.entry.json_input import MAX_BYTES
from widget.entry.model import is_id
from widget.errors import Breach, Conflict, InvalidEntry, NotFound
from widget.storage.files import SetAside, is_racy, read_regular
from widget.store.protocol import Action, Revision
from widget.store.quarantine import Quarantine
from widget.store.state import EntryState, conflict, drops_draft

MAX_REVISION_BYTES = MAX_BYTES + 128 * 1024

_NAME = re.compile(r"(\d{6,})\.json")


def encode(revision: Revision) -> bytes:
    """Return the revision as it is written to disk."""
    header: dict[str, Any] = {
        "number": revision.number,
        "at": moment(revision.at),
        "actor": revision.actor,
        "action": revision.action,
        "note": revision.note,
    }
    if revision.legal:
        header["legal"] = True
    text = json.dumps(header)
    return text[:-1].encode() + b', "entry": ' + revision.entry.to_json() + b"}\n"


def decode(data: bytes) -> Revision:
    """Read a revision. Raises SetAside, InvalidEntry (paths within the entry)."""
    try:
        value = json.loads(data)
        action = value["action"]
        if action not in get_args(Action):
            raise ValueError(f"unknown action {action!r}")
        entry = parse_entry(json.dumps(value["entry"], ensure_ascii=False).encode())
        return Revision(
            number=int(value["number"]),
            at=datetime.fromisoformat(value["at"]).astimezone(UTC),
            actor=str(value["actor"]),
            action=cast("Action", action),
            note=str(value["note"]),
            entry=entry,
            legal=value.get("legal") is True,
        )
    except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise SetAside(f"is no revision ({type(error).__name__}: {error})") from error


def moment(at: datetime) -> str:
    """Return a point in time as revisions write it: UTC, milliseconds, ``Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Revisions:
    """Reads ``revisions/``. A broken record is reported and passed over; its number stays taken."""

    def __init__(self, root: str, problems: Quarantine) -> None:
        self.path = os.path.join(root, "revisions")
        self._problems = problems
        self._checked: dict[str, int] = {}

    def folder(self, entry_id: str) -> str:
        """Return the folder of an entry's revisions."""
        return f"{self.path}/{entry_id}"

    def file_path(self, entry_id: str, number: int) -> str:
        """Return the path of one revision."""
        return f"{self.path}/{entry_id}/{number:06d}.json"

    def ids(self) -> list[str]:
        """Return the ids that have a folder here."""
        with os.scandir(self.path) as listing:
            return [item.name for item in listing if is_id(item.name) and item.is_dir()]

    def numbers(self, entry_id: str) -> list[int]:
        """Return the numbers that are taken, in order, by the names of the files."""
        try:
            names = os.listdir(self.folder(entry_id))
        except (FileNotFoundError, NotADirectoryError):
            return []
        found = (_NAME.fullmatch(name) for name in names)
        return sorted(
            number
            for number in (int(match[1]) for match in found if match)
            if f"{number:06d}.json" in names
        )

    def read(self, entry_id: str, number: int) -> Revision:
        """Return one revision. Raises NotFound where there is none that can be read, OSError."""
        where = f"revisions/{entry_id}/{number:06d}.json"
        try:
            data, _ = read_regular(self.file_path(entry_id, number), MAX_REVISION_BYTES)
            revision = contained("reading it", lambda: decode(data))
            if revision.number != number or revision.entry.id != entry_id:
                raise SetAside(f"is revision {revision.number} of {revision.entry.id!r}")
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound(f"there is no revision {number} of {entry_id!r}") from None
        except InvalidEntry as error:
            breaches = [replace(each, path="$.entry" + each.path[1:]) for each in error.breaches]
            self._problems.report(where, number, breaches)
        except SetAside as error:
            self._problems.report(where, number, [error.breach])
        else:
            self._problems.clear(where)
            return revision
        raise NotFound(f"revision {number} of {entry_id!r} cannot be read; {where} is set aside")

    def conflict(self, entry_id: str, known: int, newest: int) -> Conflict:
        """Return for people who came first."""
        first: Revision | None
        try:
            first = self.read(entry_id, newest)
        except (NotFound, OSError):
            first = None
        return conflict(entry_id, known, newest, first)

    def history(self, entry_id: str) -> list[Revision]:
        """Return all revisions that can be read, newest first. Raises OSError."""
        found = []
        for number in reversed(self.numbers(entry_id)):
            try:
                found.append(self.read(entry_id, number))
            except NotFound:
                continue
        return found

    def state(self, entry_id: str, known: EntryState) -> EntryState:
        """Return what the revisions add up to; ``known`` is what they did. Raises OSError."""
        stamp = self.stamp(entry_id)
        if stamp is not None and stamp == known.stamp:
            return known
        numbers = self.numbers(entry_id)
        head = numbers[-1] if numbers else 0
        if head == known.head:
            return replace(known, stamp=stamp)
        return replace(self._add_up(entry_id, numbers, known, head), stamp=stamp)

    def _add_up(
        self, entry_id: str, numbers: list[int], known: EntryState, head: int
    ) -> EntryState:
        base = known if 0 < known.head < head and known.head in numbers else EntryState()
        newest: list[Revision] = []
        live = draft = False
        for number in reversed(numbers):
            if number <= base.head or (live and draft):
                break
            try:
                revision = self.read(entry_id, number)
            except NotFound:
                continue
            newest.append(revision)
            live = live or revision.action in ("publish", "withdraw")
            draft = draft or revision.action == "save" or drops_draft(revision)
        for revision in reversed(newest):
            base = base.after(revision)
        return replace(base, head=head)

    def stamp(self, entry_id: str) -> int | None:
        """Return the time of an entry's folder; None where it cannot be relied upon yet."""
        try:
            status = os.stat(self.folder(entry_id))
        except FileNotFoundError:
            return 0
        return None if is_racy(status) else status.st_mtime_ns

    def check(self) -> None:
        """Read every revision that was not read since its folder changed, for the problems."""
        with os.scandir(self.path) as listing:
            items = [item for item in listing if not item.name.startswith(".")]
        for item in items:
            if not (is_id(item.name) and item.is_dir(follow_symlinks=False)):
                message = "is no folder of an entry's revisions"
                self._problems.report(f"revisions/{item.name}", 0, [Breach("$", message)])
                continue
            stamp = self.stamp(item.name)
            if stamp is None or self._checked.get(item.name) != stamp:
                self.history(item.name)
                if stamp is not None:
                    self._checked[item.name] = stamp
