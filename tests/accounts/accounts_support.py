"""A clock that is moved by hand, and accounts that cost little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher

from widget.accounts import DirAccounts
from widget.accounts.passwords import Passwords
from widget.errors import Denied, Throttled

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


def opened(folder: Path, clock: Clock) -> DirAccounts:
    return DirAccounts(str(folder), clock=clock, passwords=QUICK)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def wrong(accounts: DirAccounts, name: str = "ana", address: str = HERE) -> float:
    """Try a wrong password; return how long to wait for the next try, 0 where it was compared."""
    try:
        accounts.authenticate(name, "a wrong password", address=address)
    except Throttled as error:
        return error.retry_after
    except Denied:
        return 0
    raise AssertionError("let in")
