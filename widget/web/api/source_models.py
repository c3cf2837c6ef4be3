"""The API's models of checks of sources."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from widget.sources.record import Answer, Bad, EntrySources, QuoteState


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class SourceCheckRecord(_Model):
    """One check of one source."""

    at: datetime
    answer: Answer
    quote: QuoteState
    status: int | None = Field(description="The HTTP status; null where nothing answered.")
    final_url: str
    reason: str = Field(description="Why the text could not be read, in English.")
    media_type: str
    sha256: str
    title: bool | None = Field(description="Whether the page has the title as given.")
    published: bool | None = Field(description="Whether the page has the date as given.")
    archive_url: str


class CheckedSource(_Model):
    """A source of the live version or of the draft, with its checks, the newest last."""

    number: int
    url: str
    title: str
    bad: Bad = Field(description="What is confirmed to be wrong; empty where nothing is.")
    checks: tuple[SourceCheckRecord, ...]


class SourceChecksRecord(_Model):
    """All checks of an entry; a check that was requested is done when ``checked_at`` is later."""

    checked_at: datetime | None
    requested_at: datetime | None
    items: tuple[CheckedSource, ...]


def checks_record(found: EntrySources) -> SourceChecksRecord:
    """Return the record of an entry's sources."""
    items = tuple(CheckedSource.model_validate(it) for it in found.sources)
    return SourceChecksRecord(
        checked_at=found.checked_at, requested_at=found.requested_at, items=items
    )
