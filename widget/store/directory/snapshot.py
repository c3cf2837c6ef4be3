"""One entry as its files and revisions describe it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from widget.entry import Entry
from widget.entry.containment import or_else
from widget.storage.files import Signature
from widget.store.directory.entry_folder import ABSENT, EntryFile
from widget.store.entry_summary import lookup_keys
from widget.store.protocol import Draft, Live, Revision, Withdrawn
from widget.store.state import FILE_ACTOR, NO_REVISIONS, EntryState


@dataclass(frozen=True, slots=True)
class EntrySnapshot:
    """One entry at one time.

    ``shown`` is what readers see, ``keys`` the lookup keys of its URLs. ``unrecorded`` names the
    folders whose file was changed by hand and not yet recorded as a revision. ``needs_recheck``:
    the next scan reads it even if no file changed. ``vanishing``: a file is missing, perhaps
    only while an editor replaces it.
    """

    state: EntryState = NO_REVISIONS
    live_file: EntryFile = ABSENT
    shown: Live | Withdrawn | None = None
    draft_file: EntryFile = ABSENT
    draft: Draft | None = None
    keys: frozenset[str] = frozenset()
    unrecorded: frozenset[str] = frozenset()
    needs_recheck: bool = False
    vanishing: bool = False


NO_ENTRY = EntrySnapshot()


def fingerprint(live: Signature | None, draft: Signature | None, stamp: int | None) -> int | None:
    """Return one number for the state of an entry's files; None without a reliable ``stamp``."""
    return None if stamp is None else hash((live or (0,), draft or (0,), stamp))


def same(one: Entry, other: Entry) -> bool:
    """Say whether two documents are the same."""
    return one is other or one == other


def with_shown(snapshot: EntrySnapshot, shown: Live | Withdrawn, entry: Entry) -> EntrySnapshot:
    """Return ``snapshot`` with what readers see, and the lookup keys of ``entry``."""
    keys = or_else("indexing its URLs", lambda: lookup_keys(entry), frozenset[str]())
    return replace(snapshot, shown=shown, keys=keys)


def hand_edit(
    entry: Entry, state: EntryState, file: EntryFile, action: Literal["save", "publish"]
) -> Revision:
    """Return the revision to append for a file that was changed by hand."""
    at = datetime.fromtimestamp(file.modified, UTC)
    workflow = state.workflow.after(action, entry, FILE_ACTOR)
    return Revision(state.head, at, FILE_ACTOR, action, "", entry, workflow=workflow)
