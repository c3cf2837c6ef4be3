"""Names of publications as parts of URLs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType

_OTHER = re.compile(r"[\W_]+")


@lru_cache(maxsize=16)
def slugs(names: tuple[str, ...]) -> MappingProxyType[str, int]:
    """Return the slug of each name with its position in ``names``.

    Letters of every script stay; "The Paper" is ``the-paper``. Of equal slugs the later ones get a
    number, so that a publication that is added does not rename those before it.
    """
    found: dict[str, int] = {}
    for position, name in enumerate(names):
        plain = slug_of(name)
        candidates: Iterable[str] = (f"{plain}-{number}" for number in range(2, len(names) + 2))
        unused = (it for it in (plain, *candidates) if it not in found)
        found[next(unused)] = position
    return MappingProxyType(found)


def slug_of(name: str) -> str:
    """Return ``name`` in lower case, its words joined by hyphens."""
    folded = unicodedata.normalize("NFC", name.casefold())
    return _OTHER.sub("-", folded).strip("-") or "publication"
