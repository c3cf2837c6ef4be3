"""Typographic variants: other spellings of the same words and numbers. None may block."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace

from benchmarks.gate.cases import Case, Unit

_SMALL = {
    "en": [
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ],
    "de": [
        "zwei",
        "drei",
        "vier",
        "fünf",
        "sechs",
        "sieben",
        "acht",
        "neun",
        "zehn",
        "elf",
        "zwölf",
    ],
    "es": [
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "seis",
        "siete",
        "ocho",
        "nueve",
        "diez",
        "once",
        "doce",
    ],
    "fr": [
        "deux",
        "trois",
        "quatre",
        "cinq",
        "six",
        "sept",
        "huit",
        "neuf",
        "dix",
        "onze",
        "douze",
    ],
}
_PERCENT = {
    "en": ("percent", "per cent", "%", " %", "\u00a0%"),
    "de": ("Prozent", "%", "\u00a0%", "\u202f%"),
    "es": ("por ciento", "%", " %", "\u00a0%"),
    "fr": ("pour cent", "%", "\u00a0%", "\u202f%"),
    "ar": ("في المئة", "٪", "%", "بالمئة"),
}
_GROUPING = {
    "en": (",", "", "\u2009", "\u00a0"),
    "de": (".", "", "\u2009", "\u202f", "'"),
    "es": (".", "", "\u2009", "\u00a0"),
    "fr": ("\u202f", "", "\u00a0", " "),
    "ar": (",", "", "\u066c"),
}
_MARKS = (("“", "”"), ('"', '"'), ("«", "»"), ("„", "“"), ("« ", " »"), ("「", "」"))
_QUOTED = re.compile(r"(?:<q>|“|«\s?|„)(.+?)(?:</q>|”|\s?»|“)")
_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3})[.,\u202f\u00a0 ](\d{3})(?![\d.,]\d)")
_NUMBER_WORD = re.compile(r"(?<![\w-])[^\W\d_]+(?![\w-])")
_LINK_TAG = re.compile("(<a [^>]*>)")


def _quotes(text: str, rng: random.Random, _language: str) -> str:
    first, last = rng.choice(_MARKS)
    return _QUOTED.sub(lambda it: f"{first}{it[1]}{last}", text)


def _apostrophes(text: str, _rng: random.Random, _language: str) -> str:
    return text.replace("’", "'") if "’" in text else text.replace("'", "’")


def _spaces(text: str, rng: random.Random, _language: str) -> str:
    return re.sub(" ", lambda _: rng.choice("    \u00a0\u2009\u202f"), text)


def _dashes(text: str, rng: random.Random, _language: str) -> str:
    return re.sub("(?<=[^\\W\\d_])-(?=[^\\W\\d_])", rng.choice("\u2010\u2011"), text)


def _grouping(text: str, rng: random.Random, language: str) -> str:
    return _GROUPED.sub(lambda it: f"{it[1]}{rng.choice(_GROUPING[language])}{it[2]}", text)


def _percent(text: str, rng: random.Random, language: str) -> str:
    pattern = r"\s?(?:%|٪)|\s(?:percent|Prozent|por ciento|pour cent|في المئة)\b"
    form = rng.choice(_PERCENT[language])
    spaced = form if form[0] in " %٪\u00a0\u202f" else f" {form}"
    return re.sub(rf"(?<=\d){pattern}", spaced, text)


def _words(text: str, _rng: random.Random, language: str) -> str:
    """Write numbers from 2 to 12 as words; not in quotations, which are to be exact."""
    names = _SMALL.get(language)
    if not names or _QUOTED.search(text):
        return text
    return re.sub(
        r"(?<![\d.,:\[-])([2-9]|1[0-2])(?![\d.,:\]%]|\s?%)(?=\s[^\W\d_])",
        lambda it: names[int(it[1]) - 2],
        text,
    )


def _digits(text: str, _rng: random.Random, language: str) -> str:
    names = _SMALL.get(language)
    if not names or _QUOTED.search(text):
        return text

    def digit(match: re.Match[str]) -> str:
        return str(names.index(match[0]) + 2) if match[0] in names else match[0]

    return _NUMBER_WORD.sub(digit, text)


def _decomposed(text: str, _rng: random.Random, _language: str) -> str:
    return unicodedata.normalize("NFD", text)


def _invisible(text: str, rng: random.Random, language: str) -> str:
    mark = "\u0640" if language == "ar" else rng.choice("\u00ad\u200b")
    return re.sub(r"(?<=[^\W\d_]{4})(?=[^\W\d_]{4})", mark, text, count=3)


def _eastern(text: str, _rng: random.Random, language: str) -> str:
    if language != "ar":
        return text
    return re.sub(r"(?<!\[)\d(?!\])", lambda it: chr(0x660 + int(it[0])), text)


_VARIANTS: tuple[Callable[[str, random.Random, str], str], ...] = (
    _quotes, _apostrophes, _spaces, _dashes, _grouping, _percent, _words, _digits, _decomposed,
    _invisible, _eastern,
)  # fmt: skip


def faithful(cases: list[Case], rng: random.Random) -> Iterator[tuple[str, Case, Unit]]:
    """Yield every faithful unit, and each of its variants that differs from it."""
    for case in cases:
        for unit in case.units:
            yield unit.origin, case, unit
            for make in _VARIANTS:
                # A URL is no typography.
                pieces = _LINK_TAG.split(unit.text)
                text = "".join(
                    it if it.startswith("<a ") else make(it, rng, case.language) for it in pieces
                )
                quotes = tuple(make(it, rng, case.language) for it in unit.quotes)
                if make in (_percent, _grouping, _words, _digits, _eastern):
                    # These change words, which a quotation must not.
                    quotes = unit.quotes
                    if _QUOTED.findall(text) != _QUOTED.findall(unit.text):
                        continue
                if (text, quotes) != (unit.text, unit.quotes):
                    varied = replace(unit, text=text, quotes=quotes)
                    yield f"variant: {make.__name__.strip('_')}", case, varied
