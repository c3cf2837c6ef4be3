"""A run from the request to the draft, against a provider that is strict."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from drafting_support import ARTICLE_URL, AUDIT, TITLE, opened, request, with_provider
from fake_provider import KEY, FakeProvider

from widget.config import Settings
from widget.drafting.runs import Run, open_runs
from widget.drafting.service import Drafting
from widget.editorial.service import Editorial
from widget.entry import parse_entry
from widget.errors import InvalidEntry, InvalidRequest, NotFound, Throttled
from widget.store import Store

pytestmark = pytest.mark.unit


@pytest.fixture
def settings(settings: Settings, fake: FakeProvider, tmp_path: Path) -> Settings:
    return with_provider(settings, fake, tmp_path)


@pytest.fixture
def drafting(settings: Settings, store: Store) -> Drafting:
    return opened(settings, store)


def carried_out(drafting: Drafting, **changes: object) -> Run:
    """Ask as ana and carry the run out."""
    run = drafting.ask(request(**changes), actor="ana")
    return drafting.carry_out(run.id)


def with_model(
    settings: Settings, fake: FakeProvider, store: Store, tmp_path: Path, model: str, **more: object
) -> Drafting:
    return opened(with_provider(settings, fake, tmp_path, model=model, **more), store)


def test_a_run_becomes_a_draft_with_its_sources_and_nothing_is_live(
    drafting: Drafting, store: Store
) -> None:
    run = carried_out(drafting)
    assert (run.state, run.message, run.findings) == ("kept", "", ())
    assert run.entry == "ferry-fares"
    draft = store.draft("ferry-fares")
    assert draft
    assert draft.actor == "ana (draft sonar)"
    assert store.live("ferry-fares") is None
    entry = draft.entry
    assert entry.article.title == TITLE
    assert entry.article.url == ARTICLE_URL
    assert entry.viewpoint.lean == "not-rated"
    assert entry.viewpoint.rationale == ""
    assert [it.role for it in entry.perspectives] == ["ideas", "different-views"]
    assert entry.perspectives[1].points[0].text.endswith(" [1]")
    assert entry.sources[0].url == AUDIT.url
    assert entry.sources[0].publisher == "City Audit Office"
    assert entry.sources[0].quote
    assert entry.sources[0].quote in AUDIT.text
    provenance = entry.provenance
    assert (provenance.origin, provenance.provider, provenance.model) == (
        "ai",
        "sonar",
        "ok-2026-11-01",
    )
    assert provenance.generated_at
    assert provenance.reviewed_by is None


def test_the_run_keeps_what_a_person_needs_to_check_it(drafting: Drafting) -> None:
    run = carried_out(drafting)
    assert run.proposal
    assert run.proposal.lean == "center"
    assert run.usage.calls == 1
    assert run.usage.input_tokens > 0
    evidence = drafting.evidence(run.id)
    assert evidence
    assert run.digests == (
        evidence.article.sha256,
        *(it.sha256 for it in evidence.documents),
    )
    assert evidence.documents[0].url == AUDIT.url


def test_each_stage_is_told_in_order(drafting: Drafting) -> None:
    states: list[str] = []
    run = drafting.ask(request(), actor="ana")
    drafting.carry_out(run.id, lambda it: states.append(it.state))
    assert states == ["fetching", "searching", "writing", "checking", "kept"]


def test_an_article_that_may_have_no_panel_is_sent_to_nobody(
    drafting: Drafting, fake: FakeProvider
) -> None:
    before = len(fake.requests)
    run = carried_out(drafting, kind="news")
    assert run.state == "refused"
    assert "news" in run.message
    assert not run.charged
    assert len(fake.requests) == before


def test_an_entry_that_exists_is_replaced_only_on_purpose(drafting: Drafting, store: Store) -> None:
    first = carried_out(drafting)
    again = carried_out(drafting, entry_id=first.entry)
    assert again.state == "refused"
    assert "--replace" in again.message
    assert store.head("ferry-fares") == 1
    assert not again.charged
    replaced = carried_out(drafting, entry_id=first.entry, replace=True)
    assert (replaced.state, replaced.revision) == ("kept", 2)


def test_a_dry_run_saves_nothing(drafting: Drafting, store: Store) -> None:
    run = carried_out(drafting, dry_run=True)
    assert (run.state, run.entry, run.revision) == ("kept", None, None)
    assert store.ids() == []


@pytest.mark.parametrize("model", ["made-up-quote", "negation", "cite-9", "fullwidth", "german"])
def test_a_draft_that_its_evidence_does_not_support_is_kept_and_cannot_be_published(
    settings: Settings, fake: FakeProvider, store: Store, tmp_path: Path, model: str
) -> None:
    drafting = with_model(settings, fake, store, tmp_path, model)
    run = carried_out(drafting)
    assert run.state == "kept", run.message
    assert run.blocking
    finding = run.blocking[0]
    assert finding.path.startswith("$.")
    assert finding.message
    editorial = drafting._place.editorial
    with pytest.raises(InvalidEntry) as refused:
        editorial.publish(run.entry or "", actor="ben")
    assert finding.rule in str(refused.value)
    assert store.live("ferry-fares") is None


def test_a_finding_that_a_person_resolves_no_longer_blocks_and_the_reason_stays(
    settings: Settings, fake: FakeProvider, store: Store, tmp_path: Path
) -> None:
    drafting = with_model(settings, fake, store, tmp_path, "made-up-quote")
    run = carried_out(drafting)
    with pytest.raises(InvalidRequest):
        drafting.resolve(run.id, run.blocking[0].id, "  ", actor="ana")
    draft = store.draft("ferry-fares")
    assert draft
    checks = drafting.checks(draft.entry)
    assert checks
    for each in checks.findings:
        if each.blocks:
            run = drafting.resolve(run.id, each.finding.id, "Read page 4 myself.", actor="ana")
    assert {it.by for it in run.resolutions} == {"ana"}
    checks = drafting.checks(draft.entry)
    assert checks
    assert checks.breaches == []
    assert all(it.resolution for it in checks.findings if it.finding.severity == "block")


def test_what_a_person_mends_is_no_finding_any_more(
    settings: Settings, fake: FakeProvider, store: Store, tmp_path: Path
) -> None:
    drafting = with_model(settings, fake, store, tmp_path, "german")
    run = carried_out(drafting)
    (finding,) = [it for it in run.blocking if it.rule == "wrong-language"]
    draft = store.draft("ferry-fares")
    assert draft
    document = draft.entry.model_dump(mode="json", by_alias=True)
    point = document["perspectives"][1]["points"][-1]
    point["text"] = "Crews fear that free ferries will be full of tourists in summer. [2]"
    mended = parse_entry(json.dumps(document).encode())
    checks = drafting.checks(mended)
    assert checks
    assert finding.id not in {it.finding.id for it in checks.findings}


@pytest.mark.parametrize(
    ("model", "state", "charged"),
    [
        ("sonar-gone", "refused", True),
        ("refusal", "refused", True),
        ("prose", "refused", True),
        ("busy", "failed", True),
        ("reset", "failed", True),
    ],
)
def test_a_provider_that_fails_leaves_a_run_that_says_so(
    settings: Settings,
    fake: FakeProvider,
    store: Store,
    tmp_path: Path,
    model: str,
    state: str,
    charged: bool,
) -> None:
    run = carried_out(with_model(settings, fake, store, tmp_path, model))
    assert (run.state, run.charged) == (state, charged)
    assert run.message
    assert store.ids() == []


def test_the_whole_run_ends_at_its_deadline(
    settings: Settings, fake: FakeProvider, store: Store, tmp_path: Path
) -> None:
    run = carried_out(with_model(settings, fake, store, tmp_path, "trickle", seconds=1))
    assert run.state == "refused"
    assert "deadline" in run.message
    assert store.ids() == []


def test_an_answer_that_is_no_draft_is_repaired_once(
    settings: Settings, fake: FakeProvider, store: Store, tmp_path: Path
) -> None:
    sound = fake.scenarios["ok"]
    fake.scenarios["mended"] = lambda it: fake.scenarios["prose" if it.attempt == 1 else "ok"](it)
    assert sound
    drafting = with_model(settings, fake, store, tmp_path, "mended")
    run = carried_out(drafting)
    assert run.state == "kept"
    assert run.usage.calls == 2
    assert "repaired" in run.mends[0]
    calls = len(fake.sent("prose"))
    refused = carried_out(with_model(settings, fake, store, tmp_path, "prose"))
    assert refused.state == "refused"
    assert "one repair" in refused.message
    assert len(fake.sent("prose")) - calls == 2


def test_more_runs_than_the_limit_are_refused(
    settings: Settings, fake: FakeProvider, store: Store, tmp_path: Path
) -> None:
    drafting = with_model(settings, fake, store, tmp_path, "ok", per_hour=1)
    drafting.ask(request(), actor="ana")
    with pytest.raises(Throttled):
        drafting.ask(request(), actor="ben")


def test_a_provider_that_is_not_configured_is_named(drafting: Drafting) -> None:
    with pytest.raises(InvalidRequest, match="sonar"):
        drafting.ask(request(provider="other"), actor="ana")


def test_without_a_provider_there_is_no_drafting(settings: Settings, store: Store) -> None:
    off = settings.model_copy(update={"drafting": ()})
    with pytest.raises(NotFound, match="off"):
        Drafting(off, Editorial(store, off), open_runs(off.store)).ask(request(), actor="ana")


def test_a_queued_run_can_be_cancelled_and_is_never_begun(
    drafting: Drafting, fake: FakeProvider
) -> None:
    run = drafting.ask(request(), actor="ana")
    before = len(fake.requests)
    assert drafting.cancel(run.id, actor="ben").state == "failed"
    assert drafting.carry_out(run.id).message == "Cancelled by ben."
    assert len(fake.requests) == before


def test_a_run_that_waits_for_its_provider_can_be_cancelled(
    settings: Settings, fake: FakeProvider, store: Store, tmp_path: Path
) -> None:
    drafting = with_model(settings, fake, store, tmp_path, "silent", seconds=300)
    run = drafting.ask(request(), actor="ana")
    writing = threading.Event()

    def watch(now: Run) -> None:
        if now.state == "writing":
            writing.set()

    thread = threading.Thread(target=drafting.carry_out, args=(run.id, watch))
    thread.start()
    assert writing.wait(30)
    drafting.cancel(run.id, actor="ben")
    thread.join(30)
    assert not thread.is_alive()
    ended = drafting.runs.get(run.id)
    assert (ended.state, ended.message) == ("failed", "Cancelled by ben.")
    assert store.ids() == []


def test_two_runs_that_differ_in_lean_are_remarked(
    settings: Settings, fake: FakeProvider, store: Store, tmp_path: Path
) -> None:
    first = carried_out(with_model(settings, fake, store, tmp_path, "ok"))

    def leaning(inquiry: object) -> object:
        output = fake.scenarios["ok"](inquiry)  # type: ignore[arg-type]
        return type(output)(output.text.replace('"lean": "center"', '"lean": "right"'))  # type: ignore[union-attr]

    fake.scenarios["right-leaning"] = leaning  # type: ignore[assignment]
    drafting = with_model(settings, fake, store, tmp_path, "right-leaning")
    run = carried_out(drafting, entry_id=first.entry, replace=True)
    assert [it.rule for it in run.findings] == ["lean-unstable"]
    assert not run.blocking


def test_no_key_is_in_any_record(drafting: Drafting, settings: Settings) -> None:
    carried_out(drafting)
    folder = Path(settings.store.removeprefix("dir:"))
    files = [it for it in folder.rglob("*") if it.is_file()]
    assert files
    for path in files:
        assert KEY.encode() not in path.read_bytes()
