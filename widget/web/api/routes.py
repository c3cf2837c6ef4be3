"""The routes of the API: what registers them, describes them and says who may use them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel

from widget.accounts import Role
from widget.entry import Entry
from widget.web.api import handlers, models
from widget.web.api.service import Answer, Call

Precondition = Literal["known", "known or new"]

_ENTRIES = "/api/v1/entries"
_ENTRY = f"{_ENTRIES}/<entry_id>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one address.

    ``role`` is the least that its caller needs. A ``precondition`` says what the caller must
    know of the entry. ``request`` is the model of the body, ``query`` that of the query;
    ``errors`` are the statuses beside those that every route of its kind has.
    """

    method: Literal["GET", "PUT", "POST", "DELETE"]
    path: str
    name: str
    summary: str
    role: Role
    handle: Callable[[Call], Answer]
    response: type[BaseModel]
    statuses: tuple[int, ...] = (HTTPStatus.OK,)
    request: type[BaseModel] | None = None
    optional: bool = False
    query: type[BaseModel] | None = None
    precondition: Precondition | None = None
    errors: tuple[int, ...] = ()


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_ENTRIES,
        name="list_entries",
        summary="List entries",
        role="editor",
        handle=handlers.list_entries,
        query=models.ListQuery,
        response=models.Page,
        errors=(HTTPStatus.UNPROCESSABLE_ENTITY,),
    ),
    Route(
        method="GET",
        path=_ENTRY,
        name="read_live",
        summary="Read what readers see",
        role="editor",
        handle=handlers.read_live,
        response=Entry,
        errors=(HTTPStatus.GONE,),
    ),
    Route(
        method="GET",
        path=f"{_ENTRY}/draft",
        name="read_draft",
        summary="Read the draft",
        role="editor",
        handle=handlers.read_draft,
        response=Entry,
    ),
    Route(
        method="PUT",
        path=f"{_ENTRY}/draft",
        name="save_draft",
        summary="Save the draft",
        role="editor",
        handle=handlers.save_draft,
        request=Entry,
        precondition="known or new",
        response=models.RevisionSummary,
        statuses=(HTTPStatus.OK, HTTPStatus.CREATED),
    ),
    Route(
        method="DELETE",
        path=f"{_ENTRY}/draft",
        name="discard_draft",
        summary="Discard the draft",
        role="editor",
        handle=handlers.discard_draft,
        precondition="known",
        response=models.RevisionSummary,
    ),
    Route(
        method="POST",
        path=f"{_ENTRY}/publication",
        name="publish",
        summary="Publish the draft",
        role="publisher",
        handle=handlers.publish,
        request=models.Publication,
        optional=True,
        precondition="known",
        response=models.RevisionSummary,
        statuses=(HTTPStatus.CREATED,),
    ),
    Route(
        method="POST",
        path=f"{_ENTRY}/withdrawal",
        name="withdraw",
        summary="Withdraw what is live",
        role="publisher",
        handle=handlers.withdraw,
        request=models.Withdrawal,
        precondition="known",
        response=models.RevisionSummary,
        statuses=(HTTPStatus.CREATED,),
    ),
    Route(
        method="POST",
        path=f"{_ENTRY}/restorations",
        name="restore",
        summary="Make a draft of a revision",
        role="publisher",
        handle=handlers.restore,
        request=models.Restoration,
        precondition="known",
        response=models.RevisionSummary,
        statuses=(HTTPStatus.CREATED,),
    ),
    Route(
        method="GET",
        path=f"{_ENTRY}/history",
        name="history",
        summary="List all changes",
        role="editor",
        handle=handlers.history,
        response=models.History,
    ),
    Route(
        method="GET",
        path=f"{_ENTRY}/revisions/<number>",
        name="read_revision",
        summary="Read one change",
        role="editor",
        handle=handlers.read_revision,
        response=models.RevisionRecord,
    ),
    Route(
        method="POST",
        path="/api/v1/validations",
        name="validate",
        summary="Check a document without saving it",
        role="editor",
        handle=handlers.validate,
        request=models.Document,
        response=models.Validation,
    ),
)
