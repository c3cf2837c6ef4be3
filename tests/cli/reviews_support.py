"""A newsroom whose publication requires reviews, for the commands of its workflow."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands import ID, done, written

from widget.accounts import open_accounts

PASSWORD = "a long enough password"  # noqa: S105  # a test's own
DRAFTED = {
    "provenance__origin": "ai",
    "provenance__reviewed_by": None,
    "provenance__reviewed_at": None,
}
LINE = f"{PASSWORD}\n".encode()
SETTINGS = """
store = "dir:data"
[[publications]]
name = "The Paper"
origins = ["https://paper.example"]
hold.words = ["genocide"]
"""


@pytest.fixture
def newsroom(an_empty_folder: None) -> None:  # noqa: ARG001  # where it is
    """Make a store that requires reviews, with the editors ana and bo."""
    Path("insights.toml").write_text(SETTINGS)
    done("init")
    accounts = open_accounts("dir:data", create=False)
    for name in ("ana", "bo", "cy"):
        accounts.add_user(name, "editor", PASSWORD)


def drafted(**changes: object) -> None:
    done("put", "--actor", "ana", written("entry.json", **{**DRAFTED, **changes}))


def approved(by: str = "bo") -> str:
    done("submit", "--actor", "ana", ID)
    return approve(by)


def approve(by: str) -> str:
    return done(
        "review", ID, "--approve", "--checked", "all", "--user", by, "--password-stdin", stdin=LINE
    )


def secret(owner: str, name: str = "desk") -> str:
    later = datetime.now(UTC) + timedelta(days=1)
    accounts = open_accounts("dir:data", create=False)
    return accounts.create_token(name, "editor", owner=owner, expires_at=later, actor="root")[0]


def history() -> list[dict[str, object]]:
    return list(json.loads(done("history", "--json", ID)))


def record(*options: str) -> dict[str, object]:
    return dict(json.loads(done("evidence", ID, "--format", "json", *options)))
