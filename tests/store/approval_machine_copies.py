"""The same newsroom whose entries are copied to other stores, and from stores without reviews."""

from __future__ import annotations

from collections.abc import Sequence
from tempfile import TemporaryDirectory

from approval_machine import Newsroom
from approval_versions import ORIGINS, SETTINGS, TITLES, WORKERS, version
from hypothesis import strategies as st
from hypothesis.stateful import rule

from widget.editorial import copying
from widget.editorial.service import Editorial
from widget.store import Revision, open_store
from widget.store.rules import rules
from widget.store.state import now


class NewsroomWithCopies(Newsroom):
    """The same with copies."""

    @rule()
    def copy_to_another_store(self) -> None:
        """Copy the history, whole or as far as the other store takes it."""
        with TemporaryDirectory() as folder:
            other = open_store(f"dir:{folder}", rules(SETTINGS))
            for revision in reversed(self.stores[0].history(self.id)):
                if not self.attempt(other.adopt, revision):
                    break
            self.check(other)
            other.close()
        with TemporaryDirectory() as folder:
            other = open_store(f"dir:{folder}", rules(SETTINGS))
            target, head = Editorial(other, SETTINGS), self.stores[0].head(self.id)
            planned = copying.plan(self.stores[0], other, [self.id], lambda _: None)
            refused = copying.copy(self.stores[0], target, planned, lambda _: None)
            self.check(other)
            if not refused:
                # A busy machine may record an edited file while, or after, the entry is copied.
                copied = other.head(self.id)
                assert copied >= head
                if copied:
                    states = {it.number: it.workflow for it in self.stores[0].history(self.id)}
                    assert other.workflow(self.id) == states[copied]
            other.close()

    @rule(worker=WORKERS, title=TITLES, origin=ORIGINS, at_once=st.booleans())
    def copy_from_a_store_without_reviews(
        self, worker: int, title: str, origin: str, *, at_once: bool
    ) -> None:
        """Append what the same entry went through elsewhere, where nobody has to approve."""
        store, head = self.stores[worker], self.stores[worker].head(self.id)
        entry = version(self.id, title, origin)
        saved = store.workflow(self.id).after("save", entry, "ana")
        published = saved.after("publish", entry, "ana")
        revisions = [
            Revision(head + 1, now(), "ana", "save", "", entry, workflow=saved),
            Revision(head + 2, now(), "ana", "publish", "", entry, workflow=published),
        ]
        self.adopted(worker, revisions, at_once=at_once)
        for it in store.history(self.id)[::-1]:
            if it.number == head + 1:
                self.saved(it.entry, "ana")
            elif it.number > head:
                self.published(it.entry)

    def adopted(self, worker: int, revisions: Sequence[Revision], *, at_once: bool) -> None:
        if at_once:
            self.desks[worker].adopt_all([revisions])
            return
        for revision in revisions:
            if not self.attempt(self.desks[worker].adopt, revision):
                break
