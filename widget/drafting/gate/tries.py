"""A regular expression for any of many words, in time that does not grow with their number."""

from __future__ import annotations

import re
from collections.abc import Iterable


def pattern(words: Iterable[str]) -> str:
    """Return a pattern that matches the longest of ``words``; none at all if there are none."""
    root: dict[str, object] = {}
    for word in words:
        node = root
        for character in word:
            node = node.setdefault(character, {})  # type: ignore[assignment]  # nested alike
        node[""] = {}
    return _alternatives(root) if root else r"(?!)"


def _alternatives(node: dict[str, object]) -> str:
    branches = [
        re.escape(character) + _alternatives(following)  # type: ignore[arg-type]  # nested alike
        for character, following in sorted(node.items())
        if character
    ]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{joined})?" if "" in node else joined
