"""What every store of runs promises."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from running import until

from widget.drafting.evidence import Article, Document, Evidence
from widget.drafting.findings import Finding
from widget.drafting.proposal import Proposal, ProposedPoint
from widget.drafting.runs import DraftRequest, Resolution, Run, RunStore, new_run, open_runs
from widget.drafting.runs.postgres import PostgresRuns
from widget.errors import NotFound, Throttled
from widget.storage.lock import Busy
from widget.storage.postgres import Database

Opener = Callable[[], RunStore]


@pytest.fixture(
    params=[
        pytest.param("dir", marks=pytest.mark.unit),
        pytest.param("postgres", marks=pytest.mark.database),
        pytest.param("pooler", marks=pytest.mark.database),
    ]
)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the runs as another process does."""
    if request.param == "dir":
        yield lambda: open_runs(f"dir:{tmp_path / 'data'}")
        return
    url = request.getfixturevalue("database_url" if request.param == "postgres" else "pooled_url")
    with ExitStack() as stack:

        def open_() -> RunStore:
            database = Database(url)
            stack.callback(database.close)
            return PostgresRuns(database)

        yield open_


@pytest.fixture
def runs(opened: Opener) -> RunStore:
    return opened()


def run(provider: str = "sonar", *, at: datetime | None = None, **changes: object) -> Run:
    request = DraftRequest(provider=provider, article_url="https://courier.example/ferries")
    return new_run(request, actor="ana", at=at).model_copy(update=changes)


def finished() -> Run:
    """Return a run with everything that a run may have."""
    finding = Finding(path="$.x", rule="cite-missing", severity="block", message="cites nothing")
    now = datetime.now(UTC)
    point = ProposedPoint(role="ideas", text="Fares rose.", quotes=("rose",))
    proposal = Proposal(lean="center", rationale="So.", confidence="low", points=(point,))
    return run(
        state="kept",
        entry="ferries",
        revision=3,
        proposal=proposal,
        findings=(finding,),
        resolutions=(Resolution(finding=finding.id, reason="page 4", by="ana", at=now),),
    )


def test_a_run_comes_back_as_it_was_stored(opened: Opener) -> None:
    stored = finished()
    opened().add(stored, per_hour=5)
    assert opened().get(stored.id) == stored


def test_a_run_that_nobody_stored_is_not_found(runs: RunStore) -> None:
    for wrong in ("0" * 16, "../../etc", "", "x\0"):
        with pytest.raises(NotFound):
            runs.get(wrong)
        with pytest.raises(NotFound):
            runs.update(wrong, lambda it: it)


def test_evidence_comes_back_whole_and_is_missing_before(opened: Opener) -> None:
    stored = run()
    opened().add(stored, per_hour=5)
    assert opened().evidence(stored.id) is None
    article = Article(url="https://courier.example/ferries", title="Ferries", text="Fares rose.")
    document = Document(url="https://port.example/a", title="Port", text="مرفأ ‘quoted’ \U0001f6a2")
    evidence = Evidence(article=article, documents=(document,))
    opened().keep_evidence(stored.id, evidence)
    assert opened().evidence(stored.id) == evidence


def test_a_provider_has_its_limit_an_hour_and_others_are_not_counted(runs: RunStore) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=1, seconds=1)
    runs.add(run(at=long_ago), per_hour=2)
    runs.add(run(), per_hour=2)
    runs.add(run(), per_hour=2)
    runs.add(run("other"), per_hour=1)
    with pytest.raises(Throttled) as refused:
        runs.add(run(), per_hour=2)
    assert 3500 < refused.value.retry_after <= 3600


def test_concurrent_requests_do_not_exceed_the_limit(opened: Opener) -> None:
    stores = [opened() for _ in range(4)]
    outcomes: list[bool] = []

    def add(store: RunStore) -> None:
        try:
            store.add(run(), per_hour=2)
            outcomes.append(True)
        except Throttled:
            outcomes.append(False)

    threads = [threading.Thread(target=add, args=(store,)) for store in stores]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == [False, False, True, True]


def test_lists_are_newest_first_and_by_entry(runs: RunStore) -> None:
    now = datetime.now(UTC)
    for minutes, entry in ((3, "a"), (2, "b"), (1, "a")):
        runs.add(run(at=now - timedelta(minutes=minutes)), per_hour=9)
        newest = runs.newest(limit=1)[0]
        runs.update(newest.id, lambda it, entry=entry: it.model_copy(update={"entry": entry}))
    assert [it.entry for it in runs.newest(limit=9)] == ["a", "b", "a"]
    assert [it.entry for it in runs.newest(limit=2)] == ["a", "b"]
    assert len(runs.newest(limit=9, entry_id="a")) == 2
    assert runs.newest(limit=9, entry_id="c") == []


def test_unfinished_runs_are_oldest_first_and_leave_the_list_when_they_end(
    opened: Opener,
) -> None:
    here, there = opened(), opened()
    now = datetime.now(UTC)
    first, second = run(at=now - timedelta(seconds=1)), run(at=now)
    here.add(first, per_hour=9)
    here.add(second, per_hour=9)
    assert [it.id for it in there.unfinished()] == [first.id, second.id]
    here.update(first.id, lambda it: it.model_copy(update={"state": "failed"}))
    assert [it.id for it in there.unfinished()] == [second.id]
    assert [it.id for it in there.unfinished()] == [second.id]


def test_no_update_is_lost_when_many_come_at_once(opened: Opener) -> None:
    stored = run()
    opened().add(stored, per_hour=9)
    stores = [opened() for _ in range(4)]

    def mend(store: RunStore) -> None:
        for _ in range(5):
            store.update(stored.id, lambda it: it.model_copy(update={"mends": (*it.mends, "x")}))

    threads = [threading.Thread(target=mend, args=(store,)) for store in stores]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(opened().get(stored.id).mends) == 20


def test_one_process_holds_a_run_and_others_see_that(opened: Opener) -> None:
    stored = run()
    here, there = opened(), opened()
    here.add(stored, per_hour=9)
    assert not there.is_held(stored.id)
    with here.hold(stored.id):
        assert there.is_held(stored.id)
        with pytest.raises(Busy), there.hold(stored.id):
            pass
    assert not there.is_held(stored.id)
    with there.hold(stored.id):
        pass


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("dir", marks=pytest.mark.process),
        pytest.param("postgres", marks=pytest.mark.process),
    ],
)
def test_a_hold_ends_with_its_process(
    url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    store = f"dir:{tmp_path / 'data'}" if url == "dir" else request.getfixturevalue("database_url")
    stored = run()
    runs = open_runs(store)
    runs.add(stored, per_hour=9)
    script = (
        "import sys, widget.drafting.runs as runs\n"
        "from widget.drafting.runs import postgres\n"
        "postgres.LOST_SECONDS = 2.0\n"
        "with runs.open_runs(sys.argv[1]).hold(sys.argv[2]):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, store, stored.id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        assert runs.is_held(stored.id)
        child.kill()
    until(lambda: not runs.is_held(stored.id))


@pytest.mark.unit
def test_a_damaged_record_is_skipped_and_the_others_are_listed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runs = open_runs(f"dir:{tmp_path / 'data'}")
    good, bad = run(), run()
    runs.add(good, per_hour=9)
    runs.add(bad, per_hour=9)
    (tmp_path / "data" / "drafting" / bad.id / "run.json").write_bytes(b'{"id": ')
    assert [it.id for it in runs.newest(limit=9)] == [good.id]
    assert [it.id for it in runs.unfinished()] == [good.id]
    assert "is not the record of a run" in caplog.text


@pytest.mark.unit
def test_records_can_be_read_by_their_owner_alone(tmp_path: Path) -> None:
    runs = open_runs(f"dir:{tmp_path / 'data'}")
    stored = run()
    runs.add(stored, per_hour=9)
    runs.keep_evidence(stored.id, Evidence(article=Article(url="", title="", text="secret")))
    folder = tmp_path / "data" / "drafting"
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
