"""The contract of every store, which ``tests/store/`` checks for each implementation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, get_args

from widget.entry import Entry
from widget.entry import Withdrawn as Withdrawn
from widget.errors import Breach, InsightsError
from widget.store.log_line import LogLine
from widget.store.query import Counts, Key, Query, Row
from widget.store.workflow import NO_ANNOTATIONS, NO_WORKFLOW, Annotations, Approval, Workflow

DeskAction = Literal[
    "submit", "approve", "return", "assign", "schedule", "comment", "resolve", "annotate", "voice"
]
"""Actions that leave the document as it is; but ``approve`` writes its reviewer into it, and
``return`` takes them out again."""
Action = Literal["save", "discard", "publish", "withdraw"] | DeskAction
UNSIGNED = "unsigned"
ACTIONS: tuple[str, ...] = ("save", "discard", "publish", "withdraw", *get_args(DeskAction))


def _none_missing(entry: Entry, approvals: int, by_model: bool) -> list[Breach]:  # noqa: ARG001, FBT001  # as the field says
    return []


def _nobody_to_ask(entry: Entry, workflow: Workflow) -> list[Breach]:  # noqa: ARG001  # as above
    return []


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for publishing; only breaches that are errors prevent it.

    ``content`` returns every breach of an entry, ``missing`` the breach of one that so many persons
    have approved, if that is not enough (true: an earlier version was by a language model),
    ``unasked`` that of one whose author has to be asked before readers see it for the first time.
    """

    content: Callable[[Entry], list[Breach]]
    missing: Callable[[Entry, int, bool], list[Breach]] = _none_missing
    unasked: Callable[[Entry, Workflow], list[Breach]] = _nobody_to_ask


@dataclass(frozen=True, slots=True)
class Revision:
    """One immutable numbered record of a change. ``at`` is in UTC.

    ``entry`` is the document after the change; for ``withdraw`` what was live before, for
    ``discard`` the former draft. The ``note`` of a withdrawal is its public reason; ``legal`` marks
    one for legal reasons, which may have none. ``workflow`` is the state after the change.
    ``detail`` is what a comment is about: the JSON path of a point or a source, "" for the whole;
    for ``return`` it begins with ``UNSIGNED``, if it took the reviewer out of the document.
    Comments that came together follow (see ``widget.editorial.remarks``).
    """

    number: int
    at: datetime
    actor: str
    action: Action
    note: str
    entry: Entry
    legal: bool = False
    workflow: Workflow = NO_WORKFLOW
    detail: str = ""


ChangeListener = Callable[[Revision], None]
"""Called with every revision that this process appends, once it is on disk, in the same thread
and perhaps with the entry locked: so it has to be quick and must not raise."""


@dataclass(frozen=True, slots=True)
class Live:
    """What readers see. ``digest`` changes whenever the document does.

    ``approvals`` are those with which it was published: proof of a review, where the document's
    ``reviewed_by`` only declares one. ``annotations`` are shown beside the document.
    """

    entry: Entry
    revision: int
    at: datetime
    digest: str
    approvals: tuple[Approval, ...] = ()
    annotations: Annotations = NO_ANNOTATIONS


class Unknown:
    """The type of ``UNKNOWN``: what cannot be returned without waiting."""


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that is not published yet. ``actor`` saved it last."""

    entry: Entry
    revision: int
    at: datetime
    actor: str
    workflow: Workflow = NO_WORKFLOW


@dataclass(frozen=True, slots=True)
class Step:
    """What a desk action does: the entry's state after it, and its document if it changes that.

    ``detail`` goes into the revision.
    """

    workflow: Workflow
    document: Entry | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """Everything that a store has of one entry.

    ``history`` has the readable revisions, oldest first; ``head`` is the number of the newest one.
    """

    head: int = 0
    history: tuple[Revision, ...] = ()
    live: Live | Withdrawn | None = None
    draft: Draft | None = None


Prepare = Callable[[Entry, Workflow], Entry]
"""Returns the document to save, from the one that is given and the state of its entry."""


Plan = Callable[["Draft | None", "Live | Withdrawn | None", Workflow], Step]
"""Decides a desk action from the state under the entry's lock. May raise any InsightsError."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file or record that the store skips, and why; all others are served."""

    where: str
    breaches: tuple[Breach, ...]


class EntryReader(Protocol):
    """Read access to entries, their drafts and revisions. Safe to use from several threads.

    Every method raises StoreUnavailable if the store cannot be reached, except the two
    ``…_cached`` methods.
    """

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        """Return what readers see, at most one second old; None if nothing was ever live."""

    def find(self, url: str) -> str | None:
        """Return the id of the live or withdrawn entry with this URL or alias.

        Compares normalized URLs (``urls.normalize``); returns None if ``url`` is not one.
        """

    def live_cached(self, entry_id: str) -> Live | Withdrawn | Unknown | None:
        """Return what ``live`` would, or UNKNOWN if that may have to wait.

        For callers that must not block: at most one stat, no query to a database, no lock that is
        held for long, no error.
        """

    def find_cached(self, url: str) -> str | Unknown | None:
        """Return what ``find`` would, or UNKNOWN if that may have to wait."""

    def draft(self, entry_id: str) -> Draft | None:
        """Return the draft, or None."""

    def workflow(self, entry_id: str) -> Workflow:
        """Return the state of an entry beside its document."""

    def ids(self) -> list[str]:
        """Return the ids of all entries that have a draft or a revision, sorted."""

    def rows(
        self, query: Query, *, limit: int, offset: int = 0, after: Key | None = None
    ) -> list[Row]:
        """Return at most ``limit`` of the rows that match ``query``, in its order.

        ``offset`` skips that many rows; ``after`` skips rows up to a sort key (``query.key``). A
        change through this store shows at once, one by another within a second; files that are set
        aside are listed, too.
        """

    def counts(self, query: Query) -> Counts:
        """Count the rows that match ``query``, and all rows; list sections and languages.

        A search that finds very many may stop counting at ``COUNTED``, and sets ``more``.
        """

    def planned(self, until: datetime) -> list[str]:
        """Return the ids of entries to be published or withdrawn by ``until``, the first first."""

    def log_size(self) -> int:
        """Return the number of the newest line of the public log, 0 if it is empty."""

    def log_lines(self, *, after: int, limit: int) -> list[LogLine]:
        """Return the lines of the public log after number ``after``, the oldest first.

        Each publication and withdrawal has a line, in the order in which they were saved, from
        when the store was first changed by a release that has the log. Raises StoreUnavailable
        where a line was changed so that it cannot be read.
        """

    def log_changes(self, *, before: int | None = None, limit: int) -> list[LogLine]:
        """Return corrections, withdrawals and restorations of the log, the newest first.

        With ``before``, those whose numbers are below it. Raises as ``log_lines``.
        """

    def head(self, entry_id: str) -> int:
        """Return the number of the newest revision, 0 if there is none."""

    def history(self, entry_id: str) -> list[Revision]:
        """Return all revisions, newest first."""

    def revision(self, entry_id: str, number: int) -> Revision:
        """Return one revision. Raises NotFound."""

    def heads(self) -> dict[str, int]:
        """Return the number of the newest revision of each entry, by id."""

    def read_many(
        self, entry_ids: Sequence[str], *, history: bool = True
    ) -> dict[str, StoredEntry]:
        """Return everything about these entries, by id, with few calls to the store.

        Without ``history``, that is empty.
        """

    def problems(self, *, thorough: bool = False) -> list[Problem]:
        """Return what is set aside; ``thorough`` reads every revision, which takes long."""


class Store(EntryReader, Protocol):
    """Entries with their drafts and revisions. Safe to use from several threads.

    Only ``widget.editorial`` changes entries through it; everybody else gets an EntryReader.

    Several processes may use one store at once. Each change names the newest revision that
    its author has seen, ``head`` (0: there is none), and raises Conflict if another change came
    first; ``head=None`` applies it to whatever is newest. When a change returns, it is on
    disk. Every method raises StoreUnavailable if the store cannot be reached; a change
    that raises was not acknowledged.
    """

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Save ``entry`` as the draft of ``entry.id``. Raises Conflict."""

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Discard the draft. Raises NotFound if there is none, Conflict."""

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Make the draft live; afterwards there is no draft.

        Raises NotFound if there is no draft, InvalidEntry if it breaks rules or another live or
        withdrawn entry owns one of its URLs, Conflict.
        """

    def withdraw(
        self,
        entry_id: str,
        *,
        actor: str,
        reason: str = "",
        legal: bool = False,
        head: int | None = None,
    ) -> Revision:
        """Take the live entry down; a draft stays.

        Raises NotFound if nothing is live, Conflict.
        """

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
        """Append a desk action, as ``plan`` decides under the entry's lock.

        Raises NotFound if there is no such entry, Conflict, what ``plan`` raises.
        """

    def adopt(self, revision: Revision) -> None:
        """Append a revision of another store unchanged.

        Live entry and draft follow from it as they did there. Raises Conflict unless its number is
        that of the newest plus one, InvalidEntry if it publishes what lacks the approvals that are
        required here, or a URL that another entry owns here: revisions of several entries have to
        be copied in their original order.
        """

    def adopt_all(self, histories: Sequence[Sequence[Revision]]) -> list[InsightsError | None]:
        """Append revisions of another store, as ``adopt`` does, and acknowledge them as a whole.

        Each item has the next revisions of one entry, all of which are appended, or none. Returns
        for each why it was refused, or None. Nobody sees a state in between, so an entry may
        have had a URL that belongs to another one by now. A crash leaves whole entries, and
        perhaps not all of them.
        """

    def adopt_log(self, lines: Sequence[LogLine]) -> bool:
        """Append lines of another store's log unchanged, if they continue the log of this one.

        Returns whether they do; otherwise nothing is appended. Revisions that are adopted later
        get no second line.
        """

    def put_all(
        self,
        entries: Sequence[Entry],
        *,
        actor: str,
        note: str = "",
        publish: bool = False,
        prepare: Prepare,
    ) -> list[InsightsError | None]:
        """Save each entry as the draft and, with ``publish``, publish it, or refuse both.

        Returns for each why it was refused, or None; acknowledged as ``adopt_all``.
        """

    def poll(self) -> None:
        """Look for changes that others made, such as hand edits, and record them.

        Requests do that by themselves; call it from processes that serve none.
        """

    def close(self) -> None:
        """Close files and connections. Do not use the store afterwards."""
