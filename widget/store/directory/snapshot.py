"""What is known of one entry, and what its files and revisions say about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from widget.entry import Entry
from widget.entry.containment import or_else
from widget.storage.files import Signature
from widget.store.directory.entry_folder import ABSENT, File
from widget.store.entry_summary import keys_of
from widget.store.protocol import Draft, Live, Revision, Withdrawn
from widget.store.state import FILE_ACTOR, NEVER, EntryState


@dataclass(frozen=True, slots=True)
class EntrySnapshot:
    """All that is known of one entry.

    ``unrecorded`` names the places whose files a person changed and no revision holds yet;
    ``unsettled``: look again even where no file changes.
    """

    state: EntryState = NEVER
    live_file: File = ABSENT
    shown: Live | Withdrawn | None = None
    draft_file: File = ABSENT
    draft: Draft | None = None
    keys: frozenset[str] = frozenset()
    unrecorded: frozenset[str] = frozenset()
    unsettled: bool = False
    vanishing: bool = False


NOTHING = EntrySnapshot()


def fingerprint(live: Signature | None, draft: Signature | None, stamp: int | None) -> int | None:
    """Return one number for the state of an entry's files; None where it says nothing."""
    return None if stamp is None else hash((live or (0,), draft or (0,), stamp))


def same(one: Entry, other: Entry) -> bool:
    """Say whether two documents are the same."""
    return one is other or one == other


def with_shown(
    snapshot: EntrySnapshot, shown: tuple[Live | Withdrawn, Entry] | Live | None
) -> EntrySnapshot:
    """Return ``snapshot`` with what readers see, and its addresses."""
    if shown is None:
        return snapshot
    what, entry = (shown, shown.entry) if isinstance(shown, Live) else shown
    keys = or_else("indexing its addresses", lambda: keys_of(entry), frozenset[str]())
    return replace(snapshot, shown=what, keys=keys)


def by_hand(entry: Entry, number: int, file: File) -> Revision:
    """Return the revision that a file which a person wrote will become."""
    at = datetime.fromtimestamp(file.modified, UTC)
    return Revision(number, at, FILE_ACTOR, "publish", "", entry)
