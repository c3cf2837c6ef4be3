"""Fetches a host page for anyone: only from origins that a publication lists."""

from __future__ import annotations

import time
from dataclasses import dataclass

from widget import __version__
from widget.config import Settings
from widget.entry import urls
from widget.errors import InsightsError
from widget.net.page_fetcher import (
    FetchFailed,
    Reason,
    Rules,
    fetch_page,
    loopback_origins,
)
from widget.net.rate_limiter import RateLimiter
from widget.net.resolver import Resolver, resolve

SECONDS = 10.0
FETCHES_A_MINUTE = 20
FETCHES_AT_ONCE = 2

_ADVICE: dict[Reason, str] = {
    "private": " Paste the page's HTML instead.",
    "status": " The doctor needs the page that readers get.",
}


class CannotFetch(InsightsError):
    """The page was not fetched; the message says why, and never contains the URL's query."""


def fetch_limiter() -> RateLimiter:
    """Return the limit of this process: the doctor is public, and each fetch blocks a thread."""
    return RateLimiter(
        limit=FETCHES_A_MINUTE,
        seconds=60,
        at_once=FETCHES_AT_ONCE,
        message="Many pages are being fetched just now. Try again in a moment, or paste the page's "
        "HTML, which can be looked at any time.",
    )


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched page. ``url`` is its URL after redirects."""

    url: str
    html: str
    headers: list[tuple[str, str]]


def fetch(
    url: str,
    settings: Settings,
    *,
    resolver: Resolver = resolve,
    seconds: float = SECONDS,
) -> Fetched:
    """Return the page at ``url``. Raises CannotFetch with a message for the user."""
    deadline = time.monotonic() + seconds
    try:
        page = fetch_page(url, _rules(settings), deadline=deadline, resolver=resolver)
    except TimeoutError as error:
        raise CannotFetch(f"The page did not come within {seconds:g} seconds.") from error
    except FetchFailed as error:
        raise CannotFetch(f"{error}{_ADVICE.get(error.reason, '')}") from error
    return Fetched(page.url, page.text, page.headers)


def _rules(settings: Settings) -> Rules:
    listed = [origin for publication in settings.publications for origin in publication.origins]

    def refusal(url: str) -> str:
        if (origin := urls.origin(url)) in listed:
            return ""
        return (
            f"{origin} is not among the origins of a publication here, and the doctor fetches only "
            "their pages. Paste the page's HTML instead; the doctor then says what to add."
        )

    return Rules(
        refusal=refusal,
        redirect_refusal=_redirect_refusal,
        loopback_origins=loopback_origins(listed),
        user_agent=f"Insights-Doctor/{__version__}",
    )


def _redirect_refusal(url: str, target: str) -> str:
    """Pages of another origin have another policy, which is not what was asked for."""
    if target and urls.origin(target) == urls.origin(url):
        return ""
    where = urls.origin(target) if target else "another place"
    return f"The page leads on to {where}, which the doctor does not follow."
