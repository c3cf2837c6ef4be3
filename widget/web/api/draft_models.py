"""The bodies and responses of the API for drafting. See ``widget.drafting``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from widget.entry.model import EntryId
from widget.entry.vocabulary import ArticleKind, Lean, SourceKind

_Url = Annotated[str, StringConstraints(max_length=2_000)]
_Line = Annotated[str, StringConstraints(max_length=500)]
_Text = Annotated[str, StringConstraints(max_length=200_000)]
_State = Literal[
    "queued", "fetching", "searching", "writing", "checking", "kept", "refused", "failed"
]


class _RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class EvidenceItem(_RequestBody):
    """A source with its text, which the draft may cite."""

    url: _Url
    title: _Line
    publisher: _Line | None = None
    published: date | None = None
    type: SourceKind = "other"
    text: _Text


class DraftOrder(_RequestBody):
    """The article, and what the draft may rest on. Without `html` or `text`, `url` is fetched."""

    url: _Url = Field(description="The article's address.")
    html: str | None = Field(default=None, max_length=500_000)
    text: str | None = Field(default=None, max_length=500_000)
    title: _Line = ""
    section: _Line = ""
    kind: ArticleKind | None = None
    language: Annotated[str, StringConstraints(max_length=100)] = ""
    provider: _Line = Field(default="", description="Empty: the first that is configured.")
    queries: list[_Line] = Field(default=[], max_length=5)
    sources: list[_Url] = Field(default=[], max_length=20, description="Pages to fetch.")
    evidence: list[EvidenceItem] = Field(default=[], max_length=30)
    entry: EntryId | None = Field(default=None, description="The entry that gets the draft.")
    replace: bool = Field(default=False, description="An existing entry may get a new draft.")
    dry_run: bool = Field(default=False, description="Save no draft.")


class ResolutionRequest(_RequestBody):
    """Why the draft is right, although the gate found something."""

    finding: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    reason: Annotated[str, StringConstraints(min_length=3, max_length=2_000)]


class FindingRecord(BaseModel):
    """What the evidence does not support. `document` 0 is the article."""

    id: str
    path: str
    rule: str
    severity: Literal["block", "warn"]
    message: str
    sentence: str
    passage: str
    document: int | None
    resolved_by: str | None = None
    reason: str | None = None


class Suggestion(BaseModel):
    """Where the model places the article. A person decides."""

    lean: Lean
    rationale: str
    confidence: Literal["low", "medium"]


class RunUsage(BaseModel):
    """What the run consumed, as the provider reported it; the cost in US dollars."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost: float | None


class RunRecord(BaseModel):
    """One run."""

    run: str
    state: _State
    message: str
    entry: str | None
    revision: int | None
    asked_by: str
    asked_at: datetime
    changed_at: datetime
    provider: str
    model: str
    charged: bool
    queries: list[str]
    suggestion: Suggestion | None
    findings: list[FindingRecord]
    usage: RunUsage


class RunList(BaseModel):
    """The newest runs."""

    items: list[RunRecord]


class EvidenceDocument(BaseModel):
    """One document of the evidence; its number is its place, from 1."""

    url: str
    title: str
    text: str
    sha256: str
    problem: str


class EvidenceRecord(BaseModel):
    """What a draft was made from: the article's text as it was taken, and the documents."""

    article: EvidenceDocument
    documents: list[EvidenceDocument]
