"""Writes a folder of static files, which each run completes, also after a crash.

Withdrawn panels are removed first. Each file is replaced atomically, and the manifest with the
sources of all files is written last. Before the first change, the manifest lists every file that
will be written, so that the next run recognizes the files of a run that was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from widget.config import Settings
from widget.entry.containment import contained
from widget.errors import ExportFailed, InvalidEntry
from widget.export import pages
from widget.export import server_configs as configs
from widget.export.folder import Folder
from widget.export.pages import Subject
from widget.export.public_log import log_files, log_paths
from widget.export.record import public_record
from widget.store import EntryReader

_READINGS = 5
Progress = Callable[[int, int], None]
"""Called with the number of entries written since the last call, and of all that have changed."""


@dataclass(frozen=True, slots=True)
class Report:
    """The numbers of files that were written, left unchanged and removed."""

    written: int
    unchanged: int
    removed: int


def export_site(
    store: EntryReader,
    settings: Settings,
    out: Path,
    base: str,
    progress: Progress | None = None,
) -> Report:
    """Write the site with all live entries into ``out``; unchanged files are not written.

    ``base`` is the base URL of the files, as ``checked_base`` returns it. Raises ExportFailed where
    ``out`` cannot be written, or contains a foreign file at a path that is needed; nothing was
    changed then.
    """
    with Folder.opened(out) as folder:
        subjects, log_size = _subjects(store)
        recipes = {name: pages.recipe(it, settings, base) for name, it in subjects.items()}
        changed = [
            it for name, it in subjects.items() if not folder.has(name, recipes[name], it.paths)
        ]
        record = dict(public_record(store, settings, base))
        needed = {*record, *pages.shared_paths(), *configs.NAMES, *log_paths(settings)}
        needed |= {path for it in subjects.values() for path in it.paths}
        _refuse_foreign_files(folder, needed)
        folder.announce(needed, {it.shown.id for it in changed})
        failed: dict[str, str] = {}

        def write(subjects: Iterable[Subject]) -> None:
            for subject in subjects:
                make = partial(_files, subject, settings, base)
                try:
                    files = contained("rendering it", make)
                except InvalidEntry as error:
                    failed[subject.shown.id] = f"{subject.shown.id}: {error}"
                    continue
                for path, data in files:
                    folder.write(path, data)
                folder.set_recipe(subject.shown.id, recipes[subject.shown.id])
                if progress:
                    progress(1, len(changed))

        write(it for it in changed if it.withdrawn)
        obsolete = [it for it in folder.own_files() - needed if not _is_versioned(it)]
        for path in obsolete:
            folder.remove(path)
        for path, data in record.items():  # without the texts of withdrawn entries
            folder.write(path, data)
        write(it for it in changed if not it.withdrawn)
        of_all = pages.of_all(subjects, store, settings)
        for path, data in chain(of_all, log_files(store, settings, base, log_size)):
            folder.write(path, data)
        immutable = sorted(filter(_is_versioned, folder.own_files()))
        for path, data in configs.server_configs(settings, base, immutable):
            folder.write(path, data)
        folder.finish(subjects.keys() - failed.keys())
        if failed:
            # Their files stay as an earlier export wrote them.
            raise ExportFailed("all is exported but " + "; ".join(failed.values()))
        unchanged = len(folder.own_files()) - folder.written
        return Report(folder.written, unchanged, len(obsolete))


def _subjects(store: EntryReader) -> tuple[dict[str, Subject], int]:
    """Return all public entries, and how many lines the log had when they were read.

    They are read again while others publish, so that the two agree.
    """
    size = store.log_size()
    for _ in range(_READINGS):
        subjects = pages.subjects_of(store)
        before, size = size, store.log_size()
        if size == before:
            break
    return subjects, size


def _files(subject: Subject, settings: Settings, base: str) -> list[tuple[str, bytes]]:
    return list(pages.of_entry(subject, settings, base))


def _is_versioned(path: str) -> bool:
    """Return whether ``path`` never changes; it is kept for pages that still refer to it."""
    return path.startswith("static/") and path.count(".") > 1


def _refuse_foreign_files(folder: Folder, needed: Iterable[str]) -> None:
    foreign = sorted(path for path in needed if folder.is_foreign(path))
    if foreign:
        raise ExportFailed(
            f"{folder.path / foreign[0]} is there already, and no export made it; "
            "move it away, or export into a folder of its own"
        )
