"""docs/security.md: each requirement of the OWASP ASVS once, and no evidence that is not there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from samples import ROOT

from widget.accounts import weak_passwords

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
# How many requirements of level 1 or 2 each section of OWASP ASVS 5.0.0 has: they come first.
SECTIONS = {
    **{"V1.1": 2, "V1.2": 9, "V1.3": 11, "V1.4": 3, "V1.5": 2},
    **{"V2.1": 3, "V2.2": 3, "V2.3": 4, "V2.4": 1},
    **{"V3.2": 2, "V3.3": 4, "V3.4": 6, "V3.5": 5, "V3.7": 2},
    **{"V4.1": 3, "V4.2": 1, "V4.3": 2, "V4.4": 4},
    **{"V5.1": 1, "V5.2": 3, "V5.3": 2, "V5.4": 3},
    **{"V6.1": 3, "V6.2": 12, "V6.3": 4, "V6.4": 4, "V6.5": 5, "V6.6": 3, "V6.8": 4},
    **{"V7.1": 3, "V7.2": 4, "V7.3": 2, "V7.4": 5, "V7.5": 2, "V7.6": 2},
    **{"V8.1": 2, "V8.2": 3, "V8.3": 1, "V8.4": 1},
    **{"V9.1": 3, "V9.2": 4},
    **{"V10.1": 2, "V10.2": 2, "V10.3": 4, "V10.4": 11, "V10.5": 5, "V10.6": 2, "V10.7": 3},
    **{"V11.1": 2, "V11.2": 3, "V11.3": 3, "V11.4": 4, "V11.5": 1, "V11.6": 1},
    **{"V12.1": 3, "V12.2": 2, "V12.3": 4},
    **{"V13.1": 1, "V13.2": 5, "V13.3": 2, "V13.4": 5},
    **{"V14.1": 2, "V14.2": 4, "V14.3": 3},
    **{"V15.1": 3, "V15.2": 3, "V15.3": 7},
    **{"V16.1": 1, "V16.2": 5, "V16.3": 4, "V16.4": 3, "V16.5": 3},
    **{"V17.1": 1, "V17.2": 4, "V17.3": 2},
}
NUMBERS = [f"{section}.{it}" for section, count in SECTIONS.items() for it in range(1, count + 1)]
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
    assert re.findall(r"\*(\w+)\*", reason) == list(weak_passwords._SERVICE_WORDS)  # noqa: SLF001
