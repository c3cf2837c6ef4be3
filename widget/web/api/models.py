"""The bodies and queries of the API, beside the entry itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel, StringConstraints

from widget import panel
from widget.entry import Entry
from widget.entry.vocabulary import Lean
from widget.errors import Severity
from widget.store import Action, Sort, State

MAX_LIMIT = 200
MAX_REVISION = 999_999_999

Note = Annotated[str, StringConstraints(max_length=2_000)]


class _Given(BaseModel):
    """What a request brings: nothing unknown, nothing guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Publication(_Given):
    """Why the draft is published, for the history."""

    note: Note = ""


class Withdrawal(_Given):
    """What readers are told. One of both must be given."""

    reason: Note = Field(default="", description="The public reason.")
    legal: bool = Field(default=False, description="For legal reasons; the reason may be empty.")


class Restoration(_Given):
    """Which revision becomes the draft."""

    revision: int = Field(ge=1, le=MAX_REVISION)


class Document(RootModel[JsonValue]):
    """Any JSON; the answer says what keeps it from being an entry, or from being published."""


class SnippetQuery(BaseModel):
    """What the page is like, and how the panel is to look."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    way: panel.Way = Field(default="frame", alias="as", description="How it is embedded.")
    host: panel.Host = Field(default="ordinary", description="What the page is like.")
    script: Literal["evergreen", "pinned"] = Field(
        default="evergreen", description="`pinned`: this version of the loader, with its hash."
    )
    theme: panel.Theme | None = None
    lang: str | None = Field(default=None, max_length=40)
    heading_level: int | None = Field(default=None, alias="heading-level", ge=1, le=5)
    open: str = Field(default="", max_length=200, description="Roles and `sources`, with commas.")
    accent: str | None = Field(default=None, pattern=r"^#?[0-9a-fA-F]{6}$")
    instance: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]{1,16}$",
        description="Where a page includes an entry more than once: another one for each.",
    )


class Snippet(BaseModel):
    """What a publisher pastes. ``policy`` is for hosts with a Content-Security-Policy."""

    head: str
    body: str
    policy: str


class ListQuery(BaseModel):
    """What to list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field(default="", max_length=200, description="Words that an entry must contain.")
    state: State | None = Field(
        default=None, description="`draft` also finds `both` and withdrawn entries with a draft."
    )
    lean: Lean | None = None
    section: str | None = Field(default=None, max_length=500)
    language: str | None = Field(default=None, max_length=100)
    sort: Sort = Field(default="changed", description="`changed`: newest first.")
    limit: int = Field(default=50, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(default=None, max_length=4_000, description="`next` of a page.")


class Summary(BaseModel):
    """An entry at a glance: its draft where there is one, else what is or was live."""

    id: str
    state: State
    draft: bool = Field(description="There is a draft that readers do not see.")
    title: str
    url: str
    section: str
    lean: Lean | None
    language: str
    changed: datetime


class Page(BaseModel):
    """Some of the entries that were asked for; `next` is the cursor of those after them."""

    items: list[Summary]
    next: str | None


class RevisionSummary(BaseModel):
    """One change, without its entry."""

    number: int
    at: datetime
    actor: str
    action: Action
    note: str
    legal: bool


class RevisionRecord(RevisionSummary):
    """One change, and the entry as it left it."""

    entry: Entry


class History(BaseModel):
    """All changes, newest first."""

    items: list[RevisionSummary]


class BreachRecord(BaseModel):
    """One thing that is wrong, where (JSONPath), and what to do about it."""

    path: str
    message: str
    severity: Severity


class Change(RevisionSummary):
    """One change, and what to look at in what was saved or published; it keeps nothing back."""

    warnings: list[BreachRecord]


class Validation(BaseModel):
    """What keeps a document from being published, and what to look at besides."""

    publishable: bool
    breaches: list[BreachRecord]


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    errors: list[BreachRecord] = []
