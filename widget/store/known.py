"""What is known of one entry, and what its files and revisions say about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from widget.containment import or_else
from widget.entry import Entry
from widget.store.protocol import Draft, Live, Revision, Withdrawn
from widget.store.reading import ABSENT, File, Signature
from widget.store.revisions import FILE_ACTOR, NEVER, Standing
from widget.store.rows import keys_of


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one entry.

    ``unrecorded`` names the places whose files a person changed and no revision holds yet;
    ``unsettled``: look again even where no file changes.
    """

    standing: Standing = NEVER
    live_file: File = ABSENT
    shown: Live | Withdrawn | None = None
    draft_file: File = ABSENT
    draft: Draft | None = None
    keys: frozenset[str] = frozenset()
    unrecorded: frozenset[str] = frozenset()
    unsettled: bool = False
    vanishing: bool = False


NOTHING = Known()


def fingerprint(live: Signature | None, draft: Signature | None, stamp: int | None) -> int | None:
    """Return one number for the state of an entry's files; None where it says nothing."""
    return None if stamp is None else hash((live or (0,), draft or (0,), stamp))


def same(one: Entry, other: Entry) -> bool:
    """Say whether two documents are the same."""
    return one is other or one == other


def showing(made: Known, shown: tuple[Live | Withdrawn, Entry] | Live | None) -> Known:
    """Return ``made`` with what readers see, and its addresses."""
    if shown is None:
        return made
    what, entry = (shown, shown.entry) if isinstance(shown, Live) else shown
    keys = or_else("indexing its addresses", lambda: keys_of(entry), frozenset[str]())
    return replace(made, shown=what, keys=keys)


def live_of(known: Known, revision: Revision) -> Live:
    """Return a publication as readers see it; the digest is made once for each document."""
    before = known.shown
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


def by_hand(entry: Entry, number: int, file: File) -> Revision:
    """Return the revision that a file which a person wrote will become."""
    at = datetime.fromtimestamp(file.modified, UTC)
    return Revision(number, at, FILE_ACTOR, "publish", "", entry)
