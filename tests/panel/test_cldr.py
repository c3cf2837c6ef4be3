"""The interface's languages as the CLDR knows them: plurals, quotation marks, lists, directions."""

from __future__ import annotations

import re
from functools import cache

import pytest
from babel import Locale
from babel.messages.pofile import read_po
from babel.plural import PluralRule
from samples import PUBLICATION, ROOT, sample_entry

from widget import i18n
from widget.panel import oembed, snippet

pytestmark = pytest.mark.unit

LOCALE = ROOT / "widget" / "locale"
LANGUAGES = [
    *("ar", "bg", "bn", "ca", "ckb", "cs", "da", "de", "el", "es", "et", "fa", "fi"),
    *("fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "nb", "nl"),
    *("pl", "ps", "pt", "ro", "ru", "sd", "sk", "sl", "sr", "sr-Latn", "sv", "th", "tr"),
    *("ug", "uk", "ur", "vi", "yi", "zh-Hans", "zh-Hant"),
]
RIGHT_TO_LEFT = {"ar", "ckb", "fa", "he", "ps", "sd", "ug", "ur", "yi"}
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


def file(language: str) -> str:
    return (LOCALE / language / "LC_MESSAGES" / "messages.po").read_text("utf-8")


@cache
def translated(language: str) -> tuple[str, ...]:
    """Return each translation of a catalog, and each form of one with plurals."""
    catalog = read_po(file(language).split("\n"), abort_invalid=True)
    strings = [it.string for it in catalog if it.id]
    return tuple(
        form for it in strings for form in ((it,) if isinstance(it, str) else tuple(it or ()))
    )


def test_the_interface_speaks_at_least_these_languages() -> None:
    assert i18n.languages() == ("en", *LANGUAGES)


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
    comment = file(language).partition("msgid")[0]
    name = Locale.parse(language, sep="-").english_name
    assert name
    assert f"# Translation into {name.partition(' (')[0]}" in comment
    assert "Machine-assisted" in comment
    assert 'may correct it: see "Translations" in CONTRIBUTING.md' in comment


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotation_marks_are_the_language_s(language: str) -> None:
    expected = QUOTES.get(language, "")
    for text in translated(language):
        quoted = "".join(it for it in text if it in MARKS)
        assert quoted == expected * (len(quoted) // 2), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_separators_are_the_language_s(language: str) -> None:
    """A list of the CLDR has the language's own comma; no message has another's."""
    own = {
        **dict.fromkeys(("ar", "ckb", "fa", "ps", "sd", "ug", "ur"), "،"),
        **dict.fromkeys(("zh-Hans", "zh-Hant"), "，、"),
        "ja": "、",
    }.get(language, ",")
    assert set("".join(translated(language))) & set(",،，、") <= set(own)


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
