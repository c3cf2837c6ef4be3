"""The same newsroom with people who edit the files of its store."""

from __future__ import annotations

from pathlib import Path

from approval_machine_copies import NewsroomWithCopies
from approval_versions import ORIGINS, TITLES, WORKERS, needed, version
from hypothesis import strategies as st
from hypothesis.stateful import rule

from widget.entry import Entry
from widget.store import document_digest


class NewsroomWithFiles(NewsroomWithCopies):
    """The same with people who edit the files."""

    folder = Path()

    def clear(self) -> None:
        for name in ("live", "drafts"):
            (self.folder / name / f"{self.id}.json").unlink(missing_ok=True)

    def write(self, name: str, entry: Entry) -> None:
        path = self.folder / name / f"{self.id}.json"
        temporary = path.with_name(".new")
        temporary.write_bytes(entry.to_json())
        temporary.replace(path)
        self.poll()

    def poll(self) -> None:
        for store in self.stores:
            store.poll()

    def write_live(self, entry: Entry) -> None:
        head = self.stores[0].head(self.id)
        approvals = len(self.given.get(document_digest(entry), ()))
        enough = approvals >= needed(entry, by_model=self.by_model)
        if enough:
            self.published(entry, by_hand=True)
        self.write("live", entry)
        # A busy machine may record only now what was written before.
        for it in self.publications_since(0, head):
            assert document_digest(it.entry) in self.allowed

    @rule(title=TITLES, origin=ORIGINS, declared=st.booleans())
    def edit_live(self, title: str, origin: str, *, declared: bool) -> None:
        self.write_live(version(self.id, title, origin, declared=declared))

    @rule(worker=WORKERS)
    def copy_the_draft_to_live(self, worker: int) -> None:
        draft = self.stores[worker].draft(self.id)
        if draft:
            self.write_live(draft.entry)

    @rule(number=st.integers(1, 12))
    def copy_a_revision_to_live(self, number: int) -> None:
        """Put back a file as somebody who has only a backup would."""
        found = [it for it in self.stores[0].history(self.id) if it.number == number]
        # Signed by hand it stays declared, which is another matter.
        if found and found[0].entry.provenance.reviewed_at is None:
            self.write_live(found[0].entry)

    @rule(title=TITLES, origin=ORIGINS)
    def edit_the_draft(self, title: str, origin: str) -> None:
        entry = version(self.id, title, origin)
        before = self.stores[0].draft(self.id)
        self.write("drafts", entry)
        if before is None or before.entry != entry:
            self.saved(entry, "file")

    @rule()
    def remove_live(self) -> None:
        (self.folder / "live" / f"{self.id}.json").unlink(missing_ok=True)
        self.poll()
