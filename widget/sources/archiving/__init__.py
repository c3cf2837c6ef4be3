"""Archived copies of sources: adapters behind one protocol, off until one is configured."""

from __future__ import annotations

from widget.config.archive import Archive
from widget.sources.archiving.protocol import Archiver, Fetch
from widget.sources.archiving.save_page_now import SavePageNow, read_key

__all__ = ["Archiver", "open_archiver"]

_WAYBACK_MACHINE = "https://web.archive.org"


def open_archiver(archive: Archive, fetch: Fetch) -> Archiver:
    """Return the adapter of an archive; ``fetch`` gets what a folder of WARC files keeps.

    Raises InvalidSettings where the key cannot be read, or the library is not installed.
    """
    if archive.kind == "save-page-now":
        key = read_key(archive.key_file)
        return SavePageNow(archive.url or _WAYBACK_MACHINE, key)
    # Imported here: an extra, which nobody else needs.
    from widget.sources.archiving.warc import WarcFolder

    return WarcFolder(str(archive.folder), fetch, public_url=archive.public_url or "")
