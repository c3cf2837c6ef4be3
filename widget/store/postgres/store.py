"""Entries in a PostgreSQL database that all server processes on all machines share."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from widget.entry import Entry
from widget.entry.containment import or_else
from widget.entry.json_input import read_json
from widget.entry.model import is_id
from widget.errors import Breach, InvalidEntry, NotFound, StoreUnavailable
from widget.storage.postgres import PATIENCE_SECONDS, Connection, InDoubt, open_database, release
from widget.store.entry_summary import lookup_key, lookup_keys, url_conflicts
from widget.store.postgres import entry_tables, search
from widget.store.postgres.listener import Listener
from widget.store.postgres.live_cache import Answer, Held, Memory
from widget.store.postgres.rekeying import renew_keys
from widget.store.protocol import (
    UNKNOWN,
    Action,
    ChangeListener,
    Draft,
    Live,
    Problem,
    Revision,
    Rules,
    Unknown,
    Withdrawn,
)
from widget.store.query import Key, Query, Row, Tally
from widget.store.state import EntryState, conflict, draft_from, live_from, now, withdrawn_from
from widget.store.validation import broken_rules, check_change, check_entry

READ_SECONDS = 1.0
"""How long a reader waits for the database at most."""
LIST_SECONDS = PATIENCE_SECONDS
"""How long whoever asks for a list or a history does."""
_TRIES = 20
_UNKEPT = re.compile("[\0\ud800-\udfff]")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Step:
    """What a change is to append."""

    action: Action
    entry: Entry
    legal: bool = False


class PostgresStore:
    """A ``Store`` in the database at ``url``; with ``create`` its tables are made."""

    def __init__(
        self,
        url: str,
        rules: Rules,
        on_change: ChangeListener | None = None,
        *,
        create: bool = True,
        stale_seconds: float = 60,
    ) -> None:
        self._rules = rules
        self._on_change = on_change
        self._database = open_database(url, create=create)
        try:
            renew_keys(self._database)
        except StoreUnavailable:
            release(self._database)
            raise
        self._memory = Memory(stale_seconds)
        self._listener = Listener(self._database, self._memory)

    # Reading

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        """Return what readers see. Answers from memory where nothing changed."""
        if not is_id(entry_id):
            return None
        found = self._answer(self._memory.entries, entry_id, _shown)
        return cast("Live | Withdrawn | None", found)

    def find(self, url: str) -> str | None:
        """Return the id of the entry whose address ``url`` is."""
        key = lookup_key(url)
        if key is None:
            return None
        return cast("str | None", self._answer(self._memory.addresses, key, entry_tables.owner))

    def live_at_once(self, entry_id: str) -> Live | Withdrawn | Unknown | None:
        """Return what is known of what readers see."""
        return cast("Live | Withdrawn | Unknown | None", self._held(self._memory.entries, entry_id))

    def find_at_once(self, url: str) -> str | Unknown | None:
        """Return what is known of whose address ``url`` is."""
        key = lookup_key(url)
        if key is None:
            return None
        return cast("str | Unknown | None", self._held(self._memory.addresses, key))

    def draft(self, entry_id: str) -> Draft | None:
        """Return the draft, or None."""
        if not is_id(entry_id):
            return None
        found = self._ask(lambda it: entry_tables.draft(it, entry_id))
        return draft_from(found) if found else None

    def ids(self) -> list[str]:
        """Return the ids of all entries, sorted."""
        return self._ask(search.ids, LIST_SECONDS)

    def rows(
        self, query: Query, *, limit: int, offset: int = 0, after: Key | None = None
    ) -> list[Row]:
        """Return some of the rows that ``query`` asks for."""
        return self._ask(lambda it: search.rows(it, query, limit, offset, after), LIST_SECONDS)

    def tally(self, query: Query) -> Tally:
        """Count the rows."""
        return self._ask(lambda it: search.tally(it, query), LIST_SECONDS)

    def head(self, entry_id: str) -> int:
        """Return the number of the newest revision."""
        return self._ask(lambda it: entry_tables.head(it, entry_id)) if is_id(entry_id) else 0

    def history(self, entry_id: str) -> list[Revision]:
        """Return all revisions, newest first."""
        if not is_id(entry_id):
            return []
        return self._ask(lambda it: entry_tables.history(it, entry_id), LIST_SECONDS)

    def revision(self, entry_id: str, number: int) -> Revision:
        """Return one revision. Raises NotFound."""
        found = None
        if is_id(entry_id) and 0 < number < 2**31:
            found = self._ask(lambda it: entry_tables.revision(it, entry_id, number))
        if found is None:
            raise NotFound(f"there is no revision {number} of {entry_id!r}")
        return found

    def problems(self, *, thorough: bool = False) -> list[Problem]:
        """Return which revisions cannot be read, where ``thorough``; all were in order once."""
        if not thorough:
            self._ask(entry_tables.horizon)  # whoever asks is to know whether the database answers
            return []
        with self._database.reading() as connection:
            return list(entry_tables.unreadable(connection))

    def look(self) -> None:
        """Do nothing: changes of others are heard of."""

    def close(self) -> None:
        """Give the connections back."""
        self._listener.close()
        release(self._database)

    def _held(self, held: Held, key: str) -> Answer | Unknown:
        fresh = self._memory.is_fresh()  # first: what is held may be let go of in between
        found = self._memory.get(held, key)
        return found if fresh else UNKNOWN

    def _answer(
        self, held: Held, key: str, question: Callable[[Connection, str], Answer]
    ) -> Answer:
        memory = self._memory
        found = self._held(held, key)
        if not isinstance(found, Unknown):
            return found
        self._listener.start()
        if memory.away:
            return memory.stale(held, key, memory.away)
        generation = memory.generation
        try:
            made = self._ask(lambda it: question(it, key))
        except StoreUnavailable as error:
            return memory.stale(held, key, str(error))
        memory.put(held, key, made, generation)
        return made

    def _ask(self, question: Callable[[Connection], T], patience: float = READ_SECONDS) -> T:
        """Return what the database answers. Raises StoreUnavailable."""
        if self._memory.away:
            raise StoreUnavailable(self._memory.away)
        began = time.monotonic()
        try:
            return self._asked(question, patience)
        except StoreUnavailable:
            if time.monotonic() - began > READ_SECONDS / 2:
                raise
            return self._asked(
                question, patience
            )  # the connection may be one from before a restart

    def _asked(self, question: Callable[[Connection], T], patience: float) -> T:
        with self._database.reading(patience=patience, wait=READ_SECONDS) as connection:
            return question(connection)

    # Changing

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Keep ``entry`` as the draft. Raises InvalidEntry, Conflict."""
        check_entry(entry, _kept(entry))
        return self._change(entry.id, actor, note, head, lambda *_: _Step("save", entry))

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Drop the draft. Raises NotFound, Conflict."""

        def step(_: Connection, state: EntryState) -> _Step:
            if state.draft is None:
                raise NotFound(f"{entry_id!r} has no draft")
            return _Step("discard", state.draft.entry)

        return self._change(entry_id, actor, note, head, step)

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Make the draft live, and drop it. Raises NotFound, InvalidEntry, Conflict."""

        def step(connection: Connection, state: EntryState) -> _Step:
            if state.draft is None:
                raise NotFound(f"{entry_id!r} has no draft to publish")
            entry = state.draft.entry
            breaches = [*broken_rules(self._rules, entry), *_taken(connection, entry)]
            if breaches:
                raise InvalidEntry(breaches)
            return _Step("publish", entry)

        return self._change(entry_id, actor, note, head, step)

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

        def step(connection: Connection, state: EntryState) -> _Step:
            live = state.live
            if live is None and entry_tables.has_live(connection, entry_id):
                live = entry_tables.newest_readable(connection, entry_id)
            elif live is not None and live.action != "publish":
                live = None
            if live is None:
                raise NotFound(f"{entry_id!r} is not live")
            return _Step("withdraw", live.entry, legal)

        return self._change(entry_id, actor, reason, head, step)

    def adopt(self, revision: Revision) -> None:
        """Append a revision of another store. Raises Conflict, InvalidEntry."""
        entry_id = revision.entry.id
        _check_text(revision.actor, revision.note)
        _kept(revision.entry)

        def make(connection: Connection, state: EntryState) -> Revision:
            if state.head != revision.number - 1:
                raise conflict(entry_id, revision.number - 1, state.head, None)
            if revision.action == "publish" and (taken := _taken(connection, revision.entry)):
                raise InvalidEntry(taken)
            return revision

        self._append(entry_id, make)

    def _change(
        self,
        entry_id: str,
        actor: str,
        note: str,
        head: int | None,
        step: Callable[[Connection, EntryState], _Step],
    ) -> Revision:
        check_change(entry_id, actor, note)
        _check_text(actor, note)

        def make(connection: Connection, state: EntryState) -> Revision:
            if head is not None and head != state.head:
                first = entry_tables.revision(connection, entry_id, state.head)
                raise conflict(entry_id, head, state.head, first)
            to_do = step(connection, state)
            number = state.head + 1
            return Revision(number, now(), actor, to_do.action, note, to_do.entry, to_do.legal)

        return self._append(entry_id, make)

    def _append(
        self, entry_id: str, make: Callable[[Connection, EntryState], Revision]
    ) -> Revision:
        for _ in range(_TRIES):
            made: Revision | None = None
            try:
                with self._database.changing() as connection:
                    state = entry_tables.lock(connection, entry_id)
                    made = make(connection, state)
                    entry_tables.append(connection, state, made)
            except entry_tables.Overtaken:
                continue
            except InDoubt:
                self._tell(entry_id, made)  # rather for nothing than not at all
                raise
            self._tell(entry_id, made)
            return made
        raise StoreUnavailable(f"too many others change {entry_id!r} at once; try again")

    def _tell(self, entry_id: str, made: Revision | None) -> None:
        self._memory.forget([entry_id])
        changed = self._on_change
        if changed and made:
            or_else("telling of a change", lambda: changed(made), None)


def _shown(connection: Connection, entry_id: str) -> Live | Withdrawn | None:
    found = entry_tables.live(connection, entry_id)
    if found is None:
        return None
    if found.action == "publish":
        return live_from(found)
    return withdrawn_from(found)


def _taken(connection: Connection, entry: Entry) -> list[Breach]:
    return url_conflicts(entry, entry_tables.owners(connection, lookup_keys(entry)).get)


def _kept(entry: Entry) -> bytes:
    """Return the document as it is kept. Raises InvalidEntry for what no database keeps."""
    try:
        data = entry.to_json()
    except UnicodeEncodeError:  # half of a surrogate pair
        data = json.dumps(entry.model_dump(by_alias=True), default=str).encode()
        read_json(data)
    if b"\\u0000" in data:
        read_json(data)
    return data


def _check_text(actor: str, note: str) -> None:
    breaches = [
        Breach(f"$.{name}", "contains a character that is none, such as U+0000; remove it")
        for name, text in (("actor", actor), ("note", note))
        if _UNKEPT.search(text)
    ]
    if breaches:
        raise InvalidEntry(breaches)
