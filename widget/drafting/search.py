"""Perplexity's Search API: finds the documents that a draft may cite.

A snippet is not a source's text, so nothing of it is kept: ``sources.read_documents`` reads the
pages. Source of the API: https://docs.perplexity.ai/api-reference/search-post
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from widget.drafting.evidence import Document
from widget.drafting.metadata import MAX_LINE
from widget.drafting.plain_text import visible
from widget.drafting.providers.protocol import ProviderError, ProviderFailed, ProviderRefused
from widget.entry.urls import MAX_LENGTH
from widget.net.http_client import Answer, Client, RequestFailed, remaining

URL = "https://api.perplexity.ai"
MAX_QUERIES = 5
MAX_DOMAINS = 20
MAX_RESULTS = 20
RETRIES = 2

_MAX_BYTES = 4 * 1024 * 1024
_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_MAX_QUERY = 400
_MAX_WAIT = 30.0


def search(
    queries: Sequence[str],
    *,
    key: str,
    url: str | None = None,
    domains: Sequence[str] = (),
    deadline: float,
    max_results: int = 10,
) -> list[Document]:
    """Return what was found for up to MAX_QUERIES queries, without texts, each URL once.

    ``url`` is the API's base, ``domains`` are the only ones searched (all, where there is none),
    ``deadline`` is a time of ``time.monotonic``. All queries are one request, which is billed as
    one. It is repeated at most twice where the service is overloaded or cannot be reached.

    Raises ProviderRefused and ProviderFailed, whose messages contain neither key nor queries.
    """
    asked = [visible(it)[:_MAX_QUERY] for it in queries if visible(it)]
    if not asked:
        return []
    if len(asked) > MAX_QUERIES:
        raise ProviderRefused(f"At most {MAX_QUERIES} queries are searched for; leave some out.")
    body: dict[str, Any] = {"query": asked, "max_results": min(max_results, MAX_RESULTS)}
    if domains:
        body["search_domain_filter"] = list(domains[:MAX_DOMAINS])
    answer = _post(f"{url or URL}/search", json.dumps(body).encode(), key, deadline)
    found: dict[str, Document] = {}
    for document in _documents(_results(answer)):
        found.setdefault(document.url, document)
    return list(found.values())


def _post(url: str, body: bytes, key: str, deadline: float) -> Answer:
    """Return the answer with status 200."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    host = urlsplit(url).netloc
    for attempt in range(RETRIES + 1):
        failure: ProviderError
        wait = float(2**attempt)
        try:
            seconds = remaining(deadline)
            client = Client(
                connect_seconds=min(_CONNECT_SECONDS, seconds),
                read_seconds=min(_READ_SECONDS, seconds),
                max_bytes=_MAX_BYTES,
            )
            answer = client.request("POST", url, headers=headers, body=body)
        except TimeoutError:
            raise ProviderFailed(f"The search at {host} did not answer in time.") from None
        except RequestFailed as error:
            failure = ProviderFailed(f"The search at {host} {error}.")
        else:
            if answer.status == 200:
                return answer
            failure = _failure(answer, host)
            if isinstance(failure, ProviderRefused):
                raise failure
            wait = _retry_after(answer) or wait
        if attempt == RETRIES or time.monotonic() + wait >= deadline or wait > _MAX_WAIT:
            raise failure
        time.sleep(wait)
    raise AssertionError("unreachable")


def _failure(answer: Answer, host: str) -> ProviderError:
    """Return the error of a status that is not 200; it names the parameter, never its value."""
    if answer.status in (401, 403):
        return ProviderRefused(
            f"The search at {host} does not accept the key (status {answer.status}); "
            "check search_token_file."
        )
    if answer.status == 429:
        return ProviderFailed(f"The search at {host} is used too often (status 429); try later.")
    if answer.status >= 500:
        return ProviderFailed(f"The search at {host} is out of order (status {answer.status}).")
    return ProviderRefused(f"The search at {host} refused the request (status {answer.status}).")


def _retry_after(answer: Answer) -> float:
    written = str(answer.headers.get("Retry-After", ""))
    return float(written) if written.isascii() and written.isdecimal() else 0.0


def _results(answer: Answer) -> list[object]:
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        value = None
    results = value.get("results") if isinstance(value, dict) else None
    if not isinstance(results, list):
        raise ProviderRefused("The search answered with something that is no list of results.")
    return results


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
