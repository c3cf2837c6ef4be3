"""Perplexity's Search API: finds the documents that a draft may cite.

Snippets are discarded, because they are not the source's text: ``sources.read_documents`` reads
the pages. Source of the API: https://docs.perplexity.ai/api-reference/search-post
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from pydantic import SecretStr

from widget.config import Settings
from widget.drafting.evidence import Document
from widget.drafting.providers.protocol import ProviderRefused
from widget.drafting.providers.transport import Transport
from widget.drafting.sources import merge, read_documents
from widget.entry.urls import MAX_LENGTH
from widget.pages.metadata import MAX_LINE
from widget.pages.visible_text import visible

URL = "https://api.perplexity.ai"
MAX_QUERIES = 5
MAX_DOMAINS = 20
MAX_RESULTS = 10
MAX_QUERY = 400
"""The most characters of one query; what is longer is cut."""


def search(
    queries: Sequence[str],
    *,
    key: SecretStr | None,
    url: str | None = None,
    domains: Sequence[str] = (),
    settings: Settings,
    deadline: float,
    max_results: int = MAX_RESULTS,
    cancelled: threading.Event | None = None,
) -> list[Document]:
    """Return the documents found for up to MAX_QUERIES queries, with the texts of their pages.

    A page that cannot be read has no text and a ``problem``. ``url`` is the API's base; ``domains``
    are the only ones searched (all, where there is none). ``deadline`` is a time of
    ``time.monotonic``. All queries are one request, which is billed as one.

    Raises ProviderRefused and ProviderFailed, whose messages contain neither key nor queries.
    """
    found = find(
        queries,
        key=key,
        url=url,
        domains=domains,
        deadline=deadline,
        max_results=max_results,
        cancelled=cancelled,
    )
    return merge(read_documents(found, settings, deadline=deadline, cancelled=cancelled))


def find(
    queries: Sequence[str],
    *,
    key: SecretStr | None,
    url: str | None = None,
    domains: Sequence[str] = (),
    deadline: float,
    max_results: int = MAX_RESULTS,
    cancelled: threading.Event | None = None,
) -> list[Document]:
    """Return what ``search`` does, without the texts."""
    terms = [text[:MAX_QUERY] for it in queries if (text := visible(it))]
    if not terms:
        return []
    if len(terms) > MAX_QUERIES:
        raise ProviderRefused(f"At most {MAX_QUERIES} queries are searched for; leave some out.")
    payload: dict[str, Any] = {"query": terms, "max_results": max_results}
    if domains:
        payload["search_domain_filter"] = list(domains[:MAX_DOMAINS])
    transport = Transport(name="the search", base=url or URL, key=key)
    answer = transport.send("/search", payload, deadline=deadline, cancelled=cancelled)
    results = answer.get("results")
    if not isinstance(results, list):
        raise ProviderRefused("The search answered with something that is no list of results.")
    return merge(_documents(results))


def _documents(results: Sequence[object]) -> Iterator[Document]:
    for result in results:
        if isinstance(result, list):
            yield from _documents([it for it in result if isinstance(it, dict)])
        elif isinstance(result, dict):
            url = result.get("url")
            title = result.get("title")
            if isinstance(url, str) and 0 < len(url) <= MAX_LENGTH:
                yield Document(
                    url=url.strip(),
                    title=visible(title)[:MAX_LINE] if isinstance(title, str) else "",
                    published=_date(result.get("date")),
                    origin="search",
                )


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
