"""The output folder: a manifest of the files that exports have written, and their sources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from widget.errors import ExportFailed, StoreUnavailable
from widget.storage.atomic import replace_file
from widget.storage.lock import Busy, StoreLock

MANIFEST = ".insights-export.json"
_LOCK = ".insights-export.lock"
_TEMPORARY = ".insights-export.tmp"
_FORMAT = 1


class Folder:
    """Files by their relative path, with ``/``. Locked for one export at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = 0
        self._digests: dict[str, str] = {}
        self._recipes: dict[str, str] = {}
        self._read()

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[Self]:
        """Create the folder where it is missing, and lock it for the length of the block."""
        with ExitStack() as stack:
            try:
                path.mkdir(parents=True, exist_ok=True)
                stack.enter_context(StoreLock(str(path / _LOCK)).held(patience=0))
            except Busy as error:
                raise ExportFailed(f"another export into {path} is running; wait for it") from error
            except (OSError, StoreUnavailable) as error:
                raise ExportFailed(f"{path} cannot be written: {error}") from error
            try:
                yield cls(path)
            except OSError as error:
                where, why = error.filename or path, error.strerror or error
                raise ExportFailed(f"{where} cannot be written: {why}") from error

    def own_files(self) -> set[str]:
        """Return the files that exports have written, or were about to write."""
        return set(self._digests)

    def is_foreign(self, path: str) -> bool:
        """Return whether ``path`` exists and was not written by an export."""
        return path not in self._digests and (self.path / path).exists()

    def has(self, name: str, recipe: str, paths: Collection[str]) -> bool:
        """Return whether ``paths`` were written from ``recipe``, and are unchanged since."""
        return self._recipes.get(name) == recipe and all(map(self._is_whole, paths))

    def announce(self, paths: Collection[str], names: Collection[str]) -> None:
        """Record in the manifest, before writing, ``paths`` and the changes of ``names``."""
        self._digests |= {path: "" for path in paths if path not in self._digests}
        self._recipes = {it: value for it, value in self._recipes.items() if it not in names}
        self._save()

    def write(self, path: str, data: bytes) -> None:
        """Replace ``path`` atomically, unless it already contains ``data``."""
        digest = _digest(data)
        if self._digests.get(path) == digest and self._is_whole(path):
            return
        self._replace(path, data)
        self._digests[path] = digest
        self.written += 1

    def set_recipe(self, name: str, recipe: str) -> None:
        """Record the recipe of the files of ``name``."""
        self._recipes[name] = recipe

    def remove(self, path: str) -> None:
        """Remove ``path``, which an export has written."""
        (self.path / path).unlink(missing_ok=True)
        del self._digests[path]

    def finish(self, names: Collection[str]) -> None:
        """Write the manifest with the recipes of ``names`` only."""
        self._recipes = {it: self._recipes[it] for it in sorted(names)}
        self._save()

    def _is_whole(self, path: str) -> bool:
        try:
            return _digest((self.path / path).read_bytes()) == self._digests.get(path)
        except FileNotFoundError:
            return False

    def _replace(self, path: str, data: bytes) -> None:
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = str(self.path / _TEMPORARY)
        replace_file(str(target), data, mode=0o666, temporary=temporary)

    def _read(self) -> None:
        try:
            manifest = json.loads((self.path / MANIFEST).read_bytes())
            if manifest["format"] != _FORMAT:
                raise ValueError(manifest["format"])
            self._digests, self._recipes = manifest["files"], manifest["entries"]
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError) as error:
            raise ExportFailed(
                f"{self.path / MANIFEST} cannot be read; export into a new folder, "
                "or empty this one"
            ) from error

    def _save(self) -> None:
        manifest = {"format": _FORMAT, "entries": self._recipes, "files": self._digests}
        self._replace(MANIFEST, json.dumps(manifest, sort_keys=True, indent=0).encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
