"""Which line of a document a place stands in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from widget.entry.paths import line_numbers, line_of

pytestmark = pytest.mark.unit

TEXT = """{
  "a": [1, {"b": "x, [y]"},
    "z"],
  "c d": {

    "e": null
  }, "f": "\\"{"
}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("$", 1),
        ("$.a", 2),
        ("$.a[1].b", 2),
        ("$.a[2]", 3),
        ('$["c d"]', 4),
        ('$["c d"].e', 6),
        ("$.f", 7),
    ],
)
def test_each_place_is_known_by_its_line(path: str, line: int) -> None:
    assert line_numbers(TEXT)[path] == line


@pytest.mark.parametrize(
    ("path", "line"), [("$.a[1].missing", 2), ('$["c d"].e.x[3]', 6), ("$.nothing", 1)]
)
def test_what_is_not_there_is_said_of_the_nearest_place_above(path: str, line: int) -> None:
    assert line_of(path, line_numbers(TEXT)) == line


json_values = some.recursive(
    some.none() | some.integers() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(max_size=5), inner),
)


@given(json_values)
def test_every_value_of_a_document_has_a_line(value: object) -> None:
    def count(it: object) -> int:
        inner = it.values() if isinstance(it, dict) else it if isinstance(it, list) else ()
        return 1 + sum(map(count, inner))

    text = json.dumps(value, indent=1)
    found = line_numbers(text)
    assert len(found) == count(value)
    assert max(found.values()) <= text.count("\n") + 1


@given(some.text(alphabet='{}[],:"\\ ab1\n'))
def test_whatever_is_no_json_is_survived(text: str) -> None:
    assert line_of("$.a[0]", line_numbers(text)) >= 1
