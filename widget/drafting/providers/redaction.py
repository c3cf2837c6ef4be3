"""Keeps keys and prompts out of messages, also where a provider repeats them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MAX_LENGTH = 300
"""The longest quotation of a provider's message, in characters."""
_KEY_PART = 6
"""A word that shares this many characters with the key is redacted: providers shorten keys."""
_PROMPT_PART = 24
"""A message that shares this many characters with the prompt is not quoted at all."""


def quotable(message: object, *, key: str, sent: Iterable[str]) -> str:
    """Return a provider's message in one short line; empty if it repeats what was sent."""
    if not isinstance(message, str):
        return ""
    line = " ".join(message.split())[: 4 * MAX_LENGTH]
    line = "".join(it for it in line if it.isprintable())
    if key:
        line = _without_key(line, key)
    if _repeats(line, [" ".join(text.split()) for text in sent]):
        return ""
    return line if len(line) <= MAX_LENGTH else f"{line[: MAX_LENGTH - 1]}…"


def _without_key(line: str, key: str) -> str:
    parts = {key[at : at + _KEY_PART] for at in range(max(1, len(key) - _KEY_PART + 1))}
    return re.sub(
        r"[^\s\"'`,;()<>]+",
        lambda word: "[key]" if any(part in word[0] for part in parts) else word[0],
        line,
    )


def _repeats(line: str, sent: Sequence[str]) -> bool:
    parts = (line[at : at + _PROMPT_PART] for at in range(len(line) - _PROMPT_PART + 1))
    return any(part in text for part in parts for text in sent)
