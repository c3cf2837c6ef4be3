"""Writing a folder of static files so that it is right again after each run, and after each crash.

What must go goes first. Each file is replaced whole, and the manifest, which says what was made
from what, is written last. Before the first change it lists every file that is about to be made, so
that a run which was killed leaves nothing that the next one does not know to be its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from widget.config import Settings
from widget.entry.containment import contained
from widget.errors import ExportFailed, InvalidEntry
from widget.export import hosts, pages
from widget.export.folder import Folder
from widget.export.pages import Subject
from widget.store import EntryReader

Progress = Callable[[int, int], None]
"""Told how many entries are done, of how many that have changed."""


@dataclass(frozen=True, slots=True)
class Report:
    """How many files were written, kept as they were, and removed."""

    written: int
    kept: int
    removed: int


def export_site(
    store: EntryReader,
    settings: Settings,
    out: Path,
    base: str,
    progress: Progress | None = None,
) -> Report:
    """Make ``out`` the site that shows what is live now; what has not changed stays.

    ``base`` is the address that the files will have, as ``checked_base`` returns it. Raises
    ExportFailed where ``out`` cannot be written, or holds a file of somebody else's in a
    place that is needed; then nothing was changed.
    """
    with Folder.opened(out) as folder:
        known = pages.subjects(store)
        recipes = {name: pages.recipe(it, settings, base) for name, it in known.items()}
        changed = [
            it for name, it in known.items() if not folder.has(name, recipes[name], it.paths)
        ]
        needed = {
            *pages.shared_paths(),
            *hosts.NAMES,
            *(p for it in known.values() for p in it.paths),
        }
        _refuse_what_is_others(folder, needed)
        folder.announce(needed, {it.shown.id for it in changed})
        done = iter(range(1, len(changed) + 1))

        failed: dict[str, str] = {}

        def write(some: Iterable[Subject]) -> None:
            for subject in some:
                make = partial(_files, subject, settings, base)
                try:
                    files = contained("rendering it", make)
                except InvalidEntry as error:
                    failed[subject.shown.id] = f"{subject.shown.id}: {error}"
                    continue
                for path, data in files:
                    folder.write(path, data)
                folder.made(subject.shown.id, recipes[subject.shown.id])
                if progress:
                    progress(next(done), len(changed))

        write(it for it in changed if it.withdrawn)
        superfluous = [it for it in folder.ours() - needed if not _is_versioned(it)]
        for path in superfluous:
            folder.remove(path)
        write(it for it in changed if not it.withdrawn)
        for path, data in pages.of_all(known, store, settings):
            folder.write(path, data)
        unchanging = sorted(filter(_is_versioned, folder.ours()))
        for path, data in hosts.of_hosts(settings, base, unchanging):
            folder.write(path, data)
        folder.finish(known.keys() - failed.keys())
        if failed:
            # Its files stay as an earlier export made them.
            raise ExportFailed("all is exported but " + "; ".join(failed.values()))
        kept = len(folder.ours()) - folder.written
        return Report(folder.written, kept, len(superfluous))


def _files(subject: Subject, settings: Settings, base: str) -> list[tuple[str, bytes]]:
    return list(pages.of_entry(subject, settings, base))


def _is_versioned(path: str) -> bool:
    """Say whether ``path`` never changes; pages that were pasted or kept earlier ask for it."""
    return path.startswith("static/") and path.count(".") > 1


def _refuse_what_is_others(folder: Folder, needed: Iterable[str]) -> None:
    others = sorted(path for path in needed if folder.is_others(path))
    if others:
        raise ExportFailed(
            f"{folder.path / others[0]} is there already, and no export made it; "
            "move it away, or export into a folder of its own"
        )
