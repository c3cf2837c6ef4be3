"""What of accounts is on disk, who may read it, and what becomes of damage."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from accounts_support import HERE, PASSWORD, QUICK, Clock, DirPlace, files, wrong
from samples import ROOT

from widget.accounts import DirectoryAccounts, User, open_accounts
from widget.errors import InvalidSettings, StoreUnavailable


@pytest.fixture
def place(folder: Path) -> DirPlace:
    return DirPlace(folder)


def test_nothing_that_is_secret_is_on_disk(
    accounts: DirectoryAccounts, ana: User, clock: Clock, folder: Path
) -> None:
    session_id = accounts.open_session(ana)
    session = accounts.session(session_id)
    assert session is not None
    token, _ = accounts.create_token(
        "cms", "editor", expires_at=clock.date(days=1), owner="ana", actor="root"
    )
    accounts.token(token)
    link = accounts.sign_in_link(ana)
    wrong(accounts)
    accounts.authenticate("ana", PASSWORD, address=HERE)
    secrets = [PASSWORD, "a wrong password", session_id, session.csrf, token, link]
    found = files(folder)
    assert len(found) > 4
    for path in found:
        content = path.read_bytes() + path.name.encode()
        for secret in secrets:
            assert secret.encode() not in content, path
            assert secret.removeprefix("ins_").encode() not in content, path


@pytest.mark.process
def test_only_the_owner_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    script = (
        "import os, sys; os.umask(0)\n"
        "from widget.accounts import DirectoryAccounts\n"
        "from datetime import datetime, UTC, timedelta\n"
        "a = DirectoryAccounts(sys.argv[1])\n"
        "u = a.add_user('ana', 'admin', 'a long enough password')\n"
        "a.open_session(u); a.sign_in_link(u); a.hit('x', limit=3, seconds=60)\n"
        "a.remember('x', {}, 60)\n"
        "at = datetime.now(UTC) + timedelta(1)\n"
        "a.create_token('x', 'admin', owner='ana', expires_at=at, actor='ana')\n"
    )
    data = tmp_path / "data"
    subprocess.run([sys.executable, "-c", script, str(data)], check=True, cwd=ROOT)
    found = files(data)
    assert len(found) >= 7
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (data, data / "sessions")} == {0o700}


@pytest.mark.unit
def test_a_folder_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir(mode=0o755)
    DirectoryAccounts(str(tmp_path))
    assert stat.S_IMODE((tmp_path / "sessions").stat().st_mode) == 0o700


def test_a_file_that_was_left_half_written_stays_for_an_hour(
    accounts: DirectoryAccounts, clock: Clock, folder: Path
) -> None:
    (folder / "sessions" / ".left-over").write_text("")
    clock.advance(120)
    accounts.remember("another", {}, 60)
    assert {path.name for path in files(folder / "sessions")} > {".left-over"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"version": 1, "users": [{"name": "ana"}]}',
        b'{"version": 1, "usres": []}',
        b'{"version": 1, "users": [], "tokens": 7}',
    ],
)
def test_a_damaged_file_is_an_error_and_never_nobody(
    folder: Path, accounts: DirectoryAccounts, ana: User, content: bytes
) -> None:
    session_id = accounts.open_session(ana)
    path = folder / "accounts.json"
    path.write_bytes(content)
    for accounts_now in (accounts, DirectoryAccounts(str(folder))):
        for call in (
            accounts_now.users,
            lambda: accounts_now.session(session_id),  # noqa: B023  # called in this round
            lambda: accounts_now.add_user("bo", "admin", PASSWORD),  # noqa: B023
            lambda: accounts_now.token("ins_x"),  # noqa: B023
        ):
            with pytest.raises(StoreUnavailable, match="is damaged") as caught:
                call()
            assert str(path) in str(caught.value)
            assert "argon2" not in str(caught.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_what_is_no_regular_file_is_not_read(
    folder: Path, accounts: DirectoryAccounts, kind: str
) -> None:
    path = folder / "accounts.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("/dev/zero")
    else:
        os.mkfifo(path)
    with pytest.raises(StoreUnavailable, match="put a regular file here"):
        accounts.users()


def test_a_change_that_cannot_be_written_is_an_error_and_leaves_all_as_it_was(
    folder: Path, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = DirectoryAccounts(str(folder), passwords=QUICK)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailable, match=r"cannot be written: .*the disk is full"):
            accounts.add_user("bo", "admin", PASSWORD)
    assert DirectoryAccounts(str(folder)).users() == [ana]
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_session_file_that_was_cut_short_is_no_session(
    accounts: DirectoryAccounts, ana: User, folder: Path
) -> None:
    session_id = accounts.open_session(ana)
    for path in files(folder / "sessions"):
        path.write_bytes(path.read_bytes()[:20])
    assert accounts.session(session_id) is None


@pytest.mark.unit
@pytest.mark.parametrize("url", ["redis:x", "dir:", "dir:a\0b", "postgresql:x", "mysql://a/b"])
def test_a_url_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(InvalidSettings, match="names no store"):
        open_accounts(url)


@pytest.mark.unit
def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable):
        open_accounts(f"dir:{tmp_path / 'file'}")


@pytest.mark.process
def test_accounts_and_purges_in_a_folder_do_without_the_library_of_a_database(
    tmp_path: Path,
) -> None:
    script = (
        "import sys\n"
        "sys.modules['psycopg'] = None\n"
        "from widget.accounts import open_accounts\n"
        "from widget.errors import InvalidSettings\n"
        "from widget.purging.outbox import open_outbox\n"
        "for open_ in (open_accounts, open_outbox):\n"
        "    open_('dir:' + sys.argv[1])\n"
        "    try:\n"
        "        open_('postgresql://ana:hidden@h/d')\n"
        "    except InvalidSettings as error:\n"
        "        print(error)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    message = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout
    assert message.count("pip install 'insights-widget[postgres]'") == 2
    assert "hidden" not in message
