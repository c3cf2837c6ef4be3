"""References in other notations than ours are seen, and what they would be as markers is said."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import PUBLICATION, sample_entry

from widget.entry import check, notations
from widget.entry.notations import Notations, other_notations

pytestmark = pytest.mark.unit

MENDED = [
    ("Two agree [1, 2].", "Two agree [1][2]."),
    ("All agree [1-3].", "All agree [1][2][3]."),
    ("All agree [1 \u2013 3; 7].", "All agree [1][2][3][7]."),
    ("It says so [^1].", "It says so [1]."),
    ("It says so [01].", "It says so [1]."),
    ("It says so [ 1 ].", "It says so [1]."),
    ("It says so [[1]].", "It says so [1]."),
    ("It says so [1](https://other.example/a).", "It says so [1]."),
    ("It says so [[2]](https://other.example/a).", "It says so [2]."),
    ("It says so 【1†source】.", "It says so [1]."),
    ("It says so 【1†L3-L9】.", "It says so [1]."),
    ("It says so 【2】.", "It says so [2]."),
    ("It says so \uff3b1\uff3d.", "It says so [1]."),
    ("It says so \uff3b\uff11\uff0c\uff12\uff3d.", "It says so [1][2]."),
    ("It says so [\uff11].", "It says so [1]."),
    ("يقول ذلك [\u0661].", "يقول ذلك [1]."),
    ("يقول ذلك [\u0661\u060c \u0662].", "يقول ذلك [1][2]."),
    ("It says so [citation:1].", "It says so [1]."),
    ("It says so [Source 3].", "It says so [3]."),
    ("It says so [ref. 3].", "It says so [3]."),
    ("It says so.\u00b9", "It says so.[1]"),
    ("It says so.\u00b9\u00b2", "It says so.[12]"),
    ("It says so.<sup>1</sup>", "It says so.[1]"),
    ("It says so.<SUP>1</SUP>", "It says so.[1]"),
    ("So it is \ue200cite\ue202turn1search0\ue201.", "So it is ."),
    ("So it is citeturn1search0turn2view1.", "So it is ."),
    ('<a href="https://x.example/[1-3]">A link</a> [1, 2].', None),
]
UNKNOWN = ["[100]", "[0]", "[999]", "[reference:0]", "[ID:0]", "【4:0†source】", "[1, 2][100]"]
PLAIN = [
    "Powers of e.\u2071 and so on",
    "[1]",
    "[1][2][99]",
    r"\[1] is escaped",
    "In [2025] they said",
    "a number of [0, 1]",
    "won [3-1]",
    "[1-200]",
    "[sic] and […] and [a, b]",
    "E = mc\u00b2, 10<sup>3</sup> and 5 m\u00b2",
    "<code>a[1, 2]</code>",
    "【速報】",
    "[note] and [source]",
    "[^note]",
    '<a href="https://x.example/[1-3]">A link</a>',
]


@pytest.mark.parametrize(("text", "corrected"), MENDED, ids=ascii)
def test_a_reference_in_another_notation_is_corrected(text: str, corrected: str | None) -> None:
    found = other_notations(text)
    assert len(found.marks) == 1
    assert found.corrected == (corrected or text.replace("[1, 2]", "[1][2]"))
    assert other_notations(found.corrected).marks == ()


@pytest.mark.parametrize("mark", UNKNOWN, ids=ascii)
def test_a_mark_that_may_mean_any_source_is_named_and_left(mark: str) -> None:
    found = other_notations(f"It says so {mark}.")
    assert found.marks
    assert found.corrected.endswith(f"{found.marks[-1]}.")


@pytest.mark.parametrize("text", PLAIN, ids=ascii)
def test_what_is_a_marker_or_ordinary_text_is_passed_over(text: str) -> None:
    assert other_notations(text) == type(other_notations(""))((), text)


@given(st.text("[]1290,-^†:［］【】()\\<>sup ¹.a", max_size=40))
def test_any_text_can_be_looked_at(text: str) -> None:
    found = other_notations(text)
    assert bool(found.marks) or found.corrected == text
    assert all(mark in text for mark in found.marks)


def said(text: str) -> list[tuple[str, str, str]]:
    entry = sample_entry(perspectives__0__points__0__text=text)
    return [(it.path, it.severity, it.message) for it in check(entry, PUBLICATION)]


def test_a_point_gets_one_warning_with_the_corrected_text() -> None:
    assert said("First [1, 2], then [^1], both [1][2].") == [
        (
            "$.perspectives[0].points[0].text",
            "warning",
            (
                "has [1, 2] and [^1], which readers see as plain text; with markers it "
                "would be: First [1][2], then [1], both [1][2]."
            ),
        )
    ]


def test_where_nothing_can_be_corrected_the_warning_says_what_a_marker_is() -> None:
    assert said("Nobody [100] knows [1][2].") == [
        (
            "$.perspectives[0].points[0].text",
            "warning",
            "has [100], which readers see as plain text; markers are [1] to [99]",
        )
    ]


PIECES = (
    *("[1]", "[12]", "[[1]]", "(https://a.example)", "<sup>1</sup>", "<SUP>2</SUP>", "<code>"),
    *("</code>", "<b>", "cite", "Cite", "CITE", "turn1search0", "ref. "),
    *"[]\\(.x 120^,-\ue200\ue201\ue202\u3010\u3011\uff3b\uff3d\u2020\uff11\u0661",
    *"\u00b9\u00b2\u00b3\u2070\u2071\u2074\u2075\u2076\u2077\u2078\u2079\u207a",
)


@pytest.fixture
def searched_in_full(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Notations]:
    def in_full(text: str) -> Notations:
        with monkeypatch.context() as patch:
            patch.setattr(notations, "_SIGN", re.compile(""))
            return other_notations(text)

    return in_full


def test_no_mark_of_two_pieces_is_missed_by_the_first_look(
    searched_in_full: Callable[[str], Notations],
) -> None:
    for one, other in itertools.product(PIECES, repeat=2):
        text = f"So.{one}{other}"
        assert other_notations(text) == searched_in_full(text), text


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_mark_is_missed_by_the_first_look(
    searched_in_full: Callable[[str], Notations], text: str
) -> None:
    assert other_notations(text) == searched_in_full(text)
