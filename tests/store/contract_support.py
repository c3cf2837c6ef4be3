"""What tests of every store begin with."""

from __future__ import annotations

from store_support import entry

from widget.store import Live, Store

ID = "ferry-fares"


def published(
    store: Store, entry_id: str = ID, title: str = "Make the ferry free", **more: object
) -> int:
    store.save(entry(entry_id, title, **more), actor="ana")
    return store.publish(entry_id, actor="ben").number


def shown(store: Store, entry_id: str = ID) -> Live:
    live = store.live(entry_id)
    assert isinstance(live, Live)
    return live
