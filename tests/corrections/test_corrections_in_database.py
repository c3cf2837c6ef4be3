"""Corrections and the sitemap of entries in PostgreSQL, which two processes change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from corrections_support import atom_faults, corrections, published
from samples import PUBLICATION

from widget.app import create_app
from widget.config import Settings
from widget.record.changes import Changes
from widget.store import Store, open_store
from widget.store.rules import rules

pytestmark = pytest.mark.database


@pytest.fixture
def shared(database_url: str) -> Settings:
    return Settings.model_validate({"store": database_url, "publications": [PUBLICATION]})


@pytest.fixture
def other(shared: Settings) -> Iterator[Store]:
    """Return the store of another process, as it were."""
    opened = open_store(shared.store, rules(shared))
    yield opened
    opened.close()


@pytest.fixture
def own(shared: Settings) -> Iterator[Store]:
    opened = open_store(shared.store, rules(shared))
    yield opened
    opened.close()


def test_what_another_process_publishes_and_withdraws_is_in_the_lists(
    shared: Settings, own: Store, other: Store
) -> None:
    client = create_app(shared, own).test_client()
    published(other, corrections=corrections("The first."))
    published(other, corrections=corrections("The first.", "The second."))
    feed = client.get("/corrections/the-paper.atom")
    assert atom_faults(feed.data) == []
    assert "The second." in feed.text
    assert "The first." not in feed.text
    assert "/panel/night-trains" in client.get("/sitemap.xml").text
    other.withdraw("night-trains", actor="ana", legal=True)
    texts = [client.get(f"/corrections{form}").text for form in ("", ".atom", ".json")]
    texts.append(client.get("/sitemap.xml").text)
    assert not [it for it in texts if "second" in it or "night trains" in it]
    assert "/panel/night-trains" not in texts[-1]


def test_each_page_holds_its_changes_once(shared: Settings, own: Store, other: Store) -> None:
    changes = Changes(own, shared)
    seen: list[str] = []
    before: int | None = None
    for number in range(7):
        published(other, f"entry-{number}")
        published(other, f"entry-{number}", corrections=corrections("Wrong."))
    while True:
        page = changes.page(before=before, size=3)
        seen += [it.line.entry for it in page.changes]
        if before is None:
            other.withdraw("entry-0", actor="ana")
        if page.older is None:
            break
        before = page.older
    assert seen == [f"entry-{number}" for number in reversed(range(7))]
