"""The bodies and responses of the API for readers' reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from widget.record.report_desk import MAX_ANSWER, ListedReport, Place
from widget.record.reports import ID_PATTERN, Kind, State

_Name = Annotated[str, StringConstraints(max_length=200)]
_CURSOR = r"^[0-9]{1,12}(?:\.[0-9]{1,9})?~[a-z0-9.-]{1,100}$"


class _RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ReportQuery(BaseModel):
    """Filters and page of the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal["waiting", "resolved", "any", "open", "assigned", "upheld", "rejected"] = Field(
        default="waiting", description="`waiting`: open or assigned."
    )
    publication: _Name = ""
    assignee: _Name = ""
    entry: Annotated[str, StringConstraints(max_length=80)] = ""
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, pattern=_CURSOR, description="`next` of a page.")

    @property
    def place(self) -> Place | None:
        """The place that the page begins after."""
        if self.cursor is None:
            return None
        stamp, _, key = self.cursor.partition("~")
        return float(stamp), key


class ReportText(BaseModel):
    """What one reader wrote."""

    at: datetime
    text: str


class ReportRecord(BaseModel):
    """One problem that readers reported. Addresses of readers are not in the API."""

    id: str = Field(pattern=ID_PATTERN)
    entry: str
    title: str
    publication: str
    kind: Kind
    point: str = Field(description="Such as `1-2`; empty for the whole panel.")
    revision: int = Field(description="The revision that was live then.")
    state: State
    readers: int
    texts: list[ReportText]
    first_at: datetime
    last_at: datetime
    assignee: str | None
    answer: str
    resolved_by: str | None
    resolved_at: datetime | None

    @classmethod
    def of(cls, listed: ListedReport) -> Self:
        """Return a report as the API has it."""
        report = listed.report
        return cls(
            id=listed.id,
            entry=report.entry,
            title=listed.title,
            publication=listed.publication,
            kind=report.kind,
            point=report.point,
            revision=report.revision,
            state=report.state,
            readers=report.count,
            texts=[ReportText(at=it.at, text=it.text) for it in report.statements],
            first_at=report.first_at,
            last_at=report.last_at,
            assignee=report.assignee,
            answer=report.answer,
            resolved_by=report.resolved_by,
            resolved_at=report.resolved_at,
        )


class ReportList(BaseModel):
    """Some reports, those with the newest change first; `next` is null on the last page."""

    items: list[ReportRecord]
    next: str | None


class ReportAssignment(_RequestBody):
    """Who works on the report; null: nobody."""

    assignee: _Name | None = None


class ReportResolution(_RequestBody):
    """The decision. A rejection needs an answer, which says why."""

    decision: Literal["uphold", "reject"]
    answer: Annotated[str, StringConstraints(max_length=MAX_ANSWER)] = ""
