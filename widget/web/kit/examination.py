"""What the doctor's page asks of the doctor. Imported when the page is first used."""

from __future__ import annotations

from flask import current_app

from widget import doctor
from widget.doctor import CannotFetch, Report
from widget.net.rate_limiter import RateLimiter
from widget.web.context import service

__all__ = ["CannotFetch", "of_html", "of_url"]


def of_url(url: str) -> Report:
    """Fetch and examine a page. Raises CannotFetch, and Throttled after too many fetches."""
    limiter: RateLimiter = current_app.extensions.setdefault(
        "insights.doctor", doctor.fetch_limiter()
    )
    with limiter.slot():
        fetched = doctor.fetch(url, service().settings)
    return _examine(fetched.html, fetched.headers, fetched.url)


def of_html(html: str, headers: str, url: str) -> Report:
    """Examine a page that was pasted, with the lines of its response headers."""
    return _examine(html, doctor.header_lines(headers), url)


def _examine(html: str, headers: list[tuple[str, str]], url: str) -> Report:
    context = service()
    # Without drafts, which are not public: this page asks for no account.
    return doctor.examine(
        html,
        headers,
        url=url,
        settings=context.settings,
        store=context.store,
        base=context.base(),
        drafts=False,
    )
