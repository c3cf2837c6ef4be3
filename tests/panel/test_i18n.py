"""The interface's languages: whole catalogs, and what they are made from."""

from __future__ import annotations

import gettext
import re
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from typing import cast

import catalogs
import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po
from samples import (
    PERMALINK,
    PUBLICATION,
    parse_html,
    sample_document,
    sample_entry,
    text_of,
)

from widget import i18n
from widget.entry.model import MAX_POINTS
from widget.panel import Options, frame
from widget.panel.words import Words

pytestmark = pytest.mark.unit

LOCALE = catalogs.LOCALE
DOMAINS = catalogs.DOMAINS
LANGUAGES = i18n.languages()[1:]
DESKS = ("ar", "de", "es", "fr")
CATALOGS = [*((it, "messages") for it in LANGUAGES), *((it, "desk") for it in DESKS)]
# Each form of each language, by a number that takes it: points, and sources.
PLURALS = {
    "en": {
        1: ("1 point", "1 source"),
        2: ("2 points", "2 sources"),
        12: ("12 points", "12 sources"),
    },
    "ar": {
        0: ("لا نقاط", "لا مصادر"),
        1: ("نقطة واحدة", "مصدر واحد"),
        2: ("نقطتان", "مصدران"),
        3: ("3 نقاط", "3 مصادر"),
        11: ("11 نقطة", "11 مصدرًا"),
        100: ("100 نقطة", "100 مصدر"),
    },
    "de": {0: ("0 Punkte", "0 Quellen"), 1: ("1 Punkt", "1 Quelle"), 3: ("3 Punkte", "3 Quellen")},
    "es": {
        0: ("0 puntos", "0 fuentes"),
        1: ("1 punto", "1 fuente"),
        3: ("3 puntos", "3 fuentes"),
        1_000_000: ("1000000 de puntos", "1000000 de fuentes"),
    },
    "fr": {
        0: ("0 point", "0 source"),
        1: ("1 point", "1 source"),
        3: ("3 points", "3 sources"),
        1_000_000: ("1000000 de points", "1000000 de sources"),
    },
    "bn": {1: ("১টি বিষয়", "১টি সূত্র"), 20: ("২০টি বিষয়", "২০টি সূত্র")},
    "ckb": {1: ("١ خاڵ", "١ سەرچاوە"), 20: ("٢٠ خاڵ", "٢٠ سەرچاوە")},
    "cs": {
        1: ("1 bod", "1 zdroj"),
        4: ("4 body", "4 zdroje"),
        5: ("5 bodů", "5 zdrojů"),
    },
    "fa": {1: ("۱ نکته", "۱ منبع"), 20: ("۲۰ نکته", "۲۰ منبع")},
    "he": {
        1: ("נקודה אחת", "מקור אחד"),
        2: ("שתי נקודות", "שני מקורות"),
        3: ("3 נקודות", "3 מקורות"),
    },
    "hi": {1: ("1 बिंदु", "1 स्रोत"), 20: ("20 बिंदु", "20 स्रोत")},
    "ja": {1: ("論点1件", "出典1件")},
    "lt": {
        1: ("1 punktas", "1 šaltinis"),
        2: ("2 punktai", "2 šaltiniai"),
        11: ("11 punktų", "11 šaltinių"),
        21: ("21 punktas", "21 šaltinis"),
    },
    "lv": {
        0: ("0 punktu", "0 avotu"),
        1: ("1 punkts", "1 avots"),
        2: ("2 punkti", "2 avoti"),
        11: ("11 punktu", "11 avotu"),
    },
    "pl": {
        1: ("1 punkt", "1 źródło"),
        2: ("2 punkty", "2 źródła"),
        5: ("5 punktów", "5 źródeł"),
        22: ("22 punkty", "22 źródła"),
    },
    "ro": {
        1: ("1 punct", "1 sursă"),
        19: ("19 puncte", "19 surse"),
        20: ("20 de puncte", "20 de surse"),
    },
    "ru": {
        1: ("1 пункт", "1 источник"),
        3: ("3 пункта", "3 источника"),
        11: ("11 пунктов", "11 источников"),
        21: ("21 пункт", "21 источник"),
    },
    "sl": {
        1: ("1 točka", "1 vir"),
        2: ("2 točki", "2 vira"),
        3: ("3 točke", "3 viri"),
        5: ("5 točk", "5 virov"),
    },
}
FORMS = [
    (language, number, *words)
    for language in PLURALS
    for number, words in PLURALS[language].items()
]


@cache
def read(name: str) -> Catalog:
    with (LOCALE / name).open("rb") as source:
        return read_po(source, abort_invalid=True)


def catalog(language: str, domain: str = "messages") -> Catalog:
    return read(f"{language}/LC_MESSAGES/{domain}.po")


def messages(of: Catalog) -> dict[str, Message]:
    """Return the messages by their source text, without the header."""
    return {_forms(message.id)[0]: message for message in of if message.id}


def _forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(cast("tuple[str, ...]", text))


def marks(text: str) -> Counter[str]:
    """Return what must be the same in every language: placeholders and tags."""
    return Counter(re.findall(r"%\(\w+\)[.\d]*[a-z]|%%|\{\w+\}|</?\w+[^>]*>", text))


def test_the_interface_speaks_these_languages() -> None:
    assert len(LANGUAGES) >= 46
    assert i18n.languages("desk") == ("en", *DESKS)
    assert set(DESKS) <= set(LANGUAGES)


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_every_message_is_translated_and_no_other(language: str, domain: str) -> None:
    source, translated = messages(read(f"{domain}.pot")), messages(catalog(language, domain))
    assert set(source) == set(translated)
    assert len(source) > 50
    assert not catalog(language, domain).obsolete
    for message in translated.values():
        assert not message.fuzzy, message.id
        assert all(form.strip() for form in _forms(message.string)), message.id


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_placeholders_and_tags_are_those_of_the_source(language: str, domain: str) -> None:
    for text, message in messages(catalog(language, domain)).items():
        if message.pluralizable:
            for form in _forms(message.string):
                assert marks(form) <= marks(_forms(message.id)[1]), form
        else:
            assert marks(str(message.string)) == marks(text), message.string


@pytest.mark.parametrize("language", DESKS)
def test_a_translation_has_only_the_quotation_marks_that_cannot_end_an_attribute(
    language: str,
) -> None:
    for text, message in messages(catalog(language, "desk")).items():
        for form in _forms(message.string):
            bare = re.sub(r"<[^>]+>", "", form)
            assert bare.count('"') == re.sub(r"<[^>]+>", "", text).count('"'), form


def header(language: str, domain: str) -> dict[str, str]:
    """Return the header that stands in the catalog's file itself."""
    text = (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").read_text("utf-8")
    lines = re.match(r'(?:#.*\n)*msgid ""\nmsgstr ""\n((?:".*\\n"\n)+)\n', text)
    assert lines, f"{language} has no header"
    return dict(re.findall(r'"([^:]+): (.*)\\n"', lines[1]))


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_a_catalog_says_its_language_and_its_plural_rule_and_no_more(
    language: str, domain: str
) -> None:
    said = header(language, domain)
    assert list(said) == ["Language", "Content-Type", "Plural-Forms"]
    assert said["Language"] == language
    assert said["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_the_plural_rule_is_the_catalogs_own(language: str, domain: str) -> None:
    rule = re.fullmatch(r"nplurals=(\d); plural=(.+);", header(language, domain)["Plural-Forms"])
    assert rule
    plural = gettext.c2py(rule[2])
    translations = i18n.translations(language, domain)
    for number in (*range(201), 1_000_000):
        assert translations.plural(number) == plural(number) < int(rule[1])
    plurals = [it for it in catalog(language, domain) if it.id and it.pluralizable]
    assert len(plurals) >= 2
    for message in plurals:
        assert len(_forms(message.string)) == int(rule[1])


@pytest.mark.parametrize(("language", "number", "points", "sources"), FORMS)
def test_every_form_of_every_language_is_said(
    language: str, number: int, points: str, sources: str
) -> None:
    words = Words(language)
    assert words.points_count(number) == points
    assert words.sources_count(number) == sources


@pytest.mark.parametrize(
    ("language", "number", "points", "sources"),
    [form for form in FORMS if 0 < form[1] <= MAX_POINTS],
)
def test_a_panel_counts_in_its_language(
    language: str, number: int, points: str, sources: str
) -> None:
    point = {"text": "A point.", "attributed_to": None}
    cited = {"text": "".join(f"[{index + 1}]" for index in range(number)), "attributed_to": None}
    group = {"role": "ideas", "heading": None, "points": [cited, *[point] * (number - 1)]}
    source = sample_document()["sources"][0]
    listed = [{**source, "url": f"https://rail.example/{index}"} for index in range(number)]
    entry = sample_entry(language=language, perspectives=[group], sources=listed)
    page = frame(entry, PUBLICATION, Options(), permalink=PERMALINK)
    text = text_of(parse_html(page.body.decode()))
    assert points in text
    assert sources in text


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_a_catalog_is_as_make_messages_writes_it(language: str, domain: str) -> None:
    path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    assert catalogs.updated(language, domain).decode() == path.read_text("utf-8")


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_template_is_what_extraction_finds_now(domain: str) -> None:
    assert catalogs.template(domain) == (LOCALE / f"{domain}.pot").read_bytes()


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
        ("sv", "sv"),
        ("esu", "en"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-Hant", "zh-Hant"),
        ("zh-hant-hk", "zh-Hant"),
        ("zh-Hans-TW", "zh-Hans"),
        ("pt-BR", "pt"),
        ("pt-PT", "pt"),
        ("nb", "nb"),
        ("nn-NO", "nb"),
        ("no", "nb"),
        ("sr", "sr"),
        ("sr-RS", "sr"),
        ("sr-Cyrl-ME", "sr"),
        ("sr-ME", "sr-Latn"),
        ("sr-Latn", "sr-Latn"),
        ("sh", "sr-Latn"),
        ("iw", "he"),
        ("in-ID", "id"),
        ("ji", "yi"),
        ("mo", "ro"),
        ("prs", "fa"),
        ("fa-AF", "fa"),
        ("fil", "en"),
        ("tl", "en"),
        ("x", "en"),
        ("../ar", "en"),
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
        ("bn", "৪ মে, ২০২৬"),
        ("ckb", "٤ی ئایاری ٢٠٢٦"),
        ("cs", "4. května 2026"),
        ("fa", "۴ مه ۲۰۲۶"),
        ("he", "4 במאי 2026"),
        ("hi", "4 मई 2026"),
        ("ja", "2026年5月4日"),
        ("ps", "۴ مۍ ۲۰۲۶"),
        ("ru", "4 мая 2026 г."),
        ("sd", "٢٠٢٦ مئي ٤"),
        ("sr-Latn", "4. maj 2026."),
        ("th", "4 พฤษภาคม ค.ศ. 2026"),
        ("ur", "4 مئی، 2026"),
        ("zh-Hant", "2026年5月4日"),
    ],
)
def test_a_day_is_written_as_the_language_writes_it(language: str, text: str) -> None:
    for moment in (date(2026, 5, 4), datetime(2026, 5, 4, 23, 59, tzinfo=UTC)):
        # Some have a narrow space that does not break.
        assert " ".join(i18n.long_date(moment, language).split()) == text


def test_a_day_in_arabic_is_written_in_arabic() -> None:
    assert "مايو" in i18n.long_date(date(2026, 5, 4), "ar")
