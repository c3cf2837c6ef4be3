"""Fetches a page for a folder of WARC files, with the request and the response as they were."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urldefrag

from widget.net.http_client import Response, TooLarge, read_body
from widget.net.page_fetcher import FetchFailed, Redirect, SentRequest, follow
from widget.sources.archiving.protocol import ArchiveFailed, Exchange, Fetch
from widget.sources.fetching import MAX_BYTES, SECONDS, Postponed, SourceFetcher

_VERSIONS = {10: "HTTP/1.0", 11: "HTTP/1.1"}


def capture_with(fetcher: SourceFetcher) -> Fetch:
    """Return what fetches pages under the rules of ``fetcher``: robots.txt, and a host's pace."""

    def capture(url: str) -> list[Exchange]:
        deadline = time.monotonic() + SECONDS
        exchanges: list[Exchange] = []

        def seen(sent: SentRequest, response: Response) -> None:
            exchanges.append(_exchange(sent, response, deadline))

        def receive(_url: str, response: Response, _redirects: tuple[Redirect, ...]) -> None:
            if response.status != HTTPStatus.OK:
                raise ArchiveFailed(f"the page answered {response.status}")

        try:
            rules = replace(fetcher.rules(deadline), seen=seen)
            follow(urldefrag(url)[0], rules, receive, deadline=deadline, resolver=fetcher.resolver)
        except (TimeoutError, Postponed):
            raise ArchiveFailed("the page did not come in time") from None
        except (FetchFailed, TooLarge) as error:
            raise ArchiveFailed(str(error)) from error
        return exchanges

    return capture


def _exchange(sent: SentRequest, response: Response, deadline: float) -> Exchange:
    body = read_body(response, max_bytes=MAX_BYTES, deadline=deadline)
    if response.length_remaining:
        raise ArchiveFailed("the page ended before it was complete")
    return Exchange(
        url=sent.url,
        at=datetime.now(UTC),
        target=sent.target,
        request_headers=tuple(sent.headers.items()),
        version=_VERSIONS.get(response.version, "HTTP/1.1"),
        status=response.status,
        reason=response.reason or "",
        headers=tuple(response.headers.iteritems()),
        body=body,
    )
