"""Changes to entries as people and programs make them: what pages, API and commands share.

``actor`` names who makes a change (``widget.editorial.actors``). ``head`` is the newest revision
that the actor knew. Raises what the store raises, too: NotFound, InvalidEntry, Conflict.
"""

from __future__ import annotations

from widget.config import Settings, check_under
from widget.editorial.actors import person_of
from widget.entry import Entry, parse_entry
from widget.errors import Breach, Forbidden, InvalidEntry, InvalidRequest
from widget.store import Revision, Store


def judge(settings: Settings, data: bytes) -> tuple[Entry | None, list[Breach]]:
    """Return the entry that ``data`` holds, if any, and all that keeps it from being published."""
    try:
        entry = parse_entry(data)
    except InvalidEntry as error:
        return None, list(error.breaches)
    return entry, check_under(settings, entry)


def save(
    store: Store, entry: Entry, *, actor: str, note: str = "", head: int | None = None
) -> Revision:
    """Keep ``entry`` as the draft."""
    return store.save(entry, actor=actor, note=note, head=head)


def discard(
    store: Store, entry_id: str, *, actor: str, note: str = "", head: int | None = None
) -> Revision:
    """Drop the draft."""
    return store.discard(entry_id, actor=actor, note=note, head=head)


def second_look(store: Store, settings: Settings, entry_id: str, *, actor: str) -> str:
    """Return why ``actor`` may not publish the draft of now, for ``four_eyes``; "" where it may.

    The setting asks for two persons who are known, whatever ways in they took.
    """
    draft = store.draft(entry_id)
    if not settings.four_eyes or draft is None:
        return ""
    saver, publisher = person_of(draft.actor), person_of(actor)
    if publisher is None:
        return (
            f"{actor} belongs to nobody, so that nobody can tell whether a second person publishes "
            "this (four_eyes); make a token for a user"
        )
    if saver is None:
        return (
            f"{draft.actor} saved this draft last, and nobody can tell who that was (four_eyes); "
            "save it once more, and let somebody else publish it"
        )
    if saver == publisher:
        return (
            f"{draft.actor} saved this draft last, and whoever did cannot publish it (four_eyes); "
            "ask somebody else to look at it and publish it"
        )
    return ""


def publish(
    store: Store,
    settings: Settings,
    entry_id: str,
    *,
    actor: str,
    note: str = "",
    head: int | None = None,
) -> Revision:
    """Make the draft live. Raises Forbidden where ``four_eyes`` asks for another person."""
    if settings.four_eyes:
        # Taken first: a draft that is saved after the look is then a Conflict.
        head = store.head(entry_id) if head is None else head
        refusal = second_look(store, settings, entry_id, actor=actor)
        if refusal:
            raise Forbidden(refusal)
    return store.publish(entry_id, actor=actor, note=note, head=head)


def save_and_publish(
    store: Store, settings: Settings, entry: Entry, *, actor: str, note: str = ""
) -> Revision:
    """Make ``entry`` live, or leave everything as it was.

    Raises InvalidEntry where a rule keeps it back, and Forbidden under ``four_eyes``, which
    whoever saves and publishes in one step cannot satisfy.
    """
    if settings.four_eyes:
        raise Forbidden(
            f"{actor} cannot save and publish in one step (four_eyes); save it as a draft, and "
            "let somebody else publish it"
        )
    breaches = check_under(settings, entry)
    errors = [breach for breach in breaches if breach.severity == "error"]
    if errors:
        raise InvalidEntry(errors)
    before = store.draft(entry.id)
    saved = save(store, entry, actor=actor, note=note)
    try:
        return publish(store, settings, entry.id, actor=actor, note=note, head=saved.number)
    except InvalidEntry:
        # Another entry has its URL. The draft is put back to what it was.
        undone = "Publishing was refused."
        if before is None:
            discard(store, entry.id, actor=actor, note=undone)
        else:
            save(store, before.entry, actor=actor, note=undone)
        raise


def withdraw(
    store: Store,
    entry_id: str,
    *,
    actor: str,
    reason: str = "",
    legal: bool = False,
    head: int | None = None,
) -> Revision:
    """Take the live entry down. Raises InvalidRequest where readers are not told why."""
    if not reason.strip() and not legal:
        breach = Breach("$.reason", "is empty; say why, or that it is for legal reasons")
        raise InvalidRequest([breach])
    return store.withdraw(entry_id, actor=actor, reason=reason, legal=legal, head=head)


def restore(
    store: Store, entry_id: str, number: int, *, actor: str, head: int | None = None
) -> Revision:
    """Keep as the draft what revision ``number`` was. Raises NotFound."""
    entry = store.revision(entry_id, number).entry
    return store.save(entry, actor=actor, note=f"Restores revision {number}.", head=head)
