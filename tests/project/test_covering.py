"""What of a test's combinations runs."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from covering import covering

pytestmark = pytest.mark.unit

ROWS = [
    {"way": way, "host": host, "width": width}
    for way, host, width in product("abcdef", "xyz", "123")
]


@pytest.mark.parametrize("strength", [1, 2, 3])
def test_whatever_parameters_can_be_together_is_chosen(strength: int) -> None:
    chosen = [ROWS[at] for at in covering(ROWS, strength)]
    for names in combinations(ROWS[0], strength):
        assert {tuple(row[name] for name in names) for row in chosen} == {
            tuple(row[name] for name in names) for row in ROWS
        }


def test_no_more_than_is_needed_is_chosen() -> None:
    assert len(covering(ROWS, 1)) == 6
    assert len(covering(ROWS, 2)) <= 22
    assert len(covering(ROWS, 3)) == len(ROWS)


def test_all_of_one_parameter_are_chosen() -> None:
    assert covering([{"way": way} for way in "abcdef"], 2) == list(range(6))
    assert covering([], 1) == []
    assert covering([{}], 1) == [0]
