"""The page on which a draft is reviewed, planned and published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, abort, request

from widget import panel
from widget.editorial import comparison, remarks
from widget.editorial.comments import comments_in
from widget.editorial.review import CHECKLIST_WORDS, ReviewStatus
from widget.entry import Entry
from widget.errors import Breach
from widget.store import Draft, Live, Revision, Withdrawn, Workflow, document_digest
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import gettext as _
from widget.web.context import service

if TYPE_CHECKING:
    from widget.purging import PurgeJob, What

REMARK = "comment:"
"""Begins the names of fields for comments in a review; the path of the subject follows."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows of one entry."""

    entry_id: str
    head: int
    live: Live | Withdrawn | None
    draft: Draft | None
    history: list[Revision]
    workflow: Workflow

    @property
    def is_live(self) -> bool:
        """Whether readers see the entry."""
        return isinstance(self.live, Live)

    @property
    def title(self) -> str:
        """The article's title."""
        return self.history[0].entry.article.title or self.entry_id

    @property
    def digest(self) -> str:
        """The digest of the draft, "" without one."""
        return document_digest(self.draft.entry) if self.draft else ""

    @property
    def live_entry(self) -> Entry | None:
        """The document that readers see."""
        return self.live.entry if isinstance(self.live, Live) else None


def show(
    entry_id: str,
    problem: str = "",
    *,
    breaches: tuple[Breach, ...] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    """Return the page, with why something was refused."""
    page = _page(entry_id)
    draft, user = page.draft, auth.user()
    editorial = admin().editorial
    unasked = editorial.unasked(draft.entry) if draft else []
    found = breaches or (tuple(editorial.check(draft.entry)) if draft else ())
    return rendering.page(
        "publication.html",
        status=status,
        entry_id=entry_id,
        page=page,
        title=page.title,
        checks=CHECKLIST_WORDS,
        job=(job := purge_job(entry_id, "publish")),
        purge_status=purge_status(job),
        changes=_changes(page),
        breaches=[it for it in found if it not in unasked],
        unasked=unasked,
        problem=problem,
        refusal=editorial.four_eyes_refusal(entry_id, actor=user.name),
        review=_review(page),
        review_refusal=editorial.review.refusal(entry_id, user.name) if draft else "",
        comments=comments_in(page.history),
        people=admin().colleagues(),
        zone=time_zone(entry_id),
        now=datetime.now(UTC),
        snippet=_snippet(page),
        typed=(typed := rendering.typed()),
        **_remark_fields(page, typed),
        ticked=request.form.getlist("checked") if typed.get("digest") == page.digest else (),
    )


def _remark_fields(page: Page, typed: Mapping[str, str]) -> dict[str, object]:
    """Return what a review may comment on, and typed comments that have lost their subject."""
    entry = page.draft.entry if page.draft else page.live_entry
    subjects = remarks.subjects(entry) if entry else {}
    fields = {f"{REMARK}{path}" for path in subjects}
    lost = [it for name, it in typed.items() if name.startswith(REMARK) and name not in fields]
    return {
        "remark_subjects": subjects,
        "has_remarks": any(it.strip() for name, it in typed.items() if name.startswith(REMARK)),
        "lost_remarks": "\n".join(it.strip() for it in lost if it.strip()),
    }


def time_zone(entry_id: str) -> str:
    """Return the time zone of an entry's publication, as IANA names it."""
    history = admin().store.history(entry_id)
    url = history[0].entry.article.url if history else ""
    return admin().settings.publication_for(url).time_zone


def purge_job(entry_id: str, what: What | None = None) -> PurgeJob | None:
    """Return the newest purge of an entry; with ``what``, only if that caused it."""
    purges = admin().purges if admin().store.head(entry_id) else None
    job = purges.latest(entry_id) if purges else None
    return job if job and what in (None, job.what) else None


def purge_status(job: PurgeJob | None) -> str:
    """Return how far the caches are, as a sentence."""
    if job is None:
        return ""
    from widget.purging import describe  # here, since most services purge no cache

    return rendering.sentence(describe(job))


def _page(entry_id: str) -> Page:
    store = admin().store
    head = store.head(entry_id)
    if not head:
        abort(HTTPStatus.NOT_FOUND, _("There is no entry %(entry)r.", entry=entry_id))
    live, draft = store.live(entry_id), store.draft(entry_id)
    return Page(entry_id, head, live, draft, store.history(entry_id), store.workflow(entry_id))


def _changes(page: Page) -> list[comparison.FieldDiff]:
    """Return what a publication changes, other than who reviewed it, which the page says."""
    if page.draft is None:
        return []
    changes = comparison.entries(page.live_entry, page.draft.entry)
    return [it for it in changes if not it.path.startswith("$.provenance.reviewed_")]


def _review(page: Page) -> ReviewStatus | None:
    if page.draft is None:
        return None
    return admin().editorial.review.status(page.draft.entry, page.draft.workflow)


def _snippet(page: Page) -> str:
    """Return the HTML that embeds what is live."""
    if page.draft is not None or not isinstance(page.live, Live):
        return ""
    entry = page.live.entry
    publication = admin().settings.publication_for(entry.article.url)
    return panel.snippet(entry, publication, "frame", base=service().base()).body
