"""With a token in INSIGHTS_TOKEN, commands do what its owner may do, and no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands import done, run
from three_records import RECORDED, fill_records, report_id
from three_sites import (
    RUNS,
    SITES,
    STATES,
    document,
    entry_id,
    fill,
    foreign_entries,
    marks,
    others,
    person,
    state_of,
)

from widget.accounts import Role, open_accounts
from widget.config import load_settings
from widget.store import Store, open_store
from widget.store.rules import rules

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("newsroom")]

UNKNOWN = "an-unknown-entry"
OWN = "The Courier"
TOML = 'store = "dir:data"\ncounts = true\n' + "".join(
    f'[[publications]]\nname = "{name}"\norigins = ["{origin}"]\nreview = "optional"\n'
    for name, origin in SITES.items()
)
LATER = "2099-01-01T10:00:00Z"
OF_ONE = (
    ("show",),
    ("history",),
    ("diff",),
    ("evidence",),
    ("comments",),
    ("comments", "--add", "Overwritten"),
    ("comments", "--resolve", "1"),
    ("counts",),
    ("voice",),
    ("voice", "--for", "Somebody"),
    ("review",),
    ("review", "--return", "--note", "Overwritten"),
    ("submit",),
    ("publish",),
    ("withdraw", "--reason", "Overwritten"),
    ("restore", "1"),
    ("assign", "--due", "2099-01-01"),
    ("schedule",),
    ("schedule", "--expires-at", LATER, "--reason", "Overwritten"),
    ("snippet", "--base", "https://insights.example"),
    ("sources", "check"),
)
"""Commands for one entry, whose id is put in after their names."""


@pytest.fixture
def newsroom(a_folder_of_its_own: None) -> None:
    """Fill the store ``data`` with three publications."""
    del a_folder_of_its_own
    Path("insights.toml").write_text(TOML)
    done("init")
    settings = load_settings(None)
    store = opened()
    fill(store, settings, open_accounts(settings.store, create=False))
    fill_records(store, settings)
    store.close()


def opened() -> Store:
    settings = load_settings(None)
    return open_store(settings.store, rules(settings), create=False)


def secret_of(publication: str, role: Role) -> str:
    later = datetime.now(UTC) + timedelta(days=1)
    accounts = open_accounts("dir:data", create=False)
    owner = person(publication, role)
    return accounts.create_token("ci", role, owner=owner, expires_at=later, actor="root")[0]


def states(publication: str) -> list[object]:
    store = opened()
    try:
        return state_of(store, publication)
    finally:
        store.close()


def of(command: tuple[str, ...], name: str) -> tuple[int, str]:
    """Run a command for an entry; return its status, and its output without the entry's name."""
    names = 2 if command[0] == "sources" else 1
    result = run(*command[:names], name, *command[names:])
    return result.exit_code, (result.stdout + result.stderr).lower().replace(name, "?")


@pytest.mark.exhaustive
def test_an_entry_of_another_publication_is_as_unknown_as_one_that_never_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = {name: states(name) for name in others(OWN)}
    monkeypatch.setenv("INSIGHTS_TOKEN", secret_of(OWN, "publisher"))
    for foreign, state in foreign_entries(OWN):
        for command in OF_ONE:
            status, printed = of(command, entry_id(foreign, state))
            assert status == 1, (command, state, printed)
            assert not marks(foreign, printed), (command, state)
            assert (status, printed) == of(command, UNKNOWN), (command, state)
    assert {name: states(name) for name in others(OWN)} == before


def test_the_same_commands_find_the_publication_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHTS_TOKEN", secret_of(OWN, "publisher"))
    for command in OF_ONE:
        if len(command) == 1 and command[0] not in ("submit", "publish"):
            status, printed = of(command, entry_id(OWN, "both"))
            assert status == 0, (command, printed)
            for foreign in others(OWN):
                assert not marks(foreign, printed), command


def test_lists_have_the_publication_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = done("list")
    assert len(everything.splitlines()) == 15, "without a token, commands are an operator's"
    monkeypatch.setenv("INSIGHTS_TOKEN", secret_of(OWN, "editor"))
    own = {entry_id(OWN, it) for it in STATES}
    assert {it["id"] for it in json.loads(done("list", "--json"))} == own
    recorded = {entry_id(OWN, it) for it in RECORDED}
    assert set(json.loads(done("sources", "list", "--json"))) == recorded
    reports = json.loads(done("reports", "list", "--json"))
    assert {it["id"] for it in reports} == {report_id(OWN, it) for it in RECORDED}
    assert [it["run"] for it in json.loads(done("drafts", "--json"))] == [RUNS[OWN]]
    exported = done("export", "--as", "entries", "-", "--drafts")
    for foreign in others(OWN):
        assert not marks(foreign, exported.lower())
        assert run("drafts", RUNS[foreign]).exit_code == 1
        assert run("reports", "show", report_id(foreign)).exit_code == 1
        assert run("reports", "resolve", report_id(foreign), "--uphold").exit_code == 1


def test_no_entry_is_saved_in_another_publication(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHTS_TOKEN", secret_of(OWN, "publisher"))
    foreign = others(OWN)[0]
    before = states(foreign)
    given = document(foreign, "live", article__kind="column").to_json()
    for command in (("put", "-"), ("put", "--publish", "-"), ("import", "-")):
        refused = run(*command, stdin=given)
        assert refused.exit_code == 1, command
    assert states(foreign) == before


def test_a_token_s_role_counts_and_its_owner_is_the_actor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHTS_TOKEN", secret_of(OWN, "editor"))
    name = entry_id(OWN, "drafted")
    for command in (
        ("publish", name),
        ("withdraw", entry_id(OWN, "live"), "--reason", "No."),
        ("restore", entry_id(OWN, "live"), "1"),
        ("schedule", name, "--publish-at", LATER),
        ("schedule", name, "--cancel"),
        ("put", "--publish", "-"),
        ("import", "--publish", "-"),
    ):
        refused = run(*command, stdin=document(OWN, "drafted").to_json())
        assert refused.exit_code == 1, command
        assert "this needs the role publisher" in refused.stderr, command
    done("comments", name, "--add", "Who says so?")
    newest = json.loads(done("history", name, "--json"))[0]
    assert newest["actor"] == f"{person(OWN, 'editor')} (token ci)"


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_managing_the_service_needs_an_admin_of_all_publications(
    monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    monkeypatch.setenv("INSIGHTS_TOKEN", secret_of(OWN, role))
    for command in (
        ("user", "list"),
        ("user", "publications", person(OWN, "editor")),
        ("token", "list"),
        ("notify", "list"),
        ("notify", "retry"),
    ):
        refused = run(*command)
        assert refused.exit_code == 1, command
        assert "needs the role admin" in refused.stderr or "admin of all" in refused.stderr


def test_a_token_that_is_not_valid_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHTS_TOKEN", "ins_nothing")
    refused = run("list")
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert "unknown, expired or revoked" in refused.stderr
    assert "ins_nothing" not in refused.stderr
