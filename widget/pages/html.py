"""Yields the elements of a page in linear time.

The tokenizer of the HTML Standard (section 13.2.5) without tree construction. ``html.parser`` takes
quadratic time, seconds for 20 kB of ``<a <a <a``, and anyone may paste a page (decision 0009).
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

# Elements with raw text content; noscript is one in a browser that runs scripts.
RAW = frozenset(
    {"script", "style", "title", "textarea", "noscript", "iframe", "xmp", "noembed", "noframes"}
)
_SPACE = "\t\n\f\r "
_NAME = re.compile(rf"[^{_SPACE}/>]+")
_BETWEEN = re.compile(rf"[{_SPACE}/]*")
# An attribute, and what stands before the next one. ``open``: a quote is never closed.
_ATTRIBUTE = re.compile(
    rf"(?P<name>=?[^{_SPACE}/>=]*)"
    rf"(?:[{_SPACE}]*=[{_SPACE}]*"
    r"(?:(?P<quote>[\"'])(?P<quoted>.*?)(?:(?P=quote)|(?P<open>\Z))"
    rf"|(?P<bare>[^{_SPACE}>]*)))?"
    rf"[{_SPACE}/]*",
    re.DOTALL,
)
_COMMENT_END = re.compile(r"--!?>")
RAW_END = {name: re.compile(rf"</{name}(?=[{_SPACE}/>])", re.IGNORECASE | re.ASCII) for name in RAW}
_REFERENCE = re.compile(r"&(?:#\w+;?|[A-Za-z][A-Za-z0-9]*;?)")
_EXCERPT = 160


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag. ``text`` is the content of a raw element such as a script.

    Comments have the name ``!--``. ``line`` counts from 1. ``inert``: inside a ``<template>``.
    """

    name: str
    attributes: dict[str, str]
    line: int
    source: str
    text: str = ""
    in_head: bool = False
    inert: bool = False

    def get(self, name: str) -> str | None:
        """Return the trimmed value of an attribute, None where it is absent."""
        value = self.attributes.get(name)
        return None if value is None else value.strip(_SPACE)


_HEAD = frozenset(
    {"html", "head", "meta", "link", "script", "style", "title", "base", "noscript", "template"}
)


def elements(text: str) -> Iterator[Element]:
    """Yield all elements and comments of a page in order."""
    newlines = [found.start() for found in re.finditer("\n", text)]
    in_head, templates, drawings = True, 0, 0
    at = 0
    while (start := text.find("<", at)) >= 0:
        line = bisect_left(newlines, start) + 1
        if text.startswith("<!--", start):
            at, inner = parse_comment(text, start + 4)
            yield Element("!--", {}, line, _excerpt(text, start, at), inner, in_head)
            continue
        closing = text.startswith("/", start + 1)
        first = start + 1 + closing
        if not (text[first : first + 1].isascii() and text[first : first + 1].isalpha()):
            if text[start + 1 : start + 2] in ("!", "?", "/"):
                end = text.find(">", first)
                at = len(text) if end < 0 else end + 1
            else:
                at = start + 1
            continue
        tag = parse_tag(text, first)
        if tag is None:
            return  # the page ends inside a tag, which is then dropped
        name, attributes, at, empty = tag
        if closing:
            templates -= name == "template" and templates > 0
            drawings -= name == "svg" and drawings > 0
            in_head = in_head and name != "head"
            continue
        in_head = in_head and name in _HEAD
        inner, source = "", _excerpt(text, start, at)
        if name in RAW and not (empty and drawings):
            close = RAW_END[name].search(text, at)
            inner = text[at : close.start() if close else len(text)]
            at += len(inner)
        yield Element(name, attributes, line, source, inner, in_head, templates > 0)
        templates += name == "template"
        drawings += name == "svg" and not empty


def parse_comment(text: str, start: int) -> tuple[int, str]:
    """Return the end and the text of a comment whose content begins at ``start``.

    ``<!-->`` is a comment, too.
    """
    for abrupt in (">", "->"):
        if text.startswith(abrupt, start):
            return start + len(abrupt), ""
    end = _COMMENT_END.search(text, start)
    return (end.end(), text[start : end.start()]) if end else (len(text), text[start:])


def parse_tag(text: str, start: int) -> tuple[str, dict[str, str], int, bool] | None:
    """Return a tag's name, attributes, end, and whether it closes itself.

    ``start`` is the first letter of its name; None where the page ends inside the tag.
    """
    found = _NAME.match(text, start)
    assert found, "a tag's name begins with a letter"  # noqa: S101  # the caller looked
    name, at = found[0].lower(), _end(_BETWEEN, text, found.end())
    attributes: dict[str, str] = {}
    while at < len(text):
        if text[at] == ">":
            return name, attributes, at + 1, text[at - 1] == "/"
        attribute = _ATTRIBUTE.match(text, at)
        if attribute is None or attribute["open"] is not None:
            return None
        at = attribute.end()
        key, value = attribute["name"].lower(), attribute["quoted"] or attribute["bare"] or ""
        # The first of two attributes with the same name counts.
        if key not in attributes:
            attributes[key] = _REFERENCE.sub(_decoded, value) if "&" in value else value
    return None


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _decoded(reference: re.Match[str]) -> str:
    """Decode a character reference as attributes have it: ``?a&copy=1`` keeps its ``&copy``."""
    written = reference[0]
    if not written.endswith(";") and not written.startswith("&#"):
        following = reference.string[reference.end() : reference.end() + 1]
        if following == "=" or written[1:] not in html5:
            return written
    return html.unescape(written)


def _excerpt(text: str, start: int, end: int) -> str:
    """Return a tag in one short line."""
    shown = " ".join(text[start : min(end, start + 2 * _EXCERPT)].split())
    return shown if len(shown) <= _EXCERPT else f"{shown[: _EXCERPT - 1]}…"
