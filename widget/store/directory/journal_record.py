"""What the journal says of a change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from widget.storage.files import InvalidFile
from widget.store.directory.revision_log import timestamp
from widget.store.log_chain import LOGGED
from widget.store.protocol import Revision
from widget.store.state import drops_draft, writes_draft

FolderName = Literal["live", "drafts"]
FOLDER_NAMES: tuple[FolderName, FolderName] = ("live", "drafts")


def files_changed_by(revision: Revision) -> dict[FolderName, bool]:
    """Return in which folders a revision puts (True) or removes (False) the entry's file."""
    steps: dict[FolderName, bool] = {}
    if revision.action in ("publish", "withdraw"):
        steps["live"] = revision.action == "publish"
    if writes_draft(revision):
        steps["drafts"] = True
    elif drops_draft(revision):
        steps["drafts"] = False
    return steps


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that a change puts, with the entry of the revision, or removes.

    ``before`` is its fingerprint when the change began. ``number`` is the revision whose entry is
    put, None: the last one of the change.
    """

    put: bool
    before: str | None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class JournalRecord:
    """A change as the journal describes it; ``token`` is in the names of its temporary files.

    ``first`` is the number of its first revision if it has several, which are in ``revisions/``
    all or none. The names of the fields are those on disk.
    """

    token: str
    number: int
    at: str
    actor: str
    action: str
    steps: dict[FolderName, FileChange]
    first: int = 0

    @property
    def is_written(self) -> bool:
        """Whether recovery has something to finish: files, or a line of the log."""
        return bool(self.steps) or self.action in LOGGED

    def encode(self) -> bytes:
        """Return the record as a file."""
        steps = {
            place: [step.put, step.before, *([step.number] if step.number else [])]
            for place, step in self.steps.items()
        }
        fields = (self.token, self.number, self.at, self.actor, self.action, steps, self.first)
        return json.dumps(dict(zip(self.__slots__, fields, strict=True))).encode()

    @classmethod
    def decode(cls, data: bytes) -> JournalRecord:
        """Read a record. Raises InvalidFile."""
        try:
            value = json.loads(data)
            steps = {
                place: _decode_step(*value["steps"][place])
                for place in FOLDER_NAMES
                if place in value["steps"]
            }
            token = str(value["token"])
            if not token.isalnum():
                raise ValueError("odd token")
            return cls(
                token=token,
                number=int(value["number"]),
                at=str(value["at"]),
                actor=str(value["actor"]),
                action=str(value["action"]),
                steps=steps,
                first=int(value.get("first", 0)),
            )
        except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise InvalidFile(f"is not the journal of a change ({error}); remove it") from error

    def describes(self, revision: Revision) -> bool:
        """Say whether this change made ``revision``."""
        expected = (self.number, self.at, self.actor, self.action)
        return expected == (
            revision.number,
            timestamp(revision.at),
            revision.actor,
            revision.action,
        )


def _decode_step(put: object, before: str | None, number: int | None = None) -> FileChange:
    return FileChange(bool(put), before, None if number is None else int(number))
