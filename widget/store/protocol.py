"""What every store promises. ``tests/store/`` holds each implementation to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from widget.entry import Entry
from widget.entry import Withdrawn as Withdrawn
from widget.errors import Breach
from widget.store.query import Key, Query, Row, Tally

Action = Literal["save", "discard", "publish", "withdraw"]

Rules = Callable[[Entry], list[Breach]]
"""The rules for publishing: lists every breach of an entry; warnings keep nothing back."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One immutable numbered record of a change. ``at`` is in UTC.

    ``entry`` is the document as the change left it; for ``withdraw`` what was live until
    then, for ``discard`` the draft that was dropped. The ``note`` of a withdrawal is its
    public reason; ``legal`` marks one made for legal reasons, which may have none.
    """

    number: int
    at: datetime
    actor: str
    action: Action
    note: str
    entry: Entry
    legal: bool = False


ChangeListener = Callable[[Revision], None]
"""Told of every revision that this process made, once it is on disk, from the thread that made
it while the entry may still be locked: so it is quick, and it does not raise."""


@dataclass(frozen=True, slots=True)
class Live:
    """What readers see. ``digest`` changes whenever the document does."""

    entry: Entry
    revision: int
    at: datetime
    digest: str


class Unknown:
    """What cannot be said at once."""


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Draft:
    """The change that is not yet published."""

    entry: Entry
    revision: int
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A file or record that the store passes over, and why; all others are served."""

    where: str
    breaches: tuple[Breach, ...]


class Store(Protocol):
    """Entries with their drafts and revisions. Safe to use from several threads.

    Several processes may use one store at once. Each change names the newest revision that
    its author knew, ``head`` (0: there is none), and raises Conflict where another came
    first; ``head=None`` applies it to whatever is newest. When a change returns, it is on
    disk. Every method raises StoreUnavailable where the store cannot be reached; a change
    that raises was not acknowledged.
    """

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        """Return what readers see, at most one second old; None where nothing ever was live."""

    def find(self, url: str) -> str | None:
        """Return the id of the live or withdrawn entry whose address or alias ``url`` is.

        Compares normalized (``urls.normalize``); what is no address is found nowhere.
        """

    def live_at_once(self, entry_id: str) -> Live | Withdrawn | Unknown | None:
        """Return what ``live`` would, or UNKNOWN where that may have to wait.

        For whoever must not: one look at a file's times is allowed, and no question to a database,
        no lock that is held for long, no error.
        """

    def find_at_once(self, url: str) -> str | Unknown | None:
        """Return what ``find`` would, or UNKNOWN where that may have to wait."""

    def draft(self, entry_id: str) -> Draft | None:
        """Return the draft, or None."""

    def ids(self) -> list[str]:
        """Return the ids of all entries that have a draft or a revision, sorted."""

    def rows(
        self, query: Query, *, limit: int, offset: int = 0, after: Key | None = None
    ) -> list[Row]:
        """Return at most ``limit`` of the rows that ``query`` asks for, in its order.

        ``offset`` passes over so many; ``after`` over those up to a place in the order
        (``listing.key``). A change through this store shows at once, one by another within
        a second; what is set aside is listed, too.
        """

    def tally(self, query: Query) -> Tally:
        """Count the rows that ``query`` asks for, and all; list what they can be filtered by.

        Where a search finds very many, the count may stop at ``COUNTED`` and say so.
        """

    def head(self, entry_id: str) -> int:
        """Return the number of the newest revision, 0 where there is none."""

    def history(self, entry_id: str) -> list[Revision]:
        """Return all revisions, newest first."""

    def revision(self, entry_id: str, number: int) -> Revision:
        """Return one revision. Raises NotFound."""

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Keep ``entry`` as the draft of ``entry.id``. Raises Conflict."""

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Drop the draft. Raises NotFound where there is none, Conflict."""

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Make the draft live, and drop it.

        Raises NotFound where there is no draft, InvalidEntry where the rules are broken or
        an address belongs to another live or withdrawn entry, Conflict.
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

        Raises NotFound where nothing is live, Conflict.
        """

    def adopt(self, revision: Revision) -> None:
        """Append a revision that another store made, exactly as it is; no rules are asked.

        What is live and what is a draft follows from it, as it did there. Raises Conflict
        unless its number is that of the newest plus one, InvalidEntry where it publishes an
        address that belongs to another entry here: whoever adopts the revisions of several
        entries does it in the order in which they were made.
        """

    def problems(self, *, thorough: bool = False) -> list[Problem]:
        """Return what is set aside now; ``thorough`` looks at every revision, which takes long."""

    def look(self) -> None:
        """Look for changes that others made without this store, such as edits of files, now.

        What is found is recorded, and told to ``changed``. For whoever serves no requests,
        since every one of them looks by itself.
        """

    def close(self) -> None:
        """Release what the store holds open. Further calls are errors."""
