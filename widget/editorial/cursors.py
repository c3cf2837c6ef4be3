"""Cursors of lists. A cursor holds the sort key of a row, and not a number of rows.

So no row is skipped or repeated if entries are added or removed between two pages, and a page in
the middle of a long list costs as little as the first one.
"""

from __future__ import annotations

import base64
import json

from widget.errors import Breach, InvalidRequest
from widget.store import Key, Row, Sort
from widget.store.query import key


def encode(sort: Sort, row: Row) -> str:
    """Return the cursor of the page that begins after ``row``, or ends before it."""
    document = json.dumps([sort, *key(sort, row)], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(document).decode().rstrip("=")


def decode(sort: Sort, cursor: str | None) -> Key | None:
    """Return the sort key that ``cursor`` holds. Raises InvalidRequest."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        cursor_sort, first, last = json.loads(
            base64.b64decode(padded, altchars=b"-_", validate=True)
        )
    except (ValueError, TypeError, RecursionError):
        cursor_sort = first = last = None
    expected = int if sort == "changed" else str
    if cursor_sort != sort or type(first) is not expected or not isinstance(last, str):
        message = "is not a cursor of this list; use `next` of a page with the same `sort`"
        raise InvalidRequest([Breach("$.cursor", message)])
    return first, last
