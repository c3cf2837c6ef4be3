"""Whatever text comes from a file or a form: light HTML is made of it, or it is refused in words.

The texts come from a grammar of attacks (``benchmarks/attack_texts.py``) and from Hypothesis.
"""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from test_markup import PIECES, holds

from benchmarks.attack_texts import Grammar
from widget.entry import footnotes, light_html

pytestmark = pytest.mark.unit

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)
LONG_NUMBER = "&#" + "1" * 4_400 + ";"


def survives(text: str) -> None:
    """Call everything that takes an entry's text; only the cost of a text may be refused."""
    footnotes.renumber(text, {1: 2, 2: None})
    if problem := light_html.cost_problem(text):
        for function in (light_html.clean, light_html.plain, light_html.change):
            with pytest.raises(ValueError, match=re.escape(problem)):
                function(text)
        assert light_html.display(text).unescape() == text
        return
    holds(text)
    light_html.plain(text)
    footnotes.split(light_html.display(text))
    list(footnotes.markers(light_html.clean(text)))


@pytest.mark.parametrize("seed", range(4))
def test_an_attack_is_cleaned_or_refused(seed: int) -> None:
    for text in Grammar(seed, surrogates=True).texts(150):
        survives(text)


@given(ANY_TEXT)
def test_any_characters_are_cleaned_or_refused(text: str) -> None:
    survives(text)


@given(st.lists(PIECES | st.sampled_from(["<![", "<![>", LONG_NUMBER]) | ANY_TEXT, max_size=8))
def test_pieces_of_html_among_any_characters_are_cleaned_or_refused(pieces: list[str]) -> None:
    survives("".join(pieces))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A <![> b", "A  b"),
        ("A <![CDATA[ b", "A "),
        ("A <i a a=1>b</i>", "A <i>b</i>"),
        ("A <i a=1 a>b</i>", "A <i>b</i>"),
        (f"A {LONG_NUMBER} b", f"A &amp;#{'1' * 4_400}; b"),
        (f'<a href="https://a.example/{LONG_NUMBER}">b</a>', None),
        ("A\x00b<br>\x0c", "Ab<br> "),
        ("A \ud800 <b>\udfff</b>", None),
        ("</", None),
    ],
)
def test_what_once_raised_is_shown(text: str, shown: str | None) -> None:
    survives(text)
    if shown is not None:
        assert light_html.clean(text) == shown


def test_a_reference_to_no_character_is_a_change_that_is_told() -> None:
    assert light_html.change(LONG_NUMBER) == f"&amp;#{'1' * 4_400};"


@given(st.text(st.characters(exclude_categories=(), exclude_characters="<>&\r\0"), max_size=80))
def test_text_without_html_comes_out_as_bleach_would_leave_it(text: str) -> None:
    # The tag makes bleach look at all of it.
    assert f"<b></b>{light_html.clean(text)}" == light_html.clean(f"<b></b>{text}")
    assert type(light_html.clean(text)) is Markup


NEEDS_PARSER = frozenset("<>&") | frozenset(map(chr, range(0x20))) - frozenset("\t\n")


def test_exactly_the_characters_that_bleach_changes_need_it(cleaned: list[str]) -> None:
    others = [chr(code) for code in range(0x110000) if chr(code) not in NEEDS_PARSER]
    for start in range(0, len(others), 1_000):
        light_html.clean("".join(others[start : start + 1_000]))
    assert cleaned == []
    for number, character in enumerate(sorted(NEEDS_PARSER), 1):
        text = f"needs {character} a parser"
        assert light_html.clean(text) != text
        assert len(cleaned) == number


# Of each kind that parsers, browsers or renderers treat differently.
ODD = (
    "a ;#\n\t\x7f\x80\x85\u00a0\u00ad\u200d\u202e\u2028\u2066\ufdd0\ufeff\ufffd\uffff"
    "\ud800\udc00\ue000\u0301\U0001f3fb\U0010ffff"
)


def test_odd_characters_beside_each_other_come_out_as_bleach_would_leave_them() -> None:
    for odd in itertools.product(ODD, repeat=2):
        for text in ("".join(odd), f"x{''.join(odd)}", f"{''.join(odd)}x"):
            assert f"<b></b>{light_html.clean(text)}" == light_html.clean(f"<b></b>{text}")


def test_every_character_comes_out_as_bleach_would_leave_it() -> None:
    everything = [chr(code) for code in range(0x110000) if chr(code) not in "<>&\r\0"]
    for start in range(0, len(everything), 1_000):
        text = "x".join(everything[start : start + 1_000])
        assert f"<b></b>{light_html.clean(text)}" == light_html.clean(f"<b></b>{text}")
