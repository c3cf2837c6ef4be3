"""The bytes of ``/panel/<id>.json``, whose SHA-256 stands in the log.

They follow from the publication alone: no settings, no time of the request, and nothing that a
later check of sources shows beside the document. A key that is added here or to the entry has to
be left out where it has no value: else the log of all entries that are live would no longer match.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from widget.entry import Entry
from widget.store.protocol import Live, Revision
from widget.store.workflow import Approval


def public_document(live: Live) -> bytes:
    """Return what readers see as JSON in UTF-8: sorted keys, no spaces, a line feed at the end."""
    return _document(live.entry, live.revision, live.at, live.approvals)


def published_digest(publication: Revision) -> str:
    """Return the SHA-256 of the document that a publication makes, in hexadecimal digits."""
    approvals = publication.workflow.published
    data = _document(publication.entry, publication.number, publication.at, approvals)
    return hashlib.sha256(data).hexdigest()


def _document(entry: Entry, revision: int, at: datetime, reviews: Sequence[Approval]) -> bytes:
    content = entry.model_dump(mode="json", by_alias=True)
    review = "declared" if entry.provenance.reviewed_by else "none"
    if reviews:
        # Who reviewed it is the publication's to tell; a name would stay in this log for ever.
        review = "proven"
        content["provenance"].pop("reviewed_by", None)
    document: dict[str, Any] = {
        "entry": content,
        "revision": revision,
        "published_at": _instant(at),
        "review": review,
        "reviews": [{"role": it.role, "at": _instant(it.at)} for it in reviews],
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{text}\n".encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
