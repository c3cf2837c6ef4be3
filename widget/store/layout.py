"""The folders of a directory store."""

from __future__ import annotations

import os

from widget.errors import StoreUnavailable
from widget.store.durable import reason

FOLDERS = ("live", "drafts", "revisions", "journal")


def make_folders(root: str) -> None:
    """Make what is missing of the store at ``root``, on disk. Raises StoreUnavailable."""
    try:
        parent = os.path.dirname(os.path.abspath(root))
        os.makedirs(root, 0o700, exist_ok=True)
        if _has_revisions(root) and not os.path.isdir(os.path.join(root, "live")):
            # An empty live/ would mean that a person withdrew every entry.
            raise StoreUnavailable(f"{root} has revisions and no folder live/; restore that first")
        missing = [name for name in FOLDERS if not os.path.isdir(os.path.join(root, name))]
        for name in missing:
            os.makedirs(os.path.join(root, name), 0o700, exist_ok=True)
        if missing:
            _sync(root)
            _sync(parent)
    except OSError as error:
        raise StoreUnavailable(f"the store {root} cannot be opened: {reason(error)}") from error


def _has_revisions(root: str) -> bool:
    path = os.path.join(root, "revisions")
    return os.path.isdir(path) and any(not name.startswith(".") for name in os.listdir(path))


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
