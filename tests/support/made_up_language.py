"""A language made up for tests, in which whatever was not translated stands out.

It has a catalog like any other language: every message of the template, with each Latin letter in
its full-width form. It borrows the tag of Greek, whose dates have no Latin letters either.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po
from samples import parse_html

from widget import i18n

TAG = "el"
_WIDE = {ord(it): ord(it) + 0xFEE0 for it in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_GREEK = {ord(it): 0x3B1 + index % 17 for index, it in enumerate(map(chr, _WIDE))}
_PLACES = re.compile(r"(%\(\w+\)[.\d]*[a-z]|%%|<[^>]+>|\{\w+\})")
_SHOWN = ("aria-label", "title", "placeholder", "alt", "label", "data-name")
_WORDS = (
    *("data-saving", "data-waiting", "data-signed-out", "data-refused", "data-no-answer"),
    *("data-filled", "data-reading", "data-check", "data-nothing", "data-close", "data-copied"),
)
# Addresses, JSON paths, digests, and values in quotation marks.
_NOT_WORDS = re.compile(
    r"https?://\S*|[\w.-]+@[\w.-]+|\b[\w-]+(?:\.[\w-]+)*\.example\b\S*"
    r"|\$[\w.\[\]]*|\b[0-9a-f]{16,}\b|'[\w-]+'"
)


def made_up(text: str) -> str:
    """Return a message in the language."""
    parts = _PLACES.split(text)
    return "".join(it if index % 2 else it.translate(_WIDE) for index, it in enumerate(parts))


def in_greek_letters(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Return the texts of a document in letters that no message has."""
    own = ("title", "rationale", "text", "attributed_to", "publisher", "quote", "note", "heading")
    names = ("provider", "model", "reviewed_by", "section")
    match value:
        case dict():
            return {
                key: _greek(it) if key in (*own, *names) else in_greek_letters(it)
                for key, it in value.items()
            }
        case list():
            return [_greek(it) if _is_name(it) else in_greek_letters(it) for it in value]
    return value


def _is_name(value: object) -> bool:
    return isinstance(value, str) and "://" not in value


def _greek(value: str | None) -> str | None:
    if value is None:
        return None
    parts = re.split(r"(<[^>]+>)", value)
    return "".join(it if index % 2 else it.translate(_GREEK) for index, it in enumerate(parts))


@contextmanager
def offered(folder: Path) -> Iterator[None]:
    """Offer the language beside the others, with a catalog in a copy of theirs in ``folder``."""
    copy = folder / "locale"
    shutil.copytree(i18n.locale_folder(), copy)
    with (copy / "desk.pot").open("rb") as source:
        template = read_po(source)
    catalog = Catalog(locale=TAG, charset="utf-8")
    for message in template:
        if message.id and message.pluralizable:
            catalog.add(message.id, tuple(made_up(it) for it in message.id))
        elif message.id:
            catalog.add(message.id, made_up(str(message.id)))
    place = copy / TAG / "LC_MESSAGES" / "desk.po"
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as target:
        write_po(target, catalog)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "locale_folder", lambda: copy)
        _forget()
        yield
    _forget()


def _forget() -> None:
    i18n.languages.cache_clear()
    i18n.translations.cache_clear()


def untranslated(html: str, known: frozenset[str]) -> list[str]:
    """Return each text of a page with a word that is neither translated nor ``known``."""
    return [f"{place} {it}" for place, it in _texts(parse_html(html)) if _latin_words(it) - known]


def _latin_words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{2,}", _NOT_WORDS.sub(" ", text)))


def _texts(element: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  # html5lib's trees are untyped
    if not isinstance(element.tag, str) or element.tag in ("script", "style", "pre", "kbd"):
        return
    # What stays in another language says so.
    if element.get("lang", TAG) != TAG or element.tag in ("textarea", "code"):
        return
    for name in (*_SHOWN, *_WORDS):
        if element.get(name):
            yield name, element.get(name)
    yield from _own(element.tag, element.text)
    for child in element:
        yield from _texts(child)
        yield from _own(element.tag, child.tail)


def _own(tag: str, text: str | None) -> Iterator[tuple[str, str]]:
    if text and text.strip():
        yield f"<{tag}>", " ".join(text.split())
