"""Where an entry stands on its way to readers: submitted, approved, planned, assigned.

Each revision records the state after it, so that the newest one has all of it.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from widget.entry import Entry, Source

Proof = Literal["session", "token", "password"]
"""How a reviewer proved who they are."""

Phase = Literal["draft", "in-review", "returned", "approved"]
"""Where a draft stands in the review."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Approval(_Record):
    """One person's approval of exactly one version of an entry.

    ``digest`` is the SHA-256 of the document as ``document_digest`` computes it; ``checked`` has
    the items of the checklist that the reviewer confirmed.
    """

    reviewer: str
    role: str
    proof: Proof
    at: AwareDatetime
    digest: str
    checked: tuple[str, ...] = ()
    note: str = ""


class SourceAnnotation(_Record):
    """What readers see of the newest check of one source, by dates in UTC.

    ``key`` is ``source_key`` of the source that was checked: of another URL or quote, the
    annotation says nothing. ``html``: the source is an HTML document, in which a browser finds a
    quote by a text fragment.
    """

    key: str
    html: bool = False
    quote_found_on: date | None = None
    gone_since: date | None = None
    archive_url: str | None = None


class Annotations(_Record):
    """What readers see beside a live document, and what no publication changes.

    ``article_changed_on`` and ``article_gone_on`` are about the article that was analysed.
    """

    sources: tuple[SourceAnnotation, ...] = ()
    article_changed_on: date | None = None
    article_gone_on: date | None = None
    reports_upheld: int = Field(0, ge=0)

    def of_source(self, source: Source) -> SourceAnnotation | None:
        """Return the annotation of exactly this source, None where there is none."""
        if not self.sources:
            return None
        key = source_key(source)
        return next((it for it in self.sources if it.key == key), None)


class Workflow(_Record):
    """The state of one entry beside its document. Times are in UTC.

    ``saved_by`` saved the draft last. ``approvals`` are those of the draft; any later change of
    the document drops them. ``published`` are the approvals with which the live document was
    published. ``publish_at`` belongs to the draft, ``expires_at`` to what is or will be live;
    ``planned_by`` is the person who set them last. ``author_asked_at`` is when the article's author
    was given a link to the draft, ``author_waived_by`` the admin who decided to publish without.
    ``by_model``: what is live, or a version that was saved since, is by a language model, so that
    the next one is not published as people's own work on one person's word. ``signed`` are the
    times that approvals wrote into documents.
    """

    saved_by: str | None = None
    submitted_by: str | None = None
    returned_by: str | None = None
    approvals: tuple[Approval, ...] = ()
    published: tuple[Approval, ...] = ()
    assignee: str | None = None
    due: date | None = None
    publish_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    expiry_reason: Annotated[str, StringConstraints(max_length=500)] = ""
    planned_by: str | None = None
    open_comments: int = Field(0, ge=0)
    annotations: Annotations = Annotations()
    author_asked_at: AwareDatetime | None = None
    author_answered_at: AwareDatetime | None = None
    author_waived_by: str | None = None
    by_model: bool = False
    signed: tuple[AwareDatetime, ...] = ()

    @property
    def phase(self) -> Phase:
        """Where the draft stands in the review."""
        if self.approvals:
            return "approved"
        if self.submitted_by:
            return "in-review"
        return "returned" if self.returned_by else "draft"

    def approvals_of(self, entry: Entry) -> tuple[Approval, ...]:
        """Return the approvals of exactly this document, one for each reviewer."""
        if not self.approvals:
            return ()
        digest = document_digest(entry)
        found = {it.reviewer: it for it in self.approvals if it.digest == digest}
        return tuple(found.values())

    def next_due(self, *, waiting: bool, live: bool) -> datetime | None:
        """Return when this entry has to be published or withdrawn next, None if never.

        ``waiting``: there is a draft; ``live``: readers see it.
        """
        due = [self.publish_at] if waiting else []
        due += [self.expires_at] if live else []
        return min((it for it in due if it), default=None)

    def after(self, action: str, entry: Entry, actor: str) -> Workflow:
        """Return the state after a change of the document: save, discard, publish or withdraw."""
        match action:
            case "save":
                by_model = self.by_model or is_by_model(entry)
                update = {"approvals": (), "saved_by": actor, "by_model": by_model}
                return self.model_copy(update=update)
            case "discard":
                return self.model_copy(update={**_NO_REVIEW, **_NO_DRAFT, **_NOT_ASKED})
            case "publish" if actor == "file":  # a draft stays, it may be somebody else's work
                by_model = self.by_model or is_by_model(entry)
                update = {"published": self.approvals_of(entry), "by_model": by_model}
                return self.model_copy(update=update)
            case "publish":
                approvals = self.approvals_of(entry)
                by_model = is_by_model(entry) or (self.by_model and not approvals)
                update = {"published": approvals, "by_model": by_model}
                return self.model_copy(update={**_NO_REVIEW, **_NO_DRAFT, **update})
            case "withdraw":
                annotations = Annotations(reports_upheld=self.annotations.reports_upheld)
                gone = {
                    "published": (),
                    "expires_at": None,
                    "expiry_reason": "",
                    "annotations": annotations,
                }
                return self.model_copy(update=gone)
        return self

    def to_json(self) -> str:
        """Return the state as JSON without what has its default, "{}" if that is all."""
        return self.model_dump_json(exclude_defaults=True)


_NO_REVIEW: dict[str, object] = {"submitted_by": None, "returned_by": None, "approvals": ()}
_NO_DRAFT: dict[str, object] = {
    "saved_by": None,
    "assignee": None,
    "due": None,
    "publish_at": None,
}

_NOT_ASKED: dict[str, object] = {
    "author_asked_at": None,
    "author_answered_at": None,
    "author_waived_by": None,
}

NO_ANNOTATIONS = Annotations()
NO_WORKFLOW = Workflow()


def is_by_model(entry: Entry) -> bool:
    """Return whether an entry says that a language model wrote it, or had a part in it."""
    return entry.provenance.origin != "human"


def source_key(source: Source) -> str:
    """Return 32 hexadecimal digits that change with the URL and the quote of a source."""
    text = f"{source.url}\n{source.quote or ''}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def document_digest(entry: Entry) -> str:
    """Return the SHA-256 of an entry as it is written to disk, in hexadecimal digits."""
    return hashlib.sha256(entry.to_json()).hexdigest()
