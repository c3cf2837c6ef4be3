"""The command ``copy``: a whole store moves to another, and nothing of it is lost or changed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from copying_support import (
    HERE,
    PASSWORD,
    OpenUrl,
    done,
    entry,
    fill,
    kept,
    opened,
    people,
    refused,
)
from running import until
from samples import PAPER, ROOT

from widget.accounts import open_accounts, open_repository
from widget.editorial.copying import copy_accounts
from widget.store import Action, Revision

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("an_empty_folder")]

MANY = 1_000
"""More entries than are copied at once."""


@pytest.mark.parametrize(
    ("one", "other"), [("dir", "postgres"), ("postgres", "dir"), ("dir", "dir")]
)
def test_a_store_moves_with_its_revisions_and_its_accounts(
    fresh: OpenUrl, one: str, other: str
) -> None:
    source, target = fresh(one), fresh(other)
    with opened(source) as store:
        fill(store)
    secret = people(source)
    said = done("copy", source, target)
    assert "18 revisions copied; 8 entries and 2 users are the same in both" in said
    with opened(source) as store, opened(target) as copied_to:
        assert kept(copied_to) == kept(store)
        assert len(kept(store)) == 8
        log = store.log_lines(after=0, limit=100)
        assert len(log) == 8
        assert copied_to.log_lines(after=0, limit=100) == log
        assert copied_to.find(f"{PAPER}/opinion/address") == "a-taker"
        assert copied_to.problems(thorough=True) == []
        copied_to.publish("live-0", actor="ana")
    accounts = open_accounts(target)
    assert accounts.authenticate("ana", PASSWORD, address=HERE).role == "admin"
    token = accounts.token(secret)
    assert token is not None
    assert (token.name, token.owner) == ("ci", "ana")
    assert [user.invited for user in accounts.users()] == [False, True]
    assert accounts.sessions("ana") == []


@pytest.mark.parametrize(("one", "other"), [("dir", "postgres"), ("postgres", "dir")])
def test_a_copy_continues_the_log_and_never_tells_a_line_twice(
    fresh: OpenUrl, one: str, other: str
) -> None:
    source, target = fresh(one), fresh(other)
    with opened(source) as store:
        fill(store)
    people(source)
    done("copy", source, target)
    with opened(source) as store:
        store.publish("live-0", actor="ana")
        store.withdraw("live-2", actor="ana")
    done("copy", source, target)
    with opened(source) as store, opened(target) as copied_to:
        assert len(store.log_lines(after=0, limit=100)) == 10
        assert copied_to.log_lines(after=0, limit=100) == store.log_lines(after=0, limit=100)
        copied_to.save(entry("live-2"), actor="ana")
        copied_to.publish("live-2", actor="ana")
        last = copied_to.log_lines(after=10, limit=9)
        assert [(it.number, it.action) for it in last] == [(11, "restore")]
        assert last[0].previous == store.log_lines(after=9, limit=1)[0].digest()


def test_there_and_back_again_is_the_same(fresh: OpenUrl) -> None:
    source, between, back = fresh("dir"), fresh("postgres"), fresh("dir")
    with opened(source) as store:
        fill(store)
    people(source)
    done("copy", source, between)
    done("copy", between, back)
    first, last = (Path(url.removeprefix("dir:")) for url in (source, back))
    for folder in ("revisions", "live", "drafts"):
        files = {path.relative_to(first) for path in (first / folder).rglob("*.json")}
        assert files == {path.relative_to(last) for path in (last / folder).rglob("*.json")}
        for path in files:
            assert (first / path).read_bytes() == (last / path).read_bytes(), path
    documents = [json.loads((each / "accounts.json").read_bytes()) for each in (first, last)]
    assert documents[0] == documents[1]


@pytest.mark.parametrize(("one", "other"), [("dir", "postgres"), ("postgres", "dir")])
def test_a_copy_that_was_killed_in_the_middle_is_completed_by_the_next(
    fresh: OpenUrl, one: str, other: str
) -> None:
    source, target = fresh(one), fresh(other)
    with opened(source) as store:
        at = datetime(2020, 2, 29, 12, 0, 0, 123000, UTC)
        story: list[tuple[Action, str]] = [
            ("save", "one"),
            ("publish", "one"),
            ("save", "two"),
            ("publish", "two"),
        ]
        histories = [
            [
                Revision(number, at, "ana", action, "", entry(f"e{it}", title=title))
                for number, (action, title) in enumerate(story, 1)
            ]
            for it in range(MANY)
        ]
        assert store.adopt_all(histories) == [None] * MANY
    people(source)
    for least in (1, MANY // 4):
        child = subprocess.Popen(
            [sys.executable, "-m", "widget", "copy", source, target],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        with opened(target) as watched:
            until(lambda least=least: len(watched.ids()) >= least, 60)  # type: ignore[misc]
        child.send_signal(signal.SIGKILL)
        assert child.wait(timeout=20) == -signal.SIGKILL, "it was done before it was killed"
        with opened(target) as cut_short:
            assert least <= len(cut_short.ids()) < MANY
    said = done("copy", source, target)
    assert int(said.split()[0]) <= 4 * (MANY - MANY // 4)
    with opened(source) as store, opened(target) as copied_to:
        assert kept(copied_to) == kept(store)
    assert open_accounts(target).authenticate("ana", PASSWORD, address=HERE)


def test_what_changed_in_the_source_meanwhile_is_caught_up_by_a_second_run(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    people(source)
    done("copy", source, target)
    with opened(source) as store:
        store.publish("live-0", actor="ana")
        store.save(entry("new"), actor="ana")
    accounts = open_accounts(source)
    ana = accounts.user("ana")
    assert ana
    accounts.open_session(ana)
    accounts.add_user("cy", "editor", PASSWORD)
    assert done("copy", source, target).startswith("2 revisions copied; 9 entries and 3 users")
    assert done("copy", source, target).startswith("0 revisions copied")
    with opened(source) as store, opened(target) as copied_to:
        assert kept(copied_to) == kept(store)
    assert open_accounts(target).users() == accounts.users()


def test_other_accounts_are_refused_until_they_are_to_be_replaced(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    people(source)
    open_accounts(target).add_user("root", "admin", PASSWORD)
    said = refused("copy", source, target)
    assert "user 'root': is in the target and not in the source" in said
    assert "--replace-accounts" in said
    with opened(target) as store:
        assert store.ids() == []
    done("copy", source, target, "--replace-accounts")
    assert [user.name for user in open_accounts(target).users()] == ["ana", "bo"]
    open_accounts(target).set_disabled("bo", True)
    said = refused("copy", source, target)
    assert "user 'bo': differs in disabled" in said
    assert open_accounts(target).user("bo").disabled  # type: ignore[union-attr]


def test_accounts_that_were_made_in_the_target_meanwhile_are_left_alone(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    people(source)
    open_accounts(target).add_user("root", "admin", PASSWORD)
    records = open_repository(source), open_repository(target)
    unlike = copy_accounts(*records, replace=False)
    assert [each.subject for each in unlike] == ["user 'root'"]
    assert [user.name for user in open_accounts(target).users()] == ["root"]


def test_entries_that_hand_an_address_on_are_copied_though_clocks_differed(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with opened(source) as store:
        story = [
            Revision(1, at, "file", "publish", "", entry("gave-up", "address")),
            Revision(2, at + timedelta(hours=2), "file", "publish", "", entry("gave-up", "new")),
            Revision(1, at + timedelta(hours=1), "file", "publish", "", entry("took", "address")),
            Revision(3, at - timedelta(hours=9), "ana", "save", "", entry("gave-up", "new")),
        ]
        for revision in story:
            store.adopt(revision)
    done("copy", source, target)
    with opened(source) as store, opened(target) as copied_to:
        assert kept(copied_to) == kept(store)
