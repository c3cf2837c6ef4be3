"""Ids for new entries."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from widget.editorial.service import Editorial
from widget.entry.model import ID_PATTERN


def free_id(editorial: Editorial, url: str) -> str:
    """Return an unused id, derived from the last segment of the URL's path."""
    last = PurePosixPath(unquote(urlsplit(url).path)).stem.lower()
    stem = re.sub(r"[^a-z0-9]+", "-", last, flags=re.ASCII).strip("-")[:70].strip("-")
    stem = stem or "entry"
    return next(
        name
        for name in (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
        if re.match(ID_PATTERN, name) and editorial.is_free(name)
    )
