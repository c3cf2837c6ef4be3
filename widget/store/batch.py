"""Changes of many entries at once, planned in the same way for every store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from widget.entry import Entry
from widget.entry.containment import or_else
from widget.errors import InsightsError, InvalidEntry
from widget.store.entry_summary import lookup_keys, url_conflicts
from widget.store.protocol import Prepare, Revision, Rules
from widget.store.state import EntryState, conflict, now
from widget.store.validation import broken_rules, check_change, check_entry, missing_approvals


@dataclass(frozen=True, slots=True)
class Group:
    """Revisions that are appended to one entry at once; ``after`` is what they leave."""

    before: EntryState
    after: EntryState
    revisions: tuple[Revision, ...]

    @property
    def entry_id(self) -> str:
        """The entry's id."""
        return self.revisions[0].entry.id

    def last(self, action: str) -> Revision | None:
        """Return the newest revision of an action in this group."""
        return next((it for it in reversed(self.revisions) if it.action == action), None)


Build = Callable[[EntryState], Sequence[Revision]]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be appended to one entry, which depends on its state.

    ``keys`` are the lookup keys that it may have then.
    """

    entry_id: str
    build: Build
    keys: frozenset[str]


@dataclass(slots=True)
class BatchPlan:
    """Groups to be written as a whole, by id, and why requests are refused (None: they are not)."""

    groups: dict[str, Group] = field(default_factory=dict)
    refusals: list[InsightsError | None] = field(default_factory=list)

    @property
    def revisions(self) -> list[Revision]:
        """All revisions, those of an entry in their order."""
        return [it for group in self.groups.values() for it in group.revisions]


def plan_batch(
    requests: Iterable[Request],
    states: Mapping[str, EntryState],
    owners: Callable[[str], str | None],
) -> BatchPlan:
    """Return what to write; each request sees what those before it leave.

    ``states`` are those of all entries of the requests, ``owners`` returns the id of the entry that
    owns a lookup key. Nobody sees a state within a group, so only what is live after it must not
    have a URL of another entry.
    """
    plan = BatchPlan()
    changed: dict[str, str | None] = {}
    for request in requests:
        group = plan.groups.get(request.entry_id)
        state = group.after if group else states[request.entry_id]
        try:
            after, revisions = state, tuple(request.build(state))
            for revision in revisions:
                after = after.after(revision)
            _claim(state, after, changed, owners)
        except InsightsError as error:
            plan.refusals.append(error)
            continue
        plan.refusals.append(None)
        if revisions:
            before = group.before if group else state
            all_revisions = (*group.revisions, *revisions) if group else revisions
            plan.groups[request.entry_id] = Group(before, after, all_revisions)
    return plan


def _claim(
    before: EntryState,
    after: EntryState,
    changed: dict[str, str | None],
    owners: Callable[[str], str | None],
) -> None:
    """Pass the URLs of one entry in ``changed``. Raises InvalidEntry where another owns one."""
    if after.live is None or after.live is before.live:
        return
    entry = after.live.entry

    def owner(key: str) -> str | None:
        return changed[key] if key in changed else owners(key)

    if breaches := url_conflicts(entry, owner):
        raise InvalidEntry(breaches)
    changed.update(dict.fromkeys(live_keys(before)))
    changed.update(dict.fromkeys(live_keys(after), entry.id))


def live_keys(state: EntryState) -> frozenset[str]:
    """Return the lookup keys of what is or was live."""
    return keys_of(state.live.entry) if state.live else frozenset()


def keys_of(entry: Entry) -> frozenset[str]:
    """Return the lookup keys of a document; none if our code fails over it."""
    return or_else("indexing its URLs", lambda: lookup_keys(entry), frozenset[str]())


def adopting(rules: Rules, revisions: Sequence[Revision]) -> Request:
    """Return the request to append revisions of another store, all of one entry, unchanged."""
    entry_id = revisions[0].entry.id

    def build(state: EntryState) -> Sequence[Revision]:
        for revision in revisions:
            if revision.entry.id != entry_id:
                raise ValueError(f"a revision of {revision.entry.id!r} among those of {entry_id!r}")
            if revision.number != state.head + 1:
                raise conflict(entry_id, revision.number - 1, state.head, None)
            if revision.action == "publish":
                breaches = missing_approvals(rules, revision.entry, state)
                if breaches:
                    raise InvalidEntry(breaches)
            state = state.after(revision)
        return revisions

    last = next((it for it in reversed(revisions) if it.action in ("publish", "withdraw")), None)
    return Request(entry_id, build, keys_of(last.entry) if last else frozenset())


def putting(
    rules: Rules, entry: Entry, actor: str, note: str, prepare: Prepare, *, publish: bool
) -> Request:
    """Return the request to save ``entry`` as the draft and, with ``publish``, to publish it."""

    def build(state: EntryState) -> Sequence[Revision]:
        check_change(entry.id, actor, note)
        document = prepare(entry, state.workflow)
        check_entry(document, document.to_json())
        workflow = state.workflow.after("save", document, actor)
        saved = Revision(state.head + 1, now(), actor, "save", note, document, workflow=workflow)
        if not publish:
            return [saved]
        unpublished = state.after(saved)
        breaches = [
            *broken_rules(rules, document),
            *missing_approvals(rules, document, unpublished, first=state.live is None),
        ]
        if breaches:
            raise InvalidEntry(breaches)
        after = workflow.after("publish", document, actor)
        number = saved.number + 1
        return [saved, Revision(number, now(), actor, "publish", note, document, workflow=after)]

    return Request(entry.id, build, keys_of(entry) if publish else frozenset())


class BatchStore:
    """The changes of many entries at once, which stores build on ``_append_all``."""

    _rules: Rules

    def adopt_all(self, histories: Sequence[Sequence[Revision]]) -> list[InsightsError | None]:
        """Append revisions of another store; see ``Store``."""
        return self._append_all([adopting(self._rules, history) for history in histories])

    def put_all(
        self,
        entries: Sequence[Entry],
        *,
        actor: str,
        note: str = "",
        publish: bool = False,
        prepare: Prepare,
    ) -> list[InsightsError | None]:
        """Save each entry and, with ``publish``, publish it; see ``Store``."""
        rules = self._rules
        return self._append_all(
            [putting(rules, it, actor, note, prepare, publish=publish) for it in entries]
        )

    def _append_all(self, requests: Sequence[Request]) -> list[InsightsError | None]:
        raise NotImplementedError
