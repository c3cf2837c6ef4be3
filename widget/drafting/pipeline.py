"""Carries out one run: article, evidence, writing, checking. Each stage is recorded first."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from widget.config import DraftingProvider, Publication, Settings
from widget.drafting import composing, gate, keys, search
from widget.drafting.answer import InvalidAnswer, ReadAnswer, read_answer
from widget.drafting.article import (
    article_from_html,
    article_from_text,
    article_from_url,
    ineligible,
)
from widget.drafting.assembling import Assembled, assemble
from widget.drafting.evidence import MAX_DOCUMENTS, Article, Document, Evidence
from widget.drafting.extraction import ExtractionFailed
from widget.drafting.fence import new_nonce
from widget.drafting.findings import Finding
from widget.drafting.proposal import Proposal
from widget.drafting.providers import open_provider
from widget.drafting.providers.protocol import (
    Completion,
    Prompt,
    ProviderError,
    ProviderFailed,
    Usage,
)
from widget.drafting.queries import compose_queries, read_queries
from widget.drafting.runs import Run, RunState, RunStore
from widget.drafting.sources import merge, read_documents
from widget.editorial.access import Scope
from widget.editorial.actors import draft_actor
from widget.editorial.new_ids import free_id
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.entry.vocabulary import ArticleKind
from widget.errors import InsightsError
from widget.net.page_fetcher import FetchFailed

log = logging.getLogger("insights.drafting")

Watcher = Callable[[Run], None]
"""Called with the run after each change of its state."""

CANCEL_SECONDS = 1.0
"""How soon a run notices that somebody cancelled it."""


class RunRefused(InsightsError):
    """The run ends without a draft, and the message says why."""


class RunCancelled(InsightsError):
    """Somebody cancelled the run."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a pipeline works with."""

    settings: Settings
    editorial: Editorial
    runs: RunStore


class Pipeline:
    """One run, which the caller holds. ``go`` returns it finished."""

    def __init__(
        self, place: Workplace, run: Run, provider: DraftingProvider, watch: Watcher
    ) -> None:
        self._place = place
        self._settings = place.settings
        self._run = run
        self._scope = Scope(place.settings, run.publications)
        self._editorial = place.editorial.within(self._scope)
        self._provider = provider
        self._watch = watch
        self._deadline = time.monotonic() + provider.seconds
        self._cancelled = threading.Event()
        self._ended = threading.Event()

    def go(self) -> Run:
        """Carry out the run. Raises StoreUnavailable where its end cannot be recorded."""
        observer = threading.Thread(target=self._observe, name="drafting-cancel", daemon=True)
        observer.start()
        try:
            self._stages()
        except RunCancelled:
            self._end_cancelled()
        except TimeoutError:
            self._end("refused", f"Not done within {self._provider.seconds:g} seconds.")
        except ProviderError as error:
            if self._cancelled.is_set():
                self._end_cancelled(error.usage)
            else:
                state: RunState = "failed" if isinstance(error, ProviderFailed) else "refused"
                self._end(state, str(error), error.usage)
        except (RunRefused, FetchFailed, ExtractionFailed) as error:
            self._end("refused", str(error))
        except InsightsError as error:
            self._end("failed", str(error))
        except Exception:
            log.exception("run %s failed", self._run.id)
            self._end("failed", "An internal error ended the run; the log has the details.")
        finally:
            self._ended.set()
            observer.join()
        return self._run

    def _stages(self) -> None:
        self._enter("fetching")
        article = self._article()
        kind = self._eligible_kind(article)
        target = self._target(article)
        self._enter("searching", title=article.title)
        evidence = Evidence(article=article, documents=self._documents(article))
        self._place.runs.keep_evidence(self._run.id, evidence)
        self._record(digests=(article.sha256, *(it.sha256 for it in evidence.documents)))
        self._enter("writing")
        proposal, model = self._written(evidence)
        self._enter("checking", entry=None if self._run.request.dry_run else target.entry_id)
        language = article.language or self._publication(article).language
        assembled = assemble(
            proposal,
            evidence,
            entry_id=target.entry_id,
            provider=self._provider.name,
            model=model,
            kind=kind,
            language=language,
        )
        findings = self._findings(proposal, evidence, assembled)
        self._save(assembled.entry, target, findings)

    def _article(self) -> Article:
        request = self._run.request
        settings = self._settings
        if request.article_text is not None:
            article = article_from_text(
                request.article_text, url=request.article_url, title=request.title
            )
        elif request.article_html is not None:
            article = article_from_html(request.article_html, url=request.article_url)
        else:
            article = article_from_url(request.article_url, settings, deadline=self._deadline)
        given: dict[str, Any] = {
            name: value
            for name in ("title", "section", "kind", "language")
            if (value := getattr(request, name))
        }
        article = article.model_copy(update=given)
        if not article.text.strip():
            raise RunRefused("The page contains no article text; paste the text instead.")
        if not article.url:
            raise RunRefused("The article has no address; give it, since an entry needs one.")
        if not article.title:
            article = article.model_copy(update={"title": article.url})
        return article

    def _eligible_kind(self, article: Article) -> ArticleKind:
        """Return the article's kind. Raises RunRefused before anything is sent to anybody."""
        reason = ineligible(article, self._settings)
        if reason:
            raise RunRefused(reason)
        kinds = self._publication(article).kinds
        return article.kind or ("opinion" if "opinion" in kinds else kinds[0])

    def _target(self, article: Article) -> _Target:
        """Return the entry that gets the draft. Raises RunRefused unless it may be replaced."""
        if not self._scope.includes(article.url):
            raise RunRefused("The article is not of a publication that you work for.")
        editorial = self._editorial
        entries = editorial.entries
        owner = self._run.request.entry_id or entries.find(article.url) or ""
        if not owner:
            candidate = free_id(editorial, article.url)
            return _Target(candidate, 0)
        head = entries.head(owner)
        if not head and not editorial.is_free(owner):
            raise RunRefused(f"{owner} is taken; choose another id.")
        if head and not self._run.request.replace:
            raise RunRefused(
                f"{owner} is this article's entry already; allow its draft to be replaced "
                "(--replace); the current one stays in the history."
            )
        return _Target(owner, head)

    def _documents(self, article: Article) -> tuple[Document, ...]:
        """Return what the draft may cite: documents of the editor, then those of the search."""
        request = self._run.request
        given = [*request.documents, *(Document(url=url, title="") for url in request.urls)]
        read = merge(
            read_documents(
                given, self._settings, deadline=self._deadline, cancelled=self._cancelled
            )
        )
        found = self._searched(article) if self._provider.search != "none" else []
        self._go_on()
        if found and not any(it.text for it in (*read, *found)):
            raise RunRefused("The search found no page that can be read; add sources yourself.")
        return tuple(merge([*read, *found])[:MAX_DOCUMENTS])

    def _searched(self, article: Article) -> list[Document]:
        terms = self._run.request.queries or self._proposed_queries(article)
        if not terms:
            return []
        self._record(queries=terms, charged=True)
        return search.search(
            terms,
            key=keys.search_key(self._provider),
            url=self._provider.search_url,
            domains=self._provider.domains,
            settings=self._settings,
            deadline=self._deadline,
            cancelled=self._cancelled,
        )

    def _proposed_queries(self, article: Article) -> tuple[str, ...]:
        return read_queries(self._completed(compose_queries(article, nonce=new_nonce())).text)

    def _written(self, evidence: Evidence) -> tuple[Proposal, str]:
        """Return the proposal and the model's name; the model may repair its answer once."""
        path = self._publication(evidence.article).drafting_prompt
        prompt = composing.compose(
            evidence, instructions=composing.instructions(path), nonce=new_nonce()
        )
        completion = self._completed(prompt)
        mends: tuple[str, ...] = ()
        try:
            answer = read_answer(completion.text)
        except InvalidAnswer as error:
            mends = (f"the answer was repaired: {'; '.join(error.problems[:3])}",)
            completion = self._completed(composing.repair(prompt, completion.text, error.problems))
            answer = self._repaired(completion)
        mends += tuple(answer.mends)
        self._record(mends=mends, proposal=answer.proposal, model=completion.model)
        return answer.proposal, completion.model

    def _repaired(self, completion: Completion) -> ReadAnswer:
        try:
            return read_answer(completion.text)
        except InvalidAnswer as error:
            raise RunRefused(
                "The model's answer is no draft, also after one repair: "
                + "; ".join(error.problems[:3])
            ) from error

    def _completed(self, prompt: Prompt) -> Completion:
        self._go_on()
        self._record(charged=True)
        completion = open_provider(self._provider).complete(
            prompt, deadline=self._deadline, cancelled=self._cancelled
        )
        self._record(usage=self._run.usage + completion.usage)
        self._go_on()
        return completion

    def _findings(
        self, proposal: Proposal, evidence: Evidence, assembled: Assembled
    ) -> list[Finding]:
        found = gate.check_proposal(proposal, evidence, assembled.paths)
        shown = {it.id for it in found}
        found += [it for it in gate.check_entry(assembled.entry, evidence) if it.id not in shown]
        for before in self._place.runs.newest(limit=5, entry_id=assembled.entry.id):
            if before.proposal and before.state == "kept":
                unstable = gate.check_lean(before.proposal.lean, proposal.lean)
                found += [unstable] if unstable else []
        return found

    def _save(self, entry: Entry, target: _Target, findings: list[Finding]) -> None:
        self._record(findings=tuple(findings))
        self._go_on()
        revision = None
        if not self._run.request.dry_run:
            revision = self._editorial.save(
                entry,
                actor=draft_actor(self._run.asked_by, self._provider.name),
                note=note_of(self._run.id),
                head=target.head,
            ).number
        self._enter("kept", revision=revision)

    def _publication(self, article: Article) -> Publication:
        return self._settings.publication_for(article.url)

    def _enter(self, state: RunState, **changes: object) -> None:
        """Record the next stage."""
        if state != "kept":
            self._go_on()
        self._record(state=state, **changes)
        self._watch(self._run)

    def _end_cancelled(self, usage: Usage | None = None) -> None:
        by = self._place.runs.get(self._run.id).cancelled_by
        self._end("failed", f"Cancelled by {by}.", usage)

    def _end(self, state: RunState, message: str, usage: Usage | None = None) -> None:
        self._record(state=state, message=message, usage=self._run.usage + (usage or Usage()))
        self._watch(self._run)

    def _record(self, **changes: object) -> None:
        changes["changed_at"] = datetime.now(UTC)
        self._run = self._place.runs.update(
            self._run.id, lambda run: run.model_copy(update=changes)
        )

    def _go_on(self) -> None:
        """Raise RunCancelled or TimeoutError where the run must end."""
        if self._cancelled.is_set():
            raise RunCancelled
        if time.monotonic() > self._deadline:
            raise TimeoutError

    def _observe(self) -> None:
        """Notice that another thread or process cancelled the run."""
        while not self._ended.wait(CANCEL_SECONDS):
            try:
                if self._place.runs.get(self._run.id).cancelled_by:
                    self._cancelled.set()
            except InsightsError as error:
                log.warning("%s", error)


@dataclass(frozen=True, slots=True)
class _Target:
    """The entry that gets the draft, and the newest revision before it, 0 for a new one."""

    entry_id: str
    head: int


def note_of(run_id: str) -> str:
    """Return the note of the revision that saves a run's draft."""
    return f"Draft of run {run_id}"
