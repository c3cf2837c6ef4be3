"""The row of the index for one entry in the cache."""

from __future__ import annotations

from dataclasses import dataclass

from widget.entry.containment import or_else
from widget.store.directory.entry_cache import EntryCache
from widget.store.directory.snapshot import EntrySnapshot
from widget.store.entry_summary import search_text, summarize
from widget.store.protocol import Live
from widget.store.query import Row


@dataclass(frozen=True, slots=True)
class IndexUpdate:
    """The new row of one entry; None removes it.

    ``fingerprint`` is that of the files it was made from; None: read them again at start.
    """

    id: str
    row: Row | None = None
    text: str = ""
    keys: frozenset[str] = frozenset()
    fingerprint: int | None = None


def to_update(cache: EntryCache, entry_id: str, snapshot: EntrySnapshot) -> IndexUpdate:
    """Return the row of an entry as ``snapshot`` shows it."""
    row = Row(entry_id, problem="cannot be listed; the log says why")
    fallback = IndexUpdate(entry_id, row, entry_id, snapshot.keys)
    return or_else("listing it", lambda: _summarize(cache, entry_id, snapshot), fallback)


def _summarize(cache: EntryCache, entry_id: str, snapshot: EntrySnapshot) -> IndexUpdate:
    problem = cache.problem(entry_id, snapshot)
    if problem.startswith("revisions/"):
        problem = ""  # live and draft are valid
    if snapshot.draft is None and snapshot.shown is None and not problem:
        return IndexUpdate(entry_id)
    entry = snapshot.draft.entry if snapshot.draft else None
    if entry is None and isinstance(snapshot.shown, Live):
        entry = snapshot.shown.entry
    elif entry is None and snapshot.state.live:
        entry = snapshot.state.live.entry
    return IndexUpdate(
        entry_id,
        summarize(
            entry_id,
            snapshot.shown,
            snapshot.draft,
            entry,
            problem,
            workflow=snapshot.state.workflow,
        ),
        search_text(entry_id, entry),
        snapshot.keys,
        cache.fingerprint(entry_id),
    )
