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
    """One method of one address; it is named after its handler.

    ``role`` is the least that its caller needs. A ``precondition`` says what the caller must
    know of the entry. ``request`` is the model of the body, ``query`` that of the query;
    ``errors`` are the statuses beside those that every route of its kind has.
    """

    path: str
    summary: str
    handle: Callable[[Call], Answer]
    response: type[BaseModel]
    method: Literal["GET", "PUT", "POST", "DELETE"] = "GET"
    role: Role = "editor"
    statuses: tuple[int, ...] = (HTTPStatus.OK,)
    request: type[BaseModel] | None = None
    optional: bool = False
    query: type[BaseModel] | None = None
    precondition: Precondition | None = None
    errors: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Return what the description calls the operation."""
        return self.handle.__name__


def _decision(
    path: str,
    summary: str,
    handle: Callable[[Call], Answer],
    request: type[BaseModel],
    *,
    optional: bool = False,
) -> Route:
    """Return a route for what a publisher decides, with the newest revision in view."""
    return Route(
        method="POST",
        path=path,
        summary=summary,
        handle=handle,
        role="publisher",
        request=request,
        optional=optional,
        precondition="known",
        response=models.Change,
        statuses=(HTTPStatus.CREATED,),
    )


ROUTES: tuple[Route, ...] = (
    Route(
        path=_ENTRIES,
        summary="List entries",
        handle=handlers.list_entries,
        query=models.ListQuery,
        response=models.Page,
        errors=(HTTPStatus.UNPROCESSABLE_ENTITY,),
    ),
    Route(
        path=_ENTRY,
        summary="Read what readers see",
        handle=handlers.read_live,
        response=Entry,
        errors=(HTTPStatus.GONE,),
    ),
    Route(
        path=f"{_ENTRY}/draft",
        summary="Read the draft",
        handle=handlers.read_draft,
        response=Entry,
    ),
    Route(
        method="PUT",
        path=f"{_ENTRY}/draft",
        summary="Save the draft",
        handle=handlers.save_draft,
        request=Entry,
        precondition="known or new",
        response=models.Change,
        statuses=(HTTPStatus.OK, HTTPStatus.CREATED),
    ),
    Route(
        method="DELETE",
        path=f"{_ENTRY}/draft",
        summary="Discard the draft",
        handle=handlers.discard_draft,
        precondition="known",
        response=models.Change,
    ),
    _decision(
        f"{_ENTRY}/publication",
        "Publish the draft",
        handlers.publish,
        models.Publication,
        optional=True,
    ),
    _decision(
        f"{_ENTRY}/withdrawal", "Withdraw what is live", handlers.withdraw, models.Withdrawal
    ),
    _decision(
        f"{_ENTRY}/restorations",
        "Make a draft of a revision",
        handlers.restore,
        models.Restoration,
    ),
    Route(
        path=f"{_ENTRY}/history",
        summary="List all changes",
        handle=handlers.history,
        response=models.History,
    ),
    Route(
        path=f"{_ENTRY}/revisions/<number>",
        summary="Read one change",
        handle=handlers.read_revision,
        response=models.RevisionRecord,
    ),
    Route(
        path=f"{_ENTRY}/snippet",
        summary="Read what a publisher pastes",
        handle=handlers.read_snippet,
        query=models.SnippetQuery,
        response=models.Snippet,
        errors=(HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY),
    ),
    Route(
        method="POST",
        path="/api/v1/validations",
        summary="Check a document without saving it",
        handle=handlers.validate,
        request=models.Document,
        response=models.Validation,
    ),
)
