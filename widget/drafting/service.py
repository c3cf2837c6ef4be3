"""Drafting for pages, API and commands: ask for drafts, follow runs, resolve findings."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import ValidationError

from widget.config import DraftingProvider, Settings
from widget.drafting.checks import EntryChecks, check_drafted
from widget.drafting.evidence import Evidence
from widget.drafting.pipeline import Pipeline, Watcher, Workplace, note_of
from widget.drafting.providers import open_provider
from widget.drafting.providers.protocol import Completion
from widget.drafting.runs import (
    Decision,
    DraftRequest,
    Resolution,
    Run,
    RunStore,
    ScopedRuns,
    new_run,
    open_runs,
)
from widget.editorial.access import Scope
from widget.editorial.actors import draft_actor, person_of
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import Breach, InvalidRequest, NotFound, message

_TEST_SECONDS = 30.0


class Drafting:
    """Runs of drafting. A run never publishes anything.

    ``actor`` names who asks (see ``widget.editorial.actors``). Every method raises
    StoreUnavailable where the store cannot be reached.
    """

    def __init__(
        self,
        settings: Settings,
        editorial: Editorial,
        runs: RunStore,
        *,
        publications: tuple[str, ...] = (),
    ) -> None:
        self._place = Workplace(settings, editorial, runs)
        self._scope = Scope(settings, publications)
        self.runs = runs
        self.wake: Callable[[], None] = lambda: None

    def within(self, scope: Scope, person: str) -> Drafting:
        """Return the same for what ``person`` sees, who works for the publications of ``scope``.

        Runs of other publications' articles and entries do not exist in it.
        """
        if scope.is_everything:
            return self
        editorial = self._place.editorial.within(scope)

        def is_visible(run: Run, evidence: Evidence | None) -> bool:
            url = run.request.article_url or (evidence.article.url if evidence else "")
            by_url = scope.includes(url) if url else person_of(run.asked_by) == person
            ids = {run.entry, run.request.entry_id} - {None}
            return by_url and all(
                editorial.entries.head(it) or editorial.is_free(it) for it in ids if it
            )

        runs = ScopedRuns(self.runs, is_visible)
        scoped = Drafting(self._place.settings, editorial, runs, publications=scope.names)
        scoped.wake = self.wake
        return scoped

    @property
    def providers(self) -> tuple[DraftingProvider, ...]:
        """The configured providers; the first is the default."""
        return self._place.settings.drafting

    def ask(self, request: DraftRequest, *, actor: str) -> Run:
        """Store a run that waits for a worker.

        Raises InvalidRequest, and Throttled where the provider's ``per_hour`` is used up.
        """
        provider = self._provider(request.provider)
        if not (request.article_url or request.article_html):
            raise InvalidRequest(
                [Breach("$.article_url", message("is empty; give the article's address"))]
            )
        self._require_own(request)
        run = new_run(request.model_copy(update={"provider": provider.name}), actor=actor)
        run = run.model_copy(update={"publications": self._scope.names})
        self.runs.add(run, per_hour=provider.per_hour)
        self.wake()
        return run

    def carry_out(self, run_id: str, watch: Watcher | None = None) -> Run:
        """Carry out a queued run and return it finished.

        Raises Busy where another process works on it.
        """
        with self.runs.hold(run_id):
            run = self.runs.get(run_id)
            if run.state != "queued":
                return run
            if run.cancelled_by:
                return self._end_cancelled(run)
            provider = self._provider(run.request.provider)
            return Pipeline(self._place, run, provider, watch or (lambda _: None)).go()

    def cancel(self, run_id: str, *, actor: str) -> Run:
        """Ask for a run to end. One that waits ends at once, others within seconds."""

        def cancelled(run: Run) -> Run:
            return run if run.finished else run.model_copy(update={"cancelled_by": actor})

        run = self.runs.update(run_id, cancelled)
        if run.state == "queued" and not self.runs.is_held(run_id):
            run = self._end_cancelled(run)
        return run

    def end_lost(self) -> list[Run]:
        """End the runs whose process has ended, with a message that says so; return them."""
        return [
            self.runs.update(run.id, self._lost)
            for run in self.runs.unfinished()
            if run.state != "queued" and not self.runs.is_held(run.id)
        ]

    def checks(self, entry: Entry) -> EntryChecks | None:
        """Return what the gate says of an entry now, None where no run drafted it."""
        return check_drafted(entry, self.runs)

    def evidence(self, run_id: str) -> Evidence | None:
        """Return the evidence of a run."""
        return self.runs.evidence(run_id)

    def resolve(self, run_id: str, finding_id: str, reason: str, *, actor: str) -> Run:
        """Record that ``actor`` checked a finding, and why the draft is right.

        Raises InvalidRequest without a reason.
        """
        try:
            resolution = Resolution(
                finding=finding_id, reason=reason.strip(), by=actor, at=datetime.now(UTC)
            )
        except ValidationError as error:
            empty = message("is empty; say what you checked, and where")
            raise InvalidRequest([Breach("$.reason", empty)]) from error

        def resolved(run: Run) -> Run:
            others = tuple(it for it in run.resolutions if it.finding != finding_id)
            return run.model_copy(update={"resolutions": (*others, resolution)})

        return self.runs.update(run_id, resolved)

    def decide(self, run_id: str, text: str, *, accepted: bool, actor: str) -> Run:
        """Record that ``actor`` accepted or dropped the drafted point with this text."""
        decision = Decision(text=text, accepted=accepted, by=actor, at=datetime.now(UTC))

        def decided(run: Run) -> Run:
            others = tuple(it for it in run.decisions if it.text != text)
            return run.model_copy(update={"decisions": (*others, decision)})

        return self.runs.update(run_id, decided)

    def test(self, name: str) -> Completion:
        """Send the smallest request to a provider. Raises ProviderError, InvalidSettings."""
        provider = open_provider(self._provider(name))
        return provider.test(deadline=time.monotonic() + _TEST_SECONDS)

    def _provider(self, name: str) -> DraftingProvider:
        names = [it.name for it in self.providers]
        if not names:
            raise NotFound(
                message("drafting is off: no provider is configured; docs/drafting.md says how")
            )
        for provider in self.providers:
            if provider.name == (name or names[0]):
                return provider
        listed = ", ".join(names)
        unknown = message("is %(name)r; configured are: %(names)s", name=name, names=listed)
        raise InvalidRequest([Breach("$.provider", unknown)])

    def _require_own(self, request: DraftRequest) -> None:
        """Raise InvalidRequest for an article or an entry of another publication."""
        if request.article_url and not self._scope.includes(request.article_url):
            foreign = message("is not of a publication that you work for; correct the address")
            raise InvalidRequest([Breach("$.article_url", foreign)])
        entry_id, editorial = request.entry_id, self._place.editorial
        if entry_id and not editorial.entries.head(entry_id) and not editorial.is_free(entry_id):
            raise InvalidRequest([Breach("$.entry_id", message("is taken; choose another id"))])

    def _end_cancelled(self, run: Run) -> Run:
        def ended(run: Run) -> Run:
            if run.state != "queued":
                return run
            reason = f"Cancelled by {run.cancelled_by}."
            return run.model_copy(update={"state": "failed", "message": reason})

        return self.runs.update(run.id, ended)

    def _lost(self, run: Run) -> Run:
        """Return a run that has lost its process, as it ends."""
        if run.finished:
            return run
        now = datetime.now(UTC)
        saved = self._saved_revision(run)
        if saved:
            entry_id, number = saved
            ended = {"state": "kept", "entry": entry_id, "revision": number, "changed_at": now}
            return run.model_copy(update=ended)
        reason = f"The process that worked on this run ended while it was {run.state}."
        if run.charged:
            reason += " The provider may have charged for it; asking again may cost again."
        return run.model_copy(update={"state": "failed", "message": reason, "changed_at": now})

    def _saved_revision(self, run: Run) -> tuple[str, int] | None:
        """Return the entry and revision that the run saved before its process ended."""
        if run.state != "checking" or run.entry is None:
            return None
        newest = self._place.editorial.entries.history(run.entry)[:1]
        actor = draft_actor(run.asked_by, run.request.provider)
        for revision in newest:
            if revision.note == note_of(run.id) and revision.actor == actor:
                return run.entry, revision.number
        return None


def open_drafting(settings: Settings, editorial: Editorial) -> Drafting | None:
    """Return drafting under ``settings``, None where no provider is configured.

    Raises StoreUnavailable.
    """
    if not settings.drafting:
        return None
    return Drafting(settings, editorial, open_runs(settings.store))
