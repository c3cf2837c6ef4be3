"""A store that is not there is made by init alone; one that can only be read serves readers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
from commands import run
from running import answers, free_port
from samples import ROOT

from widget import demo
from widget.accounts import open_accounts
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.errors import StoreUnavailable
from widget.store import Rules, open_store

COMMANDS = [
    ["list"],
    ["serve"],
    ["show", "night-trains"],
    ["put", "entry.json"],
    ["publish", "night-trains"],
    ["withdraw", "night-trains", "--reason", "Wrong."],
    ["history", "night-trains"],
    ["diff", "night-trains"],
    ["restore", "night-trains", "1"],
    ["edit", "night-trains"],
    ["snippet", "night-trains"],
    ["import", "entry.json"],
    ["export", "site", "--base", "https://cdn.example"],
    ["user", "list"],
    ["user", "add", "ana", "--password-stdin"],
    ["token", "list"],
]


rules = Rules(lambda _: [])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "entry.json").write_bytes(demo.entries()[0].to_json())
    return tmp_path


@pytest.mark.unit
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_a_command_does_not_make_a_store(place: Path, command: list[str]) -> None:
    result = run("--store", "dir:nowhere/data", *command, stdin=b"a long password 1\n")
    assert result.exit_code == 1
    assert "nowhere/data does not exist" in result.stderr
    assert "insights init" in result.stderr
    assert [path.name for path in place.iterdir()] == ["entry.json"]


@pytest.mark.unit
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_a_folder_of_something_else_is_left_as_it_is(place: Path, command: list[str]) -> None:
    result = run("--store", f"dir:{place}", *command, stdin=b"a long password 1\n")
    assert result.exit_code == 1
    assert "holds no store" in result.stderr
    assert [path.name for path in place.iterdir()] == ["entry.json"]


@pytest.mark.unit
def test_copy_makes_its_target_only_where_its_source_is_there(place: Path) -> None:
    result = run("copy", "dir:nowhere", "dir:target")
    assert result.exit_code == 1
    assert "no folder nowhere" in result.stderr
    assert [path.name for path in place.iterdir()] == ["entry.json"]


@pytest.mark.unit
def test_init_makes_the_store_that_others_then_use(place: Path) -> None:
    assert run("--store", "dir:nowhere/data", "init").exit_code == 0
    assert run("--store", "dir:nowhere/data", "list").exit_code == 0
    assert (place / "nowhere" / "data" / "live").is_dir()


@pytest.mark.unit
def test_a_purging_service_does_not_make_a_store_either(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIGHTS_PURGE", '[{"kind": "varnish", "url": "http://127.0.0.1:9"}]')
    assert run("list").exit_code == 1
    assert not (place / "data").exists()


@pytest.mark.database
def test_a_database_without_tables_is_left_as_it_is(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        for open_one in (
            lambda: open_store(database_url, rules, create=False),
            lambda: open_accounts(database_url, create=False),
        ):
            with pytest.raises(StoreUnavailable, match=r"no tables of Insights.*insights init"):
                open_one()
        left = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert left.fetchone() == (0,)


@pytest.mark.database
def test_a_database_that_is_not_there_is_named(database_url: str) -> None:
    missing = database_url.replace("dbname=", "dbname=no_").replace("/insights", "/no_insights")
    url = missing if missing != database_url else f"{database_url}_missing"
    with pytest.raises(StoreUnavailable, match="does not exist"):
        open_store(url, rules, create=False)


# A folder that can only be read

STRANGER = 54321
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Give a folder with a store of root's that everybody may read, and nobody else write."""
    data = tmp_path / "data"
    store = open_store(f"dir:{data}", rules)
    demo.fill(Editorial(store, Settings()))
    store.close()
    for path in [tmp_path, *tmp_path.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    for path in tmp_path.parents:
        if path != Path("/") and path.stat().st_uid == os.geteuid():
            path.chmod(path.stat().st_mode | 0o011)
    return tmp_path


def stranger(folder: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Return how a user who owns nothing here runs a command."""
    who = [f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]
    command = ["setpriv", *who, sys.executable, "-m", "widget", *arguments]
    inherited = {name: it for name, it in os.environ.items() if not name.startswith("INSIGHTS_")}
    extra = {"INSIGHTS_STORE": f"dir:{folder / 'data'}", "PYTHONPATH": str(ROOT), "HOME": "/"}
    return command, {**inherited, **extra}


@pytest.mark.process
@as_root
def test_readers_of_a_folder_that_can_only_be_read_are_served(shared: Path) -> None:
    port = free_port()
    command, environment = stranger(shared, "serve", "--port", str(port), "--workers", "2")
    with (shared / "log").open("wb") as log:
        child = subprocess.Popen(
            command, env=environment, cwd="/", stdout=subprocess.DEVNULL, stderr=log
        )
    try:
        answers(f"http://127.0.0.1:{port}/healthz", child)
        for path in ("/panel/ferry-fares", "/fragment/ferry-fares", "/healthz", "/readyz"):
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
                assert answer.status == 200, path
        with pytest.raises(HTTPError) as signing_in:
            urlopen(f"http://127.0.0.1:{port}/admin/sign-in/nothing", timeout=60)
        with signing_in.value as refused:
            assert refused.code < 500 or refused.code == 503
    finally:
        child.terminate()
        child.wait(timeout=60)
    lines = (shared / "log").read_text()
    assert lines.count("read-only") == 1, lines
    assert "Traceback" not in lines


@pytest.mark.process
@as_root
def test_changes_of_a_folder_that_can_only_be_read_are_refused(shared: Path) -> None:
    for words, status in ((("list",), 0), (("withdraw", "ferry-fares", "--reason", "No."), 1)):
        command, environment = stranger(shared, *words)
        done = subprocess.run(
            command, env=environment, cwd="/", capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr
        assert "read-only" in done.stderr
        assert "Traceback" not in done.stderr
    assert (shared / "data" / "live" / "ferry-fares.json").exists()
