"""Evidence from outside: documents that an editor gives, and pages that are fetched."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from widget.config import Settings
from widget.drafting.article import USER_AGENT
from widget.drafting.evidence import MAX_DOCUMENTS, Document
from widget.drafting.extraction import ExtractionFailed, extract
from widget.drafting.plain_text import paragraphs
from widget.drafting.source_urls import foreign_url, without_tracking
from widget.entry import urls
from widget.entry.json_input import child_path, read_json
from widget.entry.model import Line, Url
from widget.entry.paths import line_numbers, line_of
from widget.entry.vocabulary import SourceKind
from widget.errors import Breach, InvalidEntry, InvalidRequest
from widget.net.page_fetcher import (
    FetchFailed,
    Rules,
    fetch_page,
    loopback_origins,
)
from widget.net.resolver import Resolver, resolve
from widget.pages.metadata import MAX_LINE
from widget.pages.visible_text import visible

AT_ONCE = 6
PAGE_SECONDS = 20.0
"""The longest that one page is waited for."""
AT_ONCE_PER_HOST = 2
MAX_THREADS = 2 * MAX_DOCUMENTS

MAX_EVIDENCE_BYTES = 8 * 1024 * 1024
MAX_BREACHES = 100


class _Item(BaseModel):
    """One object of an evidence file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: Url = ""
    title: Line = ""
    publisher: Line | None = None
    published: date | None = None
    type: SourceKind = "other"
    text: str = ""


def read_evidence(data: bytes) -> list[Document]:
    """Return the documents of an evidence file, in its order; their URLs are not yet judged.

    ``data`` is UTF-8: a JSON array, or one object a line, of ``{url, title, publisher, published,
    type, text}``, of which ``url`` or ``text`` must be there. Give the result to
    ``read_documents``, which fetches the texts that are missing, and then to ``merge``.

    Raises InvalidRequest; each breach has its JSON path and, in the message, its line.
    """
    breaches: list[Breach] = []
    documents = []
    for path, line, value in _values(data, breaches):
        try:
            item = _Item.model_validate_json(json.dumps(value))
        except ValidationError as error:
            breaches.extend(_breach(it, path, line) for it in error.errors(include_url=False))
            continue
        text, cut = paragraphs(item.text)
        if not (text or item.url.strip()):
            breaches.append(Breach(path, f"needs url or text (line {line(path)})"))
            continue
        fields = item.model_dump(exclude={"text", "url"})
        fields |= {"title": visible(item.title), "publisher": visible(item.publisher or "") or None}
        documents.append(Document(**fields, url=item.url.strip(), text=text, cut=cut))
    if breaches:
        raise InvalidRequest(breaches[:MAX_BREACHES])
    return documents


_Lines = Callable[[str], int]


def _values(data: bytes, breaches: list[Breach]) -> Iterator[tuple[str, _Lines, object]]:
    """Yield each object's path, what returns the line of a path below it, and its value."""
    items: list[tuple[str, _Lines, object]] = []
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        try:
            values = read_json(data, max_bytes=MAX_EVIDENCE_BYTES)
        except InvalidEntry as error:
            raise InvalidRequest(error.breaches) from error
        numbers = line_numbers(data.decode("utf-8-sig"))
        items = [
            (f"$[{index}]", partial(line_of, numbers=numbers), value)
            for index, value in enumerate(values)
        ]
    else:
        if len(data) > MAX_EVIDENCE_BYTES:
            raise InvalidRequest([Breach("$", f"is larger than {MAX_EVIDENCE_BYTES:,} bytes")])
        for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
            if not line.strip():
                continue
            path = f"$[{len(items)}]"
            value: object = {}
            try:
                value = read_json(line, max_bytes=MAX_EVIDENCE_BYTES)
            except InvalidEntry as error:
                breaches.extend(_at(it, path, number) for it in error.breaches)
                value = None
            items.append((path, partial(_same, number), value))
    if len(items) > MAX_DOCUMENTS:
        message = f"has {len(items)} documents; at most {MAX_DOCUMENTS} are accepted"
        raise InvalidRequest([Breach("$", message)])
    yield from (it for it in items if it[2] is not None)


def _same(line: int, _path: str) -> int:
    return line


def _at(breach: Breach, path: str, line: int) -> Breach:
    """Return a breach of one line; its message may name a line of its own, which is always 1."""
    message = breach.message.replace("line 1, ", "")
    return Breach(path + breach.path.removeprefix("$"), f"{message} (line {line})")


def _breach(error: ErrorDetails, path: str, line: _Lines) -> Breach:
    for key in error["loc"]:
        path = child_path(path, key)
    names = ", ".join(_Item.model_fields)
    message = {
        "extra_forbidden": f"is not a key of a document; the keys are {names}",
        "model_type": "must be an object in curly braces",
        "string_type": "must be text in quotation marks",
    }.get(error["type"], "")
    if not message and error["type"].startswith("date"):
        message = 'is not a date; write it like "2026-05-04", or null'
    return Breach(path, f"{message or error['msg']} (line {line(path)})")


def merge(documents: Iterable[Document]) -> list[Document]:
    """Return the documents without tracking parameters, and without repetitions.

    Of two with one URL the first stays, with the text of the second where it has none. A URL that
    ``foreign_url`` does not accept stays in its place without a text, so that nothing can be quoted
    from it, and ``problem`` says why; the gate blocks a draft that cites it (``url-foreign``). What
    an editor gives without a URL, such as a file, is accepted. Not limited to MAX_DOCUMENTS.
    """
    merged: dict[str, Document] = {}
    for given in documents:
        document = given
        problem = foreign_url(given.url) if given.url or given.origin == "search" else ""
        if problem:
            document = given.model_copy(update={"text": "", "problem": problem})
            key = f"foreign:{given.url}"
        elif given.url:
            document = given.model_copy(update={"url": without_tracking(given.url)})
            key = urls.normalize(document.url)
        else:
            key = f"text:{given.sha256}"
        merged[key] = _merged(merged[key], document) if key in merged else document
    return list(merged.values())


def document_from_text(
    text: str,
    *,
    url: str = "",
    title: str = "",
    publisher: str | None = None,
    published: date | None = None,
    type: SourceKind = "other",  # noqa: A002  # the field's name
) -> Document:
    """Return a document of text that an editor uploaded or pasted. Raises ExtractionFailed."""
    body, cut = paragraphs(text)
    if not body:
        raise ExtractionFailed("The file has no text; sources are read as plain text or HTML.")
    return Document(
        url=url.strip(),
        title=visible(title)[:MAX_LINE],
        text=body,
        publisher=publisher,
        published=published,
        type=type,
        cut=cut,
    )


def document_from_html(
    html: str, *, url: str = "", origin: Literal["search", "editor"] = "editor"
) -> Document:
    """Return the document in a page at ``url``. Raises ExtractionFailed where it has no text."""
    found = extract(html, url=url)
    if not found.text:
        raise ExtractionFailed("No text was found in the page.")
    return Document(
        url=url,
        title=found.metadata.title,
        text=found.text,
        publisher=found.metadata.publisher or None,
        published=found.metadata.published,
        origin=origin,
        cut=found.cut,
    )


def fetch_document(
    url: str, settings: Settings, *, deadline: float, resolver: Resolver = resolve
) -> Document:
    """Return the document at ``url``; its ``problem`` says why where it has no text.

    ``deadline`` is a time of ``time.monotonic``. Raises InvalidSettings without the library.
    """
    given = Document(url=url.strip(), title="")
    return read_document(given, settings, deadline=deadline, resolver=resolver)


def read_document(
    document: Document, settings: Settings, *, deadline: float, resolver: Resolver = resolve
) -> Document:
    """Return ``document`` with the text of its page, or with the ``problem``.

    What it already says (title, publisher, date) stays; the page's own words fill the rest. Its URL
    becomes that of the page after redirects.
    """
    if document.text or not document.url:
        return document
    if problem := foreign_url(document.url):
        return document.model_copy(update={"problem": problem})
    try:
        page = fetch_page(document.url, _rules(settings), deadline=deadline, resolver=resolver)
        if page.type == "text/plain":
            found = document_from_text(page.text, url=page.url)
        else:
            found = document_from_html(page.text, url=page.url)
    except TimeoutError:
        return document.model_copy(update={"problem": "The page did not come in time."})
    except (FetchFailed, ExtractionFailed) as error:
        return document.model_copy(update={"problem": str(error)})
    if problem := foreign_url(found.url):
        return document.model_copy(update={"problem": problem})
    return document.model_copy(
        update={
            "url": without_tracking(found.url),
            "title": document.title or found.title,
            "text": found.text,
            "publisher": document.publisher or found.publisher,
            "published": document.published or found.published,
            "cut": found.cut,
            "problem": "",
        }
    )


def read_documents(
    documents: Sequence[Document],
    settings: Settings,
    *,
    deadline: float,
    resolver: Resolver = resolve,
    cancelled: threading.Event | None = None,
) -> list[Document]:
    """Return the documents in the same order, those without text read from their pages.

    Several at once, at most two of one host; all share the deadline, and each page has
    PAGE_SECONDS. After ``cancelled`` no further page is read.
    """
    hosts: dict[str, threading.Semaphore] = defaultdict(
        lambda: threading.Semaphore(AT_ONCE_PER_HOST)
    )
    all_hosts = threading.Semaphore(AT_ONCE)
    late = {"problem": "The page did not come in time."}

    def read(document: Document, host: threading.Semaphore) -> Document:
        # The turn at the host comes first, so that a slow host does not keep the others waiting.
        for turns in (host, all_hosts):
            if not turns.acquire(timeout=max(0.0, deadline - time.monotonic())):
                if turns is all_hosts:
                    host.release()
                return document.model_copy(update=late)
        try:
            if cancelled and cancelled.is_set():
                return document.model_copy(update={"problem": "The run was cancelled."})
            own = min(deadline, time.monotonic() + PAGE_SECONDS)
            return read_document(document, settings, deadline=own, resolver=resolver)
        finally:
            all_hosts.release()
            host.release()

    missing = {
        index: document
        for index, document in enumerate(documents)
        if document.url and not document.text
    }
    if not missing:
        return list(documents)
    turns = [hosts[_host(document.url)] for document in missing.values()]
    with ThreadPoolExecutor(min(len(missing), MAX_THREADS)) as pool:
        found = dict(zip(missing, pool.map(read, missing.values(), turns), strict=True))
    return [found.get(index, document) for index, document in enumerate(documents)]


def _rules(settings: Settings) -> Rules:
    listed = [origin for publication in settings.publications for origin in publication.origins]
    return Rules(
        refusal=lambda _url: "",
        redirect_refusal=lambda _url, _target: "",
        loopback_origins=loopback_origins(listed),
        types=("text/html", "application/xhtml+xml", "text/plain"),
        user_agent=USER_AGENT,
    )


def _merged(first: Document, second: Document) -> Document:
    if first.text or not second.text:
        return first
    read = second.model_copy(update={"origin": first.origin, "url": first.url})
    own = {"title": first.title, "publisher": first.publisher, "published": first.published}
    return read.model_copy(update={name: value for name, value in own.items() if value})


def _host(url: str) -> str:
    try:
        return urls.host_of(url)
    except ValueError:
        return url
