"""The interface's languages: whole catalogs, and what they are made from."""

from __future__ import annotations

import gettext
import io
import re
import tomllib
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, cast

import catalogs
import pytest
from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from babel.plural import PluralRule
from samples import (
    PERMALINK,
    PUBLICATION,
    ROOT,
    parse_html,
    sample_document,
    sample_entry,
    text_of,
)

from widget import i18n
from widget.entry.model import MAX_POINTS
from widget.panel import Options, frame, oembed, snippet
from widget.panel.words import Words

pytestmark = pytest.mark.unit

LOCALE = catalogs.LOCALE
LANGUAGES = [
    *("ar", "bg", "bn", "ca", "ckb", "cs", "da", "de", "el", "es", "et", "fa", "fi"),
    *("fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "nb", "nl"),
    *("pl", "ps", "pt", "ro", "ru", "sd", "sk", "sl", "sr", "sr-Latn", "sv", "th", "tr"),
    *("ug", "uk", "ur", "vi", "yi", "zh-Hans", "zh-Hant"),
]
RIGHT_TO_LEFT = {"ar", "ckb", "fa", "he", "ps", "sd", "ug", "ur", "yi"}
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
_EQUAL_ONE = {"one": "n = 1"}
_UP_TO_ONE = {"one": "n = 0..1"}
_MILLIONS = "n != 0 and n % 1000000 = 0"
_SLAVIC_FEW = "n % 10 = 2..4 and n % 100 != 12..14"
_EAST_SLAVIC = {"one": "n % 10 = 1 and n % 100 != 11", "few": _SLAVIC_FEW}
# The CLDR's plural rules for integers (version 47, plurals.xml), written down: those of the
# installed Babel change with its version, and a catalog must not.
CLDR_PLURALS: dict[str, dict[str, str]] = {
    **{it: {} for it in ("id", "ja", "ko", "th", "vi", "zh-Hans", "zh-Hant")},
    **dict.fromkeys(
        [
            "bg",
            "ckb",
            "da",
            "de",
            "el",
            "et",
            "fi",
            "hu",
            "nb",
            "nl",
            "ps",
            "sd",
            "sv",
            "tr",
            "ug",
            "ur",
            "yi",
        ],
        _EQUAL_ONE,
    ),
    **dict.fromkeys(("bn", "fa", "hi"), _UP_TO_ONE),
    **dict.fromkeys(("ca", "es", "it"), _EQUAL_ONE | {"many": _MILLIONS}),
    **dict.fromkeys(("fr", "pt"), _UP_TO_ONE | {"many": _MILLIONS}),
    **dict.fromkeys(("cs", "sk"), _EQUAL_ONE | {"few": "n = 2..4"}),
    **dict.fromkeys(("hr", "ru", "sr", "sr-Latn", "uk"), _EAST_SLAVIC),
    "ar": {
        "zero": "n = 0",
        "one": "n = 1",
        "two": "n = 2",
        "few": "n % 100 = 3..10",
        "many": "n % 100 = 11..99",
    },
    "he": {"one": "n = 1", "two": "n = 2"},
    "lt": {
        "one": "n % 10 = 1 and n % 100 != 11..19",
        "few": "n % 10 = 2..9 and n % 100 != 11..19",
    },
    "lv": {
        "zero": "n % 10 = 0 or n % 100 = 11..19",
        "one": "n % 10 = 1 and n % 100 != 11",
    },
    "pl": _EQUAL_ONE | {"few": _SLAVIC_FEW},
    "ro": _EQUAL_ONE | {"few": "n = 0 or n != 1 and n % 100 = 1..19"},
    "sl": {"one": "n % 100 = 1", "two": "n % 100 = 2", "few": "n % 100 = 3..4"},
}
# The CLDR's quotation marks (version 48, delimiters.xml) of the languages whose messages have any.
QUOTES = {
    **dict.fromkeys(("bg", "cs", "et", "hr", "lt", "sk", "sl"), "„“"),
    **dict.fromkeys(("bn", "ckb", "hi", "lv", "ps", "sd", "th", "tr", "zh-Hans"), "“”"),
    **dict.fromkeys(("hu", "pl", "sr", "sr-Latn"), "„”"),
    **dict.fromkeys(("el", "fa", "ru", "uk"), "«»"),
    **dict.fromkeys(("he", "yi"), "””"),
    **dict.fromkeys(("ja", "zh-Hant"), "「」"),
    "ur": "”“",
    # The CLDR has ”“ and »«; newspapers in Arabic and Uyghur have these.
    **dict.fromkeys(("ar", "ug"), "«»"),
}
MARKS = '"„“”«»‹›「」『』'
NUMBERS = (*range(201), 10_000, 999_999, 1_000_000, 1_000_001, 2_000_000, 10**9)
FORMS = [
    (language, number, *words)
    for language in PLURALS
    for number, words in PLURALS[language].items()
]


@cache
def read(name: str) -> Catalog:
    with (LOCALE / name).open("rb") as source:
        return read_po(source, abort_invalid=True)


def catalog(language: str) -> Catalog:
    return read(f"{language}/LC_MESSAGES/messages.po")


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


def header(language: str) -> dict[str, str]:
    """Return the header that stands in the catalog's file itself."""
    text = (LOCALE / language / "LC_MESSAGES" / "messages.po").read_text("utf-8")
    lines = re.match(r'(?:#.*\n)*msgid ""\nmsgstr ""\n((?:".*\\n"\n)+)\n', text)
    assert lines, f"{language} has no header"
    return dict(re.findall(r'"([^:]+): (.*)\\n"', lines[1]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_says_its_language_and_its_plural_rule_and_no_more(language: str) -> None:
    said = header(language)
    assert list(said) == ["Language", "Content-Type", "Plural-Forms"]
    assert said["Language"] == language
    assert said["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plural_rule_is_the_catalogs_own(language: str) -> None:
    rule = re.fullmatch(r"nplurals=(\d); plural=(.+);", header(language)["Plural-Forms"])
    assert rule
    plural = gettext.c2py(rule[2])
    translations = i18n.translations(language)
    for number in (*range(1_000), 1_000_000):
        assert translations.plural(number) == plural(number) < int(rule[1])
    plurals = [message for message in catalog(language) if message.id and message.pluralizable]
    assert len(plurals) == 2
    for message in plurals:
        assert len(_forms(message.string)) == int(rule[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plural_rule_is_the_cldr_s(language: str) -> None:
    """Forms are numbered in the CLDR's order of categories, without those of fractions."""
    rule = PluralRule(CLDR_PLURALS[language])
    categories = [it for it in ("zero", "one", "two", "few", "many") if it in rule.tags]
    order = [*categories, "other"]
    translations = i18n.translations(language)
    assert {rule(number) for number in NUMBERS} == set(order)
    for number in NUMBERS:
        assert order[translations.plural(number)] == rule(number), number


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_says_how_it_was_made_and_who_may_correct_it(language: str) -> None:
    text = (LOCALE / language / "LC_MESSAGES" / "messages.po").read_text("utf-8")
    comment = text.partition("msgid")[0]
    name = Locale.parse(language, sep="-").english_name
    assert name
    assert f"# Translation into {name.partition(' (')[0]}" in comment
    assert "Machine-assisted" in comment
    assert 'may correct it: see "Translations" in CONTRIBUTING.md' in comment


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotation_marks_are_the_language_s(language: str) -> None:
    for message in messages(catalog(language)).values():
        for form in _forms(message.string):
            quoted = "".join(it for it in form if it in MARKS)
            expected = QUOTES.get(language, "")
            assert quoted == expected * (len(quoted) // 2), form


@pytest.mark.parametrize("language", LANGUAGES)
def test_separators_are_the_language_s(language: str) -> None:
    """A list of the CLDR has the language's own comma; no message has another's."""
    own = {
        **dict.fromkeys(("ar", "ckb", "fa", "ps", "sd", "ug", "ur"), "،"),
        **dict.fromkeys(("zh-Hans", "zh-Hant"), "，、"),
        "ja": "、",
    }.get(language, ",")
    text = "".join("".join(_forms(it.string)) for it in messages(catalog(language)).values())
    assert set(text) & set(",،，、") <= set(own)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", "Ana, Ben and Cleo"),
        ("en-US", "Ana, Ben, and Cleo"),
        ("ar", "Ana وBen وCleo"),
        ("de", "Ana, Ben und Cleo"),
        ("ja", "Ana、Ben、Cleo"),
        ("ru", "Ana, Ben и Cleo"),
        ("ur", "Ana، Ben، اور Cleo"),
        ("zh-TW", "Ana、Ben和Cleo"),
        ("xx", "Ana, Ben and Cleo"),
    ],
)
def test_authors_are_listed_as_the_language_lists(language: str, names: str) -> None:
    authors = ["Ana", "Ben", "Cleo"]
    assert i18n.listed(authors, language) == names
    assert i18n.listed(authors[:1], language) == "Ana"
    entry = sample_entry(language=language, article__authors=authors)
    embed = snippet(entry, PUBLICATION, "oembed", base="https://insights.example")
    response = oembed(entry, PUBLICATION, embed, base="https://insights.example")
    assert response["author_name"] == names


def test_contributors_read_how_to_correct_a_translation() -> None:
    assert "\n## Translations\n" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_the_types_of_the_component_list_the_languages() -> None:
    (union,) = re.findall(r"lang\?:([^;]+);", (ROOT / "static" / "embed.d.ts").read_text("utf-8"))
    assert tuple(re.findall(r'"([^"]+)"', union)) == i18n.languages()


def test_the_documentation_lists_the_languages() -> None:
    rows = (ROOT / "docs" / "languages.md").read_text("utf-8").split("\n")
    listed = [re.split(r" *\| *", row)[1:-1] for row in rows if row.startswith("| `")]
    assert [(row[0].strip("`"), row[2], row[3]) for row in listed] == [
        (it, i18n.language_name(it), "right to left" if it in RIGHT_TO_LEFT else "left to right")
        for it in i18n.languages()
    ]


def test_every_right_to_left_language_is_shown_right_to_left() -> None:
    assert {it for it in LANGUAGES if i18n.direction(it) == "rtl"} == RIGHT_TO_LEFT


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_is_as_make_messages_writes_it(language: str) -> None:
    path = LOCALE / language / "LC_MESSAGES" / "messages.po"
    assert catalogs.updated(language).decode() == path.read_text("utf-8")


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
