"""Surrogate keys: the keys of responses, by which caches are purged, and their headers.

A key consists of lower-case letters, digits and hyphens, so that it needs no escaping in a
header, in JSON or in Varnish's regular expressions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from flask import Response

from widget.config import Settings
from widget.entry.model import is_id
from widget.store import Revision
from widget.store.entry_summary import lookup_key, lookup_keys

ALL = "insights"
"""The key that every response carries."""
LISTS = "insights-lists"
"""The key of every response that lists entries or changes."""
MAX_AGE = 86_400
"""How many seconds a purged cache may keep a response, should every purge fail."""


def entry_key(entry_id: str) -> str:
    """Return the key of every response about an entry, also of those that report none."""
    return f"entry-{entry_id}"


def url_key(normalized: str) -> str:
    """Return the key of the responses for an article's normalized URL."""
    return f"url-{hashlib.sha256(normalized.encode()).hexdigest()[:20]}"


def keys_of_revision(revision: Revision) -> tuple[str, ...]:
    """Return the keys of all responses that a change invalidates.

    A URL that the entry no longer has needs no key: its responses carry the entry's key.
    """
    addresses = sorted(lookup_keys(revision.entry))
    lists = (LISTS,) if revision.action in ("publish", "withdraw") else ()
    return (entry_key(revision.entry.id), *(url_key(address) for address in addresses), *lists)


def keys_of_request(
    entry_id: str | None,
    url: str,
    found: str | None,
    lists: bool = False,  # noqa: FBT001, FBT002  # a tuple
) -> tuple[str, ...]:
    """Return the keys of the response to a request for an entry by id, or else by ``url``.

    ``found`` is the id of the entry that was found by either. ``lists``: the response lists
    entries or changes.
    """
    ids = {each for each in (entry_id, found) if each and is_id(each)}
    address = lookup_key(url) if entry_id is None else None
    by_url = (url_key(address),) if address else ()
    by_all = (LISTS,) if lists else ()
    return (*(entry_key(each) for each in sorted(ids)), *by_url, *by_all)


class Surrogate:
    """Adds the headers of the configured caches to responses; none without a cache."""

    def __init__(self, settings: Settings) -> None:
        self._kinds = {cache.kind for cache in settings.purge}

    def mark(self, response: Response, keys: Iterable[str]) -> Response:
        """Let caches store ``response`` until one of its ``keys`` is purged."""
        named = (*keys, ALL)
        if self._kinds & {"varnish", "fastly"}:
            response.headers["Surrogate-Control"] = f"max-age={MAX_AGE}"
            response.headers["Surrogate-Key"] = " ".join(named)
        if "cloudflare" in self._kinds:
            # Cloudflare ignores Surrogate-Control. It removes this header from its responses.
            response.headers["Cloudflare-CDN-Cache-Control"] = f"max-age={MAX_AGE}"
            response.headers["Cache-Tag"] = ",".join(named)
        return response
