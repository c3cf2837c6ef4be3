"""The record of a run, from the request to the draft or the reason why there is none."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from widget.drafting.evidence import MAX_DOCUMENTS, Document
from widget.drafting.findings import Finding
from widget.drafting.proposal import Proposal
from widget.drafting.providers.protocol import Usage
from widget.entry.model import EntryId, Line
from widget.entry.urls import MAX_LENGTH as MAX_URL_LENGTH
from widget.entry.vocabulary import ArticleKind
from widget.errors import Breach, InvalidRequest, Message, message

RunState = Literal[
    "queued", "fetching", "searching", "writing", "checking", "kept", "refused", "failed"
]
FINAL_STATES: tuple[RunState, ...] = ("kept", "refused", "failed")
STATES: tuple[RunState, ...] = get_args(RunState)

MAX_QUERIES = 5
MAX_URLS = 20
MAX_ARTICLE = 2_000_000

Url = Annotated[str, StringConstraints(max_length=MAX_URL_LENGTH)]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=2_000)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DraftRequest(_Record):
    """What somebody asks for.

    The article is ``article_html`` or ``article_text`` where one is given, else the page at
    ``article_url``. Title, section, kind and language win over what the page says. ``queries``
    are searched; ``urls`` and ``documents`` are evidence that the person adds. ``replace`` allows
    an entry of this article that exists already to get a new draft. ``dry_run`` saves no draft.
    """

    provider: str
    article_url: Url = ""
    article_html: Annotated[str, StringConstraints(max_length=MAX_ARTICLE)] | None = None
    article_text: Annotated[str, StringConstraints(max_length=MAX_ARTICLE)] | None = None
    title: Line = ""
    section: Line = ""
    kind: ArticleKind | None = None
    language: Annotated[str, StringConstraints(max_length=100)] = ""
    queries: Annotated[tuple[Line, ...], Field(max_length=MAX_QUERIES)] = ()
    urls: Annotated[tuple[Url, ...], Field(max_length=MAX_URLS)] = ()
    documents: Annotated[tuple[Document, ...], Field(max_length=MAX_DOCUMENTS)] = ()
    entry_id: EntryId | None = None
    replace: bool = False
    dry_run: bool = False


class Resolution(_Record):
    """Somebody checked what a finding says, and found the draft right."""

    finding: str
    reason: Reason
    by: str
    at: datetime


class Decision(_Record):
    """Somebody accepted or dropped a drafted point; ``text`` is the point's."""

    text: str
    accepted: bool
    by: str
    at: datetime


class Run(_Record):
    """One run. Times are in UTC.

    ``asked_by`` is the actor. ``charged`` is set before the first call that may cost something,
    and stays. ``message`` says why the run ended without a draft. ``entry`` is the id of the entry
    that got the draft, ``revision`` the draft's number. ``mends`` lists what was mended in the
    model's answer. ``digests`` are the SHA-256 of the texts of the evidence, the article's first.
    ``cancelled_by`` is set once somebody asked to cancel the run. ``publications`` are those that
    the asker works for, whose entries alone the run may change; empty: all.
    """

    id: str
    state: RunState = "queued"
    request: DraftRequest
    asked_by: str
    asked_at: datetime
    changed_at: datetime
    charged: bool = False
    message: str = ""
    cancelled_by: str | None = None
    entry: EntryId | None = None
    revision: int | None = None
    title: str = ""
    model: str = ""
    usage: Usage = Usage()
    queries: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    proposal: Proposal | None = None
    mends: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    decisions: tuple[Decision, ...] = ()
    publications: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether the run has ended."""
        return self.state in FINAL_STATES

    @property
    def blocking(self) -> list[Finding]:
        """The findings that block and that nobody has resolved."""
        resolved = {it.finding for it in self.resolutions}
        return [it for it in self.findings if it.severity == "block" and it.id not in resolved]


def request_from(**given: object) -> DraftRequest:
    """Return the request with these fields. Raises InvalidRequest."""
    try:
        return DraftRequest.model_validate(given)
    except ValidationError as error:
        raise InvalidRequest(
            [
                Breach(".".join(("$", *map(str, it["loc"]))), _problem(it))
                for it in error.errors(include_url=False)
            ]
        ) from error


def _problem(error: ErrorDetails) -> Message:
    limit = error.get("ctx", {}).get("max_length")
    match error["type"]:
        case "too_long":
            return message("has too many items; at most %(limit)d are accepted", limit=limit)
        case "string_too_long":
            return message("is too long; shorten it to %(limit)d characters", limit=limit)
        case _:
            return message("cannot be used: %(reason)s", reason=error["msg"])


def new_run(request: DraftRequest, *, actor: str, at: datetime | None = None) -> Run:
    """Return a queued run. Ids sort by time: eleven digits of milliseconds, five random ones."""
    now = at or datetime.now(UTC)
    milliseconds = int(now.timestamp() * 1000)
    title = request.title or request.article_url
    return Run(
        id=f"{milliseconds:011x}{secrets.randbelow(1 << 20):05x}",
        request=request,
        asked_by=actor,
        asked_at=now,
        changed_at=now,
        title=title,
    )
