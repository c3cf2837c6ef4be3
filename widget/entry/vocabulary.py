"""The enumerated values of entries and settings."""

from __future__ import annotations

from typing import Literal

ArticleKind = Literal[
    "opinion", "editorial", "column", "letter", "review", "analysis", "commentary", "news"
]
Lean = Literal[
    "left", "center-left", "center", "center-right", "right", "not-political", "not-rated"
]
Confidence = Literal["low", "medium", "high"]
Role = Literal["ideas", "different-views", "context", "reply"]
SourceKind = Literal["news", "journal", "government", "book", "report", "website", "other"]
Origin = Literal["ai", "ai-edited", "human"]
CorrectionKind = Literal["correction", "clarification", "update"]

LEAN_SCALE: tuple[Lean, ...] = ("left", "center-left", "center", "center-right", "right")

OPINION_KINDS: tuple[ArticleKind, ...] = (
    "opinion",
    "editorial",
    "column",
    "letter",
    "review",
    "analysis",
    "commentary",
)
