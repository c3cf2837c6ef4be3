"""What the command ``copy`` refuses, and what it finds when both stores are compared."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest
from copying_support import (
    OpenUrl,
    done,
    entry,
    fill,
    kept,
    opened,
    refused,
)

from widget.editorial.copying import all_ids, differences

pytestmark = pytest.mark.usefixtures("an_empty_folder")


@pytest.mark.database
def test_a_revision_that_is_tampered_with_is_found(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    done("copy", source, target)
    with psycopg.connect(target, autocommit=True) as session:
        changed = session.execute(
            "UPDATE revision SET note = 'nothing' WHERE entry_id = 'live-1' AND number = 3"
        )
        assert changed.rowcount == 1
    said = refused("copy", source, target)
    assert "live-1: revision 3 of the target differs from the source's" in said
    with opened(source) as store, opened(target) as other:
        found = differences(store, other, all_ids(store, other), {}, lambda _: None)
    assert [each.subject for each in found] == ["live-1"]


@pytest.mark.database
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE entry SET live = NULL WHERE id = 'live-0'", "the live version differs"),
        ("UPDATE entry SET draft = NULL WHERE id = 'live-0'", "the draft differs"),
    ],
)
def test_what_readers_see_and_drafts_are_compared_too(
    fresh: OpenUrl, statement: str, message: str
) -> None:
    """Where the revisions are the same and what they add up to is not."""
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    done("copy", source, target)
    with psycopg.connect(target, autocommit=True) as session:
        session.execute(statement.encode())
    said = refused("copy", source, target)
    assert f"live-0: {message} from the source" in said
    assert "TO differs from FROM" in said


@pytest.mark.database
def test_a_target_that_holds_something_else_is_refused_and_left_as_it_was(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    with opened(target) as store:
        store.save(entry("live-2"), actor="somebody else")
        store.save(entry("of-its-own"), actor="ana")
        before = kept(store)
    said = refused("copy", source, target)
    assert "live-2: revision 1 of the target differs from the source's" in said
    assert "of-its-own: is in the target and not in the source" in said
    assert "nothing was copied; use an empty folder or database for TO" in said
    with opened(target) as store:
        assert kept(store) == before


@pytest.mark.database
def test_a_target_that_went_on_is_refused(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    done("copy", source, target)
    with opened(target) as store:
        store.publish("live-0", actor="ana")
    said = refused("copy", source, target)
    assert "live-0: has 4 revisions in the target and 3 in the source" in said
    assert done("copy", target, source).startswith("1 revisions copied")


@pytest.mark.database
@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_entry_whose_revision_is_broken_is_left_out_and_named(
    fresh: OpenUrl, number: int
) -> None:
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    folder = Path(source.removeprefix("dir:"))
    (folder / "revisions" / "live-1" / f"00000{number}.json").write_text("{")
    shutil.rmtree(folder / "index")
    said = refused("copy", source, target)
    assert "live-1: has revisions that cannot be read" in said
    with opened(target) as store:
        assert len(store.ids()) == 7
        assert "live-1" not in store.ids()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("dir:nowhere", "dir:there", "there is no folder nowhere"),
        ("dir:empty", "dir:there", "FROM is empty: dir:empty"),
        ("dir:empty", "dir:./empty", "FROM and TO are the same store"),
        ("redis:x", "dir:there", "'redis:x' names no store"),
        ("dir:empty", "postgresql://u:hidden@127.0.0.1:1/x", "postgresql://127.0.0.1:1/x"),
    ],
)
def test_what_cannot_be_copied_is_told(source: str, target: str, message: str) -> None:
    Path("empty", "live").mkdir(parents=True)  # a store that holds nothing
    said = refused("copy", source, target)
    assert message in said
    assert "hidden" not in said
    assert not Path("nowhere").exists()
