"""What the people of the state machine of a newsroom may do with which versions of an entry."""

from __future__ import annotations

from hypothesis import strategies as st
from samples import PAPER, sample_entry

from widget.config import Settings
from widget.entry import Entry

WORKERS = st.integers(0, 1)
FREE = "https://free.example"
SETTINGS = Settings.model_validate(
    {
        "publications": [
            {
                "name": "The Paper",
                "origins": [PAPER],
                "hold": {"words": ["scandal"]},
            },
            {"name": "Free", "origins": [FREE], "review": "optional"},
        ]
    }
)
REVIEWERS = st.sampled_from(["ana", "ben", "cem"])
# Who changes drafts, and the person behind each; None: nobody can tell.
PERSONS = {
    "ana": "ana",
    "ana (token ci)": "ana",
    "ana (draft quill)": "ana",
    "Ben": "ben",
    "cem": "cem",
    "token:old": None,
}
ACTORS = st.sampled_from(sorted(PERSONS))
TITLES = st.sampled_from(["Bring the night trains back", "Keep them", "A scan\u00addal on rails"])
ORIGINS = st.sampled_from(["ai", "ai-edited", "human"])
SITES = st.sampled_from([PAPER, PAPER, PAPER, FREE])
DAYS = st.integers(-3, 6)


def version(
    entry_id: str, title: str, origin: str, *, site: str = PAPER, declared: bool = False
) -> Entry:
    entry = sample_entry()
    provenance = {
        "origin": origin,
        "reviewed_by": "An editor" if declared else None,
        "reviewed_at": None,
    }
    article = {"title": title, "url": f"{site}/opinion/{entry_id}", "aliases": ()}
    return entry.model_copy(
        update={
            "id": entry_id,
            "article": entry.article.model_copy(update=article),
            "provenance": entry.provenance.model_copy(update=provenance),
        }
    )


def needed(entry: Entry, *, by_model: bool) -> int:
    """Say it once more, simply: two for the held word, one for what a model wrote."""
    if entry.article.url.startswith(FREE):
        return 0
    if "\u00ad" in entry.article.title:
        return 2
    return int(by_model or entry.provenance.origin != "human")
