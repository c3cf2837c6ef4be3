"""The record that proves a review: who did what with which version of an entry, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from widget.config import Settings, approvals_needed, held
from widget.editorial.comments import comments_in
from widget.editorial.review import CHECKLIST, CHECKLIST_WORDS
from widget.entry import Entry
from widget.errors import NotFound, message
from widget.store import (
    Action,
    Approval,
    Draft,
    EntryReader,
    Live,
    Revision,
    Withdrawn,
    document_digest,
)
from widget.store.workflow import Proof, is_by_model

Standing = Literal["live", "draft", "withdrawn", "former"]
Proven = Literal["proven", "declared", "none"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VersionRecord(_Record):
    """The version that the record is about: its revision, and the SHA-256 of its document.

    ``by_model_in`` is the newest earlier revision that was by a language model, where this one says
    that people wrote it and no approved one came between.
    """

    revision: int
    at: datetime
    sha256: str
    standing: Standing
    origin: str
    provider: str | None
    model: str | None
    generated_at: datetime | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    by_model_in: int | None = None


class ReviewVerdict(_Record):
    """What the version needs, and what it has.

    ``proven``: persons who had proved who they are approved exactly this version; ``declared``:
    its text names a reviewer, and nothing proves one. ``hold`` is the word or the section for which
    it needs two approvals, under the settings of now.
    """

    review: Proven
    needed: int
    given: int
    hold: str


class EventRecord(_Record):
    """One change of the entry. ``this_version``: its document is the record's."""

    revision: int
    at: datetime
    actor: str
    action: Action
    note: str
    legal: bool
    sha256: str
    this_version: bool


class CheckedItem(_Record):
    """An item of the checklist, and what a reviewer confirms with it."""

    item: str
    confirms: str


class ApprovalRecord(_Record):
    """One approval. ``proof`` is how the reviewer proved who they are.

    ``returned_in`` is the revision that took it back, before it was published.
    """

    revision: int
    reviewer: str
    role: str
    proof: Proof
    at: datetime
    sha256: str
    this_version: bool
    checked: tuple[CheckedItem, ...]
    note: str
    returned_in: int | None = None


class CommentRecord(_Record):
    """One comment; ``subject`` is the text that it was about, "" for the whole.

    ``name`` is unique: the number of its revision, or ``7.2`` for the second of a review's.
    """

    number: int
    name: str
    at: datetime
    actor: str
    text: str
    path: str
    subject: str
    resolved_by: str | None
    resolved_at: datetime | None


class GateFinding(_Record):
    """What the gate finds in the version now; ``resolved_by`` checked it, and gave ``reason``."""

    path: str
    rule: str
    severity: str
    message: str
    sentence: str
    resolved_by: str | None
    resolved_at: datetime | None
    reason: str | None


class EvidenceText(_Record):
    """A text that the draft was made from; ``number`` 0 is the article."""

    number: int
    url: str
    title: str
    sha256: str
    problem: str


class DraftingEvidence(_Record):
    """The run in which a language model drafted the entry."""

    run: str
    provider: str
    model: str
    requested_by: str
    requested_at: datetime
    findings: tuple[GateFinding, ...]
    documents: tuple[EvidenceText, ...]


class SourceEvidence(_Record):
    """The newest check of a source of the version: how it answered, and whether it has the quote.

    ``sha256`` is that of the bytes that came, "" where none did. ``bad`` says what several checks
    confirm to be wrong, "" where nothing is.
    """

    number: int
    url: str
    title: str
    checked_at: datetime
    answer: str
    status: int | None
    quote: str
    sha256: str
    reason: str
    bad: str


class ReviewEvidence(_Record):
    """All that proves the review of one version of an entry.

    ``events`` has every change of the document and every step of its review, oldest first, also of
    other versions.
    """

    entry: str
    title: str
    url: str
    version: VersionRecord
    review: ReviewVerdict
    approvals: tuple[ApprovalRecord, ...]
    events: tuple[EventRecord, ...]
    comments: tuple[CommentRecord, ...]
    run: DraftingEvidence | None
    sources: tuple[SourceEvidence, ...] = ()

    def of(self, *actions: Action) -> list[EventRecord]:
        """Return the events of these kinds, oldest first."""
        return [it for it in self.events if it.action in actions]


RunOf = Callable[[Entry], DraftingEvidence | None]
"""Returns the run that drafted an entry, and what its gate says of this version now."""


SourcesOf = Callable[[Entry], tuple[SourceEvidence, ...]]
"""Returns the newest checks of the sources of a version."""


def evidence_of(
    entries: EntryReader,
    settings: Settings,
    entry_id: str,
    *,
    revision: int | None = None,
    run_of: RunOf | None = None,
    sources_of: SourcesOf | None = None,
) -> ReviewEvidence:
    """Return the record of ``revision``; None: what is live, else the draft, else the newest.

    Raises NotFound, StoreUnavailable.
    """
    history = entries.history(entry_id)
    if not history:
        raise NotFound(message("there is no entry %(entry)r", entry=entry_id))
    live, draft = entries.live(entry_id), entries.draft(entry_id)
    chosen = _chosen(history, revision or _default(history, live, draft))
    entry, sha256 = chosen.entry, document_digest(chosen.entry)
    approvals = _approvals(history, sha256)
    version = _version(chosen, sha256, _standing(sha256, live, draft, history))
    version = version.model_copy(update={"by_model_in": _by_model_in(history, chosen, sha256)})
    return ReviewEvidence(
        entry=entry_id,
        title=entry.article.title,
        url=entry.article.url,
        version=version,
        review=_review(settings, entry, approvals, by_model=version.by_model_in is not None),
        approvals=approvals,
        events=tuple(_events(history, sha256)),
        comments=tuple(
            CommentRecord.model_validate(it, from_attributes=True) for it in comments_in(history)
        ),
        run=run_of(entry) if run_of else None,
        sources=sources_of(entry) if sources_of else (),
    )


def _default(
    history: Sequence[Revision], live: Live | Withdrawn | None, draft: Draft | None
) -> int:
    if live is not None:
        return live.revision
    return draft.revision if draft else history[0].number


def _chosen(history: Sequence[Revision], number: int) -> Revision:
    for revision in history:
        if revision.number == number:
            return revision
    raise NotFound(
        message("%(entry)r has no revision %(number)d", entry=history[0].entry.id, number=number)
    )


def _standing(
    sha256: str,
    live: Live | Withdrawn | None,
    draft: Draft | None,
    history: Sequence[Revision],
) -> Standing:
    """Say where the version with this digest is now; readers come first."""
    if isinstance(live, Live) and document_digest(live.entry) == sha256:
        return "live"
    if draft and document_digest(draft.entry) == sha256:
        return "draft"
    if isinstance(live, Withdrawn):
        gone = _chosen(history, live.revision)
        if document_digest(gone.entry) == sha256:
            return "withdrawn"
    return "former"


def _version(chosen: Revision, sha256: str, standing: Standing) -> VersionRecord:
    provenance = chosen.entry.provenance
    return VersionRecord(
        revision=chosen.number,
        at=chosen.at,
        sha256=sha256,
        standing=standing,
        origin=provenance.origin,
        provider=provenance.provider,
        model=provenance.model,
        generated_at=provenance.generated_at,
        reviewed_by=provenance.reviewed_by,
        reviewed_at=provenance.reviewed_at,
    )


def _by_model_in(history: Sequence[Revision], chosen: Revision, sha256: str) -> int | None:
    if is_by_model(chosen.entry):
        return None
    for revision in history:
        if revision.number >= chosen.number:
            continue
        if is_by_model(revision.entry):
            return revision.number
        approved = revision.action == "publish" and revision.workflow.published
        if approved and document_digest(revision.entry) != sha256:
            return None
    return None


def _review(
    settings: Settings, entry: Entry, approvals: Iterable[ApprovalRecord], *, by_model: bool
) -> ReviewVerdict:
    given = {it.reviewer for it in approvals if it.this_version and it.returned_in is None}
    declared: Proven = "declared" if entry.provenance.reviewed_by else "none"
    return ReviewVerdict(
        review="proven" if given else declared,
        needed=approvals_needed(settings, entry, by_model=by_model),
        given=len(given),
        hold=held(settings.publication_for(entry.article.url).hold, entry),
    )


def _approvals(history: Sequence[Revision], sha256: str) -> tuple[ApprovalRecord, ...]:
    """Return every approval, oldest first: each is the last one of its revision's state."""
    found: list[ApprovalRecord] = []
    open_from = 0
    for revision in reversed(history):
        if revision.action == "approve" and revision.workflow.approvals:
            found.append(_approval(revision.number, revision.workflow.approvals[-1], sha256))
        elif revision.action == "return":
            back = {"returned_in": revision.number}
            found[open_from:] = [it.model_copy(update=back) for it in found[open_from:]]
            open_from = len(found)
        elif revision.action in ("save", "discard", "publish"):
            open_from = len(found)
    return tuple(found)


def _approval(number: int, approval: Approval, sha256: str) -> ApprovalRecord:
    in_order = [it for it in CHECKLIST if it in approval.checked]
    return ApprovalRecord(
        revision=number,
        reviewer=approval.reviewer,
        role=approval.role,
        proof=approval.proof,
        at=approval.at,
        sha256=approval.digest,
        this_version=approval.digest == sha256,
        checked=tuple(CheckedItem(item=it, confirms=CHECKLIST_WORDS[it]) for it in in_order),
        note=approval.note,
    )


_PLANS = ("assign", "schedule", "comment", "resolve")


def _events(history: Sequence[Revision], sha256: str) -> Iterable[EventRecord]:
    for revision in reversed(history):
        if revision.action not in _PLANS:
            digest = document_digest(revision.entry)
            yield EventRecord(
                revision=revision.number,
                at=revision.at,
                actor=revision.actor,
                action=revision.action,
                note=revision.note,
                legal=revision.legal,
                sha256=digest,
                this_version=digest == sha256,
            )
