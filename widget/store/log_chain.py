"""Which lines the log gets for which revisions, the same in every store."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from widget.store.log_line import NO_LINE, BadLine, LogAction, LogLine, digest
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
        line = LogLine(
            number=number,
            at=_at(revision),
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


def _at(revision: Revision) -> datetime:
    at = revision.at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)  # as folders keep it


def follows(lines: Sequence[LogLine], number: int, last: bytes | None) -> bool:
    """Say whether ``lines`` continue a log of ``number`` lines, the last of which is ``last``."""
    previous = NO_LINE if last is None else digest(last)
    for line in lines:
        number += 1
        if (line.number, line.previous) != (number, previous):
            return False
        previous = line.digest()
    return True


Key = tuple[str, int, datetime]
"""What a line is about: entry, revision and time. A restored store may use a number again."""


def key_of(about: LoggedChange | LogLine) -> Key:
    """Return what tells whether a line is that of a change."""
    if isinstance(about, LogLine):
        return about.entry, about.revision, about.at
    return about.revision.entry.id, about.revision.number, _at(about.revision)


def unlogged(
    changes: Sequence[LoggedChange],
    last: bytes | None,
    logged: Callable[[], Container[Key]],
) -> list[LoggedChange]:
    """Return the changes that have no line yet.

    Only changes that are older than the line ``last`` can have one, from a log that was copied
    with its store; ``logged`` is called for those alone.
    """
    try:
        newest = LogLine.decode(last).at if last is not None else None
    except BadLine:
        newest = None
    if newest is None or all(_at(it.revision) > newest for it in changes):
        return list(changes)
    keys = logged()
    return [it for it in changes if key_of(it) not in keys]
