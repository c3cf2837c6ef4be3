"""What stands beside a live document, in every store."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from contract_support import ID, published, shown
from samples import sample_entry
from store_support import OpenStore, rules, until

from widget.editorial.annotating import Annotating
from widget.errors import NotFound
from widget.store import (
    NO_ANNOTATIONS,
    Annotations,
    SourceAnnotation,
    Store,
    Unknown,
    open_store,
    source_key,
)

SEEN = Annotations(
    sources=(SourceAnnotation(key="0" * 32, quote_found_on=date(2026, 5, 3)),), reports_upheld=1
)


def put_beside(store: Store, annotations: Annotations = SEEN) -> None:
    Annotating(store).annotate(ID, lambda _: annotations, actor="sources")


def test_readers_see_annotations_and_the_publication_stays(
    store: Store, open_another: OpenStore
) -> None:
    published(store)
    before, other = shown(store), open_another()
    assert shown(other).annotations == NO_ANNOTATIONS
    put_beside(store)
    after = shown(store)
    assert after.annotations == SEEN
    assert (after.entry, after.revision, after.at) == (before.entry, before.revision, before.at)
    until(lambda: shown(other).annotations == SEEN)
    assert shown(open_another()).annotations == SEEN
    assert store.read_many([ID])[ID].live == after


@pytest.mark.unit
def test_other_processes_see_them_beside_a_file_that_is_old(data: Path, files: Store) -> None:
    published(files)
    os.utime(data / "live" / f"{ID}.json", (1_000_000_000, 1_000_000_000))
    other = open_store(f"dir:{data}", rules)
    assert shown(other).annotations == NO_ANNOTATIONS
    until(lambda: shown(other) and not isinstance(other.live_cached(ID), Unknown))
    put_beside(files)
    until(lambda: shown(other).annotations == SEEN)
    other.close()


def test_what_is_so_already_makes_no_revision(store: Store) -> None:
    published(store)
    put_beside(store)
    head = store.head(ID)
    put_beside(store)
    assert store.head(ID) == head
    assert store.history(ID)[0].action == "annotate"


def test_a_draft_and_its_review_stay(store: Store) -> None:
    published(store)
    store.save(sample_entry(id=ID), actor="ana")
    draft = store.draft(ID)
    put_beside(store)
    after = store.draft(ID)
    assert draft is not None
    assert after is not None
    assert (after.entry, after.revision, after.actor) == (draft.entry, draft.revision, draft.actor)


def test_annotations_stay_at_a_publication_and_go_with_a_withdrawal(store: Store) -> None:
    published(store)
    put_beside(store)
    published(store, title="Make the ferry cheap")
    assert shown(store).annotations == SEEN
    store.withdraw(ID, actor="ana", reason="It was wrong.")
    assert store.workflow(ID).annotations == Annotations(reports_upheld=1)
    with pytest.raises(NotFound, match="not live"):
        put_beside(store, NO_ANNOTATIONS)


@pytest.mark.unit
def test_an_annotation_says_nothing_of_another_url_or_quote() -> None:
    source = sample_entry().sources[0]
    annotations = Annotations(sources=(SourceAnnotation(key=source_key(source)),))
    assert annotations.of_source(source) == annotations.sources[0]
    for change in ({"url": "https://other.example/"}, {"quote": "Something else."}):
        assert annotations.of_source(source.model_copy(update=change)) is None
