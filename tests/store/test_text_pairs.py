"""The numbers of a text that PostgreSQL finds short words by."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.store.postgres.text_pairs import pairs

pytestmark = pytest.mark.unit


def number(text: str) -> int:
    if len(text) == 1:
        return ord(text)
    return (ord(text[0]) * 65_599 + ord(text[1])) & 0x7FFFFFFF


@given(st.text(st.sampled_from("ab \n\u0623\U0001f98a"), max_size=30))
def test_each_character_and_each_two_in_a_row_have_a_number_and_nothing_else(text: str) -> None:
    expected = {*text, *(one + two for one, two in pairwise(text))}
    assert pairs(text) == {number(it) for it in expected}
