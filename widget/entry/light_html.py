"""Light HTML: the one place where text becomes Markup, and the only one that uses bleach."""

from __future__ import annotations

import html
import re
import threading
from functools import lru_cache
from html.entities import html5
from typing import Any

import bleach
from bleach.html5lib_shim import (  # type: ignore[attr-defined]  # the stubs lack them
    HTMLTokenizer,
    constants,
)
from markupsafe import Markup, escape

from widget.entry import urls

TAGS = frozenset(("a", "abbr", "b", "br", "cite", "code", "em", "i", "q", "strong", "sub", "sup"))
ATTRIBUTES = {"a": frozenset({"href"}), "abbr": frozenset({"title"})}

# bleach needs seconds for 100 KB of tags or character references; within these limits
# its slowest known inputs stay below a tenth of a second (tests/test_markup.py holds them).
MAX_LENGTH = 5_000
MAX_ANGLES = 200
MAX_AMPERSANDS = 200


def cost_problem(text: str) -> str | None:
    """Say why ``text`` is too costly to clean, or None where it is not."""
    if len(text) > MAX_LENGTH:
        return f"has {len(text)} characters; shorten it to {MAX_LENGTH}"
    for character, limit in (("<", MAX_ANGLES), ("&", MAX_AMPERSANDS)):
        count = text.count(character)
        if count > limit:
            return f"contains {count} times {character!r}; at most {limit} are accepted"
    return None


def cost(text: str) -> int:
    """Return about how costly ``text`` is to clean: 0 where it is nothing but text.

    Counted are the characters from the first tag on, since a browser's parser may take all of
    them for attributes, and ten more for each tag.
    """
    first = text.find("<")
    marked = len(text) - first if first >= 0 else 0
    return marked + 10 * text.count("<") + 2 * text.count("&")


def clean(text: str) -> Markup:
    """Return ``text`` with nothing left in it but the light HTML that is allowed.

    Idempotent. Raises ValueError where ``cost_problem`` names a problem.
    """
    problem = cost_problem(text)
    if problem:
        raise ValueError(problem)
    if _SPECIAL.search(text) is None:
        return Markup(text)  # noqa: S704  # nothing in it is more than text
    return _cleaned(text)


@lru_cache(maxsize=1_000)
def _cleaned(text: str) -> Markup:
    # Kept, since it is the dear part of a panel: rules ask for each text four times, and whoever
    # asks for a panel in other colours would pay for it again. At most 10 MB of the longest texts.
    cleaned = _REFERENCE.sub(_known_reference, _cleaner().clean(_readable(text)))
    return Markup(cleaned)  # noqa: S704  # cleaned in the line above


def display(text: str) -> Markup:
    """Return ``clean(text)`` for a page: its links open a tab of their own.

    What is too costly to clean, as a draft may be, is shown as it was typed.
    """
    if cost_problem(text):
        return escape(text)
    links = str(clean(text)).replace("<a ", '<a target="_blank" rel="noopener" ')
    return Markup(links)  # noqa: S704  # cleaned in the line above


def plain(text: str) -> str:
    """Return what readers can read of ``text``, without any markup."""
    return clean(text).striptags()


def change(text: str) -> str | None:
    """Return what ``clean`` makes of ``text`` where readers would notice a change, else None.

    Quoting, the case of names and the spelling of character references are no change.
    Raises ValueError where ``cost_problem`` names a problem.
    """
    cleaned = clean(text)
    if cleaned == text or (_readable(text) == text and _tokens(cleaned) == _tokens(text)):
        return None
    return str(cleaned)


def trusted(source: str) -> Markup:
    """Mark ``source`` as HTML. Only for what the project itself ships or has rendered."""
    return Markup(source)  # noqa: S704


# What only a parser can judge. Text without any of it comes out of bleach as it went in
# (tests/test_markup.py compares them), and most texts of an entry are such.
_SPECIAL = re.compile("[<>&\r\x00-\x08\x0b\x0c\x0e-\x1f]")

# Python refuses to read a number of more than 4,300 digits, and bleach does not expect that.
_LONG_REFERENCE = re.compile(r"&(?=#(?:[0-9]{20}|[xX][0-9a-fA-F]{20}))")


def _readable(text: str) -> str:
    """Return ``text`` without what bleach stumbles over.

    References that name no character become text. A form feed is white space to HTML; bleach
    makes a question mark of some and keeps others, which it would change the second time.
    """
    return _LONG_REFERENCE.sub("&amp;", text.replace("\f", " "))


_REFERENCE = re.compile(r"&(?:#(?P<decimal>[0-9]+)|#[xX](?P<hex>[0-9a-fA-F]+)|(?P<name>\w+));")


def _known_reference(reference: re.Match[str]) -> str:
    """Keep a character reference that HTML knows; bleach also passes others on."""
    if reference["name"]:
        valid = f"{reference['name']};" in html5
    else:
        digits = reference["decimal"] or reference["hex"]
        # Longer than any code point: refused unread, since int() is slow on long input.
        code = int(digits, 10 if reference["decimal"] else 16) if len(digits) < 8 else 0
        valid = chr(code).isprintable() if 0 < code <= 0x10FFFF else False
    return reference[0] if valid else f"&amp;{reference[0][1:]}"


def _allowed(tag: str, name: str, value: str) -> bool:
    if name not in ATTRIBUTES.get(tag, ()):
        return False
    # bleach hands over the value as it was written, with its character references.
    return name != "href" or urls.link_problem(html.unescape(value)) is None


_threads = threading.local()


def _cleaner() -> bleach.Cleaner:
    """Return this thread's cleaner: it holds a parser's state and cannot be shared."""
    cleaner: bleach.Cleaner | None = getattr(_threads, "cleaner", None)
    if cleaner is None:
        cleaner = _threads.cleaner = bleach.Cleaner(
            tags=TAGS, attributes=_allowed, protocols={"http", "https"}, strip=True
        )
        # With ' for values that contain ", bleach would not escape them alike the second time,
        # and footnotes would not see where the tag ends.
        cleaner.serializer.use_best_quote_char = False
    return cleaner


_TYPES = {number: name for name, number in constants.tokenTypes.items()}


def _tokens(text: str) -> list[tuple[str, ...]]:
    """Return what a browser's tokenizer makes of ``text``: tags, comments, text (HTML, 13.2.5).

    The tokenizer is the one in bleach, so that no second parser has to agree with it.
    """
    tokens: list[tuple[str, ...]] = []
    found: Any = HTMLTokenizer(text)  # its stubs take a token's data for text
    for token in found:
        match _TYPES[token["type"]]:
            case "Characters" | "SpaceCharacters":
                data = token["data"]
                if tokens and tokens[-1][0] == "text":
                    data = tokens.pop()[1] + data
                tokens.append(("text", data))
            case "StartTag" | "EmptyTag":
                attributes = sorted(f"{name}={value}" for name, value in token["data"].items())
                tokens.append(("start", token["name"], *attributes))
            case "EndTag":
                tokens.append(("end", token["name"]))
            case "Comment" | "Doctype":
                tokens.append(("comment", str(token.get("data", token.get("name")))))
            case "ParseError":
                pass
    return tokens
