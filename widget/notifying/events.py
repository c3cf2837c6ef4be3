"""Events: what of a revision persons and programs are notified of, and whom it concerns."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from widget.config import EventType, Notify, Settings
from widget.editorial import remarks
from widget.editorial.actors import person_of
from widget.entry import Entry
from widget.store import Live, Revision, Workflow

MAX_NOTE = 2_000
_TYPES: dict[str, EventType] = {
    "submit": "submitted",
    "approve": "approved",
    "return": "returned",
    "publish": "published",
    "withdraw": "withdrawn",
    "comment": "commented",
}
_DRAFTED = re.compile(r".+ \(draft [A-Za-z0-9 ._-]+\)")
"""The actor of a draft that a language model wrote."""
_SCHEDULED = re.compile(r".+ \(schedule\)")
"""The actor of what a person planned and the service carried out."""


class Event(BaseModel):
    """One event. It has the title and the note of its revision and no other text of the entry.

    ``persons`` are the users whom it concerns: those who are assigned to the entry, saved it last
    or submitted it, without the person who acted, but with one who asked the service to act.

    ``run`` is a run of drafting that ended without a draft; ``entry`` is then empty or the entry
    that it was for, ``note`` says why it ended, and ``revision`` is 0.

    ``source`` is the URL of a source that went bad; ``note`` says how, and ``revision`` is that of
    the live document. ``report`` is a report of readers, whose texts stay out of every event.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: EventType | Literal["test"]
    entry: str
    revision: int
    at: AwareDatetime
    title: str
    url: str
    publication: str
    actor: str
    note: str = ""
    persons: tuple[str, ...] = ()
    run: str = ""
    source: str = ""
    report: str = ""

    @property
    def record_id(self) -> str:
        """The id of the record in the outbox of an event that is no revision's: one for each."""
        return self.run or self.delivery_id("").removeprefix("msg_")

    def concerns(self, receiver: Notify) -> bool:
        """Return whether ``receiver`` asks for this event."""
        if receiver.events and self.type not in receiver.events:
            return False
        if receiver.publications and self.publication not in receiver.publications:
            return False
        persons = {person.strip().lower() for person in receiver.persons}
        return not persons or not persons.isdisjoint(self.persons)

    def delivery_id(self, receiver: str) -> str:
        """Return the id of this event for one receiver; every attempt has the same."""
        parts = (
            self.run or self.report or self.entry,
            str(self.revision),
            self.at.isoformat(),
            self.type,
            receiver,
            *((self.source,) if self.source else ()),
        )
        return "msg_" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def failed_run(
    run_id: str,
    *,
    entry_id: str,
    at: datetime,
    title: str,
    url: str,
    actor: str,
    reason: str,
    settings: Settings,
) -> Event:
    """Return the event of a run of drafting that was refused or failed: it leaves no revision."""
    person = person_of(actor)
    return Event(
        type="draft-run-finished",
        entry=entry_id,
        revision=0,
        at=at,
        title=title,
        url=url,
        publication=settings.publication_for(url).name,
        actor=actor,
        note=reason[:MAX_NOTE],
        persons=(person,) if person else (),
        run=run_id,
    )


def report_event(
    report_id: str,
    live: Live,
    *,
    at: datetime,
    kind: str,
    readers: int,
    assignee: str | None,
    workflow: Workflow,
    settings: Settings,
) -> Event:
    """Return the event of a report of one reader or more about a live entry."""
    persons = {*_persons(workflow), *([assignee] if assignee else [])}
    article = live.entry.article
    return Event(
        type="report",
        entry=live.entry.id,
        revision=live.revision,
        at=at,
        title=article.title,
        url=article.url,
        publication=settings.publication_for(article.url).name,
        actor="a reader" if readers == 1 else f"{readers} readers",
        note=f"Kind: {kind}",
        persons=tuple(sorted(persons)),
        report=report_id,
    )


def voice_event(
    kind: Literal["objection", "reply"],
    entry: Entry,
    *,
    revision: int,
    at: datetime,
    is_author: bool,
    workflow: Workflow,
    settings: Settings,
) -> Event:
    """Return the event of what the author of an article, or somebody named in it, sent.

    It has neither their name nor a word of theirs: an outbox keeps it after they are forgotten.
    """
    return Event(
        type=kind,
        entry=entry.id,
        revision=revision,
        at=at,
        title=entry.article.title,
        url=entry.article.url,
        publication=settings.publication_for(entry.article.url).name,
        actor="the author" if is_author else "somebody named in it",
        persons=tuple(sorted(set(_persons(workflow)))),
    )


def source_gone(
    live: Live, *, source: str, at: datetime, note: str, history: list[Revision], settings: Settings
) -> Event:
    """Return the event of a live entry's source that went bad; ``history`` is the newest first.

    It concerns who works on the entry now, and who published it.
    """
    found = set(_persons(history[0].workflow)) if history else set()
    published = next((it for it in history if it.action == "publish"), None)
    if published and (person := person_of(published.actor)):
        found.add(person)
    article = live.entry.article
    return Event(
        type="source-gone",
        entry=live.entry.id,
        revision=live.revision,
        at=at,
        title=article.title,
        url=article.url,
        publication=settings.publication_for(article.url).name,
        actor="insights",
        note=note[:MAX_NOTE],
        persons=tuple(sorted(found)),
        source=source,
    )


def event_of(revision: Revision, before: Revision | None, settings: Settings) -> Event | None:
    """Return the event of ``revision``, None where there is none; ``before`` came before it."""
    kind = _TYPES.get(revision.action)
    if revision.action == "save" and _DRAFTED.fullmatch(revision.actor):
        kind = "draft-run-finished"
    if kind is None:
        return None
    article = revision.entry.article
    return Event(
        type=kind,
        entry=revision.entry.id,
        revision=revision.number,
        at=revision.at,
        title=article.title,
        url=article.url,
        publication=settings.publication_for(article.url).name,
        actor=revision.actor,
        note=remarks.as_text(revision)[:MAX_NOTE],
        persons=_concerned(revision, before),
    )


def _concerned(revision: Revision, before: Revision | None) -> tuple[str, ...]:
    """Return whom a revision concerns, in order."""
    found = set(_persons(revision.workflow))
    if before:
        found.update(_persons(before.workflow))  # publishing ends the draft and its state
    person = person_of(revision.actor)
    if person:
        by_service = _DRAFTED.fullmatch(revision.actor) or _SCHEDULED.fullmatch(revision.actor)
        found.add(person) if by_service else found.discard(person)
    return tuple(sorted(found))


def _persons(workflow: Workflow) -> Iterator[str]:
    for actor in (workflow.assignee, workflow.saved_by, workflow.submitted_by):
        person = person_of(actor) if actor else None
        if person:
            yield person
