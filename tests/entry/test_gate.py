"""What JSON must be before anything reads it as an entry."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pace import within

from widget.entry import read_json
from widget.entry.json_input import MAX_BYTES, MAX_DEPTH, child_path
from widget.errors import Breach, InvalidEntry

pytestmark = pytest.mark.unit

NUMBER = "is a number that JSON cannot represent; write a finite number of at most 20 digits"
SURROGATE = "contains half of a surrogate pair; write the complete character"
NUL = "contains the character U+0000; remove it"
TWICE = "is a duplicate key; remove one of them"


def refused(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidEntry) as caught:
        read_json(data)
    return [(breach.path, breach.message) for breach in caught.value.breaches]


def attempt(data: bytes) -> tuple[object, tuple[Breach, ...]]:
    """Return what is read, and what keeps it from being read; any other error is a failure."""
    try:
        return read_json(data), ()
    except InvalidEntry as error:
        return None, error.breaches


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -1.5, 12345678901234567890, "", "é😀", [], {}, {"a": [1, {"b": None}]}],
)
def test_ordinary_json_is_read_as_it_is(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value


def test_a_byte_order_mark_at_the_beginning_is_skipped() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_a_document_of_the_greatest_size_is_read_and_one_byte_more_is_not() -> None:
    fits = b'"' + b"a" * (MAX_BYTES - 2) + b'"'
    assert len(read_json(fits)) == MAX_BYTES - 2
    assert refused(fits + b" ") == [
        ("$", "is 524,289 bytes long; at most 524,288 are accepted"),
    ]


def test_what_is_not_utf8_is_refused_with_the_place() -> None:
    assert refused(b'{"a": "\xff"}') == [("$", "is not UTF-8 at byte 7; save the file as UTF-8")]
    assert refused('{"a": 1}'.encode("utf-16")) == [
        ("$", "is not UTF-8 at byte 0; save the file as UTF-8")
    ]


def test_the_deepest_accepted_nesting_is_read_and_one_level_more_is_not() -> None:
    assert read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert refused(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)) == [
        ("$", f"is nested 33 deep; at most {MAX_DEPTH} levels are accepted")
    ]


@pytest.mark.parametrize("levels", [1_000, 100_000])
@pytest.mark.parametrize(("before", "after"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"")])
def test_thousands_of_levels_are_refused_without_a_recursion(
    levels: int, before: bytes, after: bytes
) -> None:
    levels = min(levels, MAX_BYTES // (len(before) + len(after)) - 1)
    ((path, message),) = refused(before * levels + b"1" + after * levels)
    assert path == "$"
    assert "levels are accepted" in message


def test_brackets_in_a_string_are_no_levels() -> None:
    text = "[{" * 500 + '"' + "\\"
    assert read_json(json.dumps(text).encode()) == text


def test_a_duplicate_key_is_named_with_its_path() -> None:
    assert refused(b'{"a": 1, "b": {"c": [0, {"d": 1, "d": 1}]}, "a": 2}') == [
        ("$.a", TWICE),
        ("$.b.c[1].d", TWICE),
    ]


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 5000, "-" + "1" * 5000]
)
def test_a_number_beyond_json_is_refused_where_it_stands(number: str) -> None:
    assert refused(f'{{"a": [0, {number}]}}'.encode()) == [("$.a[1]", NUMBER)]


def test_a_lone_surrogate_is_refused_in_keys_and_in_values() -> None:
    assert refused(rb'{"a": "\ud83d"}') == [("$.a", SURROGATE)]
    assert refused(rb'{"\udc00": 1}') == [(r'$["\udc00"]', SURROGATE)]


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert read_json(rb'"\ud83d\ude00"') == "😀"


def test_nul_is_refused_in_keys_and_in_values() -> None:
    assert refused(rb'{"a": "x\u0000y"}') == [("$.a", NUL)]
    assert refused(rb'{"\u0000": 1}') == [(r'$["\u0000"]', NUL)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON at line 1, column 1: Expecting value"),
        ('{"a": 1,\n "b": }', "is not JSON at line 2, column 7: Expecting value"),
        ('{"a": 1} x', "is not JSON at line 1, column 10: Extra data"),
        ('"abc', "is not JSON at line 1, column 1: Unterminated string starting"),
        ("{'a': 1}", "is not JSON at line 1, column 2: Expecting property name"),
        ('"a\nb"', "is not JSON at line 1, column 3: Invalid control character"),
    ],
)
def test_a_syntax_error_is_told_with_line_and_column(text: str, message: str) -> None:
    ((path, told),) = refused(text.encode())
    assert path == "$"
    assert told.startswith(message)


def test_every_breach_is_found_at_once() -> None:
    data = rb'{"a": NaN, "b": ["\u0000", "\ud800"], "c": 1, "c": 1e999}'
    assert refused(data) == [
        ("$.c", TWICE),
        ("$.a", NUMBER),
        ("$.b[0]", NUL),
        ("$.b[1]", SURROGATE),
        ("$.c", NUMBER),
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'"' + b'\\"' * 250_000, id="escaped quotation marks without an end"),
        pytest.param(
            b"{" + b",".join(b'"%d":0' % n for n in range(50_000)) + b',"1":0}', id="many keys"
        ),
        pytest.param(
            b'{"' + b"k" * 250_000 + b'":[' + b",".join([b"NaN"] * 50_000) + b"]}",
            id="many breaches below a long key",
        ),
        pytest.param(b"0." + b"1" * 500_000, id="many digits"),
    ],
)
def test_hostile_documents_cost_no_more_than_their_size(data: bytes) -> None:
    # Each took minutes, or gigabytes, before the gate read in linear time. The bound is generous.
    with within(5):
        _, breaches = attempt(data)
    assert sum(len(breach.path) for breach in breaches) < 10_000_000


def test_a_path_is_written_as_rfc_9535_has_it() -> None:
    assert child_path("$", "sources") == "$.sources"
    assert child_path("$.sources", 2) == "$.sources[2]"
    assert child_path("$", "odd key") == '$["odd key"]'
    assert child_path("$", 'a"b') == r'$["a\"b"]'


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(b"\xef\xbb\xbf")
@example(b"]" * 50 + b"[" * 50)
@example(b'"\\')
def test_any_bytes_are_a_value_or_an_invalid_entry(data: bytes) -> None:
    value, breaches = attempt(data)
    assert breaches or json.loads(data.decode("utf-8-sig")) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=8,
    )
)
def test_whatever_json_carries_comes_back_or_is_refused(value: object) -> None:
    data = json.dumps(value).encode()
    read, breaches = attempt(data)
    if breaches:
        assert {breach.message for breach in breaches} <= {NUL, SURROGATE}
        assert b"\\u0000" in data or b"\\ud" in data
    else:
        assert read == value
