"""From the checks of a source: what readers see, and whether it is bad.

No single failure says anything. A source is gone where it answered so at least twice, the first
time ``CONFIRM`` ago, or where nothing but failures came at least three times over ``GIVE_UP``. A
quote is missing where two checks, ``CONFIRM`` apart, read the text and did not find it. A refusal,
a paywall and a text that cannot be read change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from widget.sources.record import Bad, SourceCheck, SourceRecord
from widget.store.workflow import SourceAnnotation

CONFIRM = timedelta(hours=6)
GIVE_UP = timedelta(hours=36)
FAILURES = 3
RENEW = timedelta(days=30)
"""How old the date of a finding becomes before a newer one takes its place."""

_READ = ("ok", "moved", "paywall")


def was_fine(record: SourceRecord, bad: Bad) -> bool:
    """Return whether a source that is bad now was fine at some time before."""
    if bad == "gone":
        return any(it.answer in _READ for it in record.checks)
    return any(it.quote == "found" for it in record.checks)


def bad(record: SourceRecord) -> Bad:
    """Return what is confirmed to be wrong with a source, "" where nothing is."""
    if gone_run(record):
        return "gone"
    return "missing" if _missing_run(record) else ""


def gone_run(record: SourceRecord) -> tuple[SourceCheck, ...]:
    """Return the checks, the newest last, since which the source is gone; none where it is not."""
    run = _last(record.checks, [it.answer in ("gone", "failed") for it in record.checks])
    gone = _last(record.checks, [it.answer == "gone" for it in record.checks])
    if len(gone) > 1 and gone[-1].at - gone[0].at >= CONFIRM:
        return run
    lasting = len(run) >= FAILURES and run[-1].at - run[0].at >= GIVE_UP
    return run if lasting else ()


def bad_since(record: SourceRecord) -> datetime:
    """Return the time of the first check of a bad source that found what is wrong."""
    run = gone_run(record) or _missing_run(record) or record.checks[-1:]
    return run[0].at


def _missing_run(record: SourceRecord) -> tuple[SourceCheck, ...]:
    read = [it for it in record.checks if it.quote in ("found", "missing")]
    run = _last(read, [it.quote == "missing" for it in read])
    return run if len(run) > 1 and run[-1].at - run[0].at >= CONFIRM else ()


def _last(checks: Sequence[SourceCheck], fits: Sequence[bool]) -> tuple[SourceCheck, ...]:
    """Return the checks at the end that all fit."""
    count = next((n for n, it in enumerate(reversed(fits)) if not it), len(fits))
    return tuple(checks[len(checks) - count :])


def annotation(record: SourceRecord, before: SourceAnnotation | None) -> SourceAnnotation | None:
    """Return what readers see of a source; ``before`` is what they see now. None: nothing."""
    gone = gone_run(record) if record.bad == "gone" else ()
    found = _found_on(record, before)
    newest = record.newest
    archive = (newest.archive_url if newest else "") or None
    html = _is_html(record)
    if not (gone or found or archive or html):
        return None
    return SourceAnnotation(
        key=record.key,
        html=html,
        quote_found_on=found,
        gone_since=gone[0].at.date() if gone else None,
        archive_url=archive,
    )


def _found_on(record: SourceRecord, before: SourceAnnotation | None) -> date | None:
    """Return the day of the finding: the first one, and a newer one after 30 days."""
    if _missing_run(record):
        return None
    days = [it.at.date() for it in record.checks if it.quote == "found"]
    shown = before.quote_found_on if before else None
    if not days:
        return shown
    return shown if shown and days[-1] - shown < RENEW else days[-1]


def _is_html(record: SourceRecord) -> bool:
    """Return whether the quote can be linked to: the last answer with a text was a page."""
    read = [it for it in record.checks if it.answer in _READ and it.quote != "none"]
    return bool(read) and read[-1].media_type in ("text/html", "application/xhtml+xml")
