"""A folder of files, and what tests ask of it."""

from __future__ import annotations

from store_support import entry

from widget.store import Live, Store

ID = "ferry-fares"


def published(store: Store, entry_id: str = ID, title: str = "Make the ferry free") -> None:
    store.save(entry(entry_id, title), actor="ana")
    store.publish(entry_id, actor="ana")


def title(store: Store, entry_id: str = ID) -> str | None:
    live = store.live(entry_id)
    return live.entry.article.title if isinstance(live, Live) else None


def actions(store: Store, entry_id: str = ID) -> list[tuple[str, str]]:
    return [(each.actor, each.action) for each in reversed(store.history(entry_id))]


def places(store: Store) -> list[str]:
    return [problem.where for problem in store.problems()]
