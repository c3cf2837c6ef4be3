"""Mutations: mechanical changes that make a faithful point unfaithful, by kind.

Whether a kind is promised follows from what the gate is specified to block, and is decided here
with plain string searches, without the gate's own parsers.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.gate.cases import MARKER, Case, Unit, quoted, repeated
from benchmarks.gate.phrases import (
    DEBRIS,
    FOREIGN,
    INSTRUCTIONS,
    MONTHS,
    NEGATIONS,
    NUMBER_WORDS,
    OTHER_NAMES,
    OTHER_WORDS,
)

_DIGITS = re.compile(r"(?<![\d\[])\d(?:[\d.,\u202f\u00a0]*\d)?(?![\d\]])")
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d|\d)")
_WORD = re.compile(r"[^\W\d_]{4,}")
_QUOTED = re.compile(r"(<q>|“|«\s?|„)(.+?)(</q>|”|\s?»|“)")


@dataclass(frozen=True, slots=True)
class Mutation:
    """A changed unit. ``expected``: the rules of which one must block it."""

    kind: str
    case: Case
    unit: Unit
    original: Unit
    expected: frozenset[str]
    promised: bool = True


def all_of(cases: list[Case], rng: random.Random) -> Iterator[Mutation]:
    """Yield all mutations, in the order of their kinds."""
    for make in (
        _negation_in_quotation, _negation_in_sentence, _negation_in_paraphrase, _number,
        _date, _name,
        _quote_altered, _quote_elsewhere, _cite_off, _cite_unknown, _cite_missing, _host, _url,
        _language, _instruction, _debris,
    ):  # fmt: skip
        for case in cases:
            yield from make(case, rng, cases)


def _mutation(
    kind: str, case: Case, unit: Unit, original: Unit, *expected: str, promised: bool = True
) -> Mutation:
    return Mutation(kind, case, unit, original, frozenset(expected), promised)


def _without_negation(text: str, language: str) -> Iterator[str]:
    for pattern, instead in NEGATIONS[language]:
        for match in re.finditer(pattern, text):
            changed = text[: match.start()] + match.expand(instead) + text[match.end() :]
            yield re.sub(" {2,}", " ", changed).strip()


def _negation_in_quotation(
    case: Case, _rng: random.Random, _cases: list[Case]
) -> Iterator[Mutation]:
    for unit in quoted(case):
        match = _QUOTED.search(unit.text)
        if match is None:
            continue
        for changed in _without_negation(match[2], case.language):
            text = unit.text.replace(match[2], changed)
            mutated = replace(unit, text=text, quotes=())
            yield _mutation(
                "negation dropped in a quotation", case, mutated, replace(unit, quotes=()),
                "quote-altered",
            )  # fmt: skip
    for unit in case.units:
        for n, quote in enumerate(unit.quotes):
            for changed in _without_negation(quote, case.language):
                quotes = (*unit.quotes[:n], changed, *unit.quotes[n + 1 :])
                yield _mutation(
                    "negation dropped in a quotation", case, replace(unit, quotes=quotes), unit,
                    "quote-altered",
                )  # fmt: skip


def _negation_in_sentence(
    case: Case, _rng: random.Random, _cases: list[Case]
) -> Iterator[Mutation]:
    for unit in repeated(case):
        for changed in _without_negation(unit.bare, case.language):
            text = changed + unit.text[len(unit.bare) :]
            yield _mutation(
                "negation dropped in a repeated sentence", case, replace(unit, text=text), unit,
                "quote-altered",
            )  # fmt: skip


def _negation_in_paraphrase(
    case: Case, _rng: random.Random, _cases: list[Case]
) -> Iterator[Mutation]:
    for unit in case.units:
        outside = _QUOTED.sub(lambda it: "\x00" * len(it[0]), unit.text)
        for pattern, instead in NEGATIONS[case.language]:
            for match in re.finditer(pattern, outside):
                text = unit.text[: match.start()] + match.expand(instead) + unit.text[match.end() :]
                yield _mutation(
                    "negation dropped in a paraphrase", case, replace(unit, text=text), unit,
                    "quote-altered", promised=False,
                )  # fmt: skip


def _number(case: Case, rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    for unit in (*case.units, *repeated(case)):
        support = case.support(unit)
        for match in _DIGITS.finditer(unit.text):
            if _YEAR.fullmatch(match[0]) or _is_date(unit.text, match):
                continue
            for _ in range(2):
                changed = _other_digits(match[0], rng)
                text = unit.text[: match.start()] + changed + unit.text[match.end() :]
                yield _number_mutation(case, unit, text, changed, support)
        words = NUMBER_WORDS.get(case.language, {})
        for match in re.finditer(r"[^\W\d_]+", unit.text):
            if match[0] in words:
                changed = rng.choice([it for it in words if words[it] != words[match[0]]])
                text = unit.text[: match.start()] + changed + unit.text[match.end() :]
                yield _number_mutation(case, unit, text, str(words[changed]), support)


def _number_mutation(case: Case, unit: Unit, text: str, number: str, support: str) -> Mutation:
    inside = _states(support, number, case.language)
    kind = "number changed to another of the source" if inside else "number changed"
    return _mutation(
        kind, case, replace(unit, text=text), unit, "number-unsupported", "quote-altered",
        "date-unsupported", promised=not inside,
    )  # fmt: skip


def _states(support: str, number: str, language: str) -> bool:
    """Return whether a text states a number, in digits with any separators or in a word."""
    plain = re.sub(r"[.,\u202f\u00a0]", "", number)
    stated = {re.sub(r"[.,\u202f\u00a0' ]", "", it) for it in _DIGITS.findall(support)}
    stated |= {it.group() for it in re.finditer(r"\d+", support)}
    words = NUMBER_WORDS.get(language, {})
    stated |= {str(words[it]) for it in re.findall(r"[^\W\d_]+", support.lower()) if it in words}
    return plain in stated


def _other_digits(number: str, rng: random.Random) -> str:
    places = [n for n, it in enumerate(number) if it.isdecimal()]
    place = rng.choice(places)
    choices = [it for it in "123456789" if it != number[place]]
    return number[:place] + rng.choice(choices) + number[place + 1 :]


def _is_date(text: str, match: re.Match[str]) -> bool:
    around = text[max(0, match.start() - 14) : match.end() + 14].lower()
    months = "|".join(it.lower() for names in MONTHS.values() for it in names)
    return re.search(rf"\b(?:{months})\b", around) is not None or bool(
        re.search(r"\d\d\.\d\d\.\d{4}", around)
    )


def _date(case: Case, rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    months = MONTHS[case.language]
    month = re.compile("|".join(rf"\b{it}\b" for it in months))
    expected = ("date-unsupported", "quote-altered", "number-unsupported")
    for unit in (*case.units, *repeated(case)):
        support = case.support(unit)
        for match in _YEAR.finditer(unit.text):
            for _ in range(3):
                year = str(int(match[0]) + rng.choice((-9, -7, -4, -3, -2, -1, 1, 2, 3, 4, 6, 8)))
                if year not in support:
                    text = unit.text[: match.start()] + year + unit.text[match.end() :]
                    yield _mutation("date moved", case, replace(unit, text=text), unit, *expected)
        for match in month.finditer(unit.text):
            others = [it for it in months if it.lower() not in support.lower()]
            others = [it for it in others if not _month_in(support, months.index(it) + 1)]
            for other in rng.sample(others, min(3, len(others))):
                text = unit.text[: match.start()] + other + unit.text[match.end() :]
                yield _mutation("date moved", case, replace(unit, text=text), unit, *expected)
        for match in re.finditer(
            rf"(?<!\d)([12]?\d|3[01])(?=\.? (?:de )?(?:{month.pattern}))", unit.text
        ):
            for day in rng.sample(range(1, 29), 3):
                if str(day) not in re.findall(r"\d+", support):
                    text = unit.text[: match.start()] + str(day) + unit.text[match.end() :]
                    yield _mutation("date moved", case, replace(unit, text=text), unit, *expected)


def _month_in(support: str, number: int) -> bool:
    return re.search(rf"(?:-|\.){number:02}(?:-|\.)", support) is not None


def _name(case: Case, rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    names = {it.by for it in case.units if it.by} | set(OTHER_NAMES[case.language])
    for unit in case.units:
        if not unit.by:
            continue
        support = case.support(unit).lower()
        own = {it.by for it in case.units if set(it.numbers) & set(unit.numbers)}
        others = sorted(names - own)
        for other in rng.sample(others, min(8, len(others))):
            words = [it.lower() for it in re.findall(r"[^\W\d_]{3,}", other)]
            unseen = [it for it in words if it not in support]
            # A name that the text contains, or whose words it contains, is no foreign name.
            if len(unseen) < 2 and other not in OTHER_NAMES[case.language]:
                continue
            yield _mutation("name swapped", case, replace(unit, by=other), unit, "name-unsupported")


def _quote_altered(case: Case, rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    for unit in (*case.units, *quoted(case)):
        for match in _QUOTED.finditer(unit.text):
            changed = _one_word(match[2], case, rng)
            text = unit.text[: match.start(2)] + changed + unit.text[match.end(2) :]
            if changed not in case.support(unit):
                yield _mutation(
                    "quote altered by one word",
                    case,
                    replace(unit, text=text),
                    unit,
                    "quote-altered",
                )
        for n, quote in enumerate(unit.quotes):
            changed = _one_word(quote, case, rng)
            if changed not in case.support(unit):
                quotes = (*unit.quotes[:n], changed, *unit.quotes[n + 1 :])
                yield _mutation(
                    "quote altered by one word", case, replace(unit, quotes=quotes), unit,
                    "quote-altered",
                )  # fmt: skip


def _one_word(quote: str, case: Case, rng: random.Random) -> str:
    """Replace, remove, insert or swap one word."""
    words = quote.split(" ")
    place = rng.randrange(len(words))
    other = rng.choice(OTHER_WORDS[case.language])
    match rng.randrange(4):
        case 0:
            words[place] = other
        case 1 if len(words) > 3:
            # A word in the middle: at the ends the rest is still an exact quotation.
            del words[rng.randrange(1, len(words) - 1)]
        case 2 if len(words) > 3:
            first = rng.randrange(1, len(words) - 2)
            words[first], words[first + 1] = words[first + 1], words[first]
        case _:
            words.insert(max(1, place), other)
    changed = " ".join(words)
    return changed if changed != quote else f"{other} {quote}"


def _quote_elsewhere(case: Case, _rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    total = len(case.entry.sources)
    for unit in (*case.units, *quoted(case)):
        texts = [it[1] for it in _QUOTED.findall(unit.text)] + list(unit.quotes)
        if unit.role == "ideas" or not texts:
            continue
        for step in (1, 2):
            other = (unit.numbers[0] - 1 + step) % total + 1
            moved = replace(unit, text=f"{unit.bare} [{other}]")
            if any(it.strip(".") not in case.support(moved) for it in texts):
                yield _mutation("quote from another source", case, moved, unit, "quote-altered")


def _cite_off(case: Case, _rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    """Every marker moved to the next source."""
    total = len(case.entry.sources)
    for unit in (*case.units, *repeated(case)):
        if unit.role == "ideas" or not unit.numbers:
            continue
        for step in (1, -1):
            moved = MARKER.sub(
                lambda it, by=step: f" [{(int(it[1]) - 1 + by) % total + 1}]", unit.text
            )
            mutated = replace(unit, text=moved)
            visible = _is_visible(case, mutated)
            kind = "cite off by one" if visible else "cite off by one, nothing to compare"
            yield _mutation(
                kind, case, mutated, unit, "quote-altered", "number-unsupported",
                "date-unsupported", "name-unsupported", "cite-unknown", promised=visible,
            )  # fmt: skip


def _is_visible(case: Case, unit: Unit) -> bool:
    """Return whether the point has digits, a quotation or a name that the other source lacks."""
    support = case.support(unit)
    numbers = _DIGITS.findall(MARKER.sub("", unit.text))
    if any(not _states(support, it, case.language) for it in numbers):
        return True
    texts = [it[1] for it in _QUOTED.findall(unit.text)] + list(unit.quotes)
    if any(it.strip(". ") not in support for it in texts):
        return True
    first = re.findall(r"[^\W\d_]{3,}", unit.by or "")
    return len(first) >= 2 and all(it not in support for it in first)


def _cite_unknown(case: Case, _rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    total = len(case.entry.sources)
    for unit in case.units:
        for number in (0, total + 1):
            marked = replace(unit, text=f"{unit.text} [{number}]")
            yield _mutation("cite outside the evidence", case, marked, unit, "cite-unknown")
        proposed = replace(unit, cites=(*unit.numbers, total + 3))
        yield _mutation("cite outside the evidence", case, proposed, unit, "cite-unknown")


def _cite_missing(case: Case, _rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    for unit in (*case.units, *repeated(case)):
        if unit.role == "different-views":
            bare = replace(unit, text=unit.bare)
            yield _mutation("cite missing", case, bare, unit, "cite-missing")


def _host(case: Case, _rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    unit = next(it for it in case.units if it.role == "different-views")
    urls = tuple(it.url for it in case.entry.sources)
    for n, url in enumerate(urls):
        host = url.split("/")[2]
        for spoofed in (
            f"{host}.evil.example", f"evil-{host}", host.replace(".example", ".example.com"),
            host.replace("e", "\u0435", 1), host.replace(".", "-", 1) + ".test", f"m.{host}",
            host.replace("o", "0", 1) if "o" in host else f"0{host}", f"{host}@evil.example",
            host[:-1], f"www2.{host}",
        ):  # fmt: skip
            changed = (*urls[:n], url.replace(host, spoofed, 1), *urls[n + 1 :])
            yield _mutation("host spoofed", case, replace(unit, urls=changed), unit, "url-foreign")


def _url(case: Case, rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    for unit in case.units:
        for url in rng.sample(FOREIGN, 3):
            marked = replace(unit, text=f"{unit.text} {url}")
            yield _mutation("foreign or redirecting URL", case, marked, unit, "url-foreign")


def _language(case: Case, rng: random.Random, cases: list[Case]) -> Iterator[Mutation]:
    others = [
        (it.language, unit) for it in cases if it.language != case.language for unit in it.units
    ]
    for unit in case.units:
        marks = "".join(f" [{it}]" for it in unit.numbers)
        for _, other in rng.sample(others, 3):
            text = MARKER.sub("", other.text) + marks
            yield _mutation(
                "language changed", case, replace(unit, text=text, quotes=(), by=None),
                replace(unit, quotes=(), by=None), "wrong-language",
            )  # fmt: skip


def _instruction(case: Case, rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    for unit in case.units:
        for kind, phrases in INSTRUCTIONS.items():
            for phrase in rng.sample(phrases, 2):
                text = f"{unit.bare} {phrase}" if rng.random() < 0.5 else f"{phrase} {unit.bare}"
                marks = "".join(f" [{it}]" for it in unit.numbers)
                yield _mutation(
                    kind, case, replace(unit, text=text + marks), unit, "marker-debris",
                    "wrong-language", "url-foreign", promised="other words" not in kind,
                )  # fmt: skip


def _debris(case: Case, rng: random.Random, _cases: list[Case]) -> Iterator[Mutation]:
    for unit in case.units:
        for mark in rng.sample(DEBRIS, 4):
            words = unit.text.split(" ")
            # Not inside a tag.
            place = len(words) if "<" in unit.text else rng.randrange(1, len(words) + 1)
            text = " ".join((*words[:place], mark, *words[place:]))
            yield _mutation(
                "marker debris", case, replace(unit, text=text), unit, "marker-debris",
                "cite-unknown",
            )  # fmt: skip
