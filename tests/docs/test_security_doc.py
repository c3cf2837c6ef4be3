"""docs/security.md: each requirement of the OWASP ASVS once, and no evidence that is not there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from samples import ROOT

from widget.accounts import password_strength

pytestmark = pytest.mark.unit

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
# How many requirements of level 1 or 2 each section of a chapter of OWASP ASVS 5.0.0 has. In every
# section they come before those of level 3.
CHAPTERS = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
NUMBERS = [
    f"V{chapter}.{section}.{number}"
    for chapter, counts in CHAPTERS.items()
    for section, count in enumerate(counts, 1)
    for number in range(1, count + 1)
]
VERDICTS = ("met", "not applicable", "open")
ROW = re.compile(r"^\| (V\d[V\d.–]*) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)


def rows() -> Iterator[tuple[list[str], str, str]]:
    """Yield the requirements of each row, its verdict, and how or why not."""
    for number, _, verdict, reason in ROW.findall(PAGE):
        first, _, last = number.partition("–")
        begin = NUMBERS.index(first)
        yield NUMBERS[begin : NUMBERS.index(last or first) + 1], verdict, reason


def test_there_are_as_many_requirements_as_the_standard_has() -> None:
    assert len(NUMBERS) == 70 + 183


def test_every_requirement_is_there_once_in_its_order() -> None:
    assert [number for numbers, _, _ in rows() for number in numbers] == NUMBERS
    assert len(re.findall(r"^\| V\d", PAGE, re.MULTILINE)) == len(list(rows()))


def test_every_verdict_is_one_and_says_why() -> None:
    for numbers, verdict, reason in rows():
        assert verdict in VERDICTS, numbers
        assert reason.strip(), numbers


def test_what_is_met_names_where() -> None:
    for numbers, verdict, reason in rows():
        named = re.search(r"`[\w./-]+\.\w+`|\*[A-Z][\w ]+\*|the user's name|by the same", reason)
        assert verdict != "met" or named, numbers


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`([\w-]+(?:/[\w.-]+)+\.\w+|[\w.-]+\.(?:json|md|toml))`", PAGE))
    assert len([it for it in named if it.startswith("tests/")]) > 60
    kept_by_a_store = {"accounts.json"}
    assert [it for it in named - kept_by_a_store if not (ROOT / it).is_file()] == []


def test_every_part_that_is_named_is_there() -> None:
    for _, _, reason in rows():
        for title in re.findall(r"\*([A-Z][\w ]+)\*(?: and \*[A-Z][\w ]+\*)? above", reason):
            assert f"\n## {title}\n" in PAGE


def test_the_count_is_what_the_tables_say() -> None:
    counts = Counter(verdict for numbers, verdict, _ in rows() for _ in numbers)
    met, other, open_ = (counts[verdict] for verdict in VERDICTS)
    said = f"{len(NUMBERS)} requirements: {met} met, {other} not applicable, {open_} open."
    assert said in PAGE


def test_the_refused_words_are_listed() -> None:
    (reason,) = [reason for numbers, _, reason in rows() if numbers == ["V6.1.2"]]
    assert re.findall(r"\*(\w+)\*", reason) == list(password_strength._SERVICE_WORDS)
