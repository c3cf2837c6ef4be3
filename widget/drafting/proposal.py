"""The object that a language model returns, after it was validated."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from widget.entry.vocabulary import Lean

ProposedRole = Literal["ideas", "different-views"]
Passage = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ProposedPoint(_Record):
    """One point. ``text`` is plain text without markers; ``cites`` are numbers of documents.

    ``quotes`` are the passages of the cited documents that support the point (for ``ideas``,
    which cite nothing, passages of the article).
    """

    role: ProposedRole
    text: Annotated[str, StringConstraints(min_length=1, max_length=1_500)]
    cites: Annotated[tuple[int, ...], Field(max_length=12)] = ()
    quotes: Annotated[tuple[Passage, ...], Field(max_length=6)] = ()


class Proposal(_Record):
    """What the model proposes. The lean is a suggestion for a person."""

    lean: Lean
    rationale: Annotated[str, StringConstraints(max_length=1_500)]
    confidence: Literal["low", "medium"]
    points: Annotated[tuple[ProposedPoint, ...], Field(min_length=1, max_length=24)]
