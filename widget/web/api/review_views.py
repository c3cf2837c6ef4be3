"""The API's views for reviews, comments and plans."""

from __future__ import annotations

import re
from http import HTTPStatus

from widget.editorial.evidence import CommentRecord, evidence_of
from widget.editorial.remarks import Remark
from widget.errors import Breach, InvalidRequest, NotFound
from widget.sources.evidence import sources_of
from widget.store import Draft, Revision, document_digest
from widget.web.api import parsing
from widget.web.api import review_models as models
from widget.web.api.context import actor, api, editorial, entries, reviewer, run_of
from widget.web.api.responses import ApiResponse, change_response, json_response
from widget.web.source_checks import source_checks


def submit(entry_id: str) -> ApiResponse:
    """Ask for a review of the draft."""
    body = parsing.body(models.SubmissionRequest, optional=True)
    draft = _draft(entry_id)  # before the precondition: a draft of somebody in between conflicts
    parsing.expected_head(entry_id)
    revision = editorial().review.submit(
        entry_id, actor=actor(), note=body.note, digest=document_digest(draft.entry)
    )
    return change_response(revision)


def review(entry_id: str) -> ApiResponse:
    """Approve or return exactly the version with the digest in the body."""
    body = parsing.body(models.ReviewRequest)
    person = reviewer()
    given = [Remark(it.text, it.path) for it in body.comments]
    if body.decision == "approve":
        revision = editorial().review.approve(
            entry_id,
            reviewer=person,
            checked=body.checked,
            note=body.note,
            digest=body.digest,
            comments=given,
        )
    else:
        revision = editorial().review.return_(
            entry_id, actor=person.actor, note=body.note, digest=body.digest, comments=given
        )
    return _created(_review(revision, document_digest(revision.entry)), revision)


def list_reviews(entry_id: str) -> ApiResponse:
    """List all decisions about an entry, oldest first."""
    history = _history(entry_id)
    draft = entries().draft(entry_id)
    digest = document_digest(draft.entry) if draft else None
    status = editorial().review.status(draft.entry, draft.workflow) if draft else None
    reviews = [it for it in reversed(history) if it.action in ("approve", "return")]
    found = models.ReviewList(
        phase=draft.workflow.phase if draft else None,
        digest=digest,
        needed=status.needed if status else 0,
        given=len(status.given) if status else 0,
        hold=status.hold if status else "",
        items=[_review(it, digest) for it in reviews],
    )
    return json_response(found, head=history[0].number)


def comment(entry_id: str) -> ApiResponse:
    """Comment on a point, a source or the whole."""
    body = parsing.body(models.CommentRequest)
    revision = editorial().comments.add(entry_id, actor=actor(), text=body.text, path=body.path)
    return _created(_comment(entry_id, str(revision.number)), revision)


def list_comments(entry_id: str) -> ApiResponse:
    """List all comments, oldest first."""
    head = _head(entry_id)
    return json_response(models.CommentList(items=_comments(entry_id)), head=head)


def resolve_comment(entry_id: str, number: str) -> ApiResponse:
    """Resolve an open comment."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}(\.[1-9][0-9]{0,2})?", number, re.ASCII):
        raise NotFound(f"there is no comment {number[:20]!r} on {entry_id!r}")
    revision = editorial().comments.resolve(entry_id, number, actor=actor())
    return _created(_comment(entry_id, number), revision)


def read_schedule(entry_id: str) -> ApiResponse:
    """Read when the entry is published and withdrawn."""
    head = _head(entry_id)
    return json_response(models.Schedule.of(entries().workflow(entry_id)), head=head)


def schedule(entry_id: str) -> ApiResponse:
    """Plan when the draft is published and when the entry is withdrawn."""
    body = parsing.body(models.ScheduleRequest)
    head = parsing.expected_head(entry_id)
    revision = editorial().planning.schedule(
        entry_id,
        actor=actor(),
        publish_at=body.publish_at,
        expires_at=body.expires_at,
        reason=body.reason,
        head=head,
    )
    return json_response(models.Schedule.of(revision.workflow), head=revision.number)


def cancel_schedule(entry_id: str) -> ApiResponse:
    """Plan nothing any more."""
    head = parsing.expected_head(entry_id)
    revision = editorial().planning.schedule(entry_id, actor=actor(), head=head)
    return json_response(models.Schedule.of(revision.workflow), head=revision.number)


def assign(entry_id: str) -> ApiResponse:
    """Say who works on an entry, and until when."""
    body = parsing.body(models.AssignmentRequest)
    assignee = (body.assignee or "").strip().lower() or None
    if assignee and not api().has_colleague(assignee):
        raise InvalidRequest([Breach("$.assignee", f"there is no user {assignee!r}")])
    revision = editorial().planning.assign(entry_id, actor=actor(), assignee=assignee, due=body.due)
    return change_response(revision, status=HTTPStatus.OK)


def read_review_evidence(entry_id: str) -> ApiResponse:
    """Read all that proves the review of a version."""
    query = parsing.query(models.ReviewEvidenceQuery)
    head = _head(entry_id)
    record = evidence_of(
        entries(),
        api().settings,
        entry_id,
        revision=query.revision,
        run_of=run_of(),
        sources_of=sources_of(source_checks().of_entry),
    )
    return json_response(record, head=head)


def _draft(entry_id: str) -> Draft:
    draft = entries().draft(entry_id)
    if draft is None:
        raise NotFound(f"{entry_id!r} has no draft")
    return draft


def _head(entry_id: str) -> int:
    head = entries().head(entry_id)
    if not head:
        raise NotFound(f"there is no entry {entry_id!r}")
    return head


def _history(entry_id: str) -> list[Revision]:
    history = entries().history(entry_id)
    if not history:
        raise NotFound(f"there is no entry {entry_id!r}")
    return history


def _review(revision: Revision, draft_digest: str | None) -> models.ReviewRecord:
    digest = document_digest(revision.entry)
    record = models.ReviewRecord(
        number=revision.number,
        at=revision.at,
        decision="approve" if revision.action == "approve" else "return",
        actor=revision.actor,
        note=revision.note,
        digest=digest,
        current=digest == draft_digest,
    )
    if revision.action != "approve" or not revision.workflow.approvals:
        return record
    approval = revision.workflow.approvals[-1]
    return record.model_copy(
        update={
            "reviewer": approval.reviewer,
            "role": approval.role,
            "proof": approval.proof,
            "checked": list(approval.checked),
        }
    )


def _comments(entry_id: str) -> list[CommentRecord]:
    found = editorial().comments.of(entry_id)
    return [CommentRecord.model_validate(it, from_attributes=True) for it in found]


def _comment(entry_id: str, name: str) -> CommentRecord:
    return next(it for it in _comments(entry_id) if it.name == name)


def _created(record: models.ReviewRecord | CommentRecord, revision: Revision) -> ApiResponse:
    location = f"/api/v1/entries/{revision.entry.id}/revisions/{revision.number}"
    body = record.model_dump_json().encode()
    return ApiResponse(body, HTTPStatus.CREATED, revision.number, location)
