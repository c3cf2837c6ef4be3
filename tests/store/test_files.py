"""What is special to the store that is a folder of files: what is broken, and the folder itself."""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path

import pytest
from files_support import ID, places, published, title
from store_support import document, entry, finish, put, rules, start_python, until

from widget.entry.json_input import MAX_BYTES
from widget.errors import InvalidEntry, StoreUnavailable
from widget.storage import files
from widget.store import Live, Store, Withdrawn, open_store
from widget.store.directory.store import DirStore

# What is set aside


def spoil(path: Path, how: str) -> None:
    path.unlink(missing_ok=True)
    if how == "pipe":
        os.mkfifo(path)
    elif how == "link":
        path.with_name("target").write_bytes(document())
        path.symlink_to(path.with_name("target"))
    elif how == "folder":
        path.mkdir()
    elif how == "socket":
        place = Path.cwd()
        os.chdir(path.parent)  # the path of a socket is short
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path.name)
        os.chdir(place)
    else:
        data = {
            "torn": document()[:-9],
            "long": document() + b" " * MAX_BYTES,
            "broken": b"\xff\x00{",
            "empty": b"",
            "deep": b"[" * 100_000,
            "other id": document("other"),
            "no title": document(title=""),
        }
        path.write_bytes(data[how])


ODD = [
    "pipe",
    "link",
    "folder",
    "socket",
    "torn",
    "long",
    "broken",
    "empty",
    "deep",
    "other id",
    "no title",
]


@pytest.mark.unit
@pytest.mark.parametrize("how", ODD)
def test_what_cannot_be_served_is_reported_and_what_was_live_stays_live(
    data: Path, files: Store, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    published(files)
    published(files, "other-one")
    before = files.live(ID)
    with caplog.at_level(logging.WARNING, "widget.store"):
        spoil(data / "live" / f"{ID}.json", how)
        until(lambda: f"live/{ID}.json" in places(files))
        for _ in range(3):
            assert files.live(ID) == before
            files.problems()
    assert len([each for each in caplog.messages if each.startswith(f"live/{ID}.json")]) == 1
    published(files, "other-one", "Changed")
    again = open_store(f"dir:{data}", rules)
    assert again.live(ID) == before
    assert title(again, "other-one") == "Changed"
    assert (data / "live" / f"{ID}.json").exists() or how == "link"
    assert files.head(ID) == 2


@pytest.mark.unit
def test_a_mended_file_is_reported_no_more(data: Path, files: Store) -> None:
    published(files)
    spoil(data / "live" / f"{ID}.json", "torn")
    until(lambda: places(files))
    (data / "live" / f"{ID}.json").write_bytes(document(title="Mended"))
    until(lambda: title(files) == "Mended")
    assert places(files) == []


@pytest.mark.unit
@pytest.mark.parametrize(
    "name", ["Ferry.json", "ferry.txt", "-.json", "ferry", "a b.json", "é.json", ".json~"]
)
def test_oddly_named_files_are_left_alone(data: Path, files: Store, name: str) -> None:
    published(files)
    (data / "live" / name).write_bytes(document())
    hidden = name.startswith(".")
    assert places(files) == ([] if hidden else [f"live/{name}"])
    assert title(files) is not None
    assert (data / "live" / name).exists()
    (data / "live" / name).unlink()
    assert places(files) == []


@pytest.mark.unit
def test_of_two_files_with_one_address_the_published_one_has_it(data: Path, files: Store) -> None:
    published(files)
    put(data / "live" / "a-copy.json", document("a-copy", article={"url": entry().article.url}))
    until(lambda: places(files) == ["live/a-copy.json"])
    assert files.live("a-copy") is None
    assert files.find(entry().article.url) == ID
    put(
        data / "live" / f"{ID}.json", document(article={"url": "https://harborcourier.example/new"})
    )
    until(lambda: title(files, "a-copy") is not None)
    assert places(files) == []


@pytest.mark.unit
@pytest.mark.parametrize("how", ["pipe", "torn", "folder", "broken"])
def test_a_corrupt_revision_breaks_neither_numbering_nor_the_rest(
    data: Path, files: Store, how: str
) -> None:
    published(files)
    files.save(entry(title="Other"), actor="ana")
    spoil(data / "revisions" / ID / "000003.json", how)
    again = open_store(f"dir:{data}", rules)
    assert title(again) == "Make the ferry free"
    assert again.head(ID) >= 3
    assert f"revisions/{ID}/000003.json" in places(again)
    assert 3 not in [each.number for each in again.history(ID)]
    number = again.save(entry(title="Next"), actor="ana").number
    assert number == again.head(ID)
    assert number > 3


@pytest.mark.unit
def test_a_broken_file_takes_no_publication_over_it(data: Path, files: Store) -> None:
    files.save(entry(), actor="ana")
    (data / "live" / f"{ID}.json").mkdir()
    with pytest.raises(StoreUnavailable, match="not a regular file"):
        files.publish(ID, actor="ana")
    assert files.head(ID) == 1


# The folder itself


@pytest.mark.unit
def test_a_live_folder_that_is_gone_withdraws_nothing(data: Path, files: Store) -> None:
    published(files)
    (data / "live").rename(data / "moved")
    with pytest.raises(StoreUnavailable):
        files.problems()
    with pytest.raises(StoreUnavailable, match="restore"):
        open_store(f"dir:{data}", rules)
    (data / "moved").rename(data / "live")
    assert title(files) is not None
    assert files.head(ID) == 2


@pytest.mark.process
def test_two_workers_opening_at_once_do_not_disturb_each_other(data: Path, files: Store) -> None:
    published(files)
    before = files.live(ID)
    script = (
        "import sys, store_support as s\n"
        "from widget.store import open_store\n"
        "print(open_store('dir:' + sys.argv[1], s.rules).live('ferry-fares').digest)\n"
    )
    assert isinstance(before, Live)
    for process in [start_python(script, str(data)) for _ in range(3)]:
        assert finish(process).strip() == before.digest


@pytest.mark.unit
def test_leftover_temporary_files_are_cleared_away_at_start(data: Path, files: Store) -> None:
    published(files)
    for folder in ("live", "drafts", "journal", "revisions"):
        (data / folder / f".{ID}.0123456789abcdef.insights-tmp").write_bytes(b"torn")
    open_store(f"dir:{data}", rules)
    assert list(data.rglob("*-tmp")) == []


@pytest.mark.unit
def test_a_hand_edit_is_served_where_it_cannot_be_recorded(
    data: Path, files: Store, caplog: pytest.LogCaptureFixture
) -> None:
    published(files)
    assert isinstance(files, DirStore)
    (data / "lock").unlink()
    (data / "lock").mkdir()  # no one gets the lock, as on a disk that can only be read
    put(data / "live" / f"{ID}.json", document(title="By hand"))
    until(lambda: title(files) == "By hand")
    with pytest.raises(StoreUnavailable):
        files.save(entry(), actor="ana")
    assert files.head(ID) == 2
    assert len([each for each in caplog.messages if "could not be recorded" in each]) == 1
    again = open_store(f"dir:{data}", rules)
    assert title(again) == "By hand"


@pytest.mark.unit
def test_an_unchanged_file_is_parsed_once(
    data: Path, files: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(files)
    path = data / "live" / f"{ID}.json"
    until(lambda: not files._refresher.update(ID).live_file.racy)  # type: ignore[attr-defined]
    monkeypatch.setattr(
        "widget.store.directory.entry_folder.parse_entry", lambda _: pytest.fail("parsed again")
    )
    first = files.live(ID)
    os.utime(path)
    for _ in range(3):
        assert files.live(ID) == first
        assert files.problems() == []


@pytest.mark.unit
def test_a_draft_that_is_too_long_to_be_read_again_is_refused(files: Store) -> None:
    source = {"title": "T", "url": "https://t.example/", "quote": "x" * 2000}
    some = entry(sources=[source] * 90)
    many = some.model_copy(update={"sources": some.sources * 3})
    assert files.save(some, actor="ana").number == 1
    with pytest.raises(InvalidEntry, match="bytes long"):
        files.save(many, actor="ana")


def test_whoever_asked_is_told_of_what_people_did_to_the_files(store: Store, data: Path) -> None:
    notified: list[tuple[str, str]] = []
    watching = open_store(f"dir:{data}", rules, lambda it: notified.append((it.action, it.actor)))
    published(store)
    assert isinstance(watching.live(ID), Live)
    (data / "live" / f"{ID}.json").unlink()
    until(lambda: isinstance(watching.live(ID), Withdrawn))
    until(lambda: notified == [("withdraw", "file")])


def test_who_looks_is_told_although_nobody_asks_for_anything(store: Store, data: Path) -> None:
    notified: list[tuple[str, str]] = []
    watching = open_store(f"dir:{data}", rules, lambda it: notified.append((it.action, it.actor)))
    published(store)
    path = data / "live" / f"{ID}.json"
    content = path.read_bytes()
    for change, action in (
        (path.unlink, "withdraw"),
        (lambda: path.write_bytes(content), "publish"),
    ):
        change()

        def looked(wanted: str = action) -> bool:
            watching.poll()
            return (wanted, "file") in notified

        until(looked)
    watching.close()


@pytest.mark.unit
def test_two_changes_in_one_tick_of_the_clock_are_both_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They leave a folder of revisions the same time, as happens in memory."""
    monkeypatch.setattr(files, "RACY_SECONDS", 3600)  # so that a slow machine is no matter
    first, second = (open_store(f"dir:{tmp_path}", rules) for _ in range(2))
    first.save(entry(), actor="ana")
    folder = tmp_path / "revisions" / "ferry-fares"
    before = folder.stat()
    assert second.publish("ferry-fares", actor="ben").number == 2
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert first.head("ferry-fares") == 2
    assert first.save(entry(title="Later"), actor="ana", head=2).number == 3
