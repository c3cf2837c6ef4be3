"""What each route of the API does, once its caller may."""

from __future__ import annotations

import base64
import json
import re
from http import HTTPStatus

from flask import abort

from widget import panel
from widget.entry import Withdrawn, parse_entry
from widget.errors import Breach, InvalidEntry, InvalidRequest, NotFound
from widget.store import Key, Live, Query, Row, Sort
from widget.store.query import key
from widget.web.api import models
from widget.web.api.service import Answer, Call, answer, breach_records, summary


def list_entries(call: Call) -> Answer:
    """List one page of the entries that the query asks for."""
    query = call.query(models.ListQuery)
    wanted = Query(
        search=query.q,
        state=query.state,
        lean=query.lean,
        section=query.section,
        language=query.language,
        sort=query.sort,
    )
    after = None if query.cursor is None else _position(query.sort, query.cursor)
    rows = call.store.rows(wanted, limit=query.limit + 1, after=after)
    shown = rows[: query.limit]
    more = len(rows) > len(shown)
    cursor = _cursor(query.sort, shown[-1]) if more else None
    return answer(models.Page(items=[_summary(row) for row in shown], next=cursor))


def read_live(call: Call) -> Answer:
    """Read what readers see."""
    head = call.store.head(call.entry_id)
    return Answer(_live(call).entry.to_json(), head=head)


def _live(call: Call) -> Live:
    live = call.store.live(call.entry_id)
    if isinstance(live, Withdrawn):
        why = live.reason or ("legal reasons" if live.legal else "no reason given")
        abort(HTTPStatus.GONE, f"{live.id!r} was withdrawn on {live.at:%Y-%m-%d}: {why}")
    if live is None:
        raise NotFound(f"{call.entry_id!r} is not live")
    return live


def read_draft(call: Call) -> Answer:
    """Read the change that is not yet published."""
    head = call.store.head(call.entry_id)
    draft = call.store.draft(call.entry_id)
    if draft is None:
        raise NotFound(f"{call.entry_id!r} has no draft")
    return Answer(draft.entry.to_json(), head=head)


def save_draft(call: Call) -> Answer:
    """Keep the body as the draft."""
    entry = parse_entry(call.data())
    if entry.id != call.entry_id:
        raise InvalidEntry([Breach("$.id", f"is not {call.entry_id!r}, as the address says")])
    head = call.head(new=True)
    revision = call.editorial.save(entry, actor=call.actor, head=head)
    return call.changed(revision, status=HTTPStatus.OK if head else HTTPStatus.CREATED)


def discard_draft(call: Call) -> Answer:
    """Drop the draft."""
    revision = call.editorial.discard(call.entry_id, actor=call.actor, head=call.head())
    return call.changed(revision, status=HTTPStatus.OK)


def publish(call: Call) -> Answer:
    """Make the draft live."""
    given = call.body(models.Publication, optional=True)
    revision = call.editorial.publish(
        call.entry_id,
        actor=call.actor,
        note=given.note,
        head=call.head(),
    )
    return call.changed(revision)


def withdraw(call: Call) -> Answer:
    """Take the live entry down at once."""
    given = call.body(models.Withdrawal)
    revision = call.editorial.withdraw(
        call.entry_id,
        actor=call.actor,
        reason=given.reason,
        legal=given.legal,
        head=call.head(),
    )
    return call.changed(revision)


def restore(call: Call) -> Answer:
    """Make a draft of what an earlier revision was."""
    given = call.body(models.Restoration)
    revision = call.editorial.restore(
        call.entry_id, given.revision, actor=call.actor, head=call.head()
    )
    return call.changed(revision)


def history(call: Call) -> Answer:
    """List all changes, newest first."""
    revisions = call.store.history(call.entry_id)
    if not revisions:
        raise NotFound(f"there is no entry {call.entry_id!r}")
    return answer(
        {"items": [summary(revision) for revision in revisions]}, head=revisions[0].number
    )


def read_revision(call: Call) -> Answer:
    """Read one change, with the entry as it left it."""
    number = call.path["number"]
    if not re.fullmatch("[1-9][0-9]{0,8}", number, re.ASCII):
        raise NotFound(f"there is no revision {number[:20]!r} of {call.entry_id!r}")
    revision = call.store.revision(call.entry_id, int(number))
    entry = json.loads(revision.entry.to_json())
    return answer({**summary(revision), "entry": entry}, head=call.store.head(call.entry_id))


def read_snippet(call: Call) -> Answer:
    """Read what a publisher pastes to embed what is live."""
    asked = call.query(models.SnippetQuery).model_dump(by_alias=True, exclude_none=True)
    head = call.store.head(call.entry_id)
    live = _live(call)
    settings = call.service.settings
    made = panel.snippet(
        live.entry,
        settings.publication_for(live.entry.article.url),
        panel.Choices.from_query({name: str(value) for name, value in asked.items()}),
        base=settings.base_url or call.request.url_root.rstrip("/"),
    )
    shown = models.Snippet(head=made.head, body=made.body, policy=made.policy)
    return answer(shown, head=head)


def validate(call: Call) -> Answer:
    """List everything that keeps the body from being published; nothing is saved."""
    _, breaches = call.editorial.validate(call.data())
    publishable = not any(breach.severity == "error" for breach in breaches)
    return answer({"publishable": publishable, "breaches": breach_records(breaches)})


def _summary(row: Row) -> models.Summary:
    return models.Summary(
        id=row.id,
        state=row.state,
        draft=row.waiting,
        title=row.title,
        url=row.url,
        section=row.section,
        lean=row.lean,
        language=row.language,
        changed=row.changed,
    )


# A cursor names the last row that was shown and not a number of rows, so that none is
# passed over and none comes twice where rows come and go meanwhile.


def _cursor(sort: Sort, row: Row) -> str:
    written = json.dumps([sort, *key(sort, row)], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def _position(sort: str, cursor: str) -> Key:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        of, first, last = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError):
        of = first = last = None
    expected = int if sort == "changed" else str
    if of != sort or type(first) is not expected or not isinstance(last, str):
        message = "is no cursor of this list; take `next` of a page, with the same `sort`"
        raise InvalidRequest([Breach("$.cursor", message)])
    return first, last
