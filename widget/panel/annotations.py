"""What is shown beside an entry: results of checks, and reports that editors agreed with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from markupsafe import Markup

from widget import i18n
from widget.config import Publication
from widget.entry import Source
from widget.panel.words import Words


class SourceAnnotation(Protocol):
    """The newest check of one source, as ``widget.store`` records it, by dates in UTC."""

    @property
    def html(self) -> bool:
        """Whether the source is an HTML document."""

    @property
    def quote_found_on(self) -> date | None:
        """When the quote was found in the text of the source."""

    @property
    def gone_since(self) -> date | None:
        """When the source answered no more."""

    @property
    def archive_url(self) -> str | None:
        """An archived copy of the source."""


class Annotations(Protocol):
    """The annotations of a live entry, as ``widget.store`` records them."""

    @property
    def article_changed_on(self) -> date | None:
        """When the article was found changed."""

    @property
    def article_gone_on(self) -> date | None:
        """When the article was found gone."""

    @property
    def reports_upheld(self) -> int:
        """How many reports of readers editors agreed with."""

    def of_source(self, source: Source) -> SourceAnnotation | None:
        """Return the annotation of exactly this source."""


def of_article(
    annotations: Annotations | None, publication: Publication, phrases: Words
) -> str | None:
    """Return the sentence about what became of the article, if the publication shows it."""
    if annotations is None or publication.article_changes == "hidden":
        return None
    if annotations.article_gone_on:
        return phrases.article_gone(i18n.long_date(annotations.article_gone_on, phrases.language))
    if annotations.article_changed_on:
        changed = i18n.long_date(annotations.article_changed_on, phrases.language)
        return phrases.article_changed(changed)
    return None


def of_reports(annotations: Annotations | None, phrases: Words) -> Iterator[Markup]:
    """Yield the sentence about upheld reports, if there are any."""
    if annotations is not None and annotations.reports_upheld:
        yield phrases.reports_upheld(annotations.reports_upheld)
