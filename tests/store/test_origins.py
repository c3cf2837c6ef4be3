"""What a model wrote does not become people's own work on one person's word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from samples import PAPER, sample_entry

from widget.config import Settings
from widget.editorial.evidence import evidence_of
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import InvalidEntry
from widget.store import Live, Revision, Store, open_store
from widget.store.rules import rules
from widget.store.state import now

OpenDesk = Callable[[Settings], Editorial]

ID = "night-trains"
SETTINGS = Settings.model_validate({"publications": [{"name": "Paper", "origins": [PAPER]}]})
FREE = Settings.model_validate(
    {"publications": [{"name": "Paper", "origins": [PAPER], "review": "optional"}]}
)
BEN = Reviewer(name="ben", role="editor", proof="session", actor="ben")
REFUSED = "was by a language model in an earlier version"


def version(origin: str, title: str = "Bring the night trains back") -> Entry:
    return sample_entry(
        article__title=title,
        provenance={"origin": origin, "provider": None if origin == "human" else "Quill"},
    )


@pytest.fixture
def open_desk(store_url: str) -> Iterator[OpenDesk]:
    """Opens the test's store under settings."""
    opened: list[Store] = []

    def open_it(settings: Settings) -> Editorial:
        opened.append(open_store(store_url, rules(settings)))
        return Editorial(opened[-1], settings)

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def desk(open_desk: OpenDesk) -> Editorial:
    return open_desk(SETTINGS)


@pytest.fixture
def free(open_desk: OpenDesk) -> Editorial:
    return open_desk(FREE)


def approve(desk: Editorial) -> None:
    desk.review.approve(ID, reviewer=BEN, checked=CHECKLIST)


def origin_of_live(desk: Editorial) -> str | None:
    live = desk.entries.live(ID)
    return live.entry.provenance.origin if isinstance(live, Live) else None


def test_another_origin_alone_publishes_no_draft(desk: Editorial) -> None:
    desk.save(version("ai"), actor="ana")
    desk.save(version("human"), actor="ana")
    draft = desk.entries.draft(ID)
    assert draft
    status = desk.review.status(draft.entry, draft.workflow)
    assert (status.needed, status.was_by_model) == (1, True)
    with pytest.raises(InvalidEntry, match=REFUSED):
        desk.publish(ID, actor="ana")
    desk.discard(ID, actor="ana")
    with pytest.raises(InvalidEntry, match=REFUSED):
        desk.put(version("human"), actor="ana", publish=True)
    (refusal,) = desk.put_all([version("human")], actor="ana", publish=True)
    assert REFUSED in str(refusal)
    assert desk.entries.live(ID) is None


def test_nor_a_change_of_what_is_or_was_live_until_another_person_approved_one(
    desk: Editorial,
) -> None:
    desk.save(version("ai"), actor="ana")
    approve(desk)
    desk.publish(ID, actor="ana")
    for _ in ("live", "withdrawn"):
        with pytest.raises(InvalidEntry, match=REFUSED):
            desk.put(version("human"), actor="ana", publish=True)
        if origin_of_live(desk):
            assert origin_of_live(desk) == "ai"
            desk.withdraw(ID, actor="ana", reason="It was wrong.")
    desk.save(version("human", "Written anew"), actor="ana")
    record = evidence_of(desk.entries, SETTINGS, ID, revision=desk.entries.head(ID))
    assert (record.version.by_model_in, record.review.needed) == (4, 1)
    approve(desk)
    desk.publish(ID, actor="ana")
    published = evidence_of(desk.entries, SETTINGS, ID)
    assert (published.version.by_model_in, published.review.review) == (4, "proven")
    desk.put(version("human", "Mended"), actor="ana", publish=True)
    assert origin_of_live(desk) == "human"
    assert evidence_of(desk.entries, SETTINGS, ID).version.by_model_in is None


def test_what_was_published_before_origins_were_followed_counts_as_well(
    desk: Editorial, free: Editorial
) -> None:
    """Releases before that left states without it."""
    for number, action in enumerate(("save", "publish"), 1):
        free.adopt(Revision(number, now(), "ana", action, "", version("ai")))  # type: ignore[arg-type]  # an action
    with pytest.raises(InvalidEntry, match=REFUSED):
        desk.put(version("human"), actor="ana", publish=True)
    desk.save(version("human"), actor="ana")
    draft = desk.entries.draft(ID)
    assert draft
    assert desk.review.status(draft.entry, draft.workflow).needed == 1
    with pytest.raises(InvalidEntry, match=REFUSED):
        desk.publish(ID, actor="ana")
    assert origin_of_live(desk) == "ai"


def test_a_publication_without_reviews_ends_nothing(desk: Editorial, free: Editorial) -> None:
    free.put(version("ai"), actor="ana", publish=True)
    free.put(version("human"), actor="ana", publish=True)
    assert origin_of_live(free) == "human"
    with pytest.raises(InvalidEntry, match=REFUSED):
        desk.put(version("human", "Mended"), actor="ana", publish=True)


@pytest.mark.unit
def test_a_file_that_says_people_wrote_it_is_set_aside(tmp_path: Path) -> None:
    store: Store = open_store(f"dir:{tmp_path}", rules(SETTINGS))
    desk = Editorial(store, SETTINGS)
    desk.save(version("ai"), actor="ana")
    approve(desk)
    desk.publish(ID, actor="ana")
    path = tmp_path / "live" / f"{ID}.json"
    path.write_bytes(version("human").to_json())
    store.poll()
    assert origin_of_live(desk) == "ai"
    (problem,) = store.problems()
    assert REFUSED in problem.breaches[0].message
    store.close()
