"""One check of one source: what its answer and its text say of what the entry has."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from widget.drafting.gate import folding, quotes
from widget.entry import Source
from widget.sources.content import Content, read_content, without_breaks
from widget.sources.fetching import Fetched, Validators
from widget.sources.record import QuoteState, SourceCheck, SourceRecord

_LONG_TITLE = 15
"""From how many characters on a page's title may be part of the one that is given."""


@dataclass(frozen=True, slots=True)
class Read:
    """One response, read once for all sources of its URL; ``content`` is None without a body."""

    fetched: Fetched
    content: Content | None = None
    sha256: str = ""


def read(fetched: Fetched) -> Read:
    """Read the body of a response. Raises InvalidSettings where a library is not installed."""
    if fetched.body is None:
        return Read(fetched)
    content = read_content(
        fetched.body, media_type=fetched.type, charset=fetched.charset, url=fetched.url
    )
    return Read(fetched, content, hashlib.sha256(fetched.body).hexdigest())


def given(source: Source) -> str:
    """Return what changes with the title and the date of a source."""
    text = f"{source.title}\n{source.published or ''}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def validators_of(record: SourceRecord | None, source: Source) -> Validators | None:
    """Return the validators of the last check, None where the page has to be read anew.

    It has to where its text said something else than is given, or could not be read.
    """
    last = record.newest if record else None
    if record is None or last is None or record.given != given(source):
        return None
    if last.answer not in ("ok", "moved") or last.quote not in ("none", "found"):
        return None
    return Validators(last.final_url, last.etag, last.last_modified)


def check(source: Source, read: Read, before: SourceCheck | None, *, at: datetime) -> SourceCheck:
    """Return the check of ``source`` at a time; ``before`` is the last one."""
    fetched, content = read.fetched, read.content
    if fetched.status == HTTPStatus.NOT_MODIFIED and before is not None:
        return before.model_copy(update={"at": at})
    answer = fetched.answer
    if answer in ("ok", "moved") and content and content.locked:
        answer = "paywall"
    quote, reason = _quote(source, fetched, content)
    return SourceCheck(
        at=at,
        answer=answer,
        quote=quote,
        status=fetched.status,
        final_url=fetched.url,
        reason=reason,
        media_type=fetched.type,
        sha256=read.sha256,
        title=_title(source, content),
        published=_published(source, content),
        etag=fetched.validators.etag,
        last_modified=fetched.validators.last_modified,
    )


def _quote(source: Source, fetched: Fetched, content: Content | None) -> tuple[QuoteState, str]:
    """Return whether the quote is in the text, and why one does not know."""
    if content is None:
        return ("unread" if source.quote else "none"), fetched.reason
    if not source.quote:
        return "none", content.reason
    quote = without_breaks(source.quote)
    if any(quotes.is_in(quote, text) for text in content.texts):
        return "found", ""
    if content.reason:
        return "unread", content.reason
    if content.locked:
        return "unread", "The page says that it is not free to read, and has no such text."
    return "missing", ""


def _title(source: Source, content: Content | None) -> bool | None:
    titles = [_comparable(it) for it in content.titles] if content else []
    own = _comparable(source.title)
    return any(own in it or (len(it) >= _LONG_TITLE and it in own) for it in titles) or (
        False if titles else None
    )


def _published(source: Source, content: Content | None) -> bool | None:
    if content is None or content.published is None or source.published is None:
        return None
    return content.published == source.published


def _comparable(title: str) -> str:
    return folding.fold(title).casefold()
