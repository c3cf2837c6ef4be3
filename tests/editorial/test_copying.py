"""The command ``copy``: a whole store moves to another, and nothing of it is lost or changed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from databases import copied
from running import until
from samples import PAPER, ROOT, sample_entry

from widget.accounts import open_accounts, open_repository
from widget.app import rules
from widget.cli import main
from widget.config import Settings
from widget.editorial.copying import all_ids, copy_accounts, differences
from widget.entry import Entry
from widget.storage.postgres import connection
from widget.store import Action, Live, Revision, Store, open_store

PASSWORD = "a long enough password"  # noqa: S105  # of nobody
HERE = "192.0.2.1"

MANY = 1_000
"""More entries than are copied at once."""

OpenUrl = Callable[[str], str]


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in list(os.environ):
        if variable.upper().startswith("INSIGHTS_"):
            monkeypatch.delenv(variable)


@pytest.fixture
def fresh(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[OpenUrl]:
    """What gives the URL of a new empty store of a kind."""
    with ExitStack() as stack:
        count = iter(range(9))

        def make(kind: str) -> str:
            if kind == "dir":
                return f"dir:{tmp_path / f'store{next(count)}'}"
            url = stack.enter_context(copied(request.getfixturevalue("database_template")))
            stack.callback(connection._shared.close)  # what commands leave to the process's end
            return url

        yield make


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = open_store(
        url, rules(Settings.model_validate({"publications": [{"review": "optional"}]}))
    )
    try:
        yield store
    finally:
        store.close()


def entry(entry_id: str, address: str | None = None, title: str = "As it was") -> Entry:
    url = f"{PAPER}/opinion/{address or entry_id}"
    people = {"provenance__origin": "human"}  # needs no approval
    return sample_entry(
        id=entry_id, article__url=url, article__aliases=[], article__title=title, **people
    )


def fill(store: Store) -> None:
    """Make entries of every kind; the first one by name has an address that another gave up."""
    for number in range(3):
        store.save(entry(f"live-{number}"), actor="ana", note="é, \\u0000 and \n")
        store.publish(f"live-{number}", actor="ben (token ci)")
    store.save(entry("live-0", title="As it will be"), actor="ana")
    store.withdraw("live-1", actor="ben", reason="A source does not exist.", legal=True)
    store.save(entry("only-a-draft"), actor="ana")
    store.save(entry("dropped"), actor="ana")
    store.discard("dropped", actor="ana")
    store.save(entry("gave-up", "address"), actor="ana")
    store.publish("gave-up", actor="ana")
    store.save(entry("gave-up", "another"), actor="ana")
    store.publish("gave-up", actor="ana")
    store.save(entry("a-taker", "address"), actor="ana")
    store.publish("a-taker", actor="ana")
    at = datetime(2020, 2, 29, 12, 0, 0, 123000, UTC)
    store.adopt(Revision(1, at, "file", "publish", "", entry("by-hand")))


def people(url: str) -> str:
    """Make users and a token; return its secret."""
    accounts = open_accounts(url)
    ana = accounts.add_user("ana", "admin", PASSWORD)
    accounts.add_user("bo", "editor")
    accounts.open_session(ana)
    later = datetime.now(UTC) + timedelta(days=1)
    secret, _ = accounts.create_token("ci", "editor", owner="ana", expires_at=later, actor="ana")
    return secret


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments, prog_name="insights")
    assert "Traceback" not in result.output
    if result.exception is not None:
        assert isinstance(result.exception, SystemExit), result.exc_info
    return result


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    return result.stderr


def kept(store: Store) -> dict[str, object]:
    """Return all that a store keeps of entries."""
    found: dict[str, object] = {}
    for entry_id in store.ids():
        live = store.live(entry_id)
        shown = (live.entry, live.revision, live.at) if isinstance(live, Live) else live
        found[entry_id] = (store.history(entry_id), shown, store.draft(entry_id))
    return found


@pytest.mark.database
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


@pytest.mark.database
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


@pytest.mark.database
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


@pytest.mark.database
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


@pytest.mark.database
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


@pytest.mark.database
def test_a_revision_that_is_tampered_with_is_found(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    done("copy", source, target)
    with psycopg.connect(target, autocommit=True) as session:
        changed = session.execute(
            "UPDATE revision SET note = 'nothing' WHERE entry_id = 'live-1' AND number = 3"
        )
        assert changed.rowcount == 1
    said = refused("copy", source, target)
    assert "live-1: revision 3 of the target differs from the source's" in said
    with opened(source) as store, opened(target) as other:
        found = differences(store, other, all_ids(store, other), {}, lambda _: None)
    assert [each.subject for each in found] == ["live-1"]


@pytest.mark.database
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE entry SET live = NULL WHERE id = 'live-0'", "the live version differs"),
        ("UPDATE entry SET draft = NULL WHERE id = 'live-0'", "the draft differs"),
    ],
)
def test_what_readers_see_and_drafts_are_compared_too(
    fresh: OpenUrl, statement: str, message: str
) -> None:
    """Where the revisions are the same and what they add up to is not."""
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    done("copy", source, target)
    with psycopg.connect(target, autocommit=True) as session:
        session.execute(statement.encode())
    said = refused("copy", source, target)
    assert f"live-0: {message} from the source" in said
    assert "TO differs from FROM" in said


@pytest.mark.database
def test_a_target_that_holds_something_else_is_refused_and_left_as_it_was(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    with opened(target) as store:
        store.save(entry("live-2"), actor="somebody else")
        store.save(entry("of-its-own"), actor="ana")
        before = kept(store)
    said = refused("copy", source, target)
    assert "live-2: revision 1 of the target differs from the source's" in said
    assert "of-its-own: is in the target and not in the source" in said
    assert "nothing was copied; use an empty folder or database for TO" in said
    with opened(target) as store:
        assert kept(store) == before


@pytest.mark.database
def test_a_target_that_went_on_is_refused(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    done("copy", source, target)
    with opened(target) as store:
        store.publish("live-0", actor="ana")
    said = refused("copy", source, target)
    assert "live-0: has 4 revisions in the target and 3 in the source" in said
    assert done("copy", target, source).startswith("1 revisions copied")


@pytest.mark.database
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


@pytest.mark.database
def test_accounts_that_were_made_in_the_target_meanwhile_are_left_alone(fresh: OpenUrl) -> None:
    source, target = fresh("dir"), fresh("postgres")
    people(source)
    open_accounts(target).add_user("root", "admin", PASSWORD)
    records = open_repository(source), open_repository(target)
    unlike = copy_accounts(*records, replace=False)
    assert [each.subject for each in unlike] == ["user 'root'"]
    assert [user.name for user in open_accounts(target).users()] == ["root"]


@pytest.mark.database
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


@pytest.mark.database
@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_entry_whose_revision_is_broken_is_left_out_and_named(
    fresh: OpenUrl, number: int
) -> None:
    source, target = fresh("dir"), fresh("postgres")
    with opened(source) as store:
        fill(store)
    folder = Path(source.removeprefix("dir:"))
    (folder / "revisions" / "live-1" / f"00000{number}.json").write_text("{")
    shutil.rmtree(folder / "index")
    said = refused("copy", source, target)
    assert "live-1: has revisions that cannot be read" in said
    with opened(target) as store:
        assert len(store.ids()) == 7
        assert "live-1" not in store.ids()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("dir:nowhere", "dir:there", "there is no folder nowhere"),
        ("dir:empty", "dir:there", "FROM is empty: dir:empty"),
        ("dir:empty", "dir:./empty", "FROM and TO are the same store"),
        ("redis:x", "dir:there", "'redis:x' names no store"),
        ("dir:empty", "postgresql://u:hidden@127.0.0.1:1/x", "postgresql://127.0.0.1:1/x"),
    ],
)
def test_what_cannot_be_copied_is_told(source: str, target: str, message: str) -> None:
    Path("empty", "live").mkdir(parents=True)  # a store that holds nothing
    said = refused("copy", source, target)
    assert message in said
    assert "hidden" not in said
    assert not Path("nowhere").exists()
