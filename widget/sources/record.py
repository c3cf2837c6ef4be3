"""The records of checks, beside each entry in either store."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from widget.storage.documents import Collection, Documents

Answer = Literal["ok", "moved", "gone", "refused", "paywall", "failed"]
"""How a source answers: ``moved`` to another address, ``gone`` for good (404, 410, no such host),
``refused`` to us (401, 403, 429, 451, robots.txt), ``failed`` for now (timeout, 5xx)."""

QuoteState = Literal["none", "found", "missing", "unread"]
"""``none``: nothing is quoted; ``unread``: the text could not be read."""

COLLECTION = "sources"
REPEATS = 3
Bad = Literal["", "gone", "missing"]
"""What is confirmed to be wrong: see ``widget.sources.verdicts``."""

MAX_CHECKS = 30
"""How many checks of one source are kept; the oldest go first."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceCheck(_Record):
    """One check of one source. ``status`` is the HTTP status, None where nothing answered.

    ``reason`` says in English why a source could not be read. ``sha256`` is that of the bytes that
    came. ``title`` and ``published`` say whether they are as given, None where the page has none.
    """

    at: AwareDatetime
    answer: Answer
    quote: QuoteState = "none"
    status: int | None = None
    final_url: str = ""
    reason: str = ""
    media_type: str = ""
    sha256: str = ""
    title: bool | None = None
    published: bool | None = None
    etag: str = ""
    last_modified: str = ""
    archive_url: str = ""


class SourceRecord(_Record):
    """The checks of one source, the newest last; ``key`` is ``store.source_key`` of it.

    Of more than ``REPEATS`` checks in a row with the same result, the first ones and the newest are
    kept. ``number`` counts from 1 as readers see it, ``title`` is the entry's; ``given`` changes
    with title and date.
    """

    key: str
    url: str
    number: int = 0
    title: str = ""
    given: str = ""
    bad: Bad = ""
    checks: Annotated[tuple[SourceCheck, ...], Field(max_length=MAX_CHECKS)] = ()

    @property
    def newest(self) -> SourceCheck | None:
        """The newest check."""
        return self.checks[-1] if self.checks else None


class EntrySources(_Record):
    """The sources of one entry; ``bad`` counts those that are bad, for lists.

    ``requested_at`` is when somebody last asked for a check.
    """

    sources: tuple[SourceRecord, ...] = ()
    checked_at: AwareDatetime | None = None
    requested_at: AwareDatetime | None = None
    bad: int = 0


def with_check(record: SourceRecord, check: SourceCheck) -> SourceRecord:
    """Return ``record`` with one more check."""
    before = record.checks
    if check.archive_url == "" and before:
        check = check.model_copy(update={"archive_url": before[-1].archive_url})
    last = before[-REPEATS:]
    if len(last) == REPEATS and all(_result(it) == _result(check) for it in last):
        before = before[:-1]
    return record.model_copy(update={"checks": (*before, check)[-MAX_CHECKS:]})


def _result(check: SourceCheck) -> tuple[object, ...]:
    return (check.answer, check.quote, check.status, check.final_url, check.title, check.published)


def source_records(documents: Documents) -> Collection[EntrySources]:
    """Return the records of all entries by entry id; the group is ``bad`` or ``good``."""
    return Collection(
        documents,
        COLLECTION,
        EntrySources,
        group=lambda it: "bad" if it.bad else "good",
        rank=lambda it: it.checked_at.timestamp() if it.checked_at else 0.0,
    )
