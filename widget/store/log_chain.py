"""Which lines the log gets for which revisions, the same in every store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC

from widget.store.log_line import NO_LINE, LogAction, LogLine, digest
from widget.store.protocol import Revision
from widget.store.public_document import published_digest

LOGGED = ("publish", "withdraw")
"""Actions of revisions that get a line."""


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A publication or withdrawal; ``before`` is the one of the same entry that it follows."""

    revision: Revision
    before: Revision | None
    late: bool = False

    @property
    def action(self) -> LogAction:
        """What the log calls it."""
        if self.revision.action == "withdraw":
            return "withdraw"
        if self.before is None:
            return "publish"
        if self.before.action == "withdraw":
            return "restore"
        more = len(self.revision.entry.corrections) > len(self.before.entry.corrections)
        return "correct" if more else "publish"


def logged_changes(before: Revision | None, revisions: Sequence[Revision]) -> list[LoggedChange]:
    """Return what is logged of revisions of one entry; ``before`` was published or withdrawn."""
    found = []
    for revision in revisions:
        if revision.action in LOGGED:
            found.append(LoggedChange(revision, before))
            before = revision
    return found


def next_lines(changes: Iterable[LoggedChange], number: int, last: bytes | None) -> list[LogLine]:
    """Return the lines after line ``number``, whose bytes are ``last``, None of an empty log."""
    previous = NO_LINE if last is None else digest(last)
    lines = []
    for change in changes:
        number += 1
        revision = change.revision
        milliseconds = revision.at.microsecond // 1_000  # as folders keep it
        line = LogLine(
            number=number,
            at=revision.at.astimezone(UTC).replace(microsecond=milliseconds * 1_000),
            entry=revision.entry.id,
            revision=revision.number,
            action=change.action,
            corrections=len(revision.entry.corrections),
            sha256=published_digest(revision) if revision.action == "publish" else "",
            late=change.late,
            previous=previous,
        )
        previous = line.digest()
        lines.append(line)
    return lines
