"""Takes reports of readers in: counts them, joins those of one problem, says who is to know."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from widget.errors import InsightsError, Throttled
from widget.record.report_keys import ReportKeys
from widget.record.report_limits import ReportLimits
from widget.record.reports import (
    MAX_ADDRESSES,
    MAX_PENDING,
    MAX_TEXTS,
    AnswerAddress,
    Kind,
    Report,
    Statement,
    address_records,
    nearest,
    new_key,
    pending_of,
    point_digest,
    point_text,
    report_records,
    words_of,
)
from widget.storage.documents import Documents
from widget.store import Live

log = logging.getLogger("insights.reports")

NOTIFY_AGAIN = timedelta(hours=1)
"""How long a report that others are joined to is not notified of again."""
_FULL_SECONDS = 3_600.0

Listener = Callable[[str, Report], None]
"""Called with the id of a report that persons are to be notified of, and the report."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What one reader sends. ``address`` is "" where no answer is wanted."""

    kind: Kind
    point: str = ""
    text: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a report; ``answers``: the reader's address was stored for an answer."""

    id: str
    joined: bool
    answers: bool


class _Resolved(InsightsError):
    """The report was decided meanwhile, so that nothing more is joined to it."""


class ReportInbox:
    """Where readers' reports arrive. Safe for threads; all processes of a store share it.

    Every method raises StoreUnavailable.
    """

    def __init__(self, documents: Documents, clock: Callable[[], float] = time.time) -> None:
        self.keys = ReportKeys(documents, clock)
        self.limits = ReportLimits(documents, self.keys, clock)
        self.listener: Listener | None = None
        self._reports = report_records(documents)
        self._addresses = address_records(documents)
        self._clock = clock

    def submit(self, live: Live, submission: Submission, *, address: str) -> Receipt:
        """Take a report about a live entry in; ``address`` is the reader's on the network.

        Of that only its network counts, as a hash of this day. Raises Throttled.
        """
        self.limits.count(address)
        pending = pending_of(self._reports, live.entry.id)
        key = nearest(pending, point=submission.point, kind=submission.kind, text=submission.text)
        if key is None and len(pending) >= MAX_PENDING:
            raise Throttled("too many reports of this panel wait", retry_after=_FULL_SECONDS)
        key, joined = self._record(live, submission, key)
        answers = bool(submission.address) and self._ask(key, submission.address)
        return Receipt(key, joined, answers)

    def _record(self, live: Live, submission: Submission, key: str | None) -> tuple[str, bool]:
        now = datetime.fromtimestamp(self._clock(), UTC)
        for attempt in range(MAX_PENDING):
            chosen = key or new_key(
                live.entry.id,
                point=submission.point,
                kind=submission.kind,
                text=submission.text,
                attempt=attempt,
            )
            notify = False

            def change(before: Report | None) -> Report:
                nonlocal notify
                if before is None:
                    notify = True
                    return _new(live, submission, now)
                if not before.pending:
                    raise _Resolved
                notify = before.notified_at is None or now - before.notified_at >= NOTIFY_AGAIN
                return _joined(before, submission, now, notify=notify)

            try:
                report = self._reports.update(chosen, change)
            except _Resolved:
                key = None
                continue
            if notify and report is not None:
                self._notify(chosen, report)
            return chosen, report is not None and report.count > 1
        raise Throttled("too many reports of this panel wait", retry_after=_FULL_SECONDS)

    def _ask(self, key: str, address: str) -> bool:
        """Keep the address of a reader who wants an answer; return whether it is kept."""
        if self._addresses.count(prefix=f"{key}/") >= MAX_ADDRESSES:
            return False
        now = datetime.fromtimestamp(self._clock(), UTC)
        name = hashlib.sha256(address.casefold().encode()).hexdigest()[:16]
        self._addresses.put(f"{key}/{name}", AnswerAddress(at=now, address=address))
        return True

    def _notify(self, key: str, report: Report) -> None:
        if self.listener is None:
            return
        try:
            self.listener(key, report)
        except InsightsError as error:  # the report itself is on disk
            log.warning("%s; nobody is notified of the report %s", error, key)


def _new(live: Live, submission: Submission, now: datetime) -> Report:
    text = point_text(live.entry, submission.point)
    return Report(
        entry=live.entry.id,
        kind=submission.kind,
        point=submission.point,
        digest="" if text is None else point_digest(text),
        revision=live.revision,
        statements=(Statement(at=now, text=submission.text),) if submission.text else (),
        first_at=now,
        last_at=now,
        notified_at=now,
    )


def _joined(before: Report, submission: Submission, now: datetime, *, notify: bool) -> Report:
    statements = before.statements
    words = words_of(submission.text)
    if words and len(statements) < MAX_TEXTS and words not in map(_words, statements):
        statements = (*statements, Statement(at=now, text=submission.text))
    update = {
        "count": before.count + 1,
        "last_at": now,
        "statements": statements,
        "notified_at": now if notify else before.notified_at,
    }
    return before.model_copy(update=update)


def _words(statement: Statement) -> frozenset[str]:
    return words_of(statement.text)
