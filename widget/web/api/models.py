"""The bodies, queries and responses of the API, except the entry itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel, StringConstraints

from widget import panel
from widget.editorial.listing import ANY_TIME
from widget.entry import Entry
from widget.entry.vocabulary import Lean
from widget.errors import Severity
from widget.store import Action, Query, Row, Sort, State
from widget.store.workflow import Phase

MAX_LIMIT = 200
MAX_REVISION = 999_999_999

Note = Annotated[str, StringConstraints(max_length=2_000)]


class _RequestBody(BaseModel):
    """A body without unknown fields and without type conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PublicationRequest(_RequestBody):
    """The note for the history."""

    note: Note = ""


class WithdrawalRequest(_RequestBody):
    """The notice for readers. It needs a reason, or `legal`."""

    reason: Note = Field(default="", description="The public reason.")
    legal: bool = Field(default=False, description="For legal reasons; the reason may be empty.")


class RestorationRequest(_RequestBody):
    """The revision that becomes the draft."""

    revision: int = Field(ge=1, le=MAX_REVISION)


class AnyDocument(RootModel[JsonValue]):
    """Any JSON; the response lists what prevents it from being a published entry."""


class SnippetQuery(BaseModel):
    """The kind of host page, and the options of the panel."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    way: panel.Way = Field(default="frame", alias="as", description="The way of embedding.")
    host: panel.Host = Field(default="ordinary", description="The kind of host page.")
    script: Literal["evergreen", "pinned"] = Field(
        default="evergreen",
        description="`pinned`: this version of the loader, with its hash.",
    )
    theme: panel.Theme | None = None
    lang: str | None = Field(default=None, max_length=40)
    heading_level: int | None = Field(default=None, alias="heading-level", ge=1, le=5)
    open: str = Field(default="", max_length=200, description="Comma-separated: roles, `sources`.")
    accent: str | None = Field(default=None, pattern=r"^#?[0-9a-fA-F]{6}$")
    instance: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]{1,16}$",
        description="A different name for each panel, if a page embeds an entry more than once.",
    )

    def to_choices(self) -> panel.Choices:
        """Return the choices for the snippet."""
        given = self.model_dump(by_alias=True, exclude_none=True)
        return panel.Choices.from_query({name: str(value) for name, value in given.items()})


class Snippet(BaseModel):
    """The HTML that embeds a panel. ``policy`` is for hosts with a Content-Security-Policy."""

    head: str
    body: str
    policy: str


class ListQuery(BaseModel):
    """Filters, order and page of a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field(default="", max_length=200, description="Words that an entry must contain.")
    state: State | None = Field(
        default=None, description="`draft` also finds `both` and withdrawn entries with a draft."
    )
    lean: Lean | None = None
    section: str | None = Field(default=None, max_length=500)
    language: str | None = Field(default=None, max_length=100)
    phase: Phase | None = Field(default=None, description="Where its draft is in the review.")
    assignee: str | None = Field(default=None, max_length=200)
    saved_by: str | None = Field(default=None, max_length=200, description="The last to save it.")
    due_until: date | None = Field(default=None, description="Due on that day or before.")
    open_comments: bool = Field(default=False, description="`true`: with open comments only.")
    planned: bool = Field(
        default=False, description="`true`: only what is published or withdrawn at a later time."
    )
    publication: str | None = Field(
        default=None, max_length=200, description="The name of one that you work for."
    )
    sort: Sort = Field(default="changed", description="`changed`: newest first.")
    limit: int = Field(default=50, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(default=None, max_length=4_000, description="`next` of a page.")

    def to_store(self) -> Query:
        """Return the query for the store."""
        return Query(
            search=self.q,
            state=self.state,
            lean=self.lean,
            section=self.section,
            language=self.language,
            sort=self.sort,
            phase=self.phase,
            assignee=self.assignee,
            saved_by=self.saved_by,
            due_until=self.due_until,
            commented=self.open_comments,
            planned_until=ANY_TIME if self.planned else None,
        )


class EntrySummary(BaseModel):
    """One entry in a list: its draft if there is one, else what is or was live."""

    id: str
    state: State
    draft: bool = Field(description="There is a draft that readers do not see.")
    title: str
    url: str
    section: str
    lean: Lean | None
    language: str
    changed: datetime
    phase: Phase | None = Field(description="Where its draft is in the review.")
    saved_by: str = Field(description="Who saved its draft last, as the history names them.")
    assignee: str
    due: date | None
    planned: datetime | None = Field(description="When it is published or withdrawn next.")
    open_comments: int

    @classmethod
    def of(cls, row: Row) -> Self:
        """Return the summary of a row of the store."""
        return cls(
            id=row.id,
            state=row.state,
            draft=row.waiting,
            title=row.title,
            url=row.url,
            section=row.section,
            lean=row.lean,
            language=row.language,
            changed=row.changed,
            phase=row.phase,
            saved_by=row.saved_by,
            assignee=row.assignee,
            due=row.due,
            planned=row.planned,
            open_comments=row.open_comments,
        )


class EntryPage(BaseModel):
    """One page of a list; `next` is the cursor of the next page."""

    items: list[EntrySummary]
    next: str | None


class GivenComment(BaseModel):
    """One of several comments that came together."""

    name: str = Field(description="Such as `7.2`, the second of revision 7.")
    path: str
    text: str


class RevisionSummary(BaseModel):
    """One change, without its entry."""

    number: int
    at: datetime
    actor: str
    action: Action
    note: str
    legal: bool
    detail: str = Field(
        description="What a comment is about: the path of a point or a source, or nothing. Of "
        "`resolve`, the comment's name. Of `return`, `unsigned` where the reviewer of an approved "
        "draft was taken out of it."
    )
    comments: list[GivenComment] = Field(
        description="Comments that came together, with a review or alone."
    )


class RevisionRecord(RevisionSummary):
    """One change, and the entry after it."""

    entry: Entry


class History(BaseModel):
    """All changes, newest first."""

    items: list[RevisionSummary]


class BreachRecord(BaseModel):
    """One problem: its JSONPath, what is wrong, and what to do."""

    path: str
    message: str
    severity: Severity


class ChangeRecord(RevisionSummary):
    """One change, and the warnings about it. They do not prevent publishing."""

    warnings: list[BreachRecord]


class Validation(BaseModel):
    """The errors that prevent publishing, and the warnings."""

    publishable: bool
    breaches: list[BreachRecord]


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    errors: list[BreachRecord] = []
