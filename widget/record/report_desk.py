"""What editors do with reports: look, assign, decide, answer."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import Entry, Withdrawn
from widget.errors import Breach, InvalidRequest, NotFound, amount, message
from widget.record import report_counting
from widget.record.reports import (
    MAX_ADDRESSES,
    PENDING,
    Report,
    State,
    address_records,
    is_report_id,
    point_now,
    point_text,
    report_records,
)
from widget.storage.documents import Documents
from widget.store import Live

PAGE = 50
MAX_ANSWER = 2_000
MAX_COUNTED = 100
"""Up to how many waiting reports the navigation counts."""
_BATCH = 200
_MOST_READ = 5_000
"""How many records one list reads at most, however few of them its filters let through."""

AFTER_ALL = "z" * 100
"""Sorts after every id. A place with it names no report, which may be another publication's."""

Place = tuple[float, str]
SendMail = Callable[[str, str, str, str], None]
"""Sends a mail of a publication: its name, the recipient, the subject, the text.

Raises InsightsError where it was not sent."""


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A report with what lists show of its entry. ``legal``: it was withdrawn for legal reasons."""

    id: str
    report: Report
    title: str
    language: str
    publication: str
    live: bool = False
    legal: bool = False

    @property
    def place(self) -> Place:
        """Where it stands in lists."""
        return self.report.changed_at.timestamp(), self.id


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Some reports, the newest first, and the place after which more follow."""

    items: list[ListedReport]
    next: Place | None = None


@dataclass(frozen=True, slots=True)
class PointHistory:
    """The point of a report: its text then and now, and where it stands now.

    ``then`` is "" where nobody may see it any more, ``now`` where it is not there any more.
    """

    then: str = ""
    now: str = ""
    at: str = ""


class ReportDesk:
    """The reports of the entries that ``editorial`` has. Every method raises StoreUnavailable."""

    def __init__(self, documents: Documents, editorial: Editorial, settings: Settings) -> None:
        self._reports = report_records(documents)
        self._addresses = address_records(documents)
        self._documents = documents
        self._editorial = editorial
        self._settings = settings

    def page(
        self,
        *,
        states: Sequence[State] = PENDING,
        publication: str = "",
        assignee: str = "",
        entry: str = "",
        before: Place | None = None,
        limit: int = PAGE,
    ) -> ReportPage:
        """Return reports, those with the newest change first."""
        found: list[ListedReport] = []
        last: Place | None = None
        for number, (key, report) in enumerate(self._newest(states, before)):
            if number >= _MOST_READ:
                return ReportPage(found, last)
            if len(found) > limit:
                break
            last = report.changed_at.timestamp(), AFTER_ALL
            if (assignee and report.assignee != assignee) or (entry and report.entry != entry):
                continue
            listed = self._listed(key, report)
            if listed and (not publication or listed.publication == publication):
                found.append(listed)
                last = listed.place
        more = len(found) > limit
        found = found[:limit]
        return ReportPage(found, found[-1].place if more else None)

    def count_waiting(self) -> int:
        """Count the reports that wait, up to ``MAX_COUNTED``."""
        shown: dict[str, bool] = {}
        count = 0
        for number, (key, report) in enumerate(self._newest(PENDING, None)):
            if number >= _MOST_READ or count == MAX_COUNTED:
                break
            if report.entry not in shown:  # each page asks, and a flood is about few entries
                shown[report.entry] = self._listed(key, report) is not None
            count += shown[report.entry]
        return count

    def get(self, report_id: str) -> ListedReport:
        """Return a report. Raises NotFound."""
        report = self._reports.get(report_id) if is_report_id(report_id) else None
        listed = self._listed(report_id, report) if report else None
        if listed is None:
            raise NotFound(message("there is no report %(report)r", report=report_id[:120]))
        return listed

    def point(self, listed: ListedReport) -> PointHistory:
        """Return the point that a report is about, then and now."""
        report = listed.report
        if not report.point or listed.legal:
            return PointHistory()
        then = ""
        try:
            entry = self._editorial.entries.revision(report.entry, report.revision).entry
            then = point_text(entry, report.point) or ""
        except NotFound:
            pass
        current = self._current(report.entry)
        if current is None:
            return PointHistory(then)
        at = point_now(current, report) or ""
        return PointHistory(then, point_text(current, at or report.point) or "", at)

    def addresses(self, report_id: str) -> list[str]:
        """Return the mail addresses of readers who want an answer. Raises NotFound."""
        self.get(report_id)
        found = self._addresses.page(prefix=f"{report_id}/", limit=MAX_ADDRESSES)
        return [it.address for _, it in found]

    def assign(self, report_id: str, assignee: str | None) -> ListedReport:
        """Say who works on a report, None for nobody. Raises NotFound, InvalidRequest."""
        state: State = "assigned" if assignee else "open"
        return self._change(report_id, {"assignee": assignee, "state": state})

    def uphold(self, report_id: str, *, actor: str, answer: str = "") -> ListedReport:
        """Say that readers are right; the panel counts it. Raises NotFound, InvalidRequest."""
        listed = self._decide(report_id, "upheld", actor=actor, answer=answer)
        report_counting.count(self._reports, self._editorial, report_id, actor=actor)
        return replace(listed, report=self._reports.get(report_id) or listed.report)

    def reject(self, report_id: str, *, actor: str, answer: str) -> ListedReport:
        """Say why readers are not right. Raises NotFound, InvalidRequest."""
        if not answer.strip():
            raise InvalidRequest([Breach("$.answer", message("says why the report is rejected"))])
        return self._decide(report_id, "rejected", actor=actor, answer=answer)

    def answer(self, report_id: str, text: str, *, send: SendMail) -> int:
        """Send an answer to each reader who wants one, and remove their addresses.

        Returns how many it was sent to. Raises NotFound, InvalidRequest, and what ``send`` raises:
        the addresses of those who got no mail stay.
        """
        text = _checked_answer(text)
        if not text:
            raise InvalidRequest([Breach("$.answer", message("must not be empty"))])
        listed = self.get(report_id)
        sent = 0
        subject = f"Your report about “{listed.title}”" if listed.title else "Your report"
        for key, it in self._addresses.page(prefix=f"{report_id}/", limit=MAX_ADDRESSES):
            send(listed.publication, it.address, subject, text)
            self._addresses.update(key, lambda _: None)
            sent += 1
        self._reports.update(report_id, lambda it: it and it.model_copy(update={"answer": text}))
        self._documents.overwrite_removed()
        return sent

    def remove_addresses(self, report_id: str) -> int:
        """Remove the addresses of readers who were answered elsewhere. Raises NotFound."""
        self.get(report_id)
        removed = self._addresses.remove(prefix=f"{report_id}/")
        self._documents.overwrite_removed()
        return removed

    def _decide(self, report_id: str, state: State, *, actor: str, answer: str) -> ListedReport:
        update = {
            "state": state,
            "answer": _checked_answer(answer),
            "resolved_by": actor,
            "resolved_at": datetime.now(UTC),
        }
        return self._change(report_id, update)

    def _change(self, report_id: str, update: dict[str, object]) -> ListedReport:
        listed = self.get(report_id)

        def changed(before: Report | None) -> Report:
            if before is None:
                raise NotFound(message("there is no report %(report)r", report=report_id))
            if not before.pending:
                decided = message("was decided by %(name)s already", name=before.resolved_by)
                raise InvalidRequest([Breach("$.state", decided)])
            return before.model_copy(update=update)

        report = self._reports.update(report_id, changed)
        return replace(listed, report=report or listed.report)

    def _newest(
        self, states: Sequence[State], before: Place | None
    ) -> Iterator[tuple[str, Report]]:
        def of(state: State) -> Iterator[tuple[str, Report]]:
            place = before
            while page := self._reports.newest(group=state, before=place, limit=_BATCH):
                yield from page
                key, last = page[-1]
                place = last.changed_at.timestamp(), key

        return heapq.merge(
            *map(of, states), key=lambda it: (it[1].changed_at.timestamp(), it[0]), reverse=True
        )

    def _listed(self, key: str, report: Report) -> ListedReport | None:
        """Return a report with its entry; None where that is not to be seen."""
        live = self._editorial.entries.live(report.entry)
        if isinstance(live, Withdrawn):
            return ListedReport(
                key,
                without_texts(report) if live.legal else report,
                title="" if live.legal else live.article_title,
                language=live.language,
                publication=self._settings.publication_for(live.article_url).name,
                legal=live.legal,
            )
        entry = self._current(report.entry)
        if entry is None:
            return None
        return ListedReport(
            key,
            report,
            title=entry.article.title,
            language=entry.language,
            publication=self._settings.publication_for(entry.article.url).name,
            live=isinstance(live, Live),
        )

    def _current(self, entry_id: str) -> Entry | None:
        live = self._editorial.entries.live(entry_id)
        if isinstance(live, Live):
            return live.entry
        draft = self._editorial.entries.draft(entry_id)
        return draft.entry if draft else None


def without_texts(report: Report) -> Report:
    """Return a report without anything that could repeat a text of its entry."""
    return report.model_copy(update={"statements": (), "answer": "", "digest": ""})


def _checked_answer(text: str) -> str:
    text = text.strip()
    if len(text) > MAX_ANSWER:
        wanted = message("must have at most %(limit)s characters", limit=amount(MAX_ANSWER))
        raise InvalidRequest([Breach("$.answer", wanted)])
    return text
