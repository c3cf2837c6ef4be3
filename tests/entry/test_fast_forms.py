"""The fast ways to read and to write a document give what the plain ones give."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_entry

from widget.entry import model, parse_entry, parse_own
from widget.entry.json_input import _breaches, _Reader, read_json
from widget.errors import InvalidEntry

pytestmark = pytest.mark.unit

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["\0", "\ud800", "\\u0000", "[", '"', "\\"])
)
values = st.recursive(
    scalars, lambda it: st.lists(it, max_size=4) | st.dictionaries(st.text(), it, max_size=4)
)


@given(values, st.booleans())
def test_a_document_without_a_suspicion_has_no_breach(value: object, ascii_only: bool) -> None:
    try:
        data = json.dumps(value, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:  # half of a surrogate pair can be written as an escape alone
        data = json.dumps(value).encode()
    try:
        parsed = _Reader().parse(data.decode())
    except InvalidEntry:
        return  # too deep
    expected = list(_breaches(parsed, "$"))
    if expected:
        with pytest.raises(InvalidEntry) as caught:
            read_json(data)
        assert list(caught.value.breaches) == expected
    else:
        assert read_json(data) == parsed


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_document_is_written_as_json_writes_it(text: str) -> None:
    plain = sample_entry()
    article = plain.article.model_copy(update={"title": text, "authors": (text, "")})
    entry = plain.model_copy(update={"article": article})
    value = entry.model_dump(mode="json", by_alias=True)
    assert entry.to_json() == (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
    assert text not in ("a", "b") or parse_entry(entry.to_json()) == entry


def test_half_of_a_surrogate_pair_cannot_be_written() -> None:
    plain = sample_entry()
    entry = plain.model_copy(update={"language": "\ud800"})
    with pytest.raises(UnicodeEncodeError):
        entry.to_json()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.sampled_from(["", "q"]))
def test_a_document_of_our_own_writing_is_read_as_the_strict_reader_reads_it(
    text: str, quote: str
) -> None:
    plain = sample_entry()
    source = plain.sources[0].model_copy(update={"title": text, "quote": quote or None})
    data = plain.model_copy(update={"sources": (source,)}).to_json()
    own = parse_own(data)
    if own is not None:
        assert own == model._parsed_strictly(data)
    assert parse_own(plain.to_json()) == plain


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b" ",
        lambda data: data[:-1],
        lambda data: data.replace(b'{\n  "schema": 1,', b'{\n  "schema": 1,\n  "schema": 1,', 1),
        lambda data: data.replace(b'"schema": 1', b'"schema": 1.0', 1),
        lambda data: data.replace(b'"schema": 1', b'"schema": true', 1),
        lambda data: data.replace(b"night-trains", rb"night\u002dtrains", 1),
        lambda data: data.replace(b'"title": "', rb'"title": "\u0000', 1),
        lambda data: data.replace(b'"title": "', rb'"title": "\ud800', 1),
        lambda data: data.replace(b'"title": "', b'"title": "\xff', 1),
        lambda _: b"[" * 100_000,
        lambda _: b"",
    ],
)
def test_other_bytes_are_left_to_the_strict_reader(change: Callable[[bytes], bytes]) -> None:
    data = sample_entry().to_json()
    changed = change(data)
    assert changed != data
    assert parse_own(changed) is None
