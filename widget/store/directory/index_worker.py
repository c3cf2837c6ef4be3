"""Reads entries for the index in a process of its own: ``python -m`` this module, by ``pool``.

Standard input brings pickled lists of ids, after the folder of the store; standard output gets a
pickled list of ``IndexUpdate`` for each. An entry that needs more than reading is left out: one
that a person changed, that is set aside, that is being changed right now.
"""

from __future__ import annotations

import logging
import pickle
import sys
from collections.abc import Iterable

from widget.errors import InsightsError
from widget.storage.atomic import Disk
from widget.store.directory.entry_cache import EntryCache
from widget.store.directory.entry_folder import EntryFolder
from widget.store.directory.index_rows import IndexUpdate, to_update
from widget.store.directory.journal import Journal
from widget.store.directory.revision_log import RevisionLog
from widget.store.protocol import Rules
from widget.store.quarantine import Quarantine


def read_unchanged(root: str, entry_ids: Iterable[str]) -> list[IndexUpdate]:
    """Return the rows of those entries whose files are as their revisions say."""
    quarantine = Quarantine()
    live = EntryFolder(root, "live", quarantine)
    drafts = EntryFolder(root, "drafts", quarantine)
    revisions = RevisionLog(root, quarantine)
    journal = Journal(root, Disk(), revisions, quarantine)
    # No rules: what they would have to decide is left out.
    cache = EntryCache(
        live, drafts, revisions, journal, Rules(lambda _: []), quarantine, digest_of=lambda _: ""
    )
    found = []
    for entry_id in entry_ids:
        try:
            snapshot = cache.update(entry_id, validate=False)
        except (InsightsError, OSError):
            continue
        if cache.fingerprint(entry_id) is not None:
            found.append(to_update(cache, entry_id, snapshot))
    return found


def main() -> None:
    """Answer until standard input ends."""
    # Whoever reads what is left out reports what is wrong with it.
    logging.disable(logging.CRITICAL)
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    root = pickle.load(requests)  # noqa: S301  # from the process that started this one
    while True:
        try:
            entry_ids = pickle.load(requests)  # noqa: S301
        except EOFError:
            return
        pickle.dump(read_unchanged(root, entry_ids), replies, protocol=pickle.HIGHEST_PROTOCOL)
        replies.flush()


if __name__ == "__main__":
    main()
