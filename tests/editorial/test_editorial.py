"""Rules for changing entries that pages, API, commands and imports share."""

from __future__ import annotations

from typing import Any

import pytest
from samples import PAPER, sample_entry

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import Conflict, Forbidden, InvalidEntry, InvalidRequest
from widget.store import Live, Revision, Store

pytestmark = pytest.mark.unit

ID = "night-trains"
NEWER = sample_entry(article__title="A newer title")
NEWS = sample_entry(article__title="A newer title", article__kind="news")


@pytest.fixture
def editorial(store: Store, settings: Settings) -> Editorial:
    return Editorial(store, settings)


class InterruptedStore:
    """A store in which another person saves right after each save of the first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # any method
        return getattr(self._store, name)

    def save(self, entry: Entry, **options: Any) -> Revision:  # noqa: ANN401  # as given
        saved = self._store.save(entry, **options)
        self._store.save(NEWER, actor="ben")
        return saved


def test_put_publishes_what_it_saved(editorial: Editorial) -> None:
    editorial.put(sample_entry(), actor="ana", note="Why", publish=True)
    live = editorial.entries.live(ID)
    assert isinstance(live, Live)
    assert live.entry == sample_entry()
    assert [each.note for each in editorial.entries.history(ID)] == ["Why", "Why"]


def test_put_publishes_nothing_that_somebody_else_saved_meanwhile(
    store: Store, settings: Settings
) -> None:
    interrupted: Any = InterruptedStore(store)
    with pytest.raises(Conflict):
        Editorial(interrupted, settings).put(sample_entry(), actor="ana", publish=True)
    assert store.live(ID) is None


@pytest.mark.parametrize("keep_draft", [True, False])
def test_a_refused_put_keeps_the_new_draft_or_leaves_the_old_one(
    editorial: Editorial, keep_draft: bool
) -> None:
    editorial.save(sample_entry(), actor="ben")
    with pytest.raises(InvalidEntry, match="news"):
        editorial.put(NEWS, actor="ana", publish=True, keep_draft=keep_draft)
    draft = editorial.entries.draft(ID)
    assert draft is not None
    assert draft.entry == (NEWS if keep_draft else sample_entry())


def test_a_put_whose_url_is_taken_leaves_the_old_draft(editorial: Editorial) -> None:
    editorial.put(sample_entry(), actor="ana", publish=True)
    other = sample_entry(id="other", article__url=f"{PAPER}/opinion/other", article__aliases=[])
    editorial.save(other, actor="ben")
    same_url = sample_entry(id="other", article__aliases=[])
    with pytest.raises(InvalidEntry, match="night-trains"):
        editorial.put(same_url, actor="ana", publish=True)
    draft = editorial.entries.draft("other")
    assert draft is not None
    assert draft.entry == other


@pytest.mark.parametrize("keep_draft", [True, False])
def test_four_eyes_let_nobody_put_and_publish_at_once(
    store: Store, settings: Settings, keep_draft: bool
) -> None:
    strict = Editorial(store, settings.model_copy(update={"four_eyes": True}))
    with pytest.raises(Forbidden, match="four_eyes"):
        strict.put(sample_entry(), actor="ana", publish=True, keep_draft=keep_draft)
    assert store.live(ID) is None
    assert (store.draft(ID) is not None) == keep_draft


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_withdrawal_needs_a_reason_or_legal(editorial: Editorial, reason: str) -> None:
    editorial.put(sample_entry(), actor="ana", publish=True)
    with pytest.raises(InvalidRequest, match=r"\$\.reason"):
        editorial.withdraw(ID, actor="ana", reason=reason)
    assert isinstance(editorial.entries.live(ID), Live)
    assert editorial.withdraw(ID, actor="ana", reason=reason, legal=True).legal
