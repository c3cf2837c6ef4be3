"""``log.jsonl`` of a folder: what a crash or a person may leave of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from contract_support import ID, published
from hypothesis import given
from hypothesis import strategies as st
from log_support import assert_chain, assert_logged, lines, summary
from store_support import rules

from widget.errors import StoreUnavailable
from widget.store import Store, open_store
from widget.store.directory.log_file import NAME

pytestmark = pytest.mark.unit


@pytest.fixture
def log(data: Path, files: Store) -> Path:
    """A log of three lines."""
    for number in range(3):
        published(files, f"entry-{number}", f"Title {number}")
    return data / NAME


@pytest.mark.usefixtures("files")
def test_the_file_is_the_lines_and_nothing_else(log: Path, files: Store) -> None:
    assert log.read_bytes() == b"".join(it.encode() + b"\n" for it in lines(files))
    assert log.stat().st_mode & 0o777 == 0o644


TORN = {
    "room": b"\0" * 300,
    "half a line": b"\0" + b'"number":4,"at":"2026-05-03T10:00' + b"\0" * 200,
    "one that does not follow": b'\0"number":9}\n',
    "a visible half": b'{"number":4,"at":"2026',
    "rubbish": b"\xff\n\xff",
}


@pytest.mark.parametrize("torn", TORN)
def test_what_a_crash_left_behind_the_log_is_no_line(log: Path, data: Path, torn: str) -> None:
    whole = log.read_bytes()
    log.write_bytes(whole + TORN[torn].replace(b"\xff\n", b"\0\n"))
    store = open_store(f"dir:{data}", rules)
    assert len(lines(store)) == store.log_size() == 3
    published(store, "next", "Next")
    assert_logged(store, "entry-0", "entry-1", "entry-2", "next")
    assert log.read_bytes().startswith(whole)
    assert b"\0" not in log.read_bytes()
    store.close()


def test_a_line_that_was_whole_and_not_shown_yet_is_shown(
    log: Path, data: Path, files: Store
) -> None:
    whole = log.read_bytes()
    *_, last = whole.splitlines(keepends=True)
    log.write_bytes(whole.removesuffix(last) + b"\0" + last[1:])
    assert len(lines(files)) == 2
    store = open_store(f"dir:{data}", rules)
    published(store, "next", "Next")
    assert log.read_bytes().startswith(whole)
    assert_logged(store, "entry-0", "entry-1", "entry-2", "next")
    store.close()


@pytest.mark.exhaustive
@given(cut=st.integers(1, 250))
def test_a_log_that_was_cut_off_goes_on_from_its_last_whole_line(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    data = tmp_path_factory.mktemp("cut") / "data"
    store = open_store(f"dir:{data}", rules)
    published(store, "one", "One")
    published(store, "two", "Two")
    with (data / NAME).open("r+b") as file:
        file.truncate(file.seek(0, 2) - cut)
    published(store, "three", "Three")
    assert [it[0] for it in summary(store)] == ["one", "three"]
    assert_chain(lines(store))
    store.close()
    shutil.rmtree(data.parent)


def test_a_running_process_notices_that_the_file_was_replaced(
    log: Path, files: Store, tmp_path: Path
) -> None:
    """As by a restored backup."""
    earlier = tmp_path / "earlier"
    earlier.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:1]))
    assert files.log_size() == 3
    earlier.replace(log)
    assert files.log_size() == 1
    published(files, "next", "Next")
    assert [it[0] for it in summary(files)] == ["entry-0", "next"]
    assert_chain(lines(files))


def test_a_line_that_was_changed_is_named_and_the_others_are_read(log: Path, files: Store) -> None:
    first, second, third = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(first + second.replace(b'"late":false', b'"late": false') + third)
    with pytest.raises(StoreUnavailable, match=r"line 2 of log\.jsonl cannot be read"):
        files.log_lines(after=0, limit=10)
    assert [it.number for it in files.log_lines(after=2, limit=10)] == [3]
    # Publishing goes on: the chain says that something was changed.
    published(files, "next", "Next")
    assert files.log_size() == 4


def test_a_store_from_before_the_log_begins_with_its_next_change(data: Path, files: Store) -> None:
    published(files)
    (data / NAME).unlink()
    store = open_store(f"dir:{data}", rules)
    assert lines(store) == []
    store.withdraw(ID, actor="ana")
    published(store)
    assert summary(store) == [(ID, 3, "withdraw", 0), (ID, 5, "restore", 0)]
    assert_chain(lines(store))
    store.close()
