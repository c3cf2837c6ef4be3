"""The interface's languages: whole catalogs, and what they are made from."""

from __future__ import annotations

import io
import re
import tomllib
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from samples import ROOT

from widget import i18n

LOCALE = ROOT / "widget" / "locale"
LANGUAGES = ["ar", "de", "es", "fr"]
PLURALS = {"ar": 6, "de": 2, "es": 2, "fr": 2}


def read(name: str, language: str | None = None) -> Catalog:
    with (LOCALE / name).open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def catalog(language: str) -> Catalog:
    return read(f"{language}/LC_MESSAGES/messages.po", language)


def messages(of: Catalog) -> dict[str, Message]:
    """Return the messages by their source text, without the header."""
    return {_forms(message.id)[0]: message for message in of if message.id}


def _forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(cast("tuple[str, ...]", text))


def marks(text: str) -> Counter[str]:
    """Return what must be the same in every language: placeholders and tags."""
    return Counter(re.findall(r"%\(\w+\)[sd]|%%|</?\w+>", text))


def test_the_interface_speaks_these_languages() -> None:
    assert i18n.languages() == ("en", *LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_and_no_other(language: str) -> None:
    source, translated = messages(read("messages.pot")), messages(catalog(language))
    assert set(source) == set(translated)
    assert len(source) > 50
    assert not catalog(language).obsolete
    for message in translated.values():
        assert not message.fuzzy, message.id
        assert all(form.strip() for form in _forms(message.string)), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_tags_are_those_of_the_source(language: str) -> None:
    for text, message in messages(catalog(language)).items():
        if message.pluralizable:
            for form in _forms(message.string):
                assert marks(form) <= marks(_forms(message.id)[1]), form
        else:
            assert marks(str(message.string)) == marks(text), message.string


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_as_many_plural_forms_as_the_language_has(language: str) -> None:
    made = catalog(language)
    assert made.num_plurals == PLURALS[language]
    plurals = [message for message in made if message.id and message.pluralizable]
    assert len(plurals) == 2
    for message in plurals:
        assert len(_forms(message.string)) == PLURALS[language]
    translations = i18n.translations(language)
    for number in (*range(13), 25, 99, 100, 101):
        said = translations.ungettext("%(num)d point", "%(num)d points", number)
        assert said not in ("%(num)d point", "%(num)d points") or language == "fr"
        assert said % {"num": number}


def test_the_template_is_what_extraction_finds_now() -> None:
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]
    methods: list[Any] = [(one["pattern"], one["method"]) for one in mappings["mappings"]]
    found = Catalog(charset="utf-8")
    for folder in ("widget", "templates"):
        patterns = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(f"{folder}/")
        ]
        assert patterns
        for _, _, message, comments, context in extract_from_dir(ROOT / folder, patterns):
            found.add(message, auto_comments=comments, context=context)
    written = io.BytesIO()
    write_po(written, found, no_location=True, omit_header=True, sort_output=True)
    assert written.getvalue() == (LOCALE / "messages.pot").read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_is_read_as_it_is(language: str) -> None:
    assert i18n.translations(language).ugettext("Sources") != "Sources" or language == "fr"
    assert i18n.translations(language).ugettext("Close") != "Close"


def test_english_and_unknown_languages_say_the_source() -> None:
    for language in ("en", "xx", "../ar"):
        assert i18n.translations(language).ugettext("Close") == "Close"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("es-MX", "es"),
        ("AR", "ar"),
        ("de-CH-1996", "de"),
        ("sv", "en"),
        ("zh-Hant", "en"),
        ("esu", "en"),
        ("", "en"),
    ],
)
def test_a_tag_is_spoken_for_by_a_catalog_or_by_english(tag: str, language: str) -> None:
    assert i18n.interface_language(tag) == language


@pytest.mark.parametrize(
    ("tag", "direction"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("ar-EG", "rtl"),
        ("he", "rtl"),
        ("fa", "rtl"),
        ("ur", "rtl"),
        ("ja", "ltr"),
        ("xx", "ltr"),
        ("qaa-x-private", "ltr"),
    ],
)
def test_the_direction_follows_from_the_language(tag: str, direction: str) -> None:
    assert i18n.direction(tag) == direction


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "4 May 2026"),
        ("en-US", "May 4, 2026"),
        ("en-GB", "4 May 2026"),
        ("de", "4. Mai 2026"),
        ("fr", "4 mai 2026"),
        ("es", "4 de mayo de 2026"),
        ("xx", "4 May 2026"),
    ],
)
def test_a_day_is_written_as_the_language_writes_it(language: str, text: str) -> None:
    assert i18n.long_date(date(2026, 5, 4), language) == text
    assert i18n.long_date(datetime(2026, 5, 4, 23, 59, tzinfo=UTC), language) == text


def test_a_day_in_arabic_is_written_in_arabic() -> None:
    assert "مايو" in i18n.long_date(date(2026, 5, 4), "ar")
