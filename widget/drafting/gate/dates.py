"""Dates: reads them in five languages, and compares those of a statement with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from widget.drafting.gate.number_words import PERCENT

_MONTH_NAMES = """
1 january jan januar jänner enero ene janvier janv يناير كانون_الثاني
2 february feb februar febrero février févr fevrier فبراير شباط
3 march mar märz mrz marzo mars مارس آذار
4 april apr abril abr avril avr أبريل ابريل نيسان
5 may mai mayo مايو أيار
6 june jun juni junio juin يونيو حزيران
7 july jul juli julio juillet juil يوليو تموز
8 august aug agosto ago août aout أغسطس آب
9 september sep sept septiembre septembre سبتمبر أيلول
10 october oct oktober okt octubre octobre أكتوبر تشرين_الأول
11 november nov noviembre novembre نوفمبر تشرين_الثاني
12 december dec dezember dez diciembre dic décembre déc ديسمبر كانون_الأول
"""
MONTHS: dict[str, int] = {
    name.replace("_", " "): int(line.split()[0])
    for line in _MONTH_NAMES.strip().splitlines()
    for name in line.split()[1:]
}
_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
# Only English puts the day after the month; "im Juli 9" is a month and a number.
_ENGLISH = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_YEAR = r"1[5-9]\d\d|20\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_OF = r"(?:de[ ]|del[ ]|of[ ]|d'|من[ ]|من[ ]شهر[ ]|شهر[ ])?"
_DATE = re.compile(
    rf"""
    (?<![\w.,/-])(?:
    (?P<iso_y>{_YEAR})-(?P<iso_m>0[1-9]|1[0-2])-(?P<iso_d>{_DAY})(?!\d)
    | (?P<n1>\d{{1,2}})(?P<sep>[./])(?P<n2>\d{{1,2}})(?P=sep)(?P<n_y>{_YEAR}|\d\d)(?!\d|[.,/]\d)
    | (?:(?P<from>{_DAY})\.?[ ]?(?:-|to|bis|al?|au|und|and|y|et|e)[ ]?(?:the[ ])?)?
      (?P<d1>{_DAY})(?:st|nd|rd|th|er|º|ª|\.)?[ ]{_OF}(?P<m1>{_MONTH})\b\.?
      (?:,?[ ](?:de[ ]|del[ ]|of[ ])?(?P<y1>{_YEAR})(?!\d))?
    | (?<!im[ ])(?P<m2>{_ENGLISH})\b\.?[ ](?P<d2>{_DAY})(?:st|nd|rd|th)?
      (?:[ ]?(?:-|to|and)[ ]?(?P<to>{_DAY}))?(?![\d:%]|[.,]\d|[ ]?(?:{PERCENT}))
      (?:,?[ ](?P<y2>{_YEAR})(?!\d))?
    | (?P<m3>{_MONTH})\b\.?,?[ ](?:de[ ]|del[ ]|of[ ])?(?P<y3>{_YEAR})(?!\d)
    | (?P<y4>{_YEAR})(?:[-/](?P<y5>\d{{4}}|\d\d))?(?:er|s)?(?![\d:%]|[.,]\d|[ ]?%)
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A month alone: only names that are no other word of the language, or after a preposition.
_BARE_MONTH = re.compile(
    r"\b(?:(?P<clear>January|February|April|June|July|August|September|October|November|December"
    r"|Januar|Jänner|Februar|März|Juni|Juli|Oktober|Dezember"
    r"|enero|febrero|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    r"|janvier|février|avril|juillet|août|septembre|octobre|novembre|décembre)"
    r"|(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ll]ast|[Ee]arly|[Ll]ate|[Tt]hrough"
    r"|and|to|or|of|this|every) (?P<english>May|March)"
    r"|(?:[Ii]m|[Ss]eit|[Ee]nde|[Aa]nfang|[Mm]itte|[Bb]is|vergangenen|letzten|kommenden|nächsten|diesem|der|den|dem|des|vom|zum|ab|für"
    r"|und|oder) (?P<german>Mai)"
    r"|(?:[Ee]n|[Dd]epuis|[Ff]in|[Dd]ébut|[Mm]i|de) (?P<french>mai|mars|juin)"
    r"|(?:[Ee]n|[Dd]esde|[Dd]e|[Hh]asta) (?P<spanish>marzo)"
    r"|(?:[وف]?في|منذ|حتى|شهر|نهاية|بداية) (?P<arabic>يناير|فبراير|مارس|أبريل|مايو|يونيو"
    r"|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر"
    r"|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|(?:تشرين|كانون) (?:الأول|الثاني)))\b"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is stated: parts that are not stated are 0. ``text``: as written."""

    year: int
    month: int
    day: int
    text: str = field(default="", compare=False)


@dataclass(slots=True)
class Calendar:
    """What a text says about dates. ``years`` has those of its dates, too."""

    days: set[Day] = field(default_factory=set)
    years: set[int] = field(default_factory=set)

    def supports(self, stated: Day) -> bool:
        """Return whether the text contains the date, as precisely as it is stated.

        A day whose year the text gives elsewhere, as an article does in its head, counts.
        """
        if stated.year and stated.year not in self.years:
            return False
        if not stated.month:
            return True
        return any(
            day.month == stated.month
            and (not stated.day or day.day == stated.day)
            and (not stated.year or day.year in (0, stated.year))
            for day in self.days
        )

    def add(self, day: Day) -> None:
        """Add a date, and its year."""
        self.days.add(day)
        if day.year:
            self.years.add(day.year)


@dataclass(frozen=True, slots=True)
class Stated:
    """What one expression states: all of ``days``, or ``either`` where day and month may swap."""

    days: tuple[Day, ...]
    either: bool = False

    @property
    def text(self) -> str:
        """The expression, as written."""
        return self.days[0].text


def find(light: str) -> list[Stated]:
    """Return the dates in ``light``, in order."""
    found = [stated for _, _, stated in _spans(light)]
    rest = without_dates(light)
    for match in _BARE_MONTH.finditer(rest):
        name = next(it for it in match.groupdict().values() if it)
        found.append(Stated((Day(0, MONTHS[name.lower()], 0, name),)))
    return found


def calendar(light: str, published: date | None) -> Calendar:
    """Return the dates that a text contains, and the day on which it was published."""
    dates = Calendar()
    for stated in find(light):
        for day in stated.days:
            dates.add(day)
    if published:
        dates.add(Day(published.year, published.month, published.day))
    return dates


def without_dates(light: str) -> str:
    """Return ``light`` with dates blanked, so that their digits are no numbers."""
    pieces: list[str] = []
    start = 0
    for first, last, _ in _spans(light):
        pieces += light[start:first], " \u2022 "
        start = last
    return "".join((*pieces, light[start:]))


def _spans(light: str) -> Iterator[tuple[int, int, Stated]]:
    for match in _DATE.finditer(light):
        if days := _days(match):
            yield match.start(), match.end(), Stated(tuple(days), either=match["n1"] is not None)


def _days(match: re.Match[str]) -> list[Day]:
    text = match[0].strip()
    if match["iso_y"]:
        return [Day(int(match["iso_y"]), int(match["iso_m"]), int(match["iso_d"]), text)]
    if match["n1"]:
        return _numeric(int(match["n1"]), int(match["n2"]), match["n_y"], text)
    if match["y4"]:
        return _year_or_span(match["y4"], match["y5"], text)
    month = MONTHS[(match["m1"] or match["m2"] or match["m3"]).lower()]
    year = int(match["y1"] or match["y2"] or match["y3"] or 0)
    days = [int(it) for it in (match["d1"] or match["d2"] or "0",)]
    days += [int(it) for it in (match["from"], match["to"]) if it]
    if not year and match["m2"] in ("may", "mar"):
        return []  # "may 5 people …"
    return [Day(year, month, day, text) for day in days]


def _numeric(first: int, second: int, year: str, text: str) -> list[Day]:
    full = int(year) if len(year) == 4 else 2000 + int(year)
    pairs = {(first, second), (second, first)}
    return [Day(full, m, d, text) for d, m in sorted(pairs) if 1 <= m <= 12 and 1 <= d <= 31]


def _year_or_span(first: str, last: str | None, text: str) -> list[Day]:
    days = [Day(int(first), 0, 0, text)]
    if last:
        full = int(last) if len(last) == 4 else int(first[:2] + last)
        days.append(Day(full, 0, 0, text))
    return days
