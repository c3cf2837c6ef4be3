"""The rules for publishing under the settings, as stores take them."""

from __future__ import annotations

from widget.config import Settings, check_under, missing_approvals, unasked_author
from widget.entry import Entry
from widget.errors import Breach
from widget.store.protocol import Rules
from widget.store.workflow import Workflow


def rules(settings: Settings) -> Rules:
    """Return what has to hold for an entry to be published: content, approvals, its author."""
    return Rules(
        content=lambda entry: check_under(settings, entry),
        missing=lambda entry, approvals, by_model: missing_approvals(
            settings, entry, approvals, by_model=by_model
        ),
        unasked=lambda entry, workflow: unasked(settings, entry, workflow),
    )


def unasked(settings: Settings, entry: Entry, workflow: Workflow) -> list[Breach]:
    """Return why the author of an entry that was never live has to be asked, if so."""
    settled = bool(workflow.author_answered_at or workflow.author_waived_by)
    return unasked_author(settings, entry, asked_at=workflow.author_asked_at, settled=settled)
