"""A store as somebody sees it who works for one publication, over every store."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_support import entry, put, until

from widget.config import Publication, Settings
from widget.editorial.access import Scope
from widget.editorial.scoped_store import ScopedStore
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import Conflict, InsightsError, InvalidEntry, NotFound
from widget.store import NO_WORKFLOW, Live, Query, Step, Store

SETTINGS = Settings(
    publications=(
        Publication(name="The Paper", origins=("https://paper.example",)),
        Publication(name="The Courier", origins=("https://courier.example",)),
        Publication(name="The Gazette", origins=("https://gazette.example", "http://g.example")),
    )
)


def of(site: str, name: str, **changes: object) -> Entry:
    article = {"url": f"https://{site}.example/{name}", "section": "Views", **changes}
    return entry(name, f"About {name}", article=article)


def view(store: Store, *publications: str) -> ScopedStore:
    return ScopedStore(store, Scope(SETTINGS, publications))


@pytest.fixture
def filled(store: Store) -> Store:
    for site, name in (("paper", "ferry"), ("courier", "gull"), ("elsewhere", "heron")):
        store.save(of(site, name), actor="ana")
        store.publish(name, actor="ana")
        store.save(of(site, name, kind="column"), actor="ana")
    return store


def test_each_entry_is_in_the_view_of_its_publication_alone(filled: Store) -> None:
    for names, ids in {
        ("The Paper",): ["ferry", "heron"],  # the first one has what no publication lists
        ("The Courier",): ["gull"],
        ("The Gazette",): [],
        ("The Courier", "The Paper"): ["ferry", "gull", "heron"],
        ("A paper that closed",): [],
    }.items():
        scoped = view(filled, *names)
        assert scoped.ids() == ids
        rows = scoped.rows(Query(sort="id"), limit=10)
        assert [it.id for it in rows] == ids
        assert scoped.counts(Query()).total == len(ids)
        for name in ("ferry", "gull", "heron"):
            is_there = name in ids
            assert (scoped.head(name) > 0) == is_there
            assert isinstance(scoped.live(name), Live) == is_there
            assert (scoped.draft(name) is not None) == is_there
            assert bool(scoped.history(name)) == is_there
            assert (scoped.workflow(name) != NO_WORKFLOW) == is_there
    assert view(filled, "The Courier").find("https://courier.example/gull") == "gull"
    assert view(filled, "The Courier").find("https://paper.example/ferry") is None
    with pytest.raises(NotFound, match="there is no revision 1 of 'ferry'"):
        view(filled, "The Courier").revision("ferry", 1)


def test_every_change_of_a_foreign_entry_fails_as_that_of_an_unknown_one(filled: Store) -> None:
    scoped, head = view(filled, "The Courier"), filled.head("ferry")
    for name in ("ferry", "heron", "nothing"):
        for seen in (None, head, head - 1):
            errors = [_error(scoped, change, name, seen) for change in CHANGES]
            unknown = [_error(scoped, change, "nothing", seen) for change in CHANGES]
            said = [str(it).replace(name, "nothing") for it in errors]
            assert said == [str(it) for it in unknown]
            assert [type(it) for it in errors] == [type(it) for it in unknown]
    assert filled.head("ferry") == head


CHANGES = ("discard", "publish", "withdraw", "change_workflow")


def _make(store: Store, change: str, name: str, head: int | None) -> None:
    if change == "change_workflow":
        store.change_workflow(name, "comment", lambda *_: Step(NO_WORKFLOW), actor="bo", head=head)
    else:
        getattr(store, change)(name, actor="bo", head=head)


def _error(store: Store, change: str, name: str, head: int | None) -> InsightsError:
    with pytest.raises(InsightsError) as caught:
        _make(store, change, name, head)
    return caught.value


def test_an_unknown_entry_fails_in_a_view_as_in_the_store(filled: Store) -> None:
    scoped = view(filled, "The Courier")
    for change in CHANGES:
        for head in (None, 3):
            seen, stored = (_error(it, change, "nothing", head) for it in (scoped, filled))
            assert (type(seen), str(seen)) == (type(stored), str(stored)), (change, head)


def test_one_s_own_entries_are_changed_as_ever(filled: Store) -> None:
    scoped = view(filled, "The Courier")
    scoped.save(of("courier", "gull", section="News"), actor="bo")
    scoped.publish("gull", actor="bo")
    scoped.change_workflow(
        "gull",
        "assign",
        lambda _, __, workflow: Step(workflow.model_copy(update={"assignee": "bo"})),
        actor="bo",
    )
    scoped.withdraw("gull", actor="bo", reason="Wrong.")
    scoped.save(of("courier", "new"), actor="bo", head=0)
    scoped.discard("new", actor="bo")
    assert [it.action for it in scoped.history("new")] == ["discard", "save"]
    assert view(filled, "The Paper").history("new") == []
    with pytest.raises(Conflict):
        scoped.save(of("courier", "gull"), actor="bo", head=1)


def test_nothing_is_saved_under_a_foreign_id_or_url(filled: Store) -> None:
    scoped = view(filled, "The Courier")
    for head in (None, 0):
        with pytest.raises(InvalidEntry, match=r"\$\.id: is taken; choose another id"):
            scoped.save(of("courier", "ferry"), actor="bo", head=head)
    for site in ("paper", "gazette", "elsewhere"):
        with pytest.raises(InvalidEntry, match=r"\$\.article\.url: is not of a publication"):
            scoped.save(of(site, "gull"), actor="bo")
    foreign = "https://gazette.example/alias"
    with pytest.raises(InvalidEntry, match=r"\$\.article\.aliases\[0\]: is not of a publication"):
        scoped.save(of("courier", "gull", aliases=[foreign]), actor="bo")
    # One that somebody else has put there does not keep the entry from being edited.
    filled.save(of("courier", "gull", aliases=[foreign]), actor="root")
    scoped.save(of("courier", "gull", aliases=[foreign], section="News"), actor="bo")
    assert filled.head("ferry") == 3


class Moving:
    """A store in which somebody moves the entry just before each change that comes through."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        if name in ("save", "discard", "publish", "withdraw", "change_workflow"):
            self._store.save(of("paper", "gull"), actor="the mover")
        return getattr(self._store, name)


@pytest.mark.parametrize("change", CHANGES)
def test_an_entry_that_moves_away_meanwhile_is_not_changed(filled: Store, change: str) -> None:
    scoped = ScopedStore(Moving(filled), Scope(SETTINGS, ("The Courier",)))  # type: ignore[arg-type]
    error = _error(scoped, change, "gull", None)
    assert isinstance(error, NotFound)
    assert "the mover" not in str(error)
    assert filled.history("gull")[0].actor == "the mover"


def test_an_entry_that_moves_away_meanwhile_is_not_saved(filled: Store) -> None:
    scoped = ScopedStore(Moving(filled), Scope(SETTINGS, ("The Courier",)))  # type: ignore[arg-type]
    for name in ("gull", "new"):
        with pytest.raises(InsightsError) as caught:
            scoped.save(of("courier", "gull"), actor="bo", head=None if name == "new" else 3)
        assert "the mover" not in str(caught.value)


def test_a_view_of_everything_is_the_service_itself(filled: Store) -> None:
    editorial = Editorial(filled, SETTINGS)
    assert editorial.within(Scope(SETTINGS)) is editorial
    assert editorial.within(Scope(SETTINGS, ("The Courier",))).entries.ids() == ["gull"]


def test_why_a_file_is_set_aside_is_not_told(store: Store, tmp_path: Path) -> None:
    live = tmp_path / "data" / "live"
    store.save(of("paper", "ferry"), actor="ana")
    store.publish("ferry", actor="ana")
    store.save(of("courier", "gull"), actor="ana")
    store.publish("gull", actor="ana")
    put(
        live / "gull.json", of("courier", "gull", aliases=["https://paper.example/ferry"]).to_json()
    )
    until(lambda: [it.state for it in store.rows(Query(search="gull"), limit=1)] == ["invalid"])
    assert "ferry" in store.rows(Query(search="gull"), limit=1)[0].problem
    scoped = view(store, "The Courier")
    (row,) = scoped.rows(Query(), limit=10)
    assert row.problem.startswith("is set aside")
    assert store.problems()
    assert scoped.problems() == []
