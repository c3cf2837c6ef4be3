"""The state of one entry, which follows from its revisions in every store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from widget.entry import Entry
from widget.errors import Conflict, Message, NotFound, instant, message
from widget.store.protocol import UNSIGNED, Action, Draft, Live, Revision, Withdrawn
from widget.store.workflow import (
    NO_ANNOTATIONS,
    NO_WORKFLOW,
    Annotations,
    Workflow,
    document_digest,
)

FILE_ACTOR = "file"
"""The actor of changes that a person made in the files themselves."""
MAX_NOTE = 8_000


@dataclass(frozen=True, slots=True)
class EntryState:
    """The state that the revisions of one entry add up to.

    ``live`` is the newest publication or withdrawal, ``draft`` the newest save or approval that was
    neither published nor discarded. ``stamp`` is the folder's time when they were read; None: read
    again.
    """

    head: int = 0
    live: Revision | None = None
    draft: Revision | None = None
    stamp: int | None = None
    workflow: Workflow = NO_WORKFLOW

    def after(self, revision: Revision) -> EntryState:
        """Return the state after ``revision`` is appended."""
        live, draft = self.live, self.draft
        if revision.action in ("publish", "withdraw"):
            live = revision
        if writes_draft(revision):
            draft = revision
        elif drops_draft(revision):
            draft = None
        return EntryState(revision.number, live, draft, workflow=revision.workflow)


NO_REVISIONS = EntryState()


def writes_draft(revision: Revision) -> bool:
    """Say whether ``revision`` makes the draft; an approval writes its reviewer into it."""
    unsigns = revision.action == "return" and revision.detail.startswith(UNSIGNED)
    return unsigns or revision.action in ("save", "approve")


def drops_draft(revision: Revision) -> bool:
    """Say whether ``revision`` removes the draft.

    A publication by hand does not: the draft may be somebody else's work.
    """
    by_hand = revision.actor == FILE_ACTOR
    return revision.action == "discard" or (revision.action == "publish" and not by_hand)


_ACTION_WORDS: dict[Action, Message] = {
    "save": message("save"),
    "discard": message("discard"),
    "publish": message("publish"),
    "withdraw": message("withdraw"),
    "submit": message("submit"),
    "approve": message("approve"),
    "return": message("return"),
    "assign": message("assign"),
    "schedule": message("schedule"),
    "comment": message("comment"),
    "resolve": message("resolve"),
    "annotate": message("annotate"),
    "voice": message("voice"),
}


def conflict(entry_id: str, expected: int, newest: int, first: Revision | None) -> Conflict:
    """Return the error for a change of an old revision; ``first`` is the newest, if readable."""
    if first is None:
        other = message("somebody else made revision %(number)d", number=newest)
    else:
        other = message(
            "%(name)s came first (%(action)s, revision %(number)d, %(time)s)",
            name=first.actor,
            action=_ACTION_WORDS[first.action],
            number=newest,
            time=instant(first.at),
        )
    came_first = message(
        "%(other)s; you changed revision %(number)d of %(entry)r",
        other=other,
        number=expected,
        entry=entry_id,
    )
    return Conflict(came_first, head=newest)


def now() -> datetime:
    """Return the current time in UTC, cut to milliseconds as in revisions."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def live_from(
    revision: Revision,
    before: Live | Withdrawn | None = None,
    digest_of: Callable[[Entry], str] = document_digest,
    annotations: Annotations = NO_ANNOTATIONS,
) -> Live:
    """Return a publication as readers see it; ``before`` saves computing the digest again.

    ``annotations`` are those of the newest revision.
    """
    if isinstance(before, Live) and before.entry is revision.entry:
        digest = before.digest
    else:
        digest = digest_of(revision.entry)
    approvals = revision.workflow.published
    return Live(revision.entry, revision.number, revision.at, digest, approvals, annotations)


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


def shown_from(newest: Revision | None, workflow: Workflow) -> Live | Withdrawn | None:
    """Return what readers see: the newest publication or withdrawal, with the newest state."""
    if newest is None:
        return None
    if newest.action == "withdraw":
        return withdrawn_from(newest)
    return live_from(newest, annotations=workflow.annotations)


def shown_entry(
    entry_id: str, draft: Draft | None, live: Live | Withdrawn | None, state: EntryState
) -> Entry:
    """Return the document that an editor sees: the draft, else what is or was live.

    Raises NotFound where there is neither.
    """
    if draft is not None:
        return draft.entry
    if isinstance(live, Live):
        return live.entry
    if state.live is None:
        raise nothing_to("change", entry_id)
    return state.live.entry


def nothing_to(
    action: Literal["discard", "publish", "withdraw", "change"], entry_id: str
) -> NotFound:
    """Return the error of a change for which an entry lacks its draft or what is live."""
    match action:
        case "discard":
            return NotFound(message("%(entry)r has no draft", entry=entry_id))
        case "publish":
            return NotFound(message("%(entry)r has no draft to publish", entry=entry_id))
        case "withdraw":
            return NotFound(message("%(entry)r is not live", entry=entry_id))
        case "change":
            lacks = message("%(entry)r has no draft and was never published", entry=entry_id)
            return NotFound(lacks)


def no_revision(entry_id: str, number: int) -> NotFound:
    """Return the error of a revision that there is not."""
    return NotFound(
        message("there is no revision %(number)d of %(entry)r", number=number, entry=entry_id)
    )


def draft_from(revision: Revision, workflow: Workflow = NO_WORKFLOW) -> Draft:
    """Return the draft that ``revision`` made; ``workflow`` is the newest state."""
    saved_by = revision.workflow.saved_by or revision.actor
    return Draft(revision.entry, revision.number, revision.at, saved_by, workflow)
