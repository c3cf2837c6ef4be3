"""Numbers: reads digits, words, shares and amounts, and looks for each in the evidence.

A statement is read strictly and by its own language; evidence is read generously, in every way
that its spelling allows, since a number that a person can find there must not block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache

from widget.drafting.gate import tries
from widget.drafting.gate.number_words import (
    ABOVE,
    AMBIGUOUS,
    BELOW,
    CLEAR_SHARES,
    CURRENCIES,
    DENOMINATORS,
    HEDGES,
    IN,
    MAGNITUDES,
    ORDINALS,
    PERCENT,
    WORDS,
)

_ROUNDING = Fraction(1, 20)
_SHARE_TOLERANCE = Fraction(1, 100)
_DIGITS = r"\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)*"
_SHARE_ROUNDING = Fraction(1, 10)
_DOTTED_TIME = re.compile(r"(2[0-3]|[01]?\d)\.([0-5]\d)")
_LINK = r"\s?(?:-|to|bis|al?|à|y|und|and|et|or|oder|ou|إلى|و)\s?"


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text.

    ``kind`` is ``%``, ``share`` (of 1), ``time`` (minutes), a currency, or empty. ``rounded`` is
    ``about``, ``below`` or ``above`` where a word before the number says so. ``parts`` are the
    numbers of what may be a share or just two numbers, as *one boat in four*. ``elided``: the
    percent sign may be that of another number of the sentence.
    """

    value: Fraction
    kind: str = ""
    text: str = field(default="", compare=False)
    rounded: str = field(default="", compare=False)
    parts: tuple[int, ...] = field(default=(), compare=False)
    elided: bool = field(default=False, compare=False)


@dataclass(slots=True)
class Amounts:
    """The numbers that a text contains, by kind."""

    by_kind: dict[str, set[Fraction]] = field(default_factory=dict)

    def add(self, number: Number) -> None:
        """Add a number to those of its kind."""
        self.by_kind.setdefault(number.kind, set()).add(number.value)

    def supports(self, stated: Number) -> bool:
        """Return whether the text contains the number, of the same kind.

        An amount of money may stand without its currency in the evidence, as in a table. A number
        after a word such as *about* may be one of the evidence, rounded by at most 5 percent.
        """
        if stated.kind in ("%", "share"):
            plain = self.by_kind.get("", set())
            return self._supports_share(stated) or (
                bool(stated.parts) and all(it in plain for it in stated.parts)
            )
        if stated.elided and stated.value in self.by_kind.get("%", ()):
            return True
        if not stated.kind and (time := _DOTTED_TIME.fullmatch(stated.text)):
            minutes = int(time[1]) * 60 + int(time[2])
            if minutes in self.by_kind.get("time", ()):
                return True
        kinds = [stated.kind] if stated.kind == "time" else [stated.kind, ""]
        if not stated.kind:
            kinds += [it for it in self.by_kind if it not in ("%", "share", "time")]
        values = [self.by_kind.get(it, set()) for it in kinds]
        if any(stated.value in it for it in values):
            return True
        return bool(stated.rounded) and any(_rounds(it, stated) for each in values for it in each)

    def _supports_share(self, stated: Number) -> bool:
        percents = self.by_kind.get("%", set())
        shares = self.by_kind.get("share", set())
        if stated.kind == "%":
            if stated.value in percents or any(
                abs(stated.value / 100 - it) <= _SHARE_TOLERANCE / 2 for it in shares
            ):
                return True
            return bool(stated.rounded) and any(_rounds(it, stated) for it in percents)
        exact = [*shares, *(it / 100 for it in percents)]
        far = stated.value * _SHARE_ROUNDING if stated.rounded else _SHARE_TOLERANCE
        return stated.value in shares or any(
            abs(stated.value - it) <= far and _is_on_side(it, stated) for it in exact
        )


def amounts(light: str, language: str) -> Amounts:
    """Return all numbers of a text of the evidence, in every reading. Dates are to be blanked."""
    found = Amounts()
    for number in _numbers(light, language, generous=True):
        found.add(number)
    for word, share in DENOMINATORS.get(language, {}).items():
        for match in _share_pattern(language, word).finditer(light):
            found.add(Number(share * _count(match["count"], language), "share"))
    return found


def find(light: str, language: str) -> list[Number]:
    """Return the numbers that a statement surely states. Dates are to be blanked."""
    found = list(_shares(light, language))
    rest = light
    for number in found:
        rest = rest.replace(number.text, " \u2022 ", 1)
    others = list(_numbers(rest, language, generous=False))
    if any(it.kind == "%" for it in others):
        others = [it if it.kind else replace(it, elided=True) for it in others]
    return found + others


def _shares(light: str, language: str) -> Iterator[Number]:
    for match in _ratio_pattern(language).finditer(light):
        if share := _ratio(match, language):
            whole = _count(match["whole"], language)
            parts: tuple[int, ...] = ()
            if match["noun"]:
                parts = (_count(match["part"], language), whole)
            if parts and parts[0] == 1:
                parts = (whole,)  # "one" stands for itself
            before = light[max(0, match.start() - 18) : match.start()]
            yield Number(share, "share", match[0], _rounded(before, language), parts)
    clear = CLEAR_SHARES.get(language)
    if not clear:
        return
    rest = _ratio_pattern(language).sub(" \u2022 ", light)
    for match in re.finditer(rf"\b(?:{clear})\b", rest, re.IGNORECASE):
        for word, share in DENOMINATORS[language].items():
            if re.search(rf"\b{word}\b", match[0], re.IGNORECASE):
                before = rest[max(0, match.start() - 14) : match.end()]
                counted = _share_pattern(language, word).search(before)
                count = _count(counted["count"] if counted else None, language)
                text = counted[0] if counted and count != 1 else match[0]
                start = match.start() + len(match[0]) - len(match[0].lstrip())
                hedge = _rounded(rest[max(0, start - 18) : start], language) or _rounded(
                    match[0][: match[0].lower().find(word)], language
                )
                yield Number(share * count, "share", text, hedge)
                break


def _numbers(light: str, language: str, *, generous: bool) -> Iterator[Number]:
    if generous:
        for match in _ratio_pattern(language).finditer(light):
            if share := _ratio(match, language):
                yield Number(share, "share", match[0])
        for match in _ordinal_pattern(language).finditer(light):
            ordinals = ORDINALS[language][1].split()
            place = next(n for n, it in enumerate(ordinals) if re.fullmatch(it, match[1].lower()))
            yield Number(Fraction(1, place + 3), "share", match[0])
    pending: tuple[int, list[Fraction], str] | None = None
    for match in _number_pattern(language).finditer(light):
        if generous and match["digits"] and (dotted := _DOTTED_TIME.fullmatch(match["digits"])):
            yield Number(Fraction(int(dotted[1]) * 60 + int(dotted[2])), "time", match[0])
        if match["time"]:
            hours, minutes = map(int, re.split("[:h]", match["time"]))
            yield Number(Fraction(hours * 60 + minutes), "time", match[0])
            if generous:
                yield from (Number(Fraction(it), "", match[0]) for it in {hours, hours % 12})
            continue
        kind = _kind(match)
        factor = _factor(match, language)
        more = WORDS[language][match["more"].lower()] if match["more"] else 0
        # Such as "two hundred and twenty": the rest is not multiplied.
        values = [it + Fraction(more, factor) for it in _values(match, language, generous=generous)]
        if pending and _LINK_ONLY.fullmatch(light[pending[0] : match.start()]):
            # The first of "11 to 13 percent" has the unit of the second.
            for value in pending[1]:
                yield Number(value * factor, kind, pending[2])
                if generous:
                    yield Number(value, "", pending[2])
        elif pending:
            yield from (Number(value, "", pending[2]) for value in pending[1])
        pending = None
        rounded = _rounded(light[max(0, match.start() - 18) : match.start()], language)
        if not generous and not kind and factor == 1 and not rounded:
            pending = (match.end(), values, match[0].strip())
            continue
        for value in values:
            yield Number(value * factor, kind, match[0].strip(), rounded=rounded)
            if generous and factor != 1:
                yield Number(value, "", match[0])
        if generous and not kind and factor == 1:
            pending = (match.end(), values, match[0])
        if generous and match["half_day"]:
            yield Number(values[0] % 12 + 12, "", match[0])
    if pending:
        yield from (Number(value, "", pending[2]) for value in pending[1])


def _values(match: re.Match[str], language: str, *, generous: bool) -> list[Fraction]:
    if word := match["word"]:
        word = word.lower()
        if not generous and word in AMBIGUOUS.get(language, ()) and not match["unit"]:
            return []
        value = WORDS[language][word]
        return [Fraction(value)]
    if match["vulgar"]:
        whole, numerator, denominator = re.fullmatch(
            r"(?:(\d+) )?(\d+)/(\d+)", match["vulgar"]
        ).groups()  # type: ignore[union-attr]  # the pattern has just matched
        if int(denominator) == 0:
            return []
        return [int(whole or 0) + Fraction(int(numerator), int(denominator))]
    return readings(match["digits"], "" if generous else language)


def readings(digits: str, language: str) -> list[Fraction]:
    """Return what digits with separators may mean; all readings without a ``language``."""
    plain = digits.replace(" ", "").replace("'", "")
    separators = re.findall("[.,]", plain)
    if not separators:
        return [Fraction(plain)]
    if len(set(separators)) == 2:
        decimal = separators[-1]
        return [_decimal(plain, decimal)] if separators.count(decimal) == 1 else []
    mark = separators[0]
    grouped = re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{2,3})*[.,]\d{3}", plain) is not None
    whole = Fraction(re.sub("[.,]", "", plain))
    if len(separators) > 1:
        return [whole] if grouped else []
    if not grouped:
        return [_decimal(plain, mark)]
    if language == "en":
        return [whole if mark == "," else _decimal(plain, mark)]
    if language in ("de", "es", "fr"):
        return [whole if mark == "." else _decimal(plain, mark)]
    return [whole, _decimal(plain, mark)]


def _decimal(plain: str, mark: str) -> Fraction:
    other = "," if mark == "." else "."
    return Fraction(plain.replace(other, "").replace(mark, "."))


def _kind(match: re.Match[str]) -> str:
    unit = (match["unit"] or "").lower()
    if unit:
        return CURRENCIES.get(unit, "%")
    return CURRENCIES.get(match["symbol"] or "", "")


def _factor(match: re.Match[str], language: str) -> int:
    factor = {"k": 10**3, "m": 10**6}.get((match["attached"] or "").lower(), 1)
    for word in (match["magnitude"], match["magnitude2"]):
        if word:
            factor *= MAGNITUDES[language][word.lower()]
    return factor


def _rounded(before: str, language: str) -> str:
    """Return what the words before a number say of it: ``about``, ``below``, ``above``, nothing."""
    for name, words in (("below", BELOW), ("above", ABOVE), ("about", HEDGES)):
        hedges = words.get(language)
        prefix = "[وفب]?" if language == "ar" else ""
        pattern = rf"\b{prefix}(?:{hedges}) ?(?:an? |the |[€$£])?$"
        if hedges and re.search(pattern, before, re.IGNORECASE):
            return name
    return ""


def _is_on_side(exact: Fraction, stated: Number) -> bool:
    if stated.rounded == "below":
        return exact <= stated.value
    return stated.rounded != "above" or exact >= stated.value


def _rounds(exact: Fraction, number: Number) -> bool:
    """Return whether a number is ``exact``, rounded to the digits that it states."""
    stated = number.value
    if not _is_on_side(exact, number):
        return False
    if not stated or abs(exact - stated) > abs(stated) * _ROUNDING:
        return False
    step = Fraction(1)
    while stated % (step * 10) == 0:
        step *= 10
    while stated % step:
        step /= 10
        if step < Fraction(1, 10**6):
            return False
    return abs(exact - stated) * 2 <= step


def _count(word: str | None, language: str) -> int:
    if not word:
        return 1
    if word.isdecimal():
        return int(word)
    return WORDS[language].get(word.lower(), 1)


def _ratio(match: re.Match[str], language: str) -> Fraction | None:
    part, whole = _count(match["part"], language), _count(match["whole"], language)
    return Fraction(part, whole) if 0 < part < whole else None


_LINK_ONLY = re.compile(_LINK, re.IGNORECASE)


@cache
def _number_pattern(language: str) -> re.Pattern[str]:
    words = WORDS.get(language, {})
    small = tries.pattern(word for word, n in words.items() if n < 100)
    magnitudes = tries.pattern(MAGNITUDES.get(language, {}))
    currencies = tries.pattern(CURRENCIES)
    # Arabic prepositions are written together with the word that they govern.
    prefix = r"(?:[وبلكف]|ال)?" if language == "ar" else ""
    return re.compile(
        rf"""
        (?<![\w.,/'])(?<![A-Za-z]-)(?:
          (?P<time>(?:2[0-3]|[01]?\d)(?::|h)[0-5]\d)(?!\d)
        | (?:(?P<symbol>[€$£])[ ]?)?
          (?: (?P<vulgar>(?:\d+[ ])?\d{{1,2}}/\d{{1,2}})(?![\d/])
            | (?P<digits>{_DIGITS})
            | {prefix}(?P<word>{tries.pattern(words)})(?!\w)
          )
          (?:(?:st|nd|rd|th|º|ª)\b)?
          (?:(?:(?P<attached>[mk])|[ -]?(?P<magnitude>{magnitudes}))(?!\w)
             (?:\.(?=[ ]))?(?:[ ](?P<magnitude2>{magnitudes})(?!\w))?)?
          (?:(?:(?<=hundred)|(?<=cientos)|(?<=cientas)|(?<=cents)|(?<=cent))
             (?:[ ]and)?[ ](?P<more>{small})(?!\w))?
          (?:[ -]?(?:de[ ]|d'|of[ ])?(?P<unit>{PERCENT}|{currencies}(?!\w))
            |[ ]?(?P<half_day>p\.?m\b))?
        )(?!\w)
        """,
        re.IGNORECASE | re.VERBOSE,
    )


@cache
def _ordinal_pattern(language: str) -> re.Pattern[str]:
    before, ordinals = ORDINALS.get(language, ("(?!)", ""))
    return re.compile(rf"\b{before} ({ordinals.replace(' ', '|')})\b", re.IGNORECASE)


@cache
def _ratio_pattern(language: str) -> re.Pattern[str]:
    words = tries.pattern(WORDS.get(language, {}))
    between = IN.get(language, "(?!)")
    noun = r"[^\W\d_]+ " if language in ("en", "fr", "de") else "(?!)"
    return re.compile(
        rf"\b(?P<part>\d+|{words}) (?P<noun>{noun})?{between} (?P<whole>100|10|[3-9]|{words})\b",
        re.IGNORECASE,
    )


@cache
def _share_pattern(language: str, word: str) -> re.Pattern[str]:
    count = rf"\d+|{tries.pattern(WORDS.get(language, {}))}"
    return re.compile(rf"(?:\b(?P<count>{count})[ -])?\b{re.escape(word)}\b", re.IGNORECASE)
