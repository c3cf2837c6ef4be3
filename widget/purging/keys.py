"""The keys that answers carry and purges name, and the headers that carry them.

A key is of lower case letters, digits and hyphens, so that it means the same in a header, in
JSON and in Varnish's regular expressions.
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
"""The key that every answer carries."""
MAX_AGE = 86_400
"""Seconds that a purging cache may keep an answer: should all purges fail, it ends some day."""


def entry_key(entry_id: str) -> str:
    """Return the key of everything that shows an entry, or says that there is none."""
    return f"entry-{entry_id}"


def url_key(normalized: str) -> str:
    """Return the key of what was answered for an article's normalized address."""
    return f"url-{hashlib.sha256(normalized.encode()).hexdigest()[:20]}"


def of_revision(revision: Revision) -> tuple[str, ...]:
    """Return the keys of all answers that a change makes wrong.

    An address that the entry gave up needs none: what was answered for it carries the entry's.
    """
    addresses = sorted(lookup_keys(revision.entry))
    return (entry_key(revision.entry.id), *(url_key(address) for address in addresses))


def of_request(entry_id: str | None, url: str, found: str | None) -> tuple[str, ...]:
    """Return the keys of the answer to a request for an entry by id, or else by ``url``.

    ``found`` is the entry that was found, by either.
    """
    ids = {each for each in (entry_id, found) if each and is_id(each)}
    address = lookup_key(url) if entry_id is None else None
    by_url = (url_key(address),) if address else ()
    return (*(entry_key(each) for each in sorted(ids)), *by_url)


class Surrogate:
    """Marks answers for the purging caches that are configured; without any, marks nothing."""

    def __init__(self, settings: Settings) -> None:
        self._kinds = {cache.kind for cache in settings.purge}

    def mark(self, response: Response, keys: Iterable[str]) -> Response:
        """Let caches keep ``response`` until one of its ``keys`` is purged."""
        named = (*keys, ALL)
        if self._kinds & {"varnish", "fastly"}:
            response.headers["Surrogate-Control"] = f"max-age={MAX_AGE}"
            response.headers["Surrogate-Key"] = " ".join(named)
        if "cloudflare" in self._kinds:
            # Cloudflare reads no Surrogate-Control, and takes this one off before readers see it.
            response.headers["Cloudflare-CDN-Cache-Control"] = f"max-age={MAX_AGE}"
            response.headers["Cache-Tag"] = ",".join(named)
        return response
