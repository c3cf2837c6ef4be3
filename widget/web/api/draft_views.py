"""The API's views for drafting."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from widget.errors import NotFound
from widget.web.api import draft_models as models
from widget.web.api import parsing
from widget.web.api.context import actor, api
from widget.web.api.responses import ApiResponse, json_response

if TYPE_CHECKING:
    from widget.drafting.evidence import Article, Document
    from widget.drafting.runs import DraftRequest, Run
    from widget.drafting.service import Drafting

_LISTED = 100


def ask_for_draft() -> ApiResponse:
    """Store a run that waits for a worker."""
    drafting = _drafting()
    order = parsing.body(models.DraftOrder)
    run = drafting.ask(_request(order), actor=actor())
    record = json_response(_record(run))
    location = f"/api/v1/drafts/{run.id}"
    return ApiResponse(record.body, HTTPStatus.ACCEPTED, location=location)


def list_runs() -> ApiResponse:
    """List the newest runs."""
    runs = _drafting().runs.newest(limit=_LISTED)
    return json_response(models.RunList(items=[_record(run) for run in runs]))


def read_run(run_id: str) -> ApiResponse:
    """Read one run."""
    return json_response(_record(_drafting().runs.get(run_id)))


def read_evidence(run_id: str) -> ApiResponse:
    """Read what a run was made from."""
    runs = _drafting().runs
    runs.get(run_id)
    evidence = runs.evidence(run_id)
    if evidence is None:
        raise NotFound(f"run {run_id!r} has gathered no evidence")
    return json_response(
        models.EvidenceRecord(
            article=_document(evidence.article), documents=[*map(_document, evidence.documents)]
        )
    )


def cancel_run(run_id: str) -> ApiResponse:
    """Ask for a run to end."""
    return json_response(_record(_drafting().cancel(run_id, actor=actor())))


def resolve_finding(run_id: str) -> ApiResponse:
    """Record that a person checked a finding."""
    body = parsing.body(models.ResolutionRequest)
    run = _drafting().resolve(run_id, body.finding, body.reason, actor=actor())
    return json_response(_record(run))


def _drafting() -> Drafting:
    drafting = api().drafting
    if drafting is None:
        raise NotFound("drafting is off: no provider is configured")
    return drafting


def _request(order: models.DraftOrder) -> DraftRequest:
    # Imported here: drafting is off until a provider is configured.
    from widget.drafting.runs import request_from
    from widget.drafting.sources import document_from_text

    documents = [document_from_text(**dict(item)) for item in order.evidence]
    return request_from(
        provider=order.provider,
        article_url=order.url,
        article_html=order.html,
        article_text=order.text,
        title=order.title,
        section=order.section,
        kind=order.kind,
        language=order.language,
        queries=tuple(order.queries),
        urls=tuple(order.sources),
        documents=tuple(documents),
        entry_id=order.entry,
        replace=order.replace,
        dry_run=order.dry_run,
    )


def _record(run: Run) -> models.RunRecord:
    resolved = {it.finding: it for it in run.resolutions}
    findings = []
    for each in run.findings:
        resolution = resolved.get(each.id)
        findings.append(
            models.FindingRecord(
                **each.model_dump(exclude={"detail"}),
                id=each.id,
                resolved_by=resolution.by if resolution else None,
                reason=resolution.reason if resolution else None,
            )
        )
    proposal = run.proposal
    return models.RunRecord(
        run=run.id,
        state=run.state,
        message=run.message,
        entry=run.entry if run.state == "kept" else None,
        revision=run.revision,
        asked_by=run.asked_by,
        asked_at=run.asked_at,
        changed_at=run.changed_at,
        provider=run.request.provider,
        model=run.model,
        charged=run.charged,
        queries=list(run.queries),
        suggestion=proposal
        and models.Suggestion(
            lean=proposal.lean, rationale=proposal.rationale, confidence=proposal.confidence
        ),
        findings=findings,
        usage=models.RunUsage(**run.usage.model_dump()),
    )


def _document(text: Article | Document) -> models.EvidenceDocument:
    return models.EvidenceDocument(
        url=text.url,
        title=text.title,
        text=text.text,
        sha256=text.sha256,
        problem=getattr(text, "problem", ""),
    )
