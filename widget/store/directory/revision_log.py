"""The numbered revisions of each entry, in ``revisions/<id>/``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from widget.entry import Entry, parse_entry, parse_own
from widget.entry.containment import contained
from widget.entry.json_input import MAX_BYTES
from widget.entry.model import is_id
from widget.errors import Breach, Conflict, InvalidEntry, NotFound
from widget.storage.files import InvalidFile, is_racy, read_regular
from widget.store.directory.entry_folder import EntryFile
from widget.store.protocol import ACTIONS, Action, Revision
from widget.store.quarantine import Quarantine
from widget.store.state import EntryState, conflict, drops_draft, no_revision, writes_draft
from widget.store.workflow import NO_WORKFLOW, Workflow

MAX_REVISION_BYTES = MAX_BYTES + 128 * 1024

_ENTRY, _END = b', "entry": ', b"}\n"
_NAME = re.compile(r"(\d{6,})\.json")


def encode(revision: Revision) -> bytes:
    """Return a revision as a file: JSON that ends in a newline."""
    header: dict[str, Any] = {
        "number": revision.number,
        "at": timestamp(revision.at),
        "actor": revision.actor,
        "action": revision.action,
        "note": revision.note,
    }
    if revision.legal:
        header["legal"] = True
    if revision.detail:
        header["detail"] = revision.detail
    if revision.workflow != NO_WORKFLOW:
        header["workflow"] = json.loads(revision.workflow.to_json())
    text = json.dumps(header)
    return text[:-1].encode() + _ENTRY + revision.entry.to_json() + _END


def decode(data: bytes, files: Iterable[EntryFile] = ()) -> Revision:
    """Return the revision in a file. Raises InvalidFile, InvalidEntry (paths in the entry).

    A document that is written like one of ``files`` is not parsed again.
    """
    try:
        value, entry = _split(data, files)
        action = value["action"]
        if action not in ACTIONS:
            raise ValueError(f"unknown action {action!r}")
        if entry is None:
            entry = parse_entry(json.dumps(value["entry"], ensure_ascii=False).encode())
        return Revision(
            number=int(value["number"]),
            at=datetime.fromisoformat(value["at"]).astimezone(UTC),
            actor=str(value["actor"]),
            action=cast("Action", action),
            note=str(value["note"]),
            entry=entry,
            legal=value.get("legal") is True,
            workflow=Workflow.model_validate(value.get("workflow", {})),
            detail=str(value.get("detail", "")),
        )
    except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise InvalidFile(f"is not a revision ({type(error).__name__}: {error})") from error


def _split(data: bytes, files: Iterable[EntryFile]) -> tuple[Any, Entry | None]:
    """Return the fields of a revision, and its document if one of ``files`` is the same text."""
    head, brace, rest = data.rpartition(b"}")
    head = head.rstrip()
    for file in files:
        document = file.raw.strip()
        if file.entry is None or not (brace and head.endswith(document)) or rest.strip():
            continue
        try:
            value = json.loads(head[: -len(document)] + b"null}")
        except ValueError:
            continue
        # Only as the last field: the same bytes may end the text of another one.
        if isinstance(value, dict) and list(value.items())[-1:] == [("entry", None)]:
            return value, file.entry
    return _split_own(data) or (json.loads(data), None)


def _split_own(data: bytes) -> tuple[Any, Entry] | None:
    """Do the same with a file that ``encode`` wrote, None for any other: most of the work of bulk.

    What begins the document cannot be in a text of the header, where quotation marks are escaped.
    """
    head, begin, rest = data.partition(_ENTRY)
    if not (begin and rest.endswith(_END)):
        return None
    entry = parse_own(rest[: -len(_END)])
    if entry is None:
        return None
    try:
        value = json.loads(head + b"}")
    except ValueError:
        return None
    return (value, entry) if isinstance(value, dict) and "entry" not in value else None


def timestamp(at: datetime) -> str:
    """Return a time in ISO 8601 as revisions write it: UTC, milliseconds, ``Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class RevisionLog:
    """Reads ``revisions/``. Broken revisions are reported and skipped; their number stays taken."""

    def __init__(self, root: str, quarantine: Quarantine) -> None:
        self.path = os.path.join(root, "revisions")
        self._quarantine = quarantine
        self._checked: dict[str, int] = {}

    def folder(self, entry_id: str) -> str:
        """Return the folder of an entry's revisions."""
        return f"{self.path}/{entry_id}"

    def file_path(self, entry_id: str, number: int) -> str:
        """Return the path of one revision."""
        return f"{self.path}/{entry_id}/{number:06d}.json"

    def ids(self) -> list[str]:
        """Return the ids of entries with a folder. Raises OSError."""
        with os.scandir(self.path) as listing:
            return [item.name for item in listing if is_id(item.name) and item.is_dir()]

    def numbers(self, entry_id: str) -> list[int]:
        """Return the numbers of all revisions, sorted, by file name. Raises OSError."""
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

    def read(self, entry_id: str, number: int, files: Iterable[EntryFile] = ()) -> Revision:
        """Return one revision. Raises NotFound where it is missing or broken, OSError.

        A document that is written like one of ``files`` is not parsed again.
        """
        where = f"revisions/{entry_id}/{number:06d}.json"
        try:
            data, _ = read_regular(self.file_path(entry_id, number), MAX_REVISION_BYTES)
            revision = contained("reading it", lambda: decode(data, files))
            if revision.number != number or revision.entry.id != entry_id:
                raise InvalidFile(f"is revision {revision.number} of {revision.entry.id!r}")
        except (FileNotFoundError, NotADirectoryError):
            raise no_revision(entry_id, number) from None
        except InvalidEntry as error:
            breaches = [replace(each, path="$.entry" + each.path[1:]) for each in error.breaches]
            self._quarantine.report(where, number, breaches)
        except InvalidFile as error:
            self._quarantine.report(where, number, [error.breach])
        else:
            self._quarantine.clear(where)
            return revision
        raise NotFound(f"revision {number} of {entry_id!r} cannot be read; {where} is set aside")

    def conflict(self, entry_id: str, expected: int, newest: int) -> Conflict:
        """Return the error for a change that was based on revision ``expected``."""
        first: Revision | None
        try:
            first = self.read(entry_id, newest)
        except (NotFound, OSError):
            first = None
        return conflict(entry_id, expected, newest, first)

    def history(self, entry_id: str, files: Iterable[EntryFile] = ()) -> list[Revision]:
        """Return all readable revisions, newest first; ``files`` as in ``read``. Raises OSError."""
        found = []
        for number in reversed(self.numbers(entry_id)):
            try:
                found.append(self.read(entry_id, number, files))
            except NotFound:
                continue
        return found

    def state(
        self, entry_id: str, cached: EntryState, files: Iterable[EntryFile] = ()
    ) -> EntryState:
        """Return the current state, based on an earlier one, ``cached``. Raises OSError.

        ``files`` are the entry's, whose documents its revisions have, too.
        """
        stamp = self.stamp(entry_id)
        if stamp is not None and stamp == cached.stamp:
            return cached
        numbers = self.numbers(entry_id)
        head = numbers[-1] if numbers else 0
        if head == cached.head:
            return replace(cached, stamp=stamp)
        return replace(self._replay(entry_id, numbers, cached, head, files), stamp=stamp)

    def _replay(
        self,
        entry_id: str,
        numbers: list[int],
        cached: EntryState,
        head: int,
        files: Iterable[EntryFile],
    ) -> EntryState:
        base = cached if 0 < cached.head < head and cached.head in numbers else EntryState()
        newest: list[Revision] = []
        live = draft = False
        for number in reversed(numbers):
            if number <= base.head or (live and draft):
                break
            try:
                revision = self.read(entry_id, number, files)
            except NotFound:
                continue
            newest.append(revision)
            live = live or revision.action in ("publish", "withdraw")
            draft = draft or writes_draft(revision) or drops_draft(revision)
        for revision in reversed(newest):
            base = base.after(revision)
        return replace(base, head=head)

    def stamp(self, entry_id: str) -> int | None:
        """Return the modification time of an entry's folder in ns, 0 if there is none.

        None where it is so recent that the next change may not alter it.
        """
        try:
            status = os.stat(self.folder(entry_id))
        except FileNotFoundError:
            return 0
        return None if is_racy(status) else status.st_mtime_ns

    def check(self) -> None:
        """Read every revision whose folder changed since, to report broken ones. Raises OSError."""
        with os.scandir(self.path) as listing:
            items = [item for item in listing if not item.name.startswith(".")]
        for item in items:
            if not (is_id(item.name) and item.is_dir(follow_symlinks=False)):
                message = "is not a folder of an entry's revisions; remove it"
                self._quarantine.report(f"revisions/{item.name}", 0, [Breach("$", message)])
                continue
            stamp = self.stamp(item.name)
            if stamp is None or self._checked.get(item.name) != stamp:
                self.history(item.name)
                if stamp is not None:
                    self._checked[item.name] = stamp
