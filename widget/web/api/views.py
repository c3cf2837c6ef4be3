"""The API's views. They only translate between HTTP and ``Editorial`` or the entries."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from http import HTTPStatus

from flask import abort, request

from widget import panel
from widget.editorial import cursors
from widget.entry import Withdrawn
from widget.errors import Breach, InvalidRequest, NotFound
from widget.store import Live
from widget.web.api import models, parsing
from widget.web.api.context import actor, api, editorial, entries
from widget.web.api.responses import (
    ApiResponse,
    breach_records,
    change_response,
    json_response,
    revision_summary,
)


def list_entries() -> ApiResponse:
    """List one page of the entries that match the query."""
    query = parsing.query(models.ListQuery)
    after = cursors.decode(query.sort, query.cursor)
    wanted = query.to_store()
    if query.publication is not None:
        if query.publication not in api().scope.publications:
            message = f"{query.publication!r} is no publication that you work for"
            raise InvalidRequest([Breach("$.publication", message)])
        wanted = replace(wanted, sites=api().scope.sites_of(query.publication))
    rows = entries().rows(wanted, limit=query.limit + 1, after=after)
    page = rows[: query.limit]
    cursor = cursors.encode(query.sort, page[-1]) if len(rows) > len(page) else None
    items = [models.EntrySummary.of(row) for row in page]
    return json_response(models.EntryPage(items=items, next=cursor))


def read_live(entry_id: str) -> ApiResponse:
    """Read what readers see."""
    head = entries().head(entry_id)
    return ApiResponse(_live(entry_id).entry.to_json(), head=head)


def read_draft(entry_id: str) -> ApiResponse:
    """Read the change that is not published yet."""
    head = entries().head(entry_id)
    draft = entries().draft(entry_id)
    if draft is None:
        raise NotFound(f"{entry_id!r} has no draft")
    return ApiResponse(draft.entry.to_json(), head=head)


def save_draft(entry_id: str) -> ApiResponse:
    """Save the body as the draft."""
    entry = parsing.entry(entry_id)
    head = parsing.expected_head(entry_id, may_be_new=True)
    revision = editorial().save(entry, actor=actor(), head=head)
    return change_response(revision, status=HTTPStatus.OK if head else HTTPStatus.CREATED)


def discard_draft(entry_id: str) -> ApiResponse:
    """Discard the draft."""
    head = parsing.expected_head(entry_id)
    revision = editorial().discard(entry_id, actor=actor(), head=head)
    return change_response(revision, status=HTTPStatus.OK)


def publish(entry_id: str) -> ApiResponse:
    """Publish the draft."""
    body = parsing.body(models.PublicationRequest, optional=True)
    head = parsing.expected_head(entry_id)
    return change_response(editorial().publish(entry_id, actor=actor(), note=body.note, head=head))


def withdraw(entry_id: str) -> ApiResponse:
    """Withdraw the live entry."""
    body = parsing.body(models.WithdrawalRequest)
    head = parsing.expected_head(entry_id)
    revision = editorial().withdraw(
        entry_id, actor=actor(), reason=body.reason, legal=body.legal, head=head
    )
    return change_response(revision)


def restore(entry_id: str) -> ApiResponse:
    """Save an earlier revision as the draft."""
    body = parsing.body(models.RestorationRequest)
    head = parsing.expected_head(entry_id)
    return change_response(editorial().restore(entry_id, body.revision, actor=actor(), head=head))


def history(entry_id: str) -> ApiResponse:
    """List all changes, newest first."""
    revisions = entries().history(entry_id)
    if not revisions:
        raise NotFound(f"there is no entry {entry_id!r}")
    items = [revision_summary(revision) for revision in revisions]
    return json_response({"items": items}, head=revisions[0].number)


def read_revision(entry_id: str, number: str) -> ApiResponse:
    """Read one change, with the entry after it."""
    if not re.fullmatch("[1-9][0-9]{0,8}", number, re.ASCII):
        raise NotFound(f"there is no revision {number[:20]!r} of {entry_id!r}")
    revision = entries().revision(entry_id, int(number))
    document = {**revision_summary(revision), "entry": json.loads(revision.entry.to_json())}
    return json_response(document, head=entries().head(entry_id))


def read_snippet(entry_id: str) -> ApiResponse:
    """Read the HTML that embeds the live panel."""
    choices = parsing.query(models.SnippetQuery).to_choices()
    head = entries().head(entry_id)
    live = _live(entry_id)
    publication = api().settings.publication_for(live.entry.article.url)
    base = api().settings.base_url or request.url_root.rstrip("/")
    snippet = panel.snippet(live.entry, publication, choices, base=base, reviews=live.approvals)
    shown = models.Snippet(head=snippet.head, body=snippet.body, policy=snippet.policy)
    return json_response(shown, head=head)


def validate() -> ApiResponse:
    """List every problem of the body; nothing is saved."""
    _, breaches = editorial().validate(parsing.json_data())
    publishable = not any(breach.severity == "error" for breach in breaches)
    return json_response({"publishable": publishable, "breaches": breach_records(breaches)})


def _live(entry_id: str) -> Live:
    live = entries().live(entry_id)
    if isinstance(live, Withdrawn):
        why = live.reason or ("legal reasons" if live.legal else "no reason given")
        abort(HTTPStatus.GONE, f"{live.id!r} was withdrawn on {live.at:%Y-%m-%d}: {why}")
    if live is None:
        raise NotFound(f"{entry_id!r} is not live")
    return live
