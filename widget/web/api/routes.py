"""The routes of the API: their paths, views, roles and models. OpenAPI is generated from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel

from widget.accounts import Role
from widget.editorial.evidence import CommentRecord, ReviewEvidence
from widget.entry import Entry
from widget.web.api import (
    draft_models,
    draft_views,
    models,
    record_models,
    record_views,
    report_models,
    report_views,
    review_models,
    review_views,
    source_models,
    source_views,
    views,
)
from widget.web.api.responses import ApiResponse

Precondition = Literal["existing", "existing or new"]

_ENTRIES = "/api/v1/entries"
_ENTRY = f"{_ENTRIES}/<entry_id>"
_DRAFTS = "/api/v1/drafts"
_RUN = f"{_DRAFTS}/<run_id>"
_REPORTS = "/api/v1/reports"
_REPORT = f"{_REPORTS}/<report_id>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path, named after its view.

    ``role`` is the lowest role that may call it. A ``precondition`` requires the ETag of the
    existing entry, or that there is none. ``request`` is the model of the body, which may be
    ``optional``, and ``query`` that of the query. ``errors`` are the statuses beside those that
    every route of its kind has. ``has_head``: the ETag of an entry's route is its newest revision.
    """

    path: str
    summary: str
    view: Callable[..., ApiResponse]
    response: type[BaseModel]
    method: Literal["GET", "PUT", "POST", "DELETE"] = "GET"
    role: Role = "editor"
    statuses: tuple[int, ...] = (HTTPStatus.OK,)
    request: type[BaseModel] | None = None
    optional: bool = False
    query: type[BaseModel] | None = None
    precondition: Precondition | None = None
    errors: tuple[int, ...] = ()
    has_head: bool = True

    @property
    def name(self) -> str:
        """The operation's id in the description."""
        return self.view.__name__


def _publisher_route(
    path: str,
    summary: str,
    view: Callable[..., ApiResponse],
    request: type[BaseModel],
    *,
    optional: bool = False,
) -> Route:
    """Return a route that changes an existing entry and requires the role publisher."""
    return Route(
        method="POST",
        path=path,
        summary=summary,
        view=view,
        role="publisher",
        request=request,
        optional=optional,
        precondition="existing",
        response=models.ChangeRecord,
        statuses=(HTTPStatus.CREATED,),
    )


ROUTES: tuple[Route, ...] = (
    Route(
        path=_ENTRIES,
        summary="List entries",
        view=views.list_entries,
        query=models.ListQuery,
        response=models.EntryPage,
        errors=(HTTPStatus.UNPROCESSABLE_ENTITY,),
    ),
    Route(
        path=_ENTRY,
        summary="Read what readers see",
        view=views.read_live,
        response=Entry,
        errors=(HTTPStatus.GONE,),
    ),
    Route(
        path=f"{_ENTRY}/draft",
        summary="Read the draft",
        view=views.read_draft,
        response=Entry,
    ),
    Route(
        method="PUT",
        path=f"{_ENTRY}/draft",
        summary="Save the draft",
        view=views.save_draft,
        request=Entry,
        precondition="existing or new",
        response=models.ChangeRecord,
        statuses=(HTTPStatus.OK, HTTPStatus.CREATED),
    ),
    Route(
        method="DELETE",
        path=f"{_ENTRY}/draft",
        summary="Discard the draft",
        view=views.discard_draft,
        precondition="existing",
        response=models.ChangeRecord,
    ),
    _publisher_route(
        f"{_ENTRY}/publication",
        "Publish the draft",
        views.publish,
        models.PublicationRequest,
        optional=True,
    ),
    _publisher_route(
        f"{_ENTRY}/withdrawal", "Withdraw the live entry", views.withdraw, models.WithdrawalRequest
    ),
    _publisher_route(
        f"{_ENTRY}/restorations",
        "Save a revision as the draft",
        views.restore,
        models.RestorationRequest,
    ),
    Route(
        method="POST",
        path=f"{_ENTRY}/submissions",
        summary="Submit the draft for review",
        view=review_views.submit,
        request=review_models.SubmissionRequest,
        optional=True,
        precondition="existing",
        response=models.ChangeRecord,
        statuses=(HTTPStatus.CREATED,),
    ),
    Route(
        path=f"{_ENTRY}/reviews",
        summary="List the reviews",
        view=review_views.list_reviews,
        response=review_models.ReviewList,
    ),
    Route(
        method="POST",
        path=f"{_ENTRY}/reviews",
        summary="Approve or return the draft",
        view=review_views.review,
        request=review_models.ReviewRequest,
        response=review_models.ReviewRecord,
        statuses=(HTTPStatus.CREATED,),
        errors=(HTTPStatus.CONFLICT,),
    ),
    Route(
        path=f"{_ENTRY}/evidence",
        summary="Read what proves a review",
        view=review_views.read_review_evidence,
        query=review_models.ReviewEvidenceQuery,
        response=ReviewEvidence,
        errors=(HTTPStatus.UNPROCESSABLE_ENTITY,),
    ),
    Route(
        path=f"{_ENTRY}/comments",
        summary="List the comments",
        view=review_views.list_comments,
        response=review_models.CommentList,
    ),
    Route(
        method="POST",
        path=f"{_ENTRY}/comments",
        summary="Comment on the entry",
        view=review_views.comment,
        request=review_models.CommentRequest,
        response=CommentRecord,
        statuses=(HTTPStatus.CREATED,),
    ),
    Route(
        method="POST",
        path=f"{_ENTRY}/comments/<number>/resolution",
        summary="Resolve a comment",
        view=review_views.resolve_comment,
        response=CommentRecord,
        statuses=(HTTPStatus.CREATED,),
        errors=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="PUT",
        path=f"{_ENTRY}/assignment",
        summary="Assign the entry",
        view=review_views.assign,
        request=review_models.AssignmentRequest,
        response=models.ChangeRecord,
    ),
    Route(
        path=f"{_ENTRY}/schedule",
        summary="Read what is planned",
        view=review_views.read_schedule,
        response=review_models.Schedule,
    ),
    Route(
        method="PUT",
        path=f"{_ENTRY}/schedule",
        summary="Plan publication and withdrawal",
        view=review_views.schedule,
        role="publisher",
        request=review_models.ScheduleRequest,
        precondition="existing",
        response=review_models.Schedule,
    ),
    Route(
        method="DELETE",
        path=f"{_ENTRY}/schedule",
        summary="Cancel what is planned",
        view=review_views.cancel_schedule,
        role="publisher",
        precondition="existing",
        response=review_models.Schedule,
    ),
    Route(
        method="POST",
        path=f"{_ENTRY}/source-checks",
        summary="Check the sources",
        view=source_views.check_sources,
        response=source_models.SourceChecksRecord,
        statuses=(HTTPStatus.ACCEPTED,),
        has_head=False,
    ),
    Route(
        path=f"{_ENTRY}/source-checks",
        summary="Read the checks of the sources",
        view=source_views.list_source_checks,
        response=source_models.SourceChecksRecord,
        has_head=False,
    ),
    Route(
        path=f"{_ENTRY}/history",
        summary="List all changes",
        view=views.history,
        response=models.History,
    ),
    Route(
        path=f"{_ENTRY}/voices",
        summary="List the links of authors, and what came by them",
        view=record_views.list_voices,
        response=record_models.VoiceList,
        has_head=False,
    ),
    Route(
        path=f"{_ENTRY}/counts",
        summary="List what readers opened, day by day",
        view=record_views.list_counts,
        response=record_models.CountList,
        has_head=False,
    ),
    Route(
        path=f"{_ENTRY}/revisions/<number>",
        summary="Read one change",
        view=views.read_revision,
        response=models.RevisionRecord,
    ),
    Route(
        path=f"{_ENTRY}/snippet",
        summary="Read the snippet that embeds the panel",
        view=views.read_snippet,
        query=models.SnippetQuery,
        response=models.Snippet,
        errors=(HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY),
    ),
    Route(
        method="POST",
        path="/api/v1/validations",
        summary="Check a document without saving it",
        view=views.validate,
        request=models.AnyDocument,
        response=models.Validation,
    ),
    Route(
        method="POST",
        path=_DRAFTS,
        summary="Ask for a draft",
        view=draft_views.ask_for_draft,
        request=draft_models.DraftOrder,
        response=draft_models.RunRecord,
        statuses=(HTTPStatus.ACCEPTED,),
        errors=(HTTPStatus.NOT_FOUND,),
    ),
    Route(
        path=_DRAFTS,
        summary="List the runs of drafting",
        view=draft_views.list_runs,
        response=draft_models.RunList,
        errors=(HTTPStatus.NOT_FOUND,),
    ),
    Route(
        path=_RUN,
        summary="Read a run",
        view=draft_views.read_run,
        response=draft_models.RunRecord,
    ),
    Route(
        path=f"{_RUN}/evidence",
        summary="Read what a draft was made from",
        view=draft_views.read_evidence,
        response=draft_models.EvidenceRecord,
    ),
    Route(
        method="POST",
        path=f"{_RUN}/cancellation",
        summary="Cancel a run",
        view=draft_views.cancel_run,
        response=draft_models.RunRecord,
    ),
    Route(
        method="POST",
        path=f"{_RUN}/resolutions",
        summary="Resolve a finding",
        view=draft_views.resolve_finding,
        request=draft_models.ResolutionRequest,
        response=draft_models.RunRecord,
    ),
    Route(
        path=_REPORTS,
        summary="List readers' reports",
        view=report_views.list_reports,
        query=report_models.ReportQuery,
        response=report_models.ReportList,
        errors=(HTTPStatus.UNPROCESSABLE_ENTITY,),
    ),
    Route(
        path=_REPORT,
        summary="Read a report",
        view=report_views.read_report,
        response=report_models.ReportRecord,
    ),
    Route(
        method="PUT",
        path=f"{_REPORT}/assignment",
        summary="Assign a report",
        view=report_views.assign_report,
        request=report_models.ReportAssignment,
        response=report_models.ReportRecord,
    ),
    Route(
        method="POST",
        path=f"{_REPORT}/resolution",
        summary="Uphold or reject a report",
        view=report_views.resolve_report,
        request=report_models.ReportResolution,
        response=report_models.ReportRecord,
        statuses=(HTTPStatus.CREATED,),
    ),
)
