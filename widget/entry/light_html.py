"""Light HTML: the only module that creates Markup from text, and the only one that uses bleach."""

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
from widget.errors import Message, message

TAGS = frozenset(("a", "abbr", "b", "br", "cite", "code", "em", "i", "q", "strong", "sub", "sup"))
ATTRIBUTES = {"a": frozenset({"href"}), "abbr": frozenset({"title"})}

# bleach needs seconds for 100 KB of tags or character references. Within these limits the
# slowest inputs found take less than 0.1 s (tests/entry/test_markup.py has them).
MAX_LENGTH = 5_000
MAX_ANGLES = 200
MAX_AMPERSANDS = 200


def cost_problem(text: str) -> Message | None:
    """Return why ``text`` is too expensive to sanitize, or None."""
    if len(text) > MAX_LENGTH:
        return message(
            "has %(count)d characters; shorten it to %(limit)d", count=len(text), limit=MAX_LENGTH
        )
    for character, limit in (("<", MAX_ANGLES), ("&", MAX_AMPERSANDS)):
        count = text.count(character)
        if count > limit:
            return message(
                "contains %(character)r %(count)d times; at most %(limit)d are accepted",
                character=character,
                count=count,
                limit=limit,
            )
    return None


def cost(text: str) -> int:
    """Return the estimated cost of sanitizing ``text``, in characters; 0 for plain text.

    Counts the characters from the first tag on, since an HTML parser may read all of them as
    attributes, plus 10 for each ``<`` and 3 for each ``&``. The parser compares each attribute with
    all before it, so for more of them than an ordinary point has words, their square is added.
    """
    first = text.find("<")
    references = 3 * text.count("&")
    if first < 0:
        return references
    attributes = len(_ATTRIBUTE_END.findall(text, first))
    pairs = max(0, attributes - 100) ** 2 // 200
    return references + len(text) - first + 10 * text.count("<") + pairs


def clean(text: str) -> Markup:
    """Return sanitized ``text``: only the allowed light HTML remains.

    Idempotent. Raises ValueError if ``cost_problem`` reports a problem.
    """
    problem = cost_problem(text)
    if problem:
        raise ValueError(problem)
    if _SPECIAL.search(text) is None:
        return Markup(text)  # noqa: S704  # plain text
    return _cleaned(text)


@lru_cache(maxsize=1_000)
def _cleaned(text: str) -> Markup:
    # Cached: this is the expensive part of a panel, and rules, markers and each variant of a
    # panel share it. At most 10 MB of the longest texts.
    cleaned = _REFERENCE.sub(_escape_unknown_reference, _cleaner().clean(_normalize_input(text)))
    return Markup(cleaned)  # noqa: S704  # cleaned in the line above


def display(text: str) -> Markup:
    """Return ``clean(text)`` for a page; links open a new tab.

    Text that is too expensive to sanitize, as in a draft, is escaped instead.
    """
    if cost_problem(text):
        return escape(text)
    links = str(clean(text)).replace("<a ", '<a target="_blank" rel="noopener" ')
    return Markup(links)  # noqa: S704  # cleaned in the line above


def plain(text: str) -> str:
    """Return the text content of ``text``, without markup."""
    return clean(text).striptags()


def change(text: str) -> str | None:
    """Return ``clean(text)`` if it visibly differs from ``text``, else None.

    Quoting, the case of names and the spelling of character references are ignored.
    Raises ValueError if ``cost_problem`` reports a problem.
    """
    cleaned = clean(text)
    return None if cleaned == text or _is_respelled(text) else str(cleaned)


@lru_cache(maxsize=1_000)
def _is_respelled(text: str) -> bool:
    """Return whether ``text`` and its sanitized form are the same HTML in another spelling."""
    return _normalize_input(text) == text and _tokens(_cleaned(text)) == _tokens(text)


def trusted(source: str) -> Markup:
    """Mark ``source`` as safe HTML. Only for HTML that this project ships or has rendered."""
    return Markup(source)  # noqa: S704


# Characters that need a parser. bleach returns text without them unchanged
# (tests/entry/test_markup.py compares them); this is true of most texts of an entry.
_SPECIAL = re.compile("[<>&\r\x00-\x08\x0b\x0c\x0e-\x1f]")

# What may separate two attributes.
_ATTRIBUTE_END = re.compile(r"[\s/]+|(?<=[\"'])")

# int() raises ValueError for more than 4,300 digits, and bleach does not catch that.
_LONG_REFERENCE = re.compile(r"&(?=#(?:[0-9]{20}|[xX][0-9a-fA-F]{20}))")


def _normalize_input(text: str) -> str:
    """Return ``text`` without the constructs that bleach mishandles.

    Overlong character references become text. A form feed is white space in HTML; bleach replaces
    some with a question mark and passes others on, so that it would not be idempotent.
    """
    return _LONG_REFERENCE.sub("&amp;", text.replace("\f", " "))


_REFERENCE = re.compile(r"&(?:#(?P<decimal>[0-9]+)|#[xX](?P<hex>[0-9a-fA-F]+)|(?P<name>\w+));")


def _escape_unknown_reference(reference: re.Match[str]) -> str:
    """Escape a character reference that HTML does not define; bleach passes these on."""
    if reference["name"]:
        valid = f"{reference['name']};" in html5
    else:
        digits = reference["decimal"] or reference["hex"]
        # Longer than any code point: rejected unparsed, since int() is slow on long input.
        code = int(digits, 10 if reference["decimal"] else 16) if len(digits) < 8 else 0
        valid = chr(code).isprintable() if 0 < code <= 0x10FFFF else False
    return reference[0] if valid else f"&amp;{reference[0][1:]}"


def _allowed(tag: str, name: str, value: str) -> bool:
    if name not in ATTRIBUTES.get(tag, ()):
        return False
    # bleach passes the raw value, with its character references.
    return name != "href" or urls.link_problem(html.unescape(value)) is None


_threads = threading.local()


def _cleaner() -> bleach.Cleaner:
    """Return this thread's cleaner; it has parser state and cannot be shared."""
    cleaner: bleach.Cleaner | None = getattr(_threads, "cleaner", None)
    if cleaner is None:
        cleaner = _threads.cleaner = bleach.Cleaner(
            tags=TAGS, attributes=_allowed, protocols={"http", "https"}, strip=True
        )
        # With single quotes around values that contain ", bleach would not be idempotent, and
        # footnotes would not find the end of the tag.
        cleaner.serializer.use_best_quote_char = False
    return cleaner


_TYPES = {number: name for name, number in constants.tokenTypes.items()}


def _tokens(text: str) -> list[tuple[str, ...]]:
    """Return the HTML tokens of ``text``: tags, comments, text (HTML, 13.2.5).

    Uses bleach's own tokenizer, so that no second parser has to agree with it.
    """
    tokens: list[tuple[str, ...]] = []
    tokenizer: Any = HTMLTokenizer(text)  # the stubs type a token's data as text
    for token in tokenizer:
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
                error = token["data"]
                # A tag that does not end is dropped, with the rest of the text; "</" is text.
                if "eof" in error.lower() and error != "expected-closing-tag-but-got-eof":
                    tokens.append(("unclosed",))
    return tokens
