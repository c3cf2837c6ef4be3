"""The records of an article, beside its entry in either store."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from widget.sources.record import MAX_CHECKS, SourceCheck, SourceRecord
from widget.storage.documents import Collection, Documents

Origin = Literal["run", "page"]
"""Where the text comes from: a run of drafting, or the article's page."""

MAX_SETTLED = 20


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Piece(_Record):
    """A run of words in both texts (same), in the older (removed) or in the newer one (added)."""

    kind: Literal["same", "removed", "added"]
    text: str


class Settled(_Record):
    """Somebody read the changed article, and says that the analysis still fits it."""

    by: str
    at: AwareDatetime
    sha256: str


class ArticleRecord(_Record):
    """An article. ``sha256`` is that of the folded text that was analysed.

    ``analysis`` changes with viewpoint and perspectives of the live entry. ``newest_sha256`` is
    that of the text as it is now, "" where that says the same. ``checks`` are the newest last, as
    those of sources. ``reason`` says why the text could not be compared. ``gone_settled``: somebody
    said that the analysis stands although the article is gone.
    """

    url: str
    analysis: str
    sha256: str = ""
    taken_at: AwareDatetime | None = None
    origin: Origin = "page"
    checks: Annotated[tuple[SourceCheck, ...], Field(max_length=MAX_CHECKS)] = ()
    reason: str = ""
    newest_sha256: str = ""
    changed_on: date | None = None
    gone_on: date | None = None
    gone_settled: bool = False
    since: AwareDatetime | None = None
    settled: Annotated[tuple[Settled, ...], Field(max_length=MAX_SETTLED)] = ()

    @property
    def newest(self) -> SourceCheck | None:
        """The newest check."""
        return self.checks[-1] if self.checks else None

    @property
    def as_source(self) -> SourceRecord:
        """The checks as those of a source, to be judged like them."""
        return SourceRecord(key="article", url=self.url, checks=self.checks)


class ArticleTexts(_Record):
    """The text that was analysed, one paragraph a line, and where the text of now differs.

    ``newest`` is empty where it says the same. Each item of ``changes`` is a paragraph.
    """

    analysed: str = ""
    newest: str = ""
    changes: tuple[tuple[Piece, ...], ...] = ()


def article_records(documents: Documents) -> Collection[ArticleRecord]:
    """Return the records of all entries by entry id; the group is ``bad`` or ``good``."""
    return Collection(
        documents,
        "articles",
        ArticleRecord,
        group=lambda it: "bad" if it.changed_on or it.gone_on else "good",
        rank=lambda it: it.since.timestamp() if it.since else 0.0,
    )


def article_texts(documents: Documents) -> Collection[ArticleTexts]:
    """Return the texts by entry id, apart from the records so that lists read none of them."""
    return Collection(documents, "article-texts", ArticleTexts)
