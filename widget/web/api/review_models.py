"""The bodies and responses of the API for reviews, comments and plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from widget.editorial.evidence import CommentRecord
from widget.editorial.remarks import MAX_COMMENT, MAX_REMARKS
from widget.entry.model import Moment
from widget.store import Workflow
from widget.store.workflow import Phase, Proof
from widget.web.api.models import MAX_REVISION, Note

_Item = Annotated[str, StringConstraints(max_length=40)]
_Reason = Annotated[str, StringConstraints(max_length=500)]


class _RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SubmissionRequest(_RequestBody):
    """The note for the reviewer."""

    note: Note = ""


class CommentRequest(_RequestBody):
    """A comment on a point, a source, or the whole."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_COMMENT)]
    path: Annotated[str, StringConstraints(max_length=100)] = Field(
        default="",
        description="`$.perspectives[0].points[1]` or `$.sources[0]`; empty for the whole.",
    )


class ReviewRequest(_RequestBody):
    """The decision about exactly one version of the draft."""

    decision: Literal["approve", "return"]
    digest: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] = Field(
        description="The SHA-256 of the draft as the API returns it, in hexadecimal digits."
    )
    checked: list[_Item] = Field(
        default=[],
        max_length=20,
        description="To approve: `sources` `quotes` `fairness` `language` `law`.",
    )
    note: Note = Field(
        default="", description="To return: what has to change, unless comments say that."
    )
    comments: list[CommentRequest] = Field(
        default=[],
        max_length=MAX_REMARKS,
        description="On points and sources; they and the decision are one change.",
    )


class ReviewRecord(BaseModel):
    """One decision. `reviewer`, `role` and `proof` are of approvals."""

    number: int = Field(description="Its revision.")
    at: datetime
    decision: Literal["approve", "return"]
    actor: str
    note: str
    reviewer: str | None = None
    role: str | None = None
    proof: Proof | None = Field(default=None, description="How the reviewer proved who they are.")
    checked: list[str] = []
    digest: str = Field(
        description="The SHA-256 of the version: of an approved one with the reviewer in it."
    )
    current: bool = Field(description="It is about the draft as it is now.")


class ReviewList(BaseModel):
    """Where the draft is in the review, and all decisions about the entry, oldest first."""

    phase: Phase | None = Field(description="null: there is no draft.")
    digest: str | None = Field(description="The SHA-256 of the draft.")
    needed: int = Field(description="How many persons have to approve the draft.")
    given: int = Field(description="How many have approved it.")
    hold: str = Field(description="The word or the section for which it needs two.")
    items: list[ReviewRecord]


class CommentList(BaseModel):
    """All comments, oldest first."""

    items: list[CommentRecord]


class ScheduleRequest(_RequestBody):
    """When the draft is published, and when the entry is withdrawn; null: never."""

    publish_at: Moment | None = None
    expires_at: Moment | None = None
    reason: _Reason = Field(default="", description="Why it will be withdrawn, for readers.")


class Schedule(BaseModel):
    """What is planned, and by whom."""

    publish_at: datetime | None
    expires_at: datetime | None
    reason: str
    planned_by: str | None

    @classmethod
    def of(cls, workflow: Workflow) -> Self:
        """Return what is planned in a state."""
        return cls(
            publish_at=workflow.publish_at,
            expires_at=workflow.expires_at,
            reason=workflow.expiry_reason,
            planned_by=workflow.planned_by,
        )


class AssignmentRequest(_RequestBody):
    """Who works on the entry, and until when; null: nobody, at no date."""

    assignee: Annotated[str, StringConstraints(max_length=200)] | None = None
    due: date | None = None


class ReviewEvidenceQuery(BaseModel):
    """The version that the record is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: int | None = Field(
        default=None,
        ge=1,
        le=MAX_REVISION,
        description="By default what is live, else the draft.",
    )
