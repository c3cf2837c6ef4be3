"""What the revisions of one entry add up to, in every store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from widget.entry import Entry
from widget.errors import Conflict
from widget.store.protocol import Draft, Live, Revision, Withdrawn

# The actor of changes that a person made in the files themselves.
FILE_ACTOR = "file"
MAX_NOTE = 8_000


@dataclass(frozen=True, slots=True)
class EntryState:
    """What the revisions of one entry add up to.

    ``live`` is the newest publication or withdrawal, ``draft`` the newest save that nothing
    dropped since. ``stamp`` is the folder's time when they were read; None: read again.
    """

    head: int = 0
    live: Revision | None = None
    draft: Revision | None = None
    stamp: int | None = None

    def after(self, revision: Revision) -> EntryState:
        """Return what the revisions add up to once ``revision`` is the newest."""
        live, draft = self.live, self.draft
        if revision.action in ("publish", "withdraw"):
            live = revision
        if revision.action == "save":
            draft = revision
        elif drops_draft(revision):
            draft = None
        return EntryState(revision.number, live, draft)


NEVER = EntryState()


def drops_draft(revision: Revision) -> bool:
    """Say whether there is no draft after ``revision``.

    A file put into live/ by hand drops none: the draft may hold somebody's work.
    """
    by_hand = revision.actor == FILE_ACTOR
    return revision.action == "discard" or (revision.action == "publish" and not by_hand)


def conflict(entry_id: str, known: int, newest: int, first: Revision | None) -> Conflict:
    """Return for people who came first; ``first`` is the newest revision, where it can be read."""
    who = f"somebody else made revision {newest}"
    if first:
        at = f"{first.at:%Y-%m-%d %H:%M:%S} UTC"
        who = f"{first.actor} came first ({first.action}, revision {newest}, {at})"
    return Conflict(f"{who}; you changed revision {known} of {entry_id!r}", head=newest)


def now() -> datetime:
    """Return the time as revisions hold it, in milliseconds."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def live_of(revision: Revision, before: Live | Withdrawn | None = None) -> Live:
    """Return a publication as readers see it, with the digest of ``before`` for the same entry."""
    if isinstance(before, Live) and before.entry is revision.entry:
        digest = before.digest
    else:
        digest = hashlib.sha256(revision.entry.to_json()).hexdigest()
    return Live(revision.entry, revision.number, revision.at, digest)


def shown_of(revision: Revision | None) -> tuple[Withdrawn, Entry] | Live | None:
    """Return what a revision left: a notice with what was taken down, or nothing."""
    if revision is None:
        return None
    entry = revision.entry
    return (
        Withdrawn(
            id=entry.id,
            language=entry.language,
            article_url=entry.article.url,
            article_title=entry.article.title,
            revision=revision.number,
            at=revision.at,
            reason=revision.note,
            legal=revision.legal,
        ),
        entry,
    )


def draft_of(revision: Revision) -> Draft:
    """Return a revision as the draft."""
    return Draft(revision.entry, revision.number, revision.at, revision.actor)
