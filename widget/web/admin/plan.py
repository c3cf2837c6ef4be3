"""What is planned, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from flask import Blueprint, Response

from widget.editorial.listing import ANY_TIME
from widget.store import Live
from widget.web.admin import interface, rendering, terms
from widget.web.admin.context import admin
from widget.web.admin.interface import gettext as _

routes = Blueprint("plan", __name__)

MAX_PLANNED = 200
_MISSED = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One publication or withdrawal to come. ``zone`` is that of its publication."""

    entry_id: str
    title: str
    what: str
    at: datetime
    zone: str
    review: str

    @property
    def at_publication(self) -> str:
        """The time in the zone of the publication, "" where the user's clock shows the same."""
        return interface.elsewhere(self.at, self.zone)

    @property
    def missed(self) -> bool:
        """Whether its time has passed, and something prevents it."""
        return self.at + _MISSED < datetime.now(UTC)


@routes.get("/plan")
def listing() -> Response:
    """Show what is planned."""
    ids = admin().store.planned(ANY_TIME)[:MAX_PLANNED]
    changes = sorted((it for each in ids for it in _changes(each)), key=lambda it: it.at)
    days = groupby(changes, key=lambda it: interface.day(it.at))
    return rendering.page("plan.html", days=[(day, list(its)) for day, its in days])


def _changes(entry_id: str) -> Iterator[PlannedChange]:
    store, editorial = admin().store, admin().editorial
    workflow, draft, live = store.workflow(entry_id), store.draft(entry_id), store.live(entry_id)
    shown = live.entry if isinstance(live, Live) else None
    entry = draft.entry if draft else shown
    if entry is None:
        return
    zone = admin().settings.publication_for(entry.article.url).time_zone
    review = ""
    if draft:
        complete = editorial.review.status(draft.entry, workflow).complete
        review = _("Ready") if complete else terms.words(workflow.phase)
    if draft and workflow.publish_at:
        yield _change(
            entry_id, entry.article.title, _("Publish"), workflow.publish_at, zone, review
        )
    if workflow.expires_at:
        yield _change(entry_id, entry.article.title, _("Withdraw"), workflow.expires_at, zone, "")


def _change(
    entry_id: str, title: str, what: str, at: datetime, zone: str, review: str
) -> PlannedChange:
    return PlannedChange(entry_id, title or entry_id, what, at, zone, review)
