"""Copies all entries, with every revision, and all accounts from one store to another.

Nothing is overwritten: the target's history of an entry must be the beginning of the source's.
So a copy that was interrupted, or whose source has changed since, is completed by the next one.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from widget.accounts.repository import AccountRepository, AccountsState, TokenRecord, UserRecord
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import Conflict, InsightsError, InvalidEntry
from widget.store import EntryReader, Live, Revision, StoredEntry

_LINES = 1_000
ReportProgress = Callable[[int], object]
"""Called with the number of entries or revisions that are done since the last call."""

Record = TypeVar("Record", UserRecord, TokenRecord)
T = TypeVar("T")

_AT_ONCE = 2
"""Batches that are worked on at once."""
_ENTRIES = 250
_REVISIONS = 1_000
"""Entries and revisions that are read, and appended, at once."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry, a user or a token that differs from the source, and how."""

    subject: str
    message: str


@dataclass(slots=True)
class CopyPlan:
    """The result of comparing two stores.

    ``missing`` has how many revisions the target has and the source has, by id. If anything is in
    ``diverged``, nothing may be copied. ``same`` has what both stores have, by id, as
    ``content`` returns it.
    """

    missing: dict[str, tuple[int, int]] = field(default_factory=dict)
    unreadable: list[Difference] = field(default_factory=list)
    diverged: list[Difference] = field(default_factory=list)
    same: dict[str, bytes] = field(default_factory=dict)

    @property
    def revisions(self) -> int:
        """How many revisions the target lacks."""
        return sum(head - present for present, head in self.missing.values())


# Entries


def all_ids(source: EntryReader, target: EntryReader) -> list[str]:
    """Return the ids of the entries in either store, sorted."""
    return sorted({*source.ids(), *target.ids()})


def content(entry: StoredEntry) -> bytes:
    """Return a digest of what a store has of an entry, the same in every store."""
    documents: dict[int, str] = {}

    def document(of: Entry) -> str:
        # What is live is mostly one of the revisions, as the same object.
        if id(of) not in documents:
            documents[id(of)] = hashlib.sha256(of.to_json()).hexdigest()
        return documents[id(of)]

    live, draft = entry.live, entry.draft
    # Digests of what is live differ between stores.
    shown = (live.revision, live.at, document(live.entry)) if isinstance(live, Live) else live
    waiting = (draft.revision, draft.at, draft.actor, document(draft.entry)) if draft else None
    revisions = [
        (
            *(it.number, it.at, it.actor, it.action, it.note, it.legal, it.detail),
            it.workflow.to_json(),
            document(it.entry),
        )
        for it in entry.history
    ]
    everything = repr((entry.head, shown, waiting, revisions))
    return hashlib.sha256(everything.encode("utf-8", "replace")).digest()


def plan(
    source: EntryReader, target: EntryReader, ids: Iterable[str], report: ReportProgress
) -> CopyPlan:
    """Compare the revisions of ``ids``."""
    result = CopyPlan()
    wanted, actual = source.heads(), target.heads()
    in_both = []
    for entry_id in ids:
        if wanted.get(entry_id) and actual.get(entry_id):
            in_both.append(entry_id)
            continue
        report(1)
        if actual.get(entry_id):
            message = "is in the target and not in the source"
            result.diverged.append(Difference(entry_id, message))
        elif wanted.get(entry_id):
            result.missing[entry_id] = (0, wanted[entry_id])
    for batch in _batches(in_both, lambda entry_id: wanted[entry_id] + actual[entry_id]):
        ours, theirs = source.read_many(batch), target.read_many(batch)
        for entry_id in batch:
            report(1)
            _compare(result, entry_id, ours[entry_id], theirs[entry_id])
    return result


def _compare(result: CopyPlan, entry_id: str, source: StoredEntry, target: StoredEntry) -> None:
    wanted, actual = source.history, target.history
    if wanted[: len(actual)] != actual:
        result.diverged.append(Difference(entry_id, _describe_divergence(wanted, actual)))
    elif not _is_whole(source):
        result.unreadable.append(Difference(entry_id, _UNREADABLE))
    elif len(wanted) > len(actual):
        result.missing[entry_id] = (len(actual), len(wanted))
    elif content(source) == content(target):
        result.same[entry_id] = content(source)


_UNREADABLE = "has revisions that cannot be read; see `insights list`"


def _is_whole(entry: StoredEntry) -> bool:
    return [it.number for it in entry.history] == list(range(1, entry.head + 1))


def _describe_divergence(wanted: Sequence[Revision], actual: Sequence[Revision]) -> str:
    for one, other in zip(wanted, actual, strict=False):
        if one != other:
            return f"revision {other.number} of the target differs from the source's"
    return f"has {len(actual)} revisions in the target and {len(wanted)} in the source"


def _batches(ids: Iterable[str], size: Callable[[str], int]) -> Iterator[list[str]]:
    batch: list[str] = []
    revisions = 0
    for entry_id in ids:
        if batch and (len(batch) >= _ENTRIES or revisions + size(entry_id) > _REVISIONS):
            yield batch
            batch, revisions = [], 0
        batch.append(entry_id)
        revisions += size(entry_id)
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _Copied:
    """One entry of a batch: what was read, what was appended, and why that was refused."""

    content: bytes
    is_whole: bool
    missing: tuple[Revision, ...]
    refusal: InsightsError | None = None


def copy_log(source: EntryReader, target: Editorial) -> None:
    """Append the log of ``source`` to that of ``target``, as long as the one continues the other.

    To be called before ``copy``: whoever noted a checkpoint finds the same lines after a move. A
    target with a log of its own gets lines for the revisions instead.
    """
    while lines := source.log_lines(after=target.entries.log_size(), limit=_LINES):
        if not target.adopt_log(lines):
            return


def copy(
    source: EntryReader, target: Editorial, plan: CopyPlan, report: ReportProgress
) -> list[Difference]:
    """Append what the plan says is missing; return what was refused, and why.

    Adds to ``plan.same`` what the target then has to have, and to ``plan.unreadable`` what could
    not be copied.
    """

    def copied(batch: list[str]) -> dict[str, _Copied]:
        found = {
            entry_id: _Copied(content(it), _is_whole(it), it.history[plan.missing[entry_id][0] :])
            for entry_id, it in source.read_many(batch).items()
        }
        ids = [entry_id for entry_id, it in found.items() if it.is_whole and it.missing]
        refusals = target.adopt_all([found[entry_id].missing for entry_id in ids])
        for entry_id, refusal in zip(ids, refusals, strict=True):
            if refusal is None:
                found[entry_id] = replace(found[entry_id], missing=())
            else:
                found[entry_id] = replace(found[entry_id], refusal=refusal)
        return found

    refused: list[tuple[Revision, ...]] = []
    batches = _batches(plan.missing, lambda entry_id: plan.missing[entry_id][1])
    for found in _side_by_side(copied, batches):
        done = 0
        for entry_id, it in found.items():
            plan.same[entry_id] = it.content
            if not it.is_whole:
                plan.unreadable.append(Difference(entry_id, _UNREADABLE))
            elif it.refusal:
                refused.append(it.missing)
            else:
                done += plan.missing[entry_id][1] - plan.missing[entry_id][0]
        report(done)
    return _copy_in_order(target, refused, report)


def _side_by_side(call: Callable[[list[str]], T], batches: Iterable[list[str]]) -> Iterator[T]:
    """Yield the result for each batch; one waits for its store while another is worked on."""
    with ThreadPoolExecutor(_AT_ONCE, "copying") as threads:
        under_way: deque[Future[T]] = deque()
        for batch in batches:
            under_way.append(threads.submit(call, batch))
            if len(under_way) > _AT_ONCE:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _copy_in_order(
    target: Editorial, refused: Iterable[Sequence[Revision]], report: ReportProgress
) -> list[Difference]:
    """Append revisions one by one, in the order of the changes; return what is refused still.

    A URL may have passed from one entry to another and back, which only that order can repeat.
    """
    remaining = sorted(
        (it for history in refused for it in _ordered(history)),
        key=lambda it: (it[0], it[1].entry.id, it[1].number),
    )
    while remaining:
        blocked: dict[str, str] = {}
        later = []
        for at, revision in remaining:
            entry_id = revision.entry.id
            if entry_id not in blocked:
                try:
                    target.adopt(revision)
                except Conflict:
                    blocked[entry_id] = "somebody else changed the target; run the copy again"
                except InvalidEntry as error:
                    # A later revision may release the URL, if clocks differed.
                    blocked[entry_id] = f"revision {revision.number} is refused: {error}"
                else:
                    report(1)
                    continue
            later.append((at, revision))
        if len(later) == len(remaining):
            return [Difference(*item) for item in blocked.items()]
        remaining = later
    return []


def _ordered(history: Sequence[Revision]) -> Iterator[tuple[datetime, Revision]]:
    at = history[0].at
    for revision in history:
        # The clock may have been set back; within an entry the numbers give the order.
        at = max(revision.at, at)
        yield at, revision


def differences(
    source: EntryReader,
    target: EntryReader,
    ids: Iterable[str],
    same: dict[str, bytes],
    report: ReportProgress,
) -> list[Difference]:
    """Compare the revisions, the live versions and the drafts of ``ids`` in both stores.

    ``same`` is what was read of the source; only the number of the newest revision is compared with
    it again, since revisions never change. An entry that is missing there is read once more.
    """
    found: list[Difference] = []
    wanted = source.heads()
    batches = list(_batches(ids, lambda entry_id: wanted.get(entry_id, 0)))

    def compared(batch: list[str]) -> list[Difference]:
        unequal = {
            entry_id: copied
            for entry_id, copied in target.read_many(batch).items()
            if wanted.get(entry_id) != copied.head or same.get(entry_id) != content(copied)
        }
        originals = source.read_many(list(unequal)) if unequal else {}
        described = {it: _describe(originals[it], copied) for it, copied in unequal.items()}
        return [Difference(*item) for item in described.items() if item[1]]

    for batch, differing in zip(batches, _side_by_side(compared, batches), strict=True):
        report(len(batch))
        found += differing
    return found


def _describe(source: StoredEntry, target: StoredEntry) -> str:
    wanted, actual = source.history, target.history
    if len(actual) < len(wanted) and wanted[: len(actual)] == actual:
        return f"lacks {len(wanted) - len(actual)} of the source's revisions; run the copy again"
    if wanted != actual:
        if not wanted:
            return "is in the target and not in the source"
        return _describe_divergence(wanted, actual)
    if _live_version(source.live) != _live_version(target.live):
        return "the live version differs from the source"
    return "" if source.draft == target.draft else "the draft differs from the source"


def _live_version(live: object) -> object:
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
