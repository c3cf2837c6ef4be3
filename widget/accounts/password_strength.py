"""Rejects passwords that are easy to guess: common ones, and combinations of obvious words.

NIST SP 800-63B, section 3.1.1.2: a password is compared with a list of common passwords (zxcvbn
ships 30,000) and with the names of the service and of its user. The only other rule is its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from widget.errors import Message, message

_NOT_LETTERS = re.compile(r"[\W\d_]+")
_MIN_WORD = 3
_MIN_REST = 4
_MIN_DISTINCT = 4
_SERVICE_WORDS = ("insights", "admin", "editor", "publisher", "password")


def weakness(password: str, *, name: str, own_words: Iterable[str] = ()) -> Message | None:
    """Return why ``password`` (normalized) is easy to guess, or None where it is not.

    ``name`` is the user's, ``own_words`` are names of the service, such as its publications'.
    """
    folded = password.casefold()
    if len(set(folded)) < _MIN_DISTINCT:
        return message("repeats fewer than %(count)d different characters", count=_MIN_DISTINCT)
    core = _NOT_LETTERS.sub("", folded)
    if folded in _common() or (core and core in _common() and len(core) >= _MIN_REST):
        return message("is one of the most common passwords")
    words = {
        part
        for text in (name, *own_words, *_SERVICE_WORDS)
        for part in _NOT_LETTERS.split(text.casefold())
        if len(part) >= _MIN_WORD
    }
    rest = core
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    if rest != core and len(rest) < _MIN_REST:
        return message("consists of your name or the service's")
    return None


@cache
def _common() -> frozenset[str]:
    # Imported here: loading the lists takes 40 ms, and only a new password needs them.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
