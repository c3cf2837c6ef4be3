"""A newsroom as a state machine: people who do whatever the service and the files let them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal

from approval_versions import (
    ACTORS,
    DAYS,
    ORIGINS,
    PERSONS,
    REVIEWERS,
    SETTINGS,
    SITES,
    TITLES,
    WORKERS,
    needed,
    version,
)
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from widget.editorial import bulk
from widget.editorial.comments import comments_in
from widget.editorial.remarks import Remark
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.scheduler import Scheduler
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import InsightsError
from widget.record.replies import VoiceDesk
from widget.record.voices import Voices
from widget.storage.documents import open_documents
from widget.store import Annotations, Live, Revision, Store, document_digest, open_store
from widget.store.rules import rules

NUMBERS = count(1)
REMARKS = ([], [Remark("Who says so?", "$.sources[0]"), Remark("Shorter.")])


class Newsroom(RuleBasedStateMachine):
    """Two workers on one store."""

    url = ""

    @initialize()
    def start(self) -> None:
        self.id = f"entry-{next(NUMBERS)}"
        self.stores = [open_store(self.url, rules(SETTINGS)) for _ in range(2)]
        self.desks = [Editorial(it, SETTINGS) for it in self.stores]
        self.documents = open_documents(self.url)
        self.voices = Voices(lambda: self.documents)
        self.given: dict[str, set[str]] = {}
        """By digest, who approved the draft since it was changed last."""
        self.allowed: dict[str, int] = {}
        """By digest, how many approvals it needed when it became live, and had."""
        self.saver: str | None = None
        self.by_model = False
        """Whether a model wrote what is live, or a version since."""
        self.read: list[Entry] = []
        """What somebody has open in a form, or in a file."""

    def teardown(self) -> None:
        for store in getattr(self, "stores", []):
            store.close()
        if hasattr(self, "documents"):
            self.documents.close()
        self.clear()

    def clear(self) -> None:
        """Leave nothing that the next example would meet."""

    def attempt(self, change: Any, *arguments: Any, **named: Any) -> bool:  # noqa: ANN401
        try:
            change(*arguments, **named)
        except InsightsError:
            return False
        return True

    def dropped(self) -> None:
        """The draft is gone, and so is what was said of it."""
        self.given, self.saver = {}, None

    def saved(self, entry: Entry, actor: str) -> None:
        self.given, self.saver = {}, PERSONS.get(actor)
        self.by_model = self.by_model or entry.provenance.origin != "human"

    def save_as(self, worker: int, entry: Entry, actor: str) -> None:
        if self.attempt(self.desks[worker].save, entry, actor=actor):
            self.saved(entry, actor)

    def published(self, entry: Entry, *, by_hand: bool = False) -> None:
        """Judge what has become live, with what was given before that."""
        digest = document_digest(entry)
        need = needed(entry, by_model=self.by_model)
        approvals = len(self.given.get(digest, ()))
        assert approvals >= need
        self.allowed[digest] = min(need, self.allowed.get(digest, need))
        by_model = entry.provenance.origin != "human"
        if by_hand:
            self.by_model = self.by_model or by_model
        else:
            self.by_model = by_model or (self.by_model and not approvals)
            self.dropped()

    def publications_since(self, worker: int, head: int) -> list[Revision]:
        history = self.stores[worker].history(self.id)
        return [it for it in reversed(history) if it.number > head and it.action == "publish"]

    # Drafts

    @rule(
        worker=WORKERS,
        who=ACTORS,
        title=TITLES,
        origin=ORIGINS,
        site=SITES,
        declared=st.booleans(),
    )
    def save(
        self, worker: int, who: str, title: str, origin: str, site: str, *, declared: bool
    ) -> None:
        entry = version(self.id, title, origin, site=site, declared=declared)
        self.save_as(worker, entry, who)

    @rule(worker=WORKERS, what=st.sampled_from(["draft", "live", "newest"]))
    def read_it(self, worker: int, what: Literal["draft", "live", "newest"]) -> None:
        """Open a form, or write a file, to save it sooner or later."""
        store = self.stores[worker]
        live, history = store.live(self.id), store.history(self.id)
        draft = store.draft(self.id)
        if what == "draft" and draft:
            self.read.append(draft.entry)
        elif what == "live" and isinstance(live, Live):
            self.read.append(live.entry)
        elif what == "newest" and history:
            self.read.append(history[0].entry)

    @rule(worker=WORKERS, who=ACTORS, at=st.integers(0, 20), in_bulk=st.booleans())
    def save_what_was_read(self, worker: int, who: str, at: int, *, in_bulk: bool) -> None:
        if not self.read:
            return
        entry = self.read[at % len(self.read)]
        if not in_bulk:
            self.save_as(worker, entry, who)
        elif self.desks[worker].put_all([entry], actor=who) == [None]:
            self.saved(entry, who)

    @rule(worker=WORKERS, who=ACTORS)
    def change_the_origin(self, worker: int, who: str) -> None:
        """Call the draft, or what is live, people's own work."""
        draft, live = self.stores[worker].draft(self.id), self.stores[worker].live(self.id)
        entry = draft.entry if draft else live.entry if isinstance(live, Live) else None
        if entry:
            provenance = entry.provenance.model_copy(update={"origin": "human"})
            self.save_as(worker, entry.model_copy(update={"provenance": provenance}), who)

    @rule(worker=WORKERS, who=ACTORS)
    def use_a_reply(self, worker: int, who: str) -> None:
        """Let the author reply by a link, and put the reply into the panel."""
        desk = VoiceDesk(self.voices, self.desks[worker], SETTINGS)
        made: list[str] = []
        options = {"name": f"M. L. {next(NUMBERS)}", "role": "author", "shows": "draft"}
        self.attempt(
            lambda: made.append(desk.make(self.id, actor=who, **options)[1].key)  # type: ignore[arg-type]  # as given
        )
        if made and self.attempt(self.voices.reply, made[0], text="I never said so."):
            before = self.stores[worker].head(self.id)
            self.attempt(desk.use, self.id, made[0], actor=who)
            draft = self.stores[worker].draft(self.id)
            if draft and draft.revision > before:
                self.saved(draft.entry, who)

    @rule(worker=WORKERS, number=st.integers(1, 12), who=ACTORS)
    def restore(self, worker: int, number: int, who: str) -> None:
        if self.attempt(self.desks[worker].restore, self.id, number, actor=who):
            self.saved(self.stores[worker].revision(self.id, number).entry, who)

    @rule(worker=WORKERS, who=ACTORS)
    def discard(self, worker: int, who: str) -> None:
        if self.attempt(self.desks[worker].discard, self.id, actor=who):
            self.dropped()

    # Reviews

    @rule(worker=WORKERS, who=ACTORS)
    def submit(self, worker: int, who: str) -> None:
        self.attempt(self.desks[worker].review.submit, self.id, actor=who)

    @rule(worker=WORKERS, who=REVIEWERS, checked=st.sampled_from([CHECKLIST, ()]))
    def approve(self, worker: int, who: str, checked: tuple[str, ...]) -> None:
        reviewer = Reviewer(name=who, role="editor", proof="session", actor=who)
        before = self.stores[worker].draft(self.id)
        if self.attempt(
            self.desks[worker].review.approve,
            self.id,
            reviewer=reviewer,
            checked=checked,
            comments=REMARKS[ord(who[0]) % 2],
        ):
            assert before is not None
            assert checked == CHECKLIST
            assert self.saver not in (None, who)
            draft = self.stores[worker].draft(self.id)
            assert draft is not None
            earlier = self.given.get(document_digest(before.entry), set())
            assert who not in earlier
            self.given = {document_digest(draft.entry): earlier | {who}}

    @rule(worker=WORKERS, title=TITLES, origin=ORIGINS)
    def save_and_approve(self, worker: int, title: str, origin: str) -> None:
        """Both at once, or examples with an approved draft would be rare."""
        self.save_as(worker, version(self.id, title, origin), "ana")
        self.approved(worker)

    @rule(worker=WORKERS)
    def approved(self, worker: int) -> None:
        for who in ("ben", "cem"):
            self.approve(worker, who, CHECKLIST)

    @rule(worker=WORKERS, who=ACTORS, given=st.sampled_from(REMARKS))
    def send_back(self, worker: int, who: str, given: list[Remark]) -> None:
        return_ = self.desks[worker].review.return_
        if self.attempt(return_, self.id, actor=who, note="Not yet.", comments=given):
            self.given = {}

    @rule(worker=WORKERS, who=ACTORS, withdrawn=st.booleans())
    def save_a_form_from_before(self, worker: int, who: str, *, withdrawn: bool) -> None:
        """Save what was read before it was withdrawn, or returned: it may name its reviewer."""
        before = len(self.read)
        self.read_it(worker, "live" if withdrawn else "draft")
        if len(self.read) > before:
            if withdrawn:
                self.withdraw(worker, in_bulk=False)
            else:
                self.send_back(worker, who, REMARKS[1])
            self.save_as(worker, self.read[-1], who)

    @rule(worker=WORKERS)
    def comment(self, worker: int) -> None:
        self.attempt(self.desks[worker].comments.add, self.id, actor="ben", text="Is it so?")

    # Publications

    @rule(worker=WORKERS, who=ACTORS, in_bulk=st.booleans())
    def publish(self, worker: int, who: str, *, in_bulk: bool) -> None:
        desk, head = self.desks[worker], self.stores[worker].head(self.id)
        if in_bulk:
            bulk.carry_out(desk, bulk.BulkRequest("publish", who), [(self.id, head)])
        else:
            self.attempt(desk.publish, self.id, actor=who)
        for it in self.publications_since(worker, head):
            self.published(it.entry)

    @rule(
        worker=WORKERS,
        title=TITLES,
        origin=ORIGINS,
        site=SITES,
        how=st.sampled_from(["put", "keep", "import"]),
    )
    def put(self, worker: int, title: str, origin: str, site: str, how: str) -> None:
        """Save and publish in one step, as the API, the commands and imports do."""
        desk, head = self.desks[worker], self.stores[worker].head(self.id)
        entry = version(self.id, title, origin, site=site, declared=True)
        if how == "import":
            desk.put_all([entry], actor="ana", publish=True)
        else:
            self.attempt(desk.put, entry, actor="ana", publish=True, keep_draft=how == "keep")
        for it in reversed(self.stores[worker].history(self.id)):
            if it.number > head and it.action == "save":
                self.saved(it.entry, "ana")
            elif it.number > head and it.action == "discard":
                self.dropped()
            elif it.number > head and it.action == "publish":
                self.published(it.entry)

    @rule(worker=WORKERS, in_bulk=st.booleans())
    def withdraw(self, worker: int, *, in_bulk: bool) -> None:
        desk, head = self.desks[worker], self.stores[worker].head(self.id)
        if in_bulk:
            wanted = bulk.BulkRequest("withdraw", "cem", "It was wrong.")
            bulk.carry_out(desk, wanted, [(self.id, head)])
        else:
            self.attempt(desk.withdraw, self.id, actor="cem", reason="It was wrong.")

    @rule(worker=WORKERS, number=st.integers(0, 3))
    def annotate(self, worker: int, number: int) -> None:
        """Let checks and upheld reports say something beside what is live."""

        def change(before: Annotations) -> Annotations:
            today = datetime.now(UTC).date() if number else None
            update = {"reports_upheld": number, "article_changed_on": today}
            return before.model_copy(update=update)

        self.attempt(self.desks[worker].annotating.annotate, self.id, change, actor="insights")

    # Time

    @rule(worker=WORKERS, who=ACTORS, days=st.integers(1, 4), publishes=st.booleans())
    def schedule(self, worker: int, who: str, days: int, *, publishes: bool) -> None:
        at = datetime.now(UTC) + timedelta(days=days)
        self.attempt(
            self.desks[worker].planning.schedule,
            self.id,
            actor=who,
            publish_at=at if publishes else None,
            expires_at=at + timedelta(days=1),
            reason="It was for one day.",
        )

    @rule(worker=WORKERS, days=DAYS)
    def clock_strikes(self, worker: int, days: int) -> None:
        """Carry out the plan by a clock that jumps, forward and back."""
        store, head = self.stores[worker], self.stores[worker].head(self.id)
        at = datetime.now(UTC) + timedelta(days=days)
        ends = store.workflow(self.id).expires_at
        scheduler, until = Scheduler(self.desks[worker]), time.monotonic() + 10
        scheduler.carry_out_due(at)
        while ends and ends <= at and isinstance(store.live(self.id), Live):
            # The index of a busy machine may be behind; a service looks again and again.
            assert time.monotonic() < until, "what is live stays after its end"
            store.poll()
            scheduler.carry_out_due(at)
        for it in self.publications_since(worker, head):
            self.published(it.entry)

    @rule(worker=WORKERS, title=TITLES, origin=ORIGINS, days=DAYS)
    def plan_a_change_without_approvals(
        self, worker: int, title: str, origin: str, days: int
    ) -> None:
        self.save_as(worker, version(self.id, title, origin), "ana")
        self.schedule(worker, "cem", 1, publishes=True)
        self.clock_strikes(worker, days)

    # Stores

    @rule(worker=WORKERS)
    def restart(self, worker: int) -> None:
        self.stores[worker].close()
        self.stores[worker] = open_store(self.url, rules(SETTINGS))
        self.desks[worker] = Editorial(self.stores[worker], SETTINGS)

    # What holds

    @invariant()
    def readers_get_what_was_approved(self) -> None:
        for store in getattr(self, "stores", []):
            self.check(store)

    def check(self, store: Store) -> None:
        live = store.live(self.id)
        if not isinstance(live, Live):
            return
        digest = document_digest(live.entry)
        assert digest in self.allowed
        assert len({it.reviewer for it in live.approvals}) >= self.allowed[digest]
        assert {it.digest for it in live.approvals} <= {digest}
        assert bool(live.approvals) == (live.entry.provenance.reviewed_at is not None)

    @invariant()
    def no_comment_is_lost(self) -> None:
        for store in getattr(self, "stores", []):
            comments = comments_in(store.history(self.id))
            given = [it for it in comments if not it.resolved_by]
            assert len(given) == store.workflow(self.id).open_comments

    @invariant()
    def a_draft_names_a_reviewer_only_while_it_is_approved(self) -> None:
        for store in getattr(self, "stores", []):
            draft = store.draft(self.id)
            if draft:
                approved = bool(draft.workflow.approvals_of(draft.entry))
                assert (draft.entry.provenance.reviewed_at is not None) == approved
                assert set(self.given) <= {document_digest(draft.entry)}
