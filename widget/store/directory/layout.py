"""The folders of a directory store."""

from __future__ import annotations

import os
import stat

from widget.errors import StoreUnavailable
from widget.storage.atomic import reason, sync_folder

FOLDERS = ("live", "drafts", "revisions", "journal")


def check_folders(root: str) -> None:
    """Raise StoreUnavailable where ``root`` holds no store, or this user may not read it."""
    live = os.path.join(root, "live")
    try:
        if stat.S_ISDIR(os.stat(live).st_mode):
            os.listdir(live)
            return
        raise NotADirectoryError
    except (FileNotFoundError, NotADirectoryError):
        if os.path.isdir(root):
            _refuse_missing_live(root)
            found = "holds no store (it has no folder live/)"
        else:
            found = "is not a folder" if os.path.lexists(root) else "does not exist"
    except OSError as error:
        raise StoreUnavailable(f"the store {root} cannot be read: {reason(error)}") from error
    raise StoreUnavailable(
        f"the store {root} {found}: correct its path (--store, INSIGHTS_STORE or store in "
        "insights.toml), or make a new store with: insights init"
    )


def open_folders(root: str) -> None:
    """Check that there is a store, and create missing folders if this user may write."""
    check_folders(root)
    if os.access(root, os.W_OK):
        make_folders(root)


def make_folders(root: str) -> None:
    """Create the missing folders of the store at ``root``, on disk. Raises StoreUnavailable."""
    try:
        parent = os.path.dirname(os.path.abspath(root))
        os.makedirs(root, 0o700, exist_ok=True)
        _refuse_missing_live(root)
        missing = [name for name in FOLDERS if not os.path.isdir(os.path.join(root, name))]
        for name in missing:
            os.makedirs(os.path.join(root, name), 0o700, exist_ok=True)
        if missing:
            sync_folder(root)
            sync_folder(parent)
    except OSError as error:
        raise StoreUnavailable(f"the store {root} cannot be opened: {reason(error)}") from error


def _refuse_missing_live(root: str) -> None:
    if _has_revisions(root) and not os.path.isdir(os.path.join(root, "live")):
        # An empty live/ would withdraw every entry.
        raise StoreUnavailable(f"{root} has revisions and no folder live/; restore that first")


def _has_revisions(root: str) -> bool:
    path = os.path.join(root, "revisions")
    return os.path.isdir(path) and any(not name.startswith(".") for name in os.listdir(path))
