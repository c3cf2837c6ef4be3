"""Copies all entries, with every revision, and all accounts from one store to another.

Nothing is overwritten: the target's history of an entry must be the beginning of the source's.
So a copy that was interrupted, or whose source has changed since, is completed by the next one.
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

ReportProgress = Callable[[], object]
"""Called once for each entry or revision."""

Record = TypeVar("Record", UserRecord, TokenRecord)


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry, a user or a token that differs from the source, and how."""

    subject: str
    message: str


@dataclass(frozen=True, slots=True, order=True)
class MissingRevision:
    """A revision that the target lacks. The order is that of the changes."""

    at: datetime
    entry_id: str
    number: int


@dataclass(slots=True)
class CopyPlan:
    """The result of comparing two stores.

    ``missing`` is to be copied, ``unreadable`` cannot be copied. If anything is in
    ``diverged``, nothing may be copied. ``identical`` holds ids.
    """

    missing: list[MissingRevision] = field(default_factory=list)
    unreadable: list[Difference] = field(default_factory=list)
    diverged: list[Difference] = field(default_factory=list)
    identical: set[str] = field(default_factory=set)


# Entries


def all_ids(source: EntryReader, target: EntryReader) -> list[str]:
    """Return the ids of the entries in either store, sorted."""
    return sorted({*source.ids(), *target.ids()})


def plan(
    source: EntryReader, target: EntryReader, ids: Iterable[str], report: ReportProgress
) -> CopyPlan:
    """Compare the revisions of ``ids``."""
    result = CopyPlan()
    for entry_id in ids:
        report()
        wanted, actual = source.history(entry_id)[::-1], target.history(entry_id)[::-1]
        if wanted[: len(actual)] != actual:
            result.diverged.append(Difference(entry_id, _describe_divergence(wanted, actual)))
        elif not _is_whole(wanted, source.head(entry_id)):
            result.unreadable.append(
                Difference(entry_id, "has revisions that cannot be read; see `insights list`")
            )
        elif wanted == actual:
            result.identical.add(entry_id)
        else:
            result.missing += _missing(wanted)[len(actual) :]
    result.missing.sort()
    return result


def _is_whole(revisions: list[Revision], head: int) -> bool:
    return [revision.number for revision in revisions] == list(range(1, head + 1))


def _missing(revisions: list[Revision]) -> list[MissingRevision]:
    found: list[MissingRevision] = []
    for revision in revisions:
        # The clock may have been set back; within an entry the numbers give the order.
        at = max(revision.at, found[-1].at) if found else revision.at
        found.append(MissingRevision(at, revision.entry.id, revision.number))
    return found


def _describe_divergence(wanted: list[Revision], actual: list[Revision]) -> str:
    if not wanted:
        return "is in the target and not in the source"
    for one, other in zip(wanted, actual, strict=False):
        if one != other:
            return f"revision {other.number} of the target differs from the source's"
    return f"has {len(actual)} revisions in the target and {len(wanted)} in the source"


def copy(
    source: EntryReader, target: Editorial, missing: list[MissingRevision], report: ReportProgress
) -> list[Difference]:
    """Append the ``missing`` revisions to ``target``; return which were refused, and why."""
    remaining = missing
    while remaining:
        blocked: dict[str, str] = {}
        later = []
        for each in remaining:
            if each.entry_id not in blocked:
                try:
                    target.adopt(source.revision(each.entry_id, each.number))
                except Conflict:
                    blocked[each.entry_id] = "somebody else changed the target; run the copy again"
                except InvalidEntry as error:
                    # A later revision may release the URL, if clocks differed.
                    blocked[each.entry_id] = f"revision {each.number} is refused: {error}"
                else:
                    report()
                    continue
            later.append(each)
        if len(later) == len(remaining):
            return [Difference(*item) for item in blocked.items()]
        remaining = later
    return []


def differences(
    source: EntryReader,
    target: EntryReader,
    ids: Iterable[str],
    identical: set[str],
    report: ReportProgress,
) -> list[Difference]:
    """Compare the revisions, the live versions and the drafts of ``ids`` in both stores.

    For ``identical`` entries, only the number of the newest revision is compared again, since
    revisions never change.
    """
    found = []
    for entry_id in ids:
        report()
        message = ""
        if entry_id not in identical or source.head(entry_id) != target.head(entry_id):
            message = _describe_histories(source.history(entry_id), target.history(entry_id))
        if not message and _live_version(source, entry_id) != _live_version(target, entry_id):
            message = "the live version differs from the source"
        if not message and source.draft(entry_id) != target.draft(entry_id):
            message = "the draft differs from the source"
        if message:
            found.append(Difference(entry_id, message))
    return found


def _describe_histories(wanted: list[Revision], actual: list[Revision]) -> str:
    lacking = len(wanted) - len(actual)
    if lacking > 0 and wanted[lacking:] == actual:
        return f"lacks {lacking} of the source's revisions; run the copy again"
    return "" if wanted == actual else _describe_divergence(wanted[::-1], actual[::-1])


def _live_version(store: EntryReader, entry_id: str) -> object:
    live = store.live(entry_id)
    # Digests differ between stores.
    return (live.entry, live.revision) if isinstance(live, Live) else live


# Accounts


def account_differences(
    source: AccountsState, target: AccountsState, *, both_ways: bool = False
) -> list[Difference]:
    """Return the users and tokens of ``target`` that are missing in ``source`` or differ from it.

    With ``both_ways`` also those that are missing in ``target``.
    """
    return [
        *_record_differences(
            "user", source.users, target.users, "signed_in_at", both_ways=both_ways
        ),
        *_record_differences(
            "token", source.tokens, target.tokens, "last_used_at", both_ways=both_ways
        ),
    ]


def copy_accounts(
    source: AccountRepository, target: AccountRepository, *, replace: bool
) -> list[Difference]:
    """Copy users and tokens, but no sessions.

    If the target has other ones, they are returned and nothing is copied, except with ``replace``.
    """
    wanted = source.state()
    with target.transaction() as transaction:
        differing = [] if replace else account_differences(wanted, transaction.state)
        if not differing and transaction.state != wanted:
            transaction.state = AccountsState(
                _newest(wanted.users, transaction.state.users, "signed_in_at"),
                _newest(wanted.tokens, transaction.state.tokens, "last_used_at"),
            )
    return differing


def _record_differences(
    kind: str, source: dict[str, Record], target: dict[str, Record], seen: str, *, both_ways: bool
) -> list[Difference]:
    found = []
    for key in sorted({*source, *target}):
        wanted, actual = source.get(key), target.get(key)
        if wanted and actual:
            message = _describe_records(wanted, actual, {seen, "generation"})
        elif actual:
            message = "is in the target and not in the source"
        else:
            message = "is in the source and not in the target" if both_ways else ""
        record = actual or wanted
        if message and record:
            found.append(Difference(f"{kind} {record.name!r}", message))
    return found


def _describe_records(wanted: Record, actual: Record, besides: set[str]) -> str:
    one, other = wanted.model_dump(exclude=besides), actual.model_dump(exclude=besides)
    keys = [key for key in one if one[key] != other[key]]
    return f"differs in {', '.join(keys)}" if keys else ""


def _newest(source: dict[str, Record], target: dict[str, Record], seen: str) -> dict[str, Record]:
    """Return the source's records, each with the later of both times in the field ``seen``."""
    result = {}
    for key, wanted in source.items():
        actual = target.get(key)
        times = [at for each in (wanted, actual) if each and (at := getattr(each, seen))]
        result[key] = wanted.model_copy(update={seen: max(times, default=None)})
    return result
