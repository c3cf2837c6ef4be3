"""The state of one entry, which follows from its revisions in every store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from widget.errors import Conflict
from widget.store.protocol import Draft, Live, Revision, Withdrawn

FILE_ACTOR = "file"
"""The actor of changes that a person made in the files themselves."""
MAX_NOTE = 8_000


@dataclass(frozen=True, slots=True)
class EntryState:
    """The state that the revisions of one entry add up to.

    ``live`` is the newest publication or withdrawal, ``draft`` the newest save that was neither
    published nor discarded. ``stamp`` is the folder's time when they were read; None: read again.
    """

    head: int = 0
    live: Revision | None = None
    draft: Revision | None = None
    stamp: int | None = None

    def after(self, revision: Revision) -> EntryState:
        """Return the state after ``revision`` is appended."""
        live, draft = self.live, self.draft
        if revision.action in ("publish", "withdraw"):
            live = revision
        if revision.action == "save":
            draft = revision
        elif drops_draft(revision):
            draft = None
        return EntryState(revision.number, live, draft)


NO_REVISIONS = EntryState()


def drops_draft(revision: Revision) -> bool:
    """Say whether ``revision`` removes the draft.

    A publication by hand does not: the draft may be somebody else's work.
    """
    by_hand = revision.actor == FILE_ACTOR
    return revision.action == "discard" or (revision.action == "publish" and not by_hand)


def conflict(entry_id: str, expected: int, newest: int, first: Revision | None) -> Conflict:
    """Return the error for a change of an old revision; ``first`` is the newest, if readable."""
    who = f"somebody else made revision {newest}"
    if first:
        at = f"{first.at:%Y-%m-%d %H:%M:%S} UTC"
        who = f"{first.actor} came first ({first.action}, revision {newest}, {at})"
    return Conflict(f"{who}; you changed revision {expected} of {entry_id!r}", head=newest)


def now() -> datetime:
    """Return the current time in UTC, cut to milliseconds as in revisions."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def live_from(revision: Revision, before: Live | Withdrawn | None = None) -> Live:
    """Return a publication as readers see it; ``before`` saves computing the digest again."""
    if isinstance(before, Live) and before.entry is revision.entry:
        digest = before.digest
    else:
        digest = hashlib.sha256(revision.entry.to_json()).hexdigest()
    return Live(revision.entry, revision.number, revision.at, digest)


def withdrawn_from(revision: Revision) -> Withdrawn:
    """Return the notice that readers see after the withdrawal ``revision``."""
    entry = revision.entry
    return Withdrawn(
        id=entry.id,
        language=entry.language,
        article_url=entry.article.url,
        article_title=entry.article.title,
        revision=revision.number,
        at=revision.at,
        reason=revision.note,
        legal=revision.legal,
    )


def draft_from(revision: Revision) -> Draft:
    """Return the draft that the save ``revision`` made."""
    return Draft(revision.entry, revision.number, revision.at, revision.actor)
