"""Reviews: a draft is submitted, and a person approves or returns exactly one version of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from widget.config import Settings, approvals_needed, held, missing_approvals
from widget.editorial import remarks
from widget.editorial.actors import person_of
from widget.editorial.remarks import Remark
from widget.entry import Entry
from widget.errors import (
    Breach,
    Conflict,
    Forbidden,
    InvalidEntry,
    InvalidRequest,
    Message,
    NotFound,
    message,
)
from widget.store import (
    Approval,
    Draft,
    Live,
    Revision,
    Step,
    Store,
    Withdrawn,
    Workflow,
    document_digest,
)
from widget.store.protocol import UNSIGNED
from widget.store.state import FILE_ACTOR
from widget.store.workflow import Proof, is_by_model

ChecklistItem = Literal["sources", "quotes", "fairness", "language", "law"]
CHECKLIST: tuple[ChecklistItem, ...] = get_args(ChecklistItem)
CHECKLIST_WORDS: dict[str, Message] = {
    "sources": message("Every source was opened."),
    "quotes": message("Every quote, number and name was compared with its source."),
    "fairness": message("The opposing views are real, attributed and presented fairly."),
    "language": message("No language dehumanises people or minimises violence."),
    "law": message("The law allows its publication."),
}
"""What a reviewer confirms with each item."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A person who has proved who they are. ``actor`` names them in the revision.

    ``publications`` are those that they work for; empty: all.
    """

    name: str
    role: str
    proof: Proof
    actor: str
    publications: tuple[str, ...] = ()


_SIGNED = 49
"""How many earlier signatures a state has beside a new one."""


class Review:
    """Submits, approves and returns drafts; comments may come with a decision, in one revision.

    ``check`` returns what prevents publishing an entry. Every method raises NotFound where there is
    no draft, Conflict where it is another version than the caller has seen, StoreUnavailable.
    """

    def __init__(
        self, store: Store, settings: Settings, check: Callable[[Entry], list[Breach]]
    ) -> None:
        self._store = store
        self._settings = settings
        self._check = check

    def submit(
        self, entry_id: str, *, actor: str, note: str = "", digest: str | None = None
    ) -> Revision:
        """Ask for a review of the draft. Raises InvalidEntry while it breaks rules."""

        def plan(draft: Draft | None, _: Live | Withdrawn | None, workflow: Workflow) -> Step:
            self._raise_for_breaches(_seen(entry_id, draft, digest).entry)
            update = {"submitted_by": actor, "returned_by": None}
            return Step(workflow.model_copy(update=update))

        return self._store.change_workflow(entry_id, "submit", plan, actor=actor, note=note)

    def approve(
        self,
        entry_id: str,
        *,
        reviewer: Reviewer,
        checked: Sequence[str],
        note: str = "",
        digest: str | None = None,
        comments: Sequence[Remark] = (),
    ) -> Revision:
        """Approve exactly the version with ``digest``; None: the newest.

        The first approval writes the reviewer into the document. Raises Forbidden where the
        reviewer may not approve it, InvalidRequest without the whole checklist, InvalidEntry while
        it breaks rules.
        """
        _require_checklist(checked)
        given_remarks = remarks.checked(comments)

        def plan(draft: Draft | None, _: Live | Withdrawn | None, workflow: Workflow) -> Step:
            seen = _seen(entry_id, draft, digest)
            remarks.require_subjects(seen.entry, given_remarks)
            refusal = self._refusal(seen, reviewer.name)
            if refusal:
                raise Forbidden(refusal)
            given = workflow.approvals_of(seen.entry)
            at = _now()
            document = seen.entry if given else self._signed(seen.entry, reviewer, at)
            self._raise_for_breaches(document)
            signed = workflow.signed if given else (*workflow.signed[-_SIGNED:], at)
            approval = Approval(
                reviewer=reviewer.name,
                role=reviewer.role,
                proof=reviewer.proof,
                at=at,
                digest=document_digest(document),
                checked=tuple(checked),
                note=note,
            )
            update = {
                "approvals": (*given, approval),
                "signed": signed,
                "saved_by": seen.actor,
                "open_comments": workflow.open_comments + len(given_remarks),
            }
            return Step(workflow.model_copy(update=update), document)

        return self._store.change_workflow(
            entry_id,
            "approve",
            plan,
            actor=reviewer.actor,
            note=note,
            detail=remarks.to_detail(given_remarks),
        )

    def return_(
        self,
        entry_id: str,
        *,
        actor: str,
        note: str = "",
        digest: str | None = None,
        comments: Sequence[Remark] = (),
    ) -> Revision:
        """Return the draft to its author.

        The reviewer of an approved draft is taken out of the document again. Raises InvalidRequest
        without a note or a comment that says why.
        """
        given_remarks = remarks.checked(comments)
        if not note.strip() and not given_remarks:
            raise InvalidRequest([Breach("$.note", message("is empty; say what has to change"))])
        detail = remarks.to_detail(given_remarks)

        def plan(draft: Draft | None, _: Live | Withdrawn | None, workflow: Workflow) -> Step:
            seen = _seen(entry_id, draft, digest)
            remarks.require_subjects(seen.entry, given_remarks)
            update = {
                "submitted_by": None,
                "returned_by": actor,
                "approvals": (),
                "open_comments": workflow.open_comments + len(given_remarks),
            }
            document = unsigned(seen.entry, workflow)
            after = workflow.model_copy(update=update)
            if document is seen.entry:
                return Step(after, detail=detail)
            return Step(after, document, f"{UNSIGNED}{detail}")

        return self._store.change_workflow(entry_id, "return", plan, actor=actor, note=note)

    def refusal(self, entry_id: str, reviewer: str) -> str:
        """Return why the person ``reviewer`` may not approve the draft now, "" if they may."""
        draft = self._store.draft(entry_id)
        if draft is None:
            return message("%(entry)r has no draft", entry=entry_id)
        return self._refusal(draft, reviewer)

    def status(self, entry: Entry, workflow: Workflow) -> ReviewStatus:
        """Return how many approvals a draft needs and has."""
        hold = held(self._settings.publication_for(entry.article.url).hold, entry)
        given = workflow.approvals_of(entry)
        by_model = self._was_by_model(entry, workflow)
        needed = approvals_needed(self._settings, entry, by_model=by_model)
        return ReviewStatus(needed, given, hold, by_model and not is_by_model(entry))

    def missing(self, entry: Entry) -> list[Breach]:
        """Return the breach of ``entry`` as long as nobody has approved it, if one is needed."""
        by_model = self._was_by_model(entry, self._store.workflow(entry.id))
        return missing_approvals(self._settings, entry, 0, by_model=by_model)

    def _was_by_model(self, entry: Entry, workflow: Workflow) -> bool:
        if workflow.by_model:
            return True
        live = self._store.live(entry.id)  # published before there was that flag
        return isinstance(live, Live) and is_by_model(live.entry)

    def _refusal(self, draft: Draft, reviewer: str) -> str:
        saver = None if draft.actor == FILE_ACTOR else person_of(draft.actor)
        if saver is None:
            return message(
                "%(name)s saved this draft last and belongs to no user, so nobody can tell "
                "whether the reviewer is somebody else; save it again as a user",
                name=draft.actor,
            )
        if saver == reviewer:
            return message(
                "%(name)s saved this draft last and cannot approve it; ask somebody else",
                name=reviewer,
            )
        if reviewer in {it.reviewer for it in draft.workflow.approvals_of(draft.entry)}:
            return message("%(name)s has approved this version already", name=reviewer)
        return ""

    def _signed(self, entry: Entry, reviewer: Reviewer, at: datetime) -> Entry:
        """Return ``entry`` with its reviewer, by role or by name as the publication chooses."""
        publication = self._settings.publication_for(entry.article.url)
        by = reviewer.name if publication.reviewer == "name" else reviewer.role
        update = {"reviewed_by": by, "reviewed_at": at}
        return entry.model_copy(update={"provenance": entry.provenance.model_copy(update=update)})

    def _raise_for_breaches(self, entry: Entry) -> None:
        errors = [breach for breach in self._check(entry) if breach.severity == "error"]
        if errors:
            raise InvalidEntry(errors)


@dataclass(frozen=True, slots=True)
class ReviewStatus:
    """How many approvals a draft needs, and those it has; ``hold`` is why it needs two.

    ``was_by_model``: it says that people wrote it, and an earlier version was by a language model.
    """

    needed: int
    given: tuple[Approval, ...]
    hold: str = ""
    was_by_model: bool = False

    @property
    def complete(self) -> bool:
        """Whether it has enough of them."""
        return len(self.given) >= self.needed


def unsigned(entry: Entry, workflow: Workflow) -> Entry:
    """Return ``entry`` without the reviewer that an approval of another version wrote into it."""
    signed_at = {it.at for it in (*workflow.approvals, *workflow.published)} | {*workflow.signed}
    if entry.provenance.reviewed_at not in signed_at:
        return entry
    update = {"reviewed_by": None, "reviewed_at": None}
    return entry.model_copy(update={"provenance": entry.provenance.model_copy(update=update)})


def _seen(entry_id: str, draft: Draft | None, digest: str | None) -> Draft:
    if draft is None:
        raise NotFound(message("%(entry)r has no draft to review", entry=entry_id))
    if digest is not None and digest != document_digest(draft.entry):
        changed = message(
            "%(name)s has changed the draft since you opened it; read it again", name=draft.actor
        )
        raise Conflict(changed, head=draft.revision)
    return draft


def _require_checklist(checked: Sequence[str]) -> None:
    breaches = [
        Breach(
            "$.checked",
            message(
                "%(item)r is no item of the checklist; it has %(items)s",
                item=it,
                items=", ".join(CHECKLIST),
            ),
        )
        for it in checked
        if it not in CHECKLIST
    ]
    breaches += [
        Breach("$.checked", message("lacks %(item)r; approve when it is checked", item=it))
        for it in CHECKLIST
        if it not in checked
    ]
    if breaches:
        raise InvalidRequest(breaches)


def _now() -> datetime:
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
