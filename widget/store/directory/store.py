"""The store that is a folder of JSON files (``dir:PATH``). See ``docs/store.md``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from widget.entry import Entry
from widget.entry.model import is_id
from widget.errors import Breach, InsightsError, InvalidEntry
from widget.storage.atomic import Disk
from widget.storage.files import unavailable_on_os_error
from widget.storage.lock import StoreLock
from widget.store.batch import BatchStore, Request
from widget.store.directory.batch_committer import BatchCommitter
from widget.store.directory.batch_writer import BatchWriter
from widget.store.directory.committer import Committer, next_revision
from widget.store.directory.entry_cache import EntryCache
from widget.store.directory.entry_folder import EntryFolder
from widget.store.directory.index_sync import IndexSync
from widget.store.directory.journal import Journal
from widget.store.directory.journal_record import files_changed_by
from widget.store.directory.layout import make_folders, open_folders
from widget.store.directory.refresher import Refresher
from widget.store.directory.revision_log import RevisionLog
from widget.store.directory.scanner import Scanner
from widget.store.directory.snapshot import EntrySnapshot
from widget.store.entry_summary import lookup_key
from widget.store.log_line import LogLine
from widget.store.protocol import (
    UNKNOWN,
    Action,
    ChangeListener,
    DeskAction,
    Draft,
    Live,
    Plan,
    Problem,
    Revision,
    Rules,
    StoredEntry,
    Unknown,
    Withdrawn,
)
from widget.store.quarantine import Quarantine
from widget.store.query import Counts, Key, Query, Row
from widget.store.state import no_revision, nothing_to, shown_entry
from widget.store.validation import check_change, check_entry
from widget.store.workflow import Workflow


class DirStore(BatchStore):
    """A ``Store`` in the folder ``path``; ``create`` makes a missing one.

    In a read-only folder readers are served and changes are refused.
    """

    def __init__(
        self,
        path: str,
        rules: Rules,
        on_change: ChangeListener | None = None,
        *,
        create: bool = True,
        wait: bool = True,
    ) -> None:
        root = os.path.abspath(path)
        if create:
            make_folders(root)
        else:
            open_folders(root)
        self._rules = rules
        self._quarantine = Quarantine()
        disk = Disk()
        live = EntryFolder(root, "live", self._quarantine)
        drafts = EntryFolder(root, "drafts", self._quarantine)
        self._revisions = RevisionLog(root, self._quarantine)
        journal = Journal(root, disk, self._revisions, self._quarantine)
        self._log = journal.log_file
        self._cache = EntryCache(live, drafts, self._revisions, journal, rules, self._quarantine)
        self._sync = IndexSync(root, self._cache, self._quarantine)
        self._scanner = Scanner(
            self._cache, self._sync, live, drafts, self._revisions, self._quarantine
        )
        lock = StoreLock(os.path.join(root, "lock"))
        self._committer = Committer(
            lock,
            disk,
            journal,
            self._cache,
            self._sync,
            self._scanner,
            on_change,
        )
        self._batches = BatchCommitter(
            lock,
            disk,
            self._committer,
            BatchWriter(root, disk, journal, self._revisions),
            self._cache,
            self._sync,
            journal,
            self._revisions,
            (live, drafts),
            on_change,
        )
        self._refresher = Refresher(
            self._cache,
            self._sync,
            self._scanner,
            self._committer,
            live,
            drafts,
            self._revisions,
        )
        self._committer.recover()
        self._refresher.open(wait=wait)

    # Reading

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        """Return what readers see, with one stat if nothing changed."""
        shown = self.live_cached(entry_id)
        return self._refresher.current(entry_id).shown if isinstance(shown, Unknown) else shown

    def live_cached(self, entry_id: str) -> Live | Withdrawn | Unknown | None:
        """Return what readers see, UNKNOWN if the file changed or is missing."""
        return self._refresher.cached(entry_id)

    def draft(self, entry_id: str) -> Draft | None:
        """Return the draft, or None."""
        return self._refresher.current(entry_id).draft

    def workflow(self, entry_id: str) -> Workflow:
        """Return the state of an entry beside its document."""
        return self._refresher.current(entry_id).state.workflow

    def find(self, url: str) -> str | None:
        """Return the id of the entry that owns ``url``."""
        key = lookup_key(url)
        if key is None:
            return None
        self._refresher.refresh()
        if key not in self._cache.url_owners:
            self._refresher.require_all_read()
            self._refresher.refresh_if_idle()
        return self._cache.url_owners.get(key)

    def find_cached(self, url: str) -> str | Unknown | None:
        """Return the id of the entry that owns ``url``, UNKNOWN where a scan is due."""
        key = lookup_key(url)
        if key is None:
            return None
        if self._refresher.is_due():  # first: the owner that is read afterwards is not older
            return UNKNOWN
        owner = self._cache.url_owners.get(key)
        return UNKNOWN if self._refresher.unread and owner is None else owner

    def ids(self) -> list[str]:
        """Return the ids of all entries, sorted."""
        self._refresher.require_all_read()
        self._refresher.refresh()
        return sorted(self._cache.ids())

    def rows(
        self, query: Query, *, limit: int, offset: int = 0, after: Key | None = None
    ) -> list[Row]:
        """Return some of the rows that match ``query``."""
        self._refresher.require_all_read()
        self._refresher.refresh()
        return self._sync.ask(lambda it: it.rows(query, limit=limit, offset=offset, after=after))

    def counts(self, query: Query) -> Counts:
        """Count the rows."""
        self._refresher.require_all_read()
        self._refresher.refresh()
        return self._sync.ask(lambda it: it.counts(query))

    def planned(self, until: datetime) -> list[str]:
        """Return the ids of entries to be published or withdrawn by ``until``.

        Reads the index alone: whichever process plans something writes its row.
        """
        self._refresher.require_all_read()
        return self._sync.ask(lambda it: it.planned(until))

    def log_size(self) -> int:
        """Return the number of the newest line of the log."""
        return self._log.size()

    def log_lines(self, *, after: int, limit: int) -> list[LogLine]:
        """Return lines of the log with numbers above ``after``, the oldest first."""
        return self._log.lines(after, limit)

    def log_changes(self, *, before: int | None = None, limit: int) -> list[LogLine]:
        """Return the newest corrections, withdrawals and restorations of the log."""
        return self._log.changes(before, limit)

    def head(self, entry_id: str) -> int:
        """Return the number of the newest revision."""
        self._refresher.current(entry_id)
        with unavailable_on_os_error():
            numbers = self._revisions.numbers(entry_id) if is_id(entry_id) else []
        return numbers[-1] if numbers else 0

    def history(self, entry_id: str) -> list[Revision]:
        """Return all readable revisions, newest first."""
        self._refresher.current(entry_id)
        with unavailable_on_os_error():
            return self._revisions.history(entry_id) if is_id(entry_id) else []

    def revision(self, entry_id: str, number: int) -> Revision:
        """Return one revision. Raises NotFound."""
        if not is_id(entry_id) or number < 1:
            raise no_revision(entry_id, number)
        with unavailable_on_os_error():
            return self._revisions.read(entry_id, number)

    def heads(self) -> dict[str, int]:
        """Return the number of the newest revision of each entry, by id."""
        with unavailable_on_os_error():
            numbers = {entry_id: self._revisions.numbers(entry_id) for entry_id in self.ids()}
        return {entry_id: its[-1] if its else 0 for entry_id, its in numbers.items()}

    def read_many(
        self, entry_ids: Sequence[str], *, history: bool = True
    ) -> dict[str, StoredEntry]:
        """Return everything about these entries, by id."""
        with unavailable_on_os_error(), self._sync.batch():
            return {entry_id: self._read_one(entry_id, history) for entry_id in entry_ids}

    def _read_one(self, entry_id: str, history: bool) -> StoredEntry:  # noqa: FBT001
        it = self._refresher.current(entry_id)
        found: list[Revision] = []
        if history and is_id(entry_id):
            found = self._revisions.history(entry_id, (it.live_file, it.draft_file))
        return StoredEntry(it.state.head, tuple(reversed(found)), it.shown, it.draft)

    def problems(self, *, thorough: bool = False) -> list[Problem]:
        """Return the files that are set aside; ``thorough`` reads every revision, too."""
        self._refresher.refresh_now(force=thorough)
        if thorough:
            with unavailable_on_os_error():
                self._revisions.check()
        unread = self._refresher.unread
        if unread:
            message = f"{unread:,} entries are still being read for the first time"
            return [Problem("live/", (Breach("$", message),)), *self._quarantine.problems()]
        return self._quarantine.problems()

    def poll(self) -> None:
        """Scan the files now, or in a thread if there are very many, and record what changed."""
        self._refresher.poll()

    def close(self) -> None:
        """Stop reading, and close the index."""
        self._refresher.close()
        self._sync.close()

    # Changing

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Save ``entry`` as the draft. Raises InvalidEntry where it is too long, Conflict."""
        check_entry(entry, entry.to_json())
        with self._change(entry.id, actor, note, head) as snapshot:
            return self._commit_change(snapshot, "save", entry, actor, note)

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Discard the draft. Raises NotFound, Conflict."""
        with self._change(entry_id, actor, note, head) as snapshot:
            if snapshot.draft is None:
                raise nothing_to("discard", entry_id)
            entry = snapshot.draft.entry
            return self._commit_change(snapshot, "discard", entry, actor, note)

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Make the draft live. Raises NotFound, InvalidEntry, Conflict."""
        self._refresher.require_all_read()  # and so the owners of all URLs
        with self._change(entry_id, actor, note, head) as snapshot:
            if snapshot.draft is None:
                raise nothing_to("publish", entry_id)
            entry = snapshot.draft.entry
            self._committer.update_url_owners(entry)
            breaches = self._cache.breaches(entry, snapshot.state)
            if breaches:
                raise InvalidEntry(breaches)
            return self._commit_change(snapshot, "publish", entry, actor, note)

    def withdraw(
        self,
        entry_id: str,
        *,
        actor: str,
        reason: str = "",
        legal: bool = False,
        head: int | None = None,
    ) -> Revision:
        """Take the live entry down; a draft stays. Raises NotFound, Conflict."""
        with self._change(entry_id, actor, reason, head) as snapshot:
            if not isinstance(snapshot.shown, Live):
                raise nothing_to("withdraw", entry_id)
            entry = snapshot.shown.entry
            return self._commit_change(snapshot, "withdraw", entry, actor, reason, legal=legal)

    def change_workflow(
        self,
        entry_id: str,
        action: DeskAction,
        plan: Plan,
        *,
        actor: str,
        note: str = "",
        detail: str = "",
        head: int | None = None,
    ) -> Revision:
        """Append a desk action. Raises NotFound, Conflict, what ``plan`` raises."""
        with self._change(entry_id, actor, note, head) as snapshot:
            current = shown_entry(entry_id, snapshot.draft, snapshot.shown, snapshot.state)
            step = plan(snapshot.draft, snapshot.shown, snapshot.state.workflow)
            revision = next_revision(
                snapshot,
                action,
                step.document or current,
                actor,
                note,
                workflow=step.workflow,
                detail=step.detail or detail,
            )
            self._committer.commit(snapshot, revision, files_changed_by(revision))
            return revision

    def adopt(self, revision: Revision) -> None:
        """Append a revision of another store, unchanged. Raises Conflict, InvalidEntry."""
        self._refresher.require_all_read()
        entry = revision.entry
        with self._committer.locked(entry.id) as snapshot:
            if revision.number != snapshot.state.head + 1:
                raise self._revisions.conflict(entry.id, revision.number - 1, snapshot.state.head)
            if revision.action == "publish":
                self._committer.update_url_owners(entry)
                if breaches := self._cache.adoption_breaches(entry, snapshot.state):
                    raise InvalidEntry(breaches)
            self._committer.commit(snapshot, revision, files_changed_by(revision))

    def adopt_log(self, lines: Sequence[LogLine]) -> bool:
        """Append lines of another store's log, if they continue this one."""
        return self._committer.adopt_log(lines)

    def _append_all(self, requests: Sequence[Request]) -> list[InsightsError | None]:
        self._refresher.require_all_read()
        return self._batches.append_all(requests)

    @contextmanager
    def _change(
        self, entry_id: str, actor: str, note: str, head: int | None
    ) -> Iterator[EntrySnapshot]:
        check_change(entry_id, actor, note)
        with self._committer.locked(entry_id) as snapshot:
            if head is not None and head != snapshot.state.head:
                raise self._revisions.conflict(entry_id, head, snapshot.state.head)
            yield snapshot

    def _commit_change(
        self,
        snapshot: EntrySnapshot,
        action: Action,
        entry: Entry,
        actor: str,
        note: str,
        *,
        legal: bool = False,
    ) -> Revision:
        revision = next_revision(snapshot, action, entry, actor, note, legal=legal)
        self._committer.commit(snapshot, revision, files_changed_by(revision))
        return revision
