"""A process that is killed at any stage leaves a run that says so, and no half entry."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from drafting_support import opened, request, with_provider
from fake_provider import FakeProvider
from running import until

from widget.app import rules
from widget.config import Settings
from widget.drafting.pipeline import note_of
from widget.drafting.runs import postgres
from widget.drafting.service import Drafting
from widget.storage.lock import Busy
from widget.store import Store, open_store

pytestmark = pytest.mark.process

CHILD = Path(__file__).with_name("run_child.py")
BEFORE_A_CALL = ("fetching", "searching", "writing")


@pytest.fixture
def settings(store_url: str, settings: Settings, fake: FakeProvider, tmp_path: Path) -> Settings:
    provided = with_provider(settings, fake, tmp_path)
    return provided.model_copy(update={"store": store_url})


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened_store = open_store(settings.store, rules(settings))
    yield opened_store
    opened_store.close()


@pytest.fixture
def drafting(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> Drafting:
    monkeypatch.setattr(postgres, "LOST_SECONDS", 1.0)
    return opened(settings, store)


@contextmanager
def stopped_at(
    stage: str, run_id: str, settings: Settings, tmp_path: Path
) -> Iterator[subprocess.Popen[str]]:
    """Carry a run out in another process up to a stage."""
    file = tmp_path / "settings.json"
    file.write_text(settings.model_dump_json())
    command = [sys.executable, str(CHILD), str(file), run_id, stage]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == f"{stage}\n"
        try:
            yield child
        finally:
            child.kill()


@pytest.mark.parametrize("stage", ["fetching", "searching", "writing", "checking"])
def test_a_killed_process_leaves_a_run_that_says_so(
    stage: str,
    drafting: Drafting,
    settings: Settings,
    store: Store,
    fake: FakeProvider,
    tmp_path: Path,
) -> None:
    run = drafting.ask(request(), actor="ana")
    with stopped_at(stage, run.id, settings, tmp_path) as child:
        drafting.end_lost()
        assert drafting.runs.get(run.id).state == stage, "its process is alive"
        with pytest.raises(Busy):
            drafting.carry_out(run.id)
        child.kill()
    until(lambda: not drafting.runs.is_held(run.id))
    drafting.end_lost()
    ended = drafting.runs.get(run.id)
    assert ended.state == "failed"
    assert stage in ended.message
    assert ("may have charged" in ended.message) is (stage not in BEFORE_A_CALL)
    assert store.ids() == []
    calls = len(fake.requests)
    assert drafting.carry_out(run.id).state == "failed", "nothing is asked twice by itself"
    assert len(fake.requests) == calls
    again = drafting.ask(request(), actor="ana")
    assert drafting.carry_out(again.id).state == "kept"


def test_a_process_killed_after_saving_leaves_the_draft_and_a_run_that_has_it(
    drafting: Drafting, settings: Settings, store: Store, tmp_path: Path
) -> None:
    run = drafting.ask(request(), actor="ana")
    drafting.carry_out(run.id)
    draft = store.draft("ferry-fares")
    assert draft
    # As the record was before the last step.
    drafting.runs.update(
        run.id, lambda it: it.model_copy(update={"state": "checking", "revision": None})
    )
    drafting.end_lost()
    ended = drafting.runs.get(run.id)
    assert (ended.state, ended.entry, ended.revision) == ("kept", "ferry-fares", 1)
    assert store.history("ferry-fares")[0].note == note_of(run.id)
    del settings, tmp_path


def test_two_processes_never_do_the_same_run(
    drafting: Drafting, settings: Settings, fake: FakeProvider, tmp_path: Path
) -> None:
    run = drafting.ask(request(), actor="ana")
    with stopped_at("writing", run.id, settings, tmp_path):
        with pytest.raises(Busy):
            drafting.carry_out(run.id)
        assert fake.requests == []
