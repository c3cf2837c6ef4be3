"""Readers get no bytes without the approvals that they need, whatever happens to a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from samples import PAPER, sample_entry

from widget.config import Settings
from widget.editorial.remarks import Remark
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.scheduler import Scheduler
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import InsightsError, InvalidEntry
from widget.store import Live, Store, document_digest, open_store
from widget.store.rules import rules

PEOPLE = ["ana", "ben", "cem"]
WORKERS = st.integers(0, 1)
NUMBERS = count(1)
SETTINGS = Settings.model_validate(
    {
        "publications": [
            {
                "name": "The Paper",
                "origins": ["https://paper.example"],
                "hold": {"words": ["scandal"]},
            }
        ]
    }
)
TITLES = ["Bring the night trains back", "Keep the night trains", "A scandal on rails"]
ORIGINS = ["ai", "ai-edited", "human"]


def version(entry_id: str, title: str, origin: str, *, declared: bool = False) -> Entry:
    entry = sample_entry()
    provenance = {"origin": origin, "reviewed_by": "An editor" if declared else None}
    article = {"title": title, "url": f"{PAPER}/opinion/{entry_id}", "aliases": ()}
    return entry.model_copy(
        update={
            "id": entry_id,
            "article": entry.article.model_copy(update=article),
            "provenance": entry.provenance.model_copy(update=provenance),
        }
    )


def needed(entry: Entry) -> int:
    """Say it once more, simply: two for the held word, one for what a model wrote."""
    if "scandal" in entry.article.title:
        return 2
    return 0 if entry.provenance.origin == "human" else 1


REMARKS = ([], [Remark("Who says so?", "$.sources[0]"), Remark("Shorter.")])


class Newsroom(RuleBasedStateMachine):
    """Two workers on one store, and people who do whatever the service and the files let them."""

    url = ""

    @initialize()
    def start(self) -> None:
        self.id = f"entry-{next(NUMBERS)}"
        self.stores = [open_store(self.url, rules(SETTINGS)) for _ in range(2)]
        self.desks = [Editorial(it, SETTINGS) for it in self.stores]
        self.given: dict[str, set[str]] = {}
        """By digest, who approved the draft since it was changed last."""
        self.allowed: set[str] = set()
        """Digests of what became live while it had its approvals."""
        self.saver = ""

    def teardown(self) -> None:
        for store in getattr(self, "stores", []):
            store.close()
        self.clear()

    def clear(self) -> None:
        """Leave nothing that the next example would meet."""

    def attempt(self, change: Any, *arguments: Any, **named: Any) -> bool:  # noqa: ANN401
        try:
            change(*arguments, **named)
        except InsightsError:
            return False
        return True

    def changed(self, saver: str) -> None:
        self.given, self.saver = {}, saver

    @rule(
        worker=WORKERS,
        who=st.sampled_from(PEOPLE),
        title=st.sampled_from(TITLES),
        origin=st.sampled_from(ORIGINS),
        declared=st.booleans(),
    )
    def save(self, worker: int, who: str, title: str, origin: str, *, declared: bool) -> None:
        if self.attempt(
            self.desks[worker].save, version(self.id, title, origin, declared=declared), actor=who
        ):
            self.changed(who)

    @rule(worker=WORKERS, who=st.sampled_from(PEOPLE))
    def submit(self, worker: int, who: str) -> None:
        self.attempt(self.desks[worker].review.submit, self.id, actor=who)

    @rule(worker=WORKERS, who=st.sampled_from(PEOPLE), checked=st.sampled_from([CHECKLIST, ()]))
    def approve(self, worker: int, who: str, checked: tuple[str, ...]) -> None:
        reviewer = Reviewer(name=who, role="editor", proof="session", actor=who)
        before = self.stores[worker].draft(self.id)
        if self.attempt(
            self.desks[worker].review.approve,
            self.id,
            reviewer=reviewer,
            checked=checked,
            comments=REMARKS[len(who) % 2],
        ):
            assert before is not None
            assert checked == CHECKLIST
            assert who != self.saver
            draft = self.stores[worker].draft(self.id)
            assert draft is not None
            earlier = self.given.get(document_digest(before.entry), set())
            assert who not in earlier
            self.given = {document_digest(draft.entry): earlier | {who}}

    @rule(worker=WORKERS, title=st.sampled_from(TITLES), origin=st.sampled_from(ORIGINS))
    def save_and_approve(self, worker: int, title: str, origin: str) -> None:
        """Both at once, or examples with an approved draft would be rare."""
        self.save(worker, "ana", title, origin, declared=False)
        for who in ("ben", "cem"):
            self.approve(worker, who, CHECKLIST)

    @rule(worker=WORKERS, who=st.sampled_from(PEOPLE), given=st.sampled_from(REMARKS))
    def send_back(self, worker: int, who: str, given: list[Remark]) -> None:
        return_ = self.desks[worker].review.return_
        if self.attempt(return_, self.id, actor=who, note="Not yet.", comments=given):
            self.given = {}

    @rule(worker=WORKERS, who=st.sampled_from(PEOPLE))
    def publish(self, worker: int, who: str) -> None:
        if self.attempt(self.desks[worker].publish, self.id, actor=who):
            self.became_live(worker)
            self.changed("")

    @rule(worker=WORKERS, title=st.sampled_from(TITLES), origin=st.sampled_from(ORIGINS))
    def put(self, worker: int, title: str, origin: str) -> None:
        before = self.stores[worker].head(self.id)
        entry = version(self.id, title, origin, declared=True)
        done = self.attempt(self.desks[worker].put, entry, actor="ana", publish=True)
        if self.stores[worker].head(self.id) != before:
            self.changed("ana")
        if done:
            self.became_live(worker)
            self.changed("")

    @rule(worker=WORKERS, who=st.sampled_from(PEOPLE))
    def discard(self, worker: int, who: str) -> None:
        if self.attempt(self.desks[worker].discard, self.id, actor=who):
            self.changed("")

    @rule(worker=WORKERS)
    def withdraw(self, worker: int) -> None:
        self.attempt(self.desks[worker].withdraw, self.id, actor="cem", reason="It was wrong.")

    @rule(worker=WORKERS, number=st.integers(1, 12), who=st.sampled_from(PEOPLE))
    def restore(self, worker: int, number: int, who: str) -> None:
        if self.attempt(self.desks[worker].restore, self.id, number, actor=who):
            self.changed(who)

    @rule(worker=WORKERS, who=st.sampled_from(PEOPLE), days=st.integers(1, 4))
    def schedule(self, worker: int, who: str, days: int) -> None:
        at = datetime.now(UTC) + timedelta(days=days)
        later = at + timedelta(days=1)
        self.attempt(
            self.desks[worker].planning.schedule,
            self.id,
            actor=who,
            publish_at=at,
            expires_at=later,
            reason="It was for one day.",
        )

    @rule(worker=WORKERS, days=st.integers(-3, 6))
    def clock_strikes(self, worker: int, days: int) -> None:
        head = self.stores[worker].head(self.id)
        scheduler = Scheduler(self.desks[worker])
        scheduler.carry_out_due(datetime.now(UTC) + timedelta(days=days))
        actions = [it.action for it in self.stores[worker].history(self.id) if it.number > head]
        if "publish" in actions:
            published = next(
                it
                for it in self.stores[worker].history(self.id)
                if it.number > head and it.action == "publish"
            )
            self.allow(published.entry)
            self.changed("")

    @rule(worker=WORKERS)
    def comment(self, worker: int) -> None:
        self.attempt(self.desks[worker].comments.add, self.id, actor="ben", text="Is it so?")

    @rule(worker=WORKERS)
    def restart(self, worker: int) -> None:
        self.stores[worker].close()
        self.stores[worker] = open_store(self.url, rules(SETTINGS))
        self.desks[worker] = Editorial(self.stores[worker], SETTINGS)

    @rule()
    def copy_to_another_store(self) -> None:
        """Copy the history, whole or as far as the other store takes it."""
        with TemporaryDirectory() as folder:
            other = open_store(f"dir:{folder}", rules(SETTINGS))
            for revision in reversed(self.stores[0].history(self.id)):
                if not self.attempt(other.adopt, revision):
                    break
            self.check(other)
            other.close()

    def became_live(self, worker: int) -> None:
        live = self.stores[worker].live(self.id)
        assert isinstance(live, Live)
        self.allow(live.entry)

    def allow(self, entry: Entry) -> None:
        digest = document_digest(entry)
        assert len(self.given.get(digest, ())) >= needed(entry)
        self.allowed.add(digest)

    @invariant()
    def readers_get_what_was_approved(self) -> None:
        for store in getattr(self, "stores", []):
            self.check(store)

    def check(self, store: Store) -> None:
        live = store.live(self.id)
        if isinstance(live, Live) and needed(live.entry):
            digest = document_digest(live.entry)
            assert digest in self.allowed
            assert len({it.reviewer for it in live.approvals}) >= needed(live.entry)
            assert {it.digest for it in live.approvals} == {digest}


class NewsroomWithFiles(Newsroom):
    """The same with people who edit the files."""

    folder = Path()

    def clear(self) -> None:
        for name in ("live", "drafts"):
            (self.folder / name / f"{self.id}.json").unlink(missing_ok=True)

    def write(self, name: str, entry: Entry) -> None:
        path = self.folder / name / f"{self.id}.json"
        temporary = path.with_name(".new")
        temporary.write_bytes(entry.to_json())
        temporary.replace(path)
        for store in self.stores:
            store.poll()

    @rule(title=st.sampled_from(TITLES), origin=st.sampled_from(ORIGINS), declared=st.booleans())
    def edit_live(self, title: str, origin: str, *, declared: bool) -> None:
        entry = version(self.id, title, origin, declared=declared)
        if len(self.given.get(document_digest(entry), ())) >= needed(entry):
            self.allowed.add(document_digest(entry))
        self.write("live", entry)

    @rule(worker=WORKERS)
    def copy_the_draft_to_live(self, worker: int) -> None:
        draft = self.stores[worker].draft(self.id)
        if draft:
            if len(self.given.get(document_digest(draft.entry), ())) >= needed(draft.entry):
                self.allowed.add(document_digest(draft.entry))
            self.write("live", draft.entry)

    @rule(title=st.sampled_from(TITLES), origin=st.sampled_from(ORIGINS))
    def edit_the_draft(self, title: str, origin: str) -> None:
        self.write("drafts", version(self.id, title, origin))
        self.changed("file")

    @rule()
    def remove_live(self) -> None:
        (self.folder / "live" / f"{self.id}.json").unlink(missing_ok=True)
        for store in self.stores:
            store.poll()


QUICK = hypothesis_settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.exhaustive
def test_no_history_of_a_store_shows_what_was_not_approved(store_url: str) -> None:
    class Here(Newsroom):
        url = store_url

    open_store(store_url, rules(SETTINGS)).close()
    run_machine(Here, settings=QUICK)


@pytest.mark.unit
@pytest.mark.exhaustive
def test_nor_does_what_people_write_into_the_files(tmp_path: Path) -> None:
    class Here(NewsroomWithFiles):
        url = f"dir:{tmp_path}"
        folder = tmp_path

    run_machine(Here, settings=QUICK)


@pytest.mark.unit
def test_an_unapproved_file_in_live_is_set_aside_and_named(tmp_path: Path) -> None:
    store: Store = open_store(f"dir:{tmp_path}", rules(SETTINGS))
    path = tmp_path / "live" / "trains.json"
    path.write_bytes(version("trains", TITLES[0], "ai", declared=True).to_json())
    store.poll()
    assert store.live("trains") is None
    (problem,) = store.problems()
    assert problem.where == "live/trains.json"
    assert "another person has to approve exactly this version" in problem.breaches[0].message
    path.write_bytes(version("trains", TITLES[0], "human").to_json())
    store.poll()
    assert isinstance(store.live("trains"), Live)
    store.close()


@pytest.mark.unit
def test_the_approval_of_a_draft_lets_no_other_file_go_live(tmp_path: Path) -> None:
    store: Store = open_store(f"dir:{tmp_path}", rules(SETTINGS))
    desk = Editorial(store, SETTINGS)
    desk.save(version("trains", TITLES[0], "ai"), actor="ana")
    ben = Reviewer(name="ben", role="editor", proof="session", actor="ben")
    desk.review.approve("trains", reviewer=ben, checked=CHECKLIST)
    path = tmp_path / "live" / "trains.json"
    path.write_bytes(version("trains", TITLES[1], "ai").to_json())
    store.poll()
    assert store.live("trains") is None
    approved = store.draft("trains")
    assert approved is not None
    path.write_bytes(approved.entry.to_json())
    store.poll()
    live = store.live("trains")
    assert isinstance(live, Live)
    assert [it.reviewer for it in live.approvals] == ["ben"]
    store.close()


@pytest.mark.unit
def test_a_publication_without_its_approval_is_not_copied(tmp_path: Path) -> None:
    free = Settings.model_validate({"publications": [{"review": "optional"}]})
    before: Store = open_store(f"dir:{tmp_path / 'before'}", rules(free))
    Editorial(before, free).put(version("trains", TITLES[0], "ai"), actor="ana", publish=True)
    strict: Store = open_store(f"dir:{tmp_path / 'after'}", rules(SETTINGS))
    saved, published = reversed(before.history("trains"))
    strict.adopt(saved)
    with pytest.raises(InvalidEntry, match="another person has to approve"):
        strict.adopt(published)
    assert strict.live("trains") is None
    before.close()
    strict.close()


def test_what_was_live_before_reviews_were_required_stays_live(store_url: str) -> None:
    free = Settings.model_validate({"publications": [{"review": "optional"}]})
    before: Store = open_store(store_url, rules(free))
    Editorial(before, free).put(version("trains", TITLES[0], "ai"), actor="ana", publish=True)
    before.close()
    after: Store = open_store(store_url, rules(SETTINGS))
    assert isinstance(after.live("trains"), Live)
    assert after.problems() == []
    with pytest.raises(InvalidEntry, match="another person has to approve"):
        Editorial(after, SETTINGS).put(
            version("trains", TITLES[1], "ai"), actor="ana", publish=True
        )
    live = after.live("trains")
    assert isinstance(live, Live)
    assert live.entry.article.title == TITLES[0]
    after.close()
