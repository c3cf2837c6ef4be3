"""Moves all entries, with every revision, and all accounts from one store to another.

Nothing is rewritten: what is there already must be how the source began, so that a copy that was
cut short, or whose source went on meanwhile, is completed by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from widget.accounts.repository import AccountRepository, AccountsState, TokenRecord, UserRecord
from widget.editorial.service import Editorial
from widget.errors import Conflict, InvalidEntry
from widget.store import EntryReader, Live, Revision

Tick = Callable[[], object]
"""Called once for each entry or revision that is done."""

Record = TypeVar("Record", UserRecord, TokenRecord)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as in the source: an entry, a user or a token, and what to do about it."""

    what: str
    message: str


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One revision that the target has not. Steps are ordered as the changes were made."""

    at: datetime
    entry_id: str
    number: int


@dataclass(slots=True)
class Plan:
    """What is to be copied; what cannot be; what forbids to copy anything; what is the same."""

    steps: list[Step] = field(default_factory=list)
    left_out: list[Difference] = field(default_factory=list)
    refused: list[Difference] = field(default_factory=list)
    same: set[str] = field(default_factory=set)


# Entries


def ids_of(source: EntryReader, target: EntryReader) -> list[str]:
    """Return the ids that either has, sorted."""
    return sorted({*source.ids(), *target.ids()})


def plan(source: EntryReader, target: EntryReader, ids: Iterable[str], tick: Tick) -> Plan:
    """Compare the revisions of ``ids``."""
    made = Plan()
    for entry_id in ids:
        tick()
        there, here = source.history(entry_id)[::-1], target.history(entry_id)[::-1]
        if there[: len(here)] != here:
            made.refused.append(Difference(entry_id, _unlike(there, here)))
        elif not _is_whole(there, source.head(entry_id)):
            made.left_out.append(
                Difference(entry_id, "has revisions that cannot be read; see `insights list`")
            )
        elif there == here:
            made.same.add(entry_id)
        else:
            made.steps += _steps(there)[len(here) :]
    made.steps.sort()
    return made


def _is_whole(revisions: list[Revision], head: int) -> bool:
    return [revision.number for revision in revisions] == list(range(1, head + 1))


def _steps(revisions: list[Revision]) -> list[Step]:
    steps: list[Step] = []
    for revision in revisions:
        # A clock may have been set back; an entry's own order is that of the numbers.
        at = max(revision.at, steps[-1].at) if steps else revision.at
        steps.append(Step(at, revision.entry.id, revision.number))
    return steps


def _unlike(there: list[Revision], here: list[Revision]) -> str:
    if not there:
        return "is in the target and not in the source"
    for one, other in zip(there, here, strict=False):
        if one != other:
            return f"revision {other.number} of the target is another than the source's"
    return f"has {len(here)} revisions in the target and {len(there)} in the source"


def copy(source: EntryReader, target: Editorial, steps: list[Step], tick: Tick) -> list[Difference]:
    """Make ``target`` adopt the revisions in the order of ``steps``; return what it could not."""
    waiting = steps
    while waiting:
        held_up: dict[str, str] = {}
        later = []
        for step in waiting:
            if step.entry_id not in held_up:
                try:
                    target.adopt(source.revision(step.entry_id, step.number))
                except Conflict:
                    held_up[step.entry_id] = "somebody else changed the target; run the copy again"
                except InvalidEntry as error:
                    # An address may be given up by what comes later, where clocks differed.
                    held_up[step.entry_id] = f"revision {step.number} is refused: {error}"
                else:
                    tick()
                    continue
            later.append(step)
        if len(later) == len(waiting):
            return [Difference(*each) for each in held_up.items()]
        waiting = later
    return []


def differences(
    source: EntryReader, target: EntryReader, ids: Iterable[str], same: set[str], tick: Tick
) -> list[Difference]:
    """Compare everything that is kept of ``ids`` on both sides: revisions, live, draft.

    Of what was the ``same`` a moment ago only the newest revision's number is compared again,
    since revisions never change.
    """
    found = []
    for entry_id in ids:
        tick()
        message = ""
        if entry_id not in same or source.head(entry_id) != target.head(entry_id):
            message = _unlike_histories(source.history(entry_id), target.history(entry_id))
        if not message and _shown(source, entry_id) != _shown(target, entry_id):
            message = "what is live differs from the source"
        if not message and source.draft(entry_id) != target.draft(entry_id):
            message = "the draft differs from the source"
        if message:
            found.append(Difference(entry_id, message))
    return found


def _unlike_histories(there: list[Revision], here: list[Revision]) -> str:
    lacking = len(there) - len(here)
    if lacking > 0 and there[lacking:] == here:
        return f"lacks {lacking} of the source's revisions; run the copy again"
    return "" if there == here else _unlike(there[::-1], here[::-1])


def _shown(store: EntryReader, entry_id: str) -> object:
    shown = store.live(entry_id)
    # The digest is each store's own.
    return (shown.entry, shown.revision) if isinstance(shown, Live) else shown


# Accounts


def account_differences(
    source: AccountsState, target: AccountsState, *, whole: bool = False
) -> list[Difference]:
    """Return the users and tokens of ``target`` that ``source`` has not, or not so.

    ``whole``: those that it lacks, too.
    """
    return [
        *_unlike_records("user", source.users, target.users, "signed_in_at", whole=whole),
        *_unlike_records("token", source.tokens, target.tokens, "last_used_at", whole=whole),
    ]


def copy_accounts(
    source: AccountRepository, target: AccountRepository, *, replace: bool
) -> list[Difference]:
    """Give ``target`` the source's users and tokens; sessions are not copied.

    Where it has others, or the same otherwise, they are returned and nothing is done, unless
    it is to ``replace`` them.
    """
    there = source.state()
    with target.transaction() as transaction:
        unlike = [] if replace else account_differences(there, transaction.state)
        if not unlike and transaction.state != there:
            transaction.state = AccountsState(
                _newest(there.users, transaction.state.users, "signed_in_at"),
                _newest(there.tokens, transaction.state.tokens, "last_used_at"),
            )
    return unlike


def _unlike_records(
    kind: str, source: dict[str, Record], target: dict[str, Record], seen: str, *, whole: bool
) -> list[Difference]:
    found = []
    for key in sorted({*source, *target}):
        there, here = source.get(key), target.get(key)
        if there and here:
            message = _unlike_record(there, here, {seen, "generation"})
        elif here:
            message = "is in the target and not in the source"
        else:
            message = "is in the source and not in the target" if whole else ""
        record = here or there
        if message and record:
            found.append(Difference(f"{kind} {record.name!r}", message))
    return found


def _unlike_record(there: Record, here: Record, besides: set[str]) -> str:
    one, other = there.model_dump(exclude=besides), here.model_dump(exclude=besides)
    keys = [key for key in one if one[key] != other[key]]
    return f"differs in {', '.join(keys)}" if keys else ""


def _newest(source: dict[str, Record], target: dict[str, Record], seen: str) -> dict[str, Record]:
    """Return the source's records, each with the later time of when it was ``seen``."""
    made = {}
    for key, there in source.items():
        here = target.get(key)
        times = [at for each in (there, here) if each and (at := getattr(each, seen))]
        made[key] = there.model_copy(update={seen: max(times, default=None)})
    return made
