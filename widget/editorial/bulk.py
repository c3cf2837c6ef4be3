"""The same change of several entries, each for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from widget.editorial.service import Editorial
from widget.errors import InsightsError
from widget.store import Revision

BulkAction = Literal["assign", "submit", "publish", "withdraw"]
ACTIONS: tuple[BulkAction, ...] = get_args(BulkAction)
MAX_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """What is to be done to every entry. ``reason`` is the note, or the reason for readers."""

    action: BulkAction
    actor: str
    reason: str = ""
    assignee: str | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry; ``problem`` is "" where it was changed."""

    entry_id: str
    problem: str = ""


def carry_out(
    editorial: Editorial, wanted: BulkRequest, heads: Iterable[tuple[str, int]]
) -> list[Outcome]:
    """Change each entry, unless it has moved on since the revision that its ``heads`` name.

    One that is refused does not keep back the others.
    """
    return [_carried_out(editorial, wanted, entry_id, head) for entry_id, head in heads]


def _carried_out(editorial: Editorial, wanted: BulkRequest, entry_id: str, head: int) -> Outcome:
    changes: dict[BulkAction, Callable[[], Revision]] = {
        "assign": lambda: editorial.planning.assign(
            entry_id, actor=wanted.actor, assignee=wanted.assignee, due=wanted.due
        ),
        "submit": lambda: editorial.review.submit(entry_id, actor=wanted.actor, note=wanted.reason),
        "publish": lambda: editorial.publish(
            entry_id, actor=wanted.actor, note=wanted.reason, head=head
        ),
        "withdraw": lambda: editorial.withdraw(
            entry_id, actor=wanted.actor, reason=wanted.reason, head=head
        ),
    }
    try:
        changes[wanted.action]()
    except InsightsError as error:
        return Outcome(entry_id, str(error))
    return Outcome(entry_id)
