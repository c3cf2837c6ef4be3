"""What is to be archived, how far it came, and where the copies are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from widget.sources.archiving.protocol import ArchiveFailed, Archiver, Copy
from widget.storage.documents import Collection, Documents

State = Literal["queued", "asked", "copied", "done", "failed"]
"""``asked``: the archive works on it; ``copied``: the copy is there, and not yet recorded at each
place; ``failed``: for good."""

REFRESH = timedelta(days=180)
"""A page whose bytes changed is archived again when its copy is as old as this."""
MAX_ATTEMPTS = 8
MAX_PLACES = 200
_FIRST_PAUSE = timedelta(minutes=5)
_POLL_AFTER = timedelta(seconds=5)
_GIVEN_UP_JOB = timedelta(hours=1)
"""After so long without an end a job counts as lost."""
_AT_A_TIME = 20


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Record):
    """Where a source is cited: an entry, and ``store.source_key`` of the source."""

    entry: str
    source: str


class ArchiveOrder(_Record):
    """A page to be archived, and its newest copy. It belongs to a URL, not to an entry.

    ``due`` is when something is to be done next. ``job`` is the archive's, begun at ``begun_at``.
    ``places`` are where the copy is to be recorded. ``bytes_sha256`` is that of the bytes that our
    check got when the copy was asked for. ``reason`` says why the last attempt failed.
    """

    url: str
    state: State = "queued"
    due: AwareDatetime
    places: Annotated[tuple[Place, ...], Field(max_length=MAX_PLACES)] = ()
    bytes_sha256: str = ""
    job: str = ""
    begun_at: AwareDatetime | None = None
    attempts: int = 0
    reason: str = ""
    newest: Copy | None = None
    copied_at: AwareDatetime | None = None

    @property
    def address(self) -> str:
        """The URL of the newest copy, "" where readers can find none."""
        return self.newest.url if self.newest else ""

    @property
    def is_waiting(self) -> bool:
        """Whether something is left to be done."""
        return self.state not in ("done", "failed")


Recorder = Callable[[Place, str], None]
"""Records the URL of a copy where a source is cited; more than once does no harm."""


class ArchiveQueue:
    """The orders of a store, which any process adds to and one at a time carries out.

    Each step is recorded before the next one begins, so that a process that is killed repeats at
    most a request. Every method raises StoreUnavailable.
    """

    def __init__(self, documents: Documents) -> None:
        self._orders: Collection[ArchiveOrder] = Collection(
            documents,
            "archive",
            ArchiveOrder,
            group=lambda it: "waiting" if it.is_waiting else it.state,
            rank=lambda it: -it.due.timestamp(),  # the first that is due has the highest rank
        )

    def order_of(self, url: str) -> ArchiveOrder | None:
        """Return what was ordered for a URL."""
        return self._orders.get(_key(url))

    def want(self, url: str, place: Place, *, sha256: str, now: datetime) -> str:
        """Have a source archived that was just found fine; returns the URL of the newest copy.

        It is archived once, and again where its bytes changed and the copy is old.
        """

        def wanted(order: ArchiveOrder | None) -> ArchiveOrder:
            fresh = ArchiveOrder(url=url, due=now, places=(place,), bytes_sha256=sha256)
            if order is None:
                return fresh
            if order.is_waiting:
                return _with_place(order, place)
            if not _is_outdated(order, sha256, now):
                return order
            # The copy that there is stays until there is a newer one.
            return fresh.model_copy(update={"newest": order.newest, "copied_at": order.copied_at})

        order = self._orders.update(_key(url), wanted)
        return order.address if order else ""

    def carry_out(self, archiver: Archiver, record: Recorder, *, now: datetime) -> datetime | None:
        """Take each order that is due as far as it goes without waiting.

        Returns until when the archive wants to be left alone, None where it does not say.
        """
        for key, order in self._orders.newest(group="waiting", limit=_AT_A_TIME):
            if order.due > now:
                break
            try:
                self._carry_out(key, order, archiver, record, now)
            except ArchiveFailed as error:
                self._fail(key, error, now)
                if error.wait:
                    return now + timedelta(seconds=error.wait)
        return None

    def _carry_out(
        self, key: str, order: ArchiveOrder, archiver: Archiver, record: Recorder, now: datetime
    ) -> None:
        if order.state == "queued":
            began = archiver.begin(order.url)
            if isinstance(began, str):
                due = now + _POLL_AFTER
                self._change(key, {"state": "asked", "job": began, "begun_at": now, "due": due})
                return
            order = self._copied(key, began, now)
        elif order.state == "asked":
            copy = archiver.poll(order.job)
            if copy is None:
                self._wait(key, order, now)
                return
            order = self._copied(key, copy, now)
        self._finish(key, order, record)

    def _copied(self, key: str, copy: Copy, now: datetime) -> ArchiveOrder:
        return self._change(
            key,
            {"state": "copied", "newest": copy, "copied_at": now, "job": "", "reason": ""},
        )

    def _wait(self, key: str, order: ArchiveOrder, now: datetime) -> None:
        taken = now - (order.begun_at or now)
        if taken > _GIVEN_UP_JOB:
            raise ArchiveFailed("the archive's job came to no end", ended=True)
        self._change(key, {"due": now + max(_POLL_AFTER, taken / 4)})

    def _fail(self, key: str, error: ArchiveFailed, now: datetime) -> None:
        def failed(order: ArchiveOrder | None) -> ArchiveOrder | None:
            if order is None:
                return None
            # That the archive wants to be left alone is no failure of this page.
            attempts = order.attempts + (0 if error.wait else 1)
            pause = timedelta(seconds=error.wait) or _FIRST_PAUSE * 2**attempts
            changes: dict[str, object] = {
                "due": now + pause,
                "attempts": attempts,
                "reason": str(error),
            }
            if error.final or attempts >= MAX_ATTEMPTS:
                changes |= {"state": "failed", "job": ""}
            elif error.ended or not order.job:
                changes |= {"state": "queued", "job": ""}
            return order.model_copy(update=changes)

        self._orders.update(key, failed)

    def _finish(self, key: str, order: ArchiveOrder, record: Recorder) -> None:
        """Record the copy at each place, and then that it is done."""
        if order.address:
            for place in order.places:
                record(place, order.address)
        recorded = set(order.places)

        def done(current: ArchiveOrder | None) -> ArchiveOrder | None:
            if current is None:
                return None
            left = tuple(it for it in current.places if it not in recorded)
            state = "copied" if left else "done"  # another place was added meanwhile
            return current.model_copy(update={"places": left, "state": state})

        self._orders.update(key, done)

    def _change(self, key: str, changes: dict[str, object]) -> ArchiveOrder:
        changed = self._orders.update(
            key, lambda order: order.model_copy(update=changes) if order else None
        )
        if changed is None:
            raise ArchiveFailed("the order was removed")
        return changed


def _with_place(order: ArchiveOrder, place: Place) -> ArchiveOrder:
    if place in order.places or len(order.places) >= MAX_PLACES:
        return order
    return order.model_copy(update={"places": (*order.places, place)})


def _is_outdated(order: ArchiveOrder, sha256: str, now: datetime) -> bool:
    if order.copied_at is None:  # it failed for good, and half a year later may not
        return now - order.due >= REFRESH
    return bool(sha256) and sha256 != order.bytes_sha256 and now - order.copied_at >= REFRESH


def _key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:32]
