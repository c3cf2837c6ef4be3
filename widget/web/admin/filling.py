"""Fills what a source's page says of itself into the form, marked until somebody confirms it.

The form alone carries the marks: which values came from which address.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import current_app

from widget import __version__
from widget.errors import Throttled, counted, message
from widget.net.rate_limiter import RateLimiter
from widget.pages.source_facts import pdf_facts, read_facts
from widget.web.admin.context import admin
from widget.web.admin.form_actions import FormAction
from widget.web.admin.form_edits import Step, apply
from widget.web.admin.forms import SOURCE, Document
from widget.web.admin.interface import gettext as _
from widget.web.admin.interface import ngettext, shown

if TYPE_CHECKING:
    from widget.net.page_fetcher import FetchedBody, FetchedPage, Rules

SECONDS = 8.0
"""The longest that the pages are waited for, all of them together."""
AT_ONCE = 6
MAX_PAGES = 30
FETCHES_A_MINUTE = 120
"""Of one process: no account may use the service to load other sites."""
MAX_PDF_BYTES = 10 * 1024 * 1024
_PDF = "application/pdf"
MAX_MARKS = 50_000
"""Characters of the marks in a form."""
_USER_AGENT = f"Insights-Editor/{__version__}"
Marks = dict[str, dict[str, str]]
"""The values that were filled in, by address and field."""


def fill(document: Document, form: Mapping[str, str]) -> tuple[FormAction | None, Marks]:
    """Perform ``fill=sources.2`` (``fill=sources``: all without a title) or ``confirm=sources.2``.

    Returns None for the action where there is neither, and the marks after it. Only what is empty
    is filled.
    """
    marks = marks_of(form)
    if "confirm" in form:
        index = _index(document, form["confirm"])
        if index is None:
            return FormAction(), marks
        marks.pop(document["sources"][index]["url"], None)
        return FormAction(
            f"sources.{index}.url", _("Source %(number)d is confirmed.", number=index + 1)
        ), marks
    if "fill" not in form:
        return None, marks
    if form["fill"] == "sources":
        chosen = [it for it, source in enumerate(document["sources"]) if _is_waiting(source)]
    else:
        index = _index(document, form["fill"])
        chosen = [] if index is None else [index]
    return _fill(document, chosen[:MAX_PAGES], marks), marks


def facts_of(url: str) -> tuple[dict[str, str], str]:
    """Return what the page at ``url`` says, by the source's field, and why not where it does not.

    The message is a sentence.
    """
    return _facts(url, _begin())


def read_page(url: str) -> FetchedPage:
    """Return a page, bounded as those of sources are.

    Raises FetchFailed, Throttled, and TimeoutError after ``SECONDS``.
    """
    from widget.net.page_fetcher import fetch_page

    reading = _begin()
    with reading.limiter.slot():
        return fetch_page(url, reading.rules, deadline=reading.deadline)


def marks_of(form: Mapping[str, str]) -> Marks:
    """Return the marks that the form carries; what is none is left out."""
    text = form.get("filled", "")
    try:
        values: Any = json.loads(text) if len(text) <= MAX_MARKS else {}
    except (ValueError, RecursionError):
        values = {}
    if not isinstance(values, dict):
        return {}
    return {
        url: {name: str(value) for name, value in fields.items()}
        for url, fields in values.items()
        if isinstance(fields, dict)
    }


def marked(document: Document, marks: Marks) -> set[str]:
    """Return the names of the form's fields whose values are still as they were filled in."""
    return {
        f"sources.{index}.{name}"
        for index, source in enumerate(document["sources"])
        for name, value in marks.get(source["url"], {}).items()
        if source.get(name) == value
    }


def waiting(document: Document) -> int:
    """Return how many sources have an address and no title."""
    return sum(map(_is_waiting, document["sources"]))


def _index(document: Document, name: str) -> int | None:
    kind, __, number = name.partition(".")
    index = int(number) if number.isdecimal() and len(number) < 3 else -1
    return index if kind == "sources" and 0 <= index < len(document["sources"]) else None


def _is_waiting(source: Document) -> bool:
    return bool(source["url"]) and not source["title"].strip()


def _fill(document: Document, chosen: list[int], marks: Marks) -> FormAction:
    reading = _begin()
    addresses = [document["sources"][it]["url"] for it in chosen]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda url: _facts(url, reading), addresses))
    back: list[Step] = []
    problems, count = [], 0
    for index, (facts, problem) in zip(chosen, found, strict=True):
        source = document["sources"][index]
        empty = {name: it for name, it in facts.items() if source[name] in (SOURCE[name], None, "")}
        steps = [{"set": f"sources.{index}.{name}", "to": it} for name, it in empty.items()]
        back = [*apply(document, steps), *back]
        if empty:
            marks[source["url"]] = marks.get(source["url"], {}) | empty
            count += 1
        elif not facts:
            reason = shown(problem) or _("its page says nothing of itself.")
            problems.append(
                _("Source %(number)d: %(reason)s", number=index + 1, reason=reason),
            )
    filled = ngettext(
        "Filled %(num)d source from the page; please check.",
        "Filled %(num)d sources from the page; please check.",
        count,
    )
    words = " ".join([*([filled] if count else []), *problems])
    at = f"sources.{chosen[0]}.title" if chosen else "sources.add"
    return FormAction(at, words or _("There was nothing to fill in."), back)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What pages may be read until when, on behalf of one request."""

    deadline: float
    rules: Rules
    limiter: RateLimiter


def _begin() -> _Reading:
    limiter: RateLimiter = current_app.extensions.setdefault(
        "insights.filling",
        RateLimiter(limit=FETCHES_A_MINUTE, seconds=60, at_once=2 * AT_ONCE, message=""),
    )
    return _Reading(time.monotonic() + SECONDS, fetch_rules(), limiter)


def _facts(url: str, reading: _Reading) -> tuple[dict[str, str], str]:
    found = _fetch(url, reading)
    if isinstance(found, str):
        return {}, found
    if found.type == _PDF:
        return _facts_of_pdf(found, reading), ""
    from widget.net.page_fetcher import decode

    return read_facts(decode(found.body, found.charset), url=found.url).fields(), ""


def _facts_of_pdf(found: FetchedBody, reading: _Reading) -> dict[str, str]:
    from widget.sources.pdf import PdfUnread, pdf_metadata

    try:
        title, created = pdf_metadata(
            found.body, seconds=max(1, reading.deadline - time.monotonic())
        )
    except PdfUnread:
        return {}
    return pdf_facts(title, created, url=found.url).fields()


def _fetch(url: str, reading: _Reading) -> FetchedBody | str:
    """Return a page or a PDF, or a sentence that says why it was not fetched."""
    from widget.net.page_fetcher import FetchFailed, fetch_body
    from widget.sources.pdf import can_read_pdf

    rules = reading.rules
    if can_read_pdf():
        rules = replace(rules, types=(*rules.types, _PDF), larger={_PDF: MAX_PDF_BYTES})
    try:
        with reading.limiter.slot():
            return fetch_body(url, rules, deadline=reading.deadline)
    except FetchFailed as error:
        return str(error)
    except Throttled as error:
        return counted(
            "Many pages are being read just now; try again in %(num)d second.",
            "Many pages are being read just now; try again in %(num)d seconds.",
            math.ceil(error.retry_after),
        )
    except TimeoutError:
        return message("Its site did not answer within %(seconds).0f seconds.", seconds=SECONDS)


def listed_origins() -> list[str]:
    """Return the origins that the publications list."""
    return [origin for it in admin().settings.publications for origin in it.origins]


def fetch_rules() -> Rules:
    """Return what may be fetched for an editor: any page of the public internet.

    On loopback only the origins that publications list, as in a newsroom's own tests.
    """
    from widget.net.page_fetcher import Rules, loopback_origins

    return Rules(
        refusal=lambda _url: "",
        redirect_refusal=lambda _url, _target: "",
        loopback_origins=loopback_origins(listed_origins()),
        types=("text/html", "application/xhtml+xml"),
        user_agent=_USER_AGENT,
    )
