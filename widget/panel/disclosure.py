"""Who made an analysis and who reviewed it: the label on top of a panel, and its disclosure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from markupsafe import Markup

from widget import i18n
from widget.config import Publication
from widget.entry import Entry
from widget.entry.vocabulary import Origin
from widget.panel.words import Words


class Review(Protocol):
    """A proven review of exactly the version that is shown, as ``widget.store`` records it.

    What an entry says of itself in ``reviewed_by`` is only declared.
    """

    @property
    def reviewer(self) -> str:
        """The name of the person."""

    @property
    def role(self) -> str:
        """Their role at the time: editor, publisher or admin."""

    @property
    def at(self) -> datetime:
        """When they approved it."""


Reviews = Sequence[Review]


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom readers may ask about a panel."""

    url: str
    text: str


def contact_of(publication: Publication) -> Contact | None:
    """Return the contact that the publication names."""
    text = publication.contact
    if not text:
        return None
    scheme, separator, rest = text.partition("://")
    return Contact(publication.contact_url, rest.rstrip("/") if separator else scheme)


def label(entry: Entry, phrases: Words, reviews: Reviews) -> Markup:
    """Return the label on top. Only a proven review changes it."""
    return phrases.label(entry.provenance.origin, reviewed=bool(reviews))


def lasting_label(entry: Entry, phrases: Words) -> str:
    """Return what stays true in a snippet, which is pasted once: how the analysis began."""
    origin: Origin = "human" if entry.provenance.origin == "human" else "ai"
    return phrases.label(origin, reviewed=False).striptags()


def sentences(
    entry: Entry, publication: Publication, phrases: Words, reviews: Reviews
) -> Iterator[Markup]:
    """Yield who made the analysis, and whether a person reviewed it."""
    provenance = entry.provenance
    yield phrases.made_by(
        provenance.origin, provider=provenance.provider or "", model=provenance.model or ""
    )
    if reviews:
        yield from _proven(reviews, phrases, by_name=publication.reviewer == "name")
    elif provenance.reviewed_by:
        at = provenance.reviewed_at
        yield phrases.declared(provenance.reviewed_by, _date(at, phrases) if at else "")
    elif provenance.origin != "human":
        yield phrases.unreviewed()


def _proven(reviews: Reviews, phrases: Words, *, by_name: bool) -> Iterator[Markup]:
    roles: set[str] = set()
    for number, review in enumerate(reviews):
        role = phrases.reviewer(review.role, another=review.role in roles)
        roles.add(review.role)
        who = review.reviewer if by_name else role
        yield phrases.reviewed(who, _date(review.at, phrases), also=number > 0)


def _date(at: datetime, phrases: Words) -> str:
    return i18n.long_date(at, phrases.language)
