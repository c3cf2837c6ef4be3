"""What people do to the files by hand is served and recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from files_support import ID, actions, published, title
from store_support import document, entry, finish, put, rules, start_python, until

from widget.store import Live, Store, Withdrawn, open_store


@pytest.mark.unit
@pytest.mark.parametrize("by_rename", [True, False])
def test_an_edit_by_hand_is_live_within_a_second_and_becomes_a_revision(
    data: Path, files: Store, by_rename: bool
) -> None:
    published(files)
    path = data / "live" / f"{ID}.json"
    if by_rename:
        put(path, document(title="By hand"))
    else:
        path.write_bytes(document(title="By hand"))
    until(lambda: title(files) == "By hand")
    until(lambda: files.head(ID) == 3)
    assert actions(files)[-1] == ("file", "publish")
    live = files.live(ID)
    assert isinstance(live, Live)
    assert live.revision == 3
    assert path.read_bytes() == document(title="By hand")
    assert files.problems() == []


@pytest.mark.usefixtures("store_url")
def test_a_hand_edit_is_recorded_although_nobody_asks_for_its_entry(
    store: Store, data: Path
) -> None:
    """A scan returns what it found, whatever request it is part of, and that is committed."""
    published(store)
    (data / "live" / f"{ID}.json").unlink()
    revision = data / "revisions" / ID / "000003.json"
    until(lambda: store.ids() == [ID] and revision.exists(), within=20)
    assert json.loads(revision.read_bytes())["action"] == "withdraw"


@pytest.mark.unit
def test_an_edit_of_the_same_length_at_the_same_time_is_noticed(data: Path, files: Store) -> None:
    published(files, title="one")
    path = data / "live" / f"{ID}.json"
    for number in range(20):
        word = f"{number:03d}"
        path.write_bytes(document(title=word))
        until(lambda word=word: title(files) == word)  # type: ignore[misc]  # bound at once


@pytest.mark.unit
def test_a_file_added_by_hand_without_any_revisions_is_live(data: Path, files: Store) -> None:
    put(data / "live" / f"{ID}.json", document())
    until(lambda: title(files) == "Make the ferry free")
    until(lambda: files.find(entry().article.url) == ID)
    assert actions(files) == [("file", "publish")]
    assert files.ids() == [ID]


@pytest.mark.unit
def test_files_added_before_the_start_are_live(data: Path) -> None:
    (data / "live").mkdir(parents=True)
    (data / "live" / f"{ID}.json").write_bytes(document())
    store = open_store(f"dir:{data}", rules)
    assert title(store) == "Make the ferry free"
    assert actions(store) == [("file", "publish")]


@pytest.mark.unit
def test_a_file_removed_by_hand_is_a_withdrawal_and_stays_one(data: Path, files: Store) -> None:
    published(files)
    (data / "live" / f"{ID}.json").unlink()
    until(lambda: isinstance(files.live(ID), Withdrawn))
    until(lambda: files.head(ID) == 3)
    assert actions(files)[-1] == ("file", "withdraw")
    again = open_store(f"dir:{data}", rules)
    assert again.live(ID) == files.live(ID)
    assert not (data / "live" / f"{ID}.json").exists()
    assert again.find(entry().article.url) == ID


@pytest.mark.unit
def test_a_file_removed_while_nobody_looked_is_not_shown_at_start(data: Path, files: Store) -> None:
    published(files)
    (data / "live" / f"{ID}.json").unlink()
    again = open_store(f"dir:{data}", rules)
    assert isinstance(again.live(ID), Withdrawn)


@pytest.mark.unit
def test_a_file_that_comes_back_at_once_was_never_withdrawn(data: Path, files: Store) -> None:
    published(files)
    path = data / "live" / f"{ID}.json"
    aside = data / "aside"
    path.rename(aside)
    assert title(files) == "Make the ferry free"
    aside.rename(path)
    until(lambda: not files._refresher.update(ID).needs_recheck)  # type: ignore[attr-defined]  # of DirStore
    assert files.head(ID) == 2
    assert title(files) == "Make the ferry free"


@pytest.mark.unit
def test_a_withdrawn_entry_put_back_by_hand_is_live_again(data: Path, files: Store) -> None:
    published(files)
    files.withdraw(ID, actor="ana")
    put(data / "live" / f"{ID}.json", document())
    until(lambda: title(files) is not None)
    assert actions(files)[-1] == ("file", "publish")


@pytest.mark.unit
def test_a_publication_by_hand_keeps_the_draft(data: Path, files: Store) -> None:
    published(files)
    files.save(entry(title="Work"), actor="ana")
    put(data / "live" / f"{ID}.json", document(title="By hand"))
    until(lambda: files.head(ID) == 4)
    draft = files.draft(ID)
    assert draft is not None
    assert (draft.actor, draft.revision, draft.entry.article.title) == ("ana", 3, "Work")
    assert open_store(f"dir:{data}", rules).draft(ID) == draft


@pytest.mark.unit
def test_drafts_are_edited_added_and_removed_by_hand_too(data: Path, files: Store) -> None:
    path = data / "drafts" / f"{ID}.json"
    put(path, document(title=""))
    until(lambda: files.draft(ID) is not None)
    put(path, document(title="Second"))
    until(lambda: (draft := files.draft(ID)) and draft.entry.article.title == "Second")
    path.unlink()
    until(lambda: files.draft(ID) is None)
    assert actions(files) == [("file", "save"), ("file", "save"), ("file", "discard")]
    assert files.problems() == []


@pytest.mark.unit
def test_a_reformatted_file_is_no_new_revision(data: Path, files: Store) -> None:
    published(files)
    put(data / "live" / f"{ID}.json", document())
    put(data / "drafts" / "other.json", document("other"))
    until(lambda: files.draft("other") is not None)
    assert title(files) == "Make the ferry free"
    assert files.head(ID) == 2


@pytest.mark.unit
def test_a_change_that_did_not_know_of_a_hand_edit_is_a_conflict(data: Path, files: Store) -> None:
    published(files)
    put(data / "live" / f"{ID}.json", document(title="By hand"))
    with pytest.raises(Exception, match="file came first"):
        files.save(entry(title="Mine"), actor="ana", head=2)


@pytest.mark.process
def test_several_processes_record_one_hand_edit_once(data: Path, files: Store) -> None:
    published(files)
    script = (
        "import sys, store_support as s\n"
        "from widget.store import open_store\n"
        "store = open_store('dir:' + sys.argv[1], s.rules)\n"
        "print('ready', flush=True)\n"
        "s.until(lambda: store.live('ferry-fares').entry.article.title == 'By hand', within=20)\n"
        "s.until(lambda: store.head('ferry-fares') >= 3, within=5)\n"
    )
    processes = [start_python(script, str(data)) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    put(data / "live" / f"{ID}.json", document(title="By hand"))
    for process in processes:
        finish(process)
    assert actions(files) == [("ana", "save"), ("ana", "publish"), ("file", "publish")]


@pytest.mark.process
def test_processes_that_publish_one_entry_lose_nothing(data: Path, files: Store) -> None:
    script = (
        "import sys, store_support as s\n"
        "from widget.errors import Conflict, NotFound\n"
        "from widget.store import open_store\n"
        "store = open_store('dir:' + sys.argv[1], s.rules)\n"
        "done = 0\n"
        "while done < 8:\n"
        "    try:\n"
        "        head = store.head('ferry-fares')\n"
        "        title = f'{sys.argv[2]} {done}'\n"
        "        saved = store.save(s.entry(title=title), actor=sys.argv[2], head=head)\n"
        "        store.publish('ferry-fares', actor=sys.argv[2], head=saved.number)\n"
        "        done += 1\n"
        "    except (Conflict, NotFound):\n"
        "        pass\n"
    )
    for process in [start_python(script, str(data), name) for name in "abc"]:
        finish(process)
    history = files.history(ID)
    assert [each.number for each in history] == list(range(len(history), 0, -1))
    live = [each.entry.article.title for each in history if each.action == "publish"]
    assert sorted(live) == [f"{name} {count}" for name in "abc" for count in range(8)]
    assert title(files) == live[0]
