"""Markers in the text of a point."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from samples import parse_fragment

from widget.entry import light_html
from widget.entry.footnotes import Marker, markers, renumber, split

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ()),
        ("plain", ("plain",)),
        ("[1]", (Marker(1),)),
        ("a [1].", ("a ", Marker(1), ".")),
        ("a [4][5] b", ("a ", Marker(4), Marker(5), " b")),
        ("[99]", (Marker(99),)),
        (r"\[1]", ("[1]",)),
        (r"a \[1] b [2]", ("a ", "[1] b ", Marker(2))),
        (r"\\[1]", ("\\", "[1]")),
        ("\\ [1]", ("\\ ", Marker(1))),
        ("<em>x[1]</em>", ("<em>x", Marker(1), "</em>")),
        (
            '<a href="https://x.example">a [1]</a> [2]',
            ('<a href="https://x.example">a ', Marker(1, in_link=True), "</a> ", Marker(2)),
        ),
        ("<a>a [1]</a>", ("<a>a ", Marker(1, in_link=True), "</a>")),
        ("<abbr>x [1]</abbr>", ("<abbr>x ", Marker(1), "</abbr>")),
        (
            '<a href="https://x.example/?q=[1]">x</a>',
            ('<a href="https://x.example/?q=[1]">x</a>',),
        ),
        ('<abbr title="a > [1]">x</abbr>[2]', ('<abbr title="a > [1]">x</abbr>', Marker(2))),
    ],
)
def test_text_is_split_at_its_markers(text: str, pieces: tuple[object, ...]) -> None:
    assert split(text) == pieces


@pytest.mark.parametrize(
    "text",
    ["[0]", "[01]", "[100]", "[-1]", "[a]", "[ 1 ]", "[1", "1]", "[]", "[1,2]", "[١]", "[²]"],
)
def test_what_is_no_number_from_1_to_99_is_text(text: str) -> None:
    assert split(text) == (text,)
    assert list(markers(text)) == []


def test_pieces_of_markup_are_markup() -> None:
    pieces = split(light_html.clean(r"<em>a</em> &amp; b [1] c \[2] d"))
    texts = [piece for piece in pieces if not isinstance(piece, Marker)]
    assert texts == ["<em>a</em> &amp; b ", " c ", "[2] d"]
    assert all(type(text) is Markup for text in texts)


def test_a_marker_in_an_attribute_is_none() -> None:
    for title in ('"[1]"', "'[1]'", '">[1]', "'>[1]", "\"'[1]<b>"):
        for quote in "\"'":
            text = f"<abbr title={quote}{title}{quote}>x</abbr>"
            clean = light_html.clean(text)
            if "[1]" in "".join(parse_fragment(clean).itertext()):
                continue  # the quotation mark ended the title, and the rest is text
            assert list(markers(clean)) == [], text


def test_pieces_of_text_are_text() -> None:
    assert [type(piece) for piece in split("a [1] b")] == [str, Marker, str]


def test_markers_come_in_order_each_as_often_as_it_stands_there() -> None:
    assert [marker.number for marker in markers(r"[2] [1] \[3] [2]")] == [2, 1, 2]


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        ("a [1] b [2]", {1: 2, 2: 1}, "a [2] b [1]"),
        ("a [1][2]", {1: None}, "a [2]"),
        ("a [1][3]", {2: None, 3: 2}, "a [1][2]"),
        (r"\[1] [1]", {1: 5}, r"\[1] [5]"),
        ('<a href="/?x=[1]">y</a>[1]', {1: 3}, '<a href="/?x=[1]">y</a>[3]'),
        ("no markers", {1: 2}, "no markers"),
        ("[0] [100]", {0: 1, 100: 2}, "[0] [100]"),
        ("a [9]", {}, "a [9]"),
        ("1 < 2 [1] > 0", {1: 2}, "1 < 2 [2] > 0"),
    ],
)
def test_markers_are_renumbered_where_they_are_markers(
    text: str, numbers: dict[int, int | None], expected: str
) -> None:
    assert renumber(text, numbers) == expected


@given(st.text(r'ab \[]12"<>a/', max_size=30))
def test_renumbering_to_the_same_numbers_changes_nothing(text: str) -> None:
    assert renumber(text, {number: number for number in range(1, 100)}) == text


@given(st.text(r'ab \[]12"<>/', max_size=30))
def test_markers_are_those_among_the_pieces(text: str) -> None:
    assert markers(text) == tuple(it for it in split(text) if isinstance(it, Marker))


@given(st.text(r"ab \[]12&", max_size=30))
def test_pieces_put_together_are_the_text(text: str) -> None:
    clean = light_html.clean(text)
    again = "".join(
        f"[{piece.number}]" if isinstance(piece, Marker) else piece for piece in split(clean)
    )
    unescaped = again.replace("\\[", "[")
    assert unescaped == clean.replace("\\[", "[")
