"""What holds for every text: typography never blocks, time is linear, the benchmark's reach."""

from __future__ import annotations

import random
import sys
import unicodedata
from types import FrameType

import pytest
from gate_support import entry, evidence, of_text
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import gate
from widget.drafting.gate import check_entry

pytestmark = pytest.mark.unit

POINT = (
    "Fares recover 11 percent of what the boat’s crossings cost, and “bicycles are not permitted "
    "on the upper deck”, the board decided on 5 May 2026 [1]."
)


@given(st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_typographic_variants_never_block(rng: random.Random) -> None:
    text = "".join(rng.choice(" \u00a0\u2009\u202f") if it == " " else it for it in POINT)
    if rng.random() < 0.5:
        text = text.replace("’", "'")
    first, last = rng.choice(["“”", '""', "«»", "„“", "「」"])
    text = text.replace("“", first, 1).replace("”", last, 1)
    text = text.replace("percent", rng.choice(["percent", "per cent", "%"]))
    text = unicodedata.normalize(rng.choice(["NFC", "NFD"]), text)
    assert [it for it in of_text(text) if it[0] != "copied"] == []


def steps(size: int) -> int:
    """Return how many function calls a check takes with evidence of about ``size`` words."""
    rng = random.Random(size)  # noqa: S311
    words = ["fare", "boat", "11", "percent", "May", "2026", "not", "city", "Brandvold", "pier."]
    held = evidence(" ".join(rng.choice(words) for _ in range(size)))
    document = entry(POINT, "Another 19 percent, says “a boat … a pier”, in June 2024 [1].")
    count = 0

    def called(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        check_entry(document, held)
    finally:
        sys.setprofile(None)
    return count


def test_the_work_grows_no_faster_than_the_evidence() -> None:
    small, large = steps(2_000), steps(16_000)
    assert large < 10 * small


@pytest.mark.exhaustive
def test_the_reach_of_the_benchmark_holds_on_a_sample() -> None:
    found = gate.measure(every=12)
    for kind, count in found.promised:
        missed = count.total - count.blocked
        assert missed <= max(1, count.total // 100), (kind, count.examples)
    assert found.false_blocks <= 0.02, [it.examples for it in found.faithful.values()]
