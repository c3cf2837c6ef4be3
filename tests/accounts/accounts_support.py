"""A clock that is moved by hand, and accounts that cost little, wherever they are kept."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import psycopg
from argon2 import PasswordHasher
from running import until
from samples import ROOT

from widget.accounts import Accounts, DirectoryAccounts
from widget.accounts.passwords import Passwords
from widget.accounts.postgres import PostgresAccounts
from widget.accounts.service import AccountService
from widget.errors import Denied, StoreUnavailable, Throttled
from widget.storage.postgres import Database

PASSWORD = "a long enough password"  # noqa: S105  # of nobody
HERE = "192.0.2.1"
START = 1_800_000_000.0


# Costs little, where a test guesses often; it is argon2id all the same.
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds

    def date(self, **later: float) -> datetime:
        return datetime.fromtimestamp(self.now, UTC) + timedelta(**later)


class Place(Protocol):
    """Where accounts are kept, and what a person finds there; ``url`` is the store's."""

    url: str

    def open(
        self,
        clock: Callable[[], float] | None = None,
        passwords: Passwords = QUICK,
        own_words: tuple[str, ...] = (),
    ) -> AccountService:
        """Open the accounts as a process of its own has them."""

    def document(self) -> dict[str, Any]:
        """Return what is kept of users and tokens."""

    def edit(self, change: Callable[[Any], None]) -> None:
        """Change what is kept of users and tokens, as a person does by hand."""

    def spooled(self) -> dict[str, str]:
        """Return all that is kept for a while: what its name is, and what it holds."""


class DirPlace:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"dir:{folder}"

    def open(
        self,
        clock: Callable[[], float] | None = None,
        passwords: Passwords = QUICK,
        own_words: tuple[str, ...] = (),
    ) -> DirectoryAccounts:
        folder = str(self.folder)
        if clock is None:
            return DirectoryAccounts(folder, passwords=passwords, own_words=own_words)
        return DirectoryAccounts(folder, clock=clock, passwords=passwords, own_words=own_words)

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "accounts.json").read_bytes())
        return document

    def edit(self, change: Callable[[Any], None]) -> None:
        document = self.document()
        change(document)
        (self.folder / "accounts.json").write_text(json.dumps(document))

    def spooled(self) -> dict[str, str]:
        found = files(self.folder / "sessions")
        return {path.name: path.read_text() for path in found if path.name != "lock"}


class DatabasePlace:
    """A database, in which every ``open`` has connections of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._open: list[Database] = []

    def open(
        self,
        clock: Callable[[], float] | None = None,
        passwords: Passwords = QUICK,
        own_words: tuple[str, ...] = (),
    ) -> PostgresAccounts:
        database = Database(self.url)
        self._open.append(database)
        until(lambda: _answers(database))  # on a busy machine a connection may take a while
        return PostgresAccounts(database, clock=clock, passwords=passwords, own_words=own_words)

    def close(self) -> None:
        for database in self._open:
            database.close()

    def document(self) -> dict[str, Any]:
        ((document,),) = self.run("SELECT document FROM account")
        assert isinstance(document, dict)
        return document

    def edit(self, change: Callable[[Any], None]) -> None:
        document = self.document()
        change(document)
        self.run("UPDATE account SET document = %s RETURNING 1", json.dumps(document))

    def spooled(self) -> dict[str, str]:
        rows = self.run("SELECT kind || '-' || place, value::text FROM remembered")
        return {str(name): str(value) for name, value in rows}

    def run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Run one statement, as a person does in psql."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement.encode(), values).fetchall()


def _answers(database: Database) -> bool:
    try:
        with database.reading():
            return True
    except StoreUnavailable:
        return False


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def wrong(accounts: Accounts, name: str = "ana", address: str = HERE) -> float:
    """Try a wrong password; return how long to wait for the next try, 0 where it was compared."""
    try:
        accounts.authenticate(name, "a wrong password", address=address)
    except Throttled as error:
        return error.retry_after
    except Denied:
        return 0
    raise AssertionError("let in")


def child(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Run a script in a process of its own, as on another machine."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
