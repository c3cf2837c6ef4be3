"""The URL of a store, and files that are replaced as a whole."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from widget.errors import InvalidSettings
from widget.storage.atomic import Disk, SyncFailed, replace_file
from widget.storage.url import folder_of, without_password

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("dir:data", "data"),
        ("dir:/srv/a:b", "/srv/a:b"),
        ("postgresql://ana@db.example/news", None),
        ("postgres://db.example/news", None),
    ],
)
def test_a_url_names_a_folder_or_a_database(url: str, folder: str | None) -> None:
    assert folder_of(url) == folder


@pytest.mark.parametrize("url", ["", "data", "dir:", "dir:a\0b", "redis:x", "file:data"])
def test_any_other_url_is_refused_with_the_setting_to_correct(url: str) -> None:
    with pytest.raises(InvalidSettings, match=r'^copy: .* names no store; write "dir:PATH"'):
        folder_of(url, setting="copy")


def test_a_url_is_printed_without_its_secrets() -> None:
    url = "postgresql://ana:s3cret@db.example:5432/news?password=s3cret"
    assert without_password(url) == "postgresql://db.example:5432/news"


def test_a_replaced_file_has_its_content_mode_and_time(tmp_path: Path) -> None:
    path = tmp_path / "session"
    path.write_bytes(b"old and longer")
    replace_file(str(path), b"new", mode=0o600, modified=1_000_000.0)
    status = path.stat()
    assert path.read_bytes() == b"new"
    assert (status.st_mode & 0o777, status.st_mtime) == (0o600, 1_000_000.0)
    assert [it.name for it in tmp_path.iterdir()] == ["session"]


@pytest.mark.parametrize("durable", [True, False])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, durable: bool
) -> None:
    path = tmp_path / "accounts.json"
    path.write_bytes(b"old")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    replace = Disk().replace if durable else replace_file
    with pytest.raises(OSError, match="No space left"):
        replace(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert [it.name for it in tmp_path.iterdir()] == ["accounts.json"]


def test_what_a_crash_left_under_a_given_name_is_replaced(tmp_path: Path) -> None:
    leftover = tmp_path / "export.tmp"
    leftover.write_bytes(b"torn")
    replace_file(str(tmp_path / "page.html"), b"whole", temporary=str(leftover))
    assert (tmp_path / "page.html").read_bytes() == b"whole"
    assert [it.name for it in tmp_path.iterdir()] == ["page.html"]


def test_after_a_failed_sync_nothing_is_written_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk()
    path = tmp_path / "purge.json"
    disk.replace(str(path), b"first")

    def fails(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fails)
        with pytest.raises(SyncFailed, match="restart the service"):
            disk.replace(str(path), b"second")
    with pytest.raises(SyncFailed):
        disk.replace(str(path), b"third")
    assert path.read_bytes() == b"first"
