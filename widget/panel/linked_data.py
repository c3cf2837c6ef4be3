"""What a panel says of itself to machines in the terms of schema.org.

The frame has it as JSON-LD, the fragment as microdata.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from widget.config import Publication
from widget.entry import Entry
from widget.entry.vocabulary import Origin
from widget.panel.disclosure import Reviews

SCHEMA = "https://schema.org"

# Schema.org's names of the IPTC NewsCodes trainedAlgorithmicMedia,
# compositeWithTrainedAlgorithmicMedia and digitalArt (made by people with digital tools). A review
# changes nothing of how a text came about.
_SOURCE_TYPES: dict[Origin, str] = {
    "ai": f"{SCHEMA}/TrainedAlgorithmicMediaDigitalSource",
    "ai-edited": f"{SCHEMA}/CompositeWithTrainedAlgorithmicMediaDigitalSource",
    "human": f"{SCHEMA}/DigitalArtDigitalSource",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the view does not have: for both forms. Dates are in ISO 8601.

    ``reviewers`` are type and name of those who approved exactly this version.
    """

    item_type: str
    digital_source_type: str
    language: str
    publisher: str
    modified: str | None
    reviewers: tuple[tuple[str, str], ...]
    reviewed: str | None


def facts(entry: Entry, publication: Publication, reviews: Reviews) -> Facts:
    """Return the facts about a panel, by its document and the proof of its reviews alone."""
    if publication.reviewer == "name":
        reviewers = tuple(dict.fromkeys(("Person", it.reviewer) for it in reviews))
    else:
        reviewers = (("Organization", publication.name),) if reviews else ()
    return Facts(
        item_type=f"{SCHEMA}/CreativeWork",
        digital_source_type=_SOURCE_TYPES[entry.provenance.origin],
        language=entry.language,
        publisher=publication.name,
        modified=_newest([*_changes(entry), *(it.at for it in reviews)]),
        reviewers=reviewers,
        reviewed=_newest([it.at for it in reviews]),
    )


def _changes(entry: Entry) -> Iterator[datetime]:
    provenance = entry.provenance
    yield from (it for it in (provenance.generated_at, provenance.reviewed_at) if it)
    yield from (it.at for it in entry.corrections)


def _newest(moments: list[datetime]) -> str | None:
    if not moments:
        return None
    return max(moments).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
