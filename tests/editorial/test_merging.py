"""Two changes of one entry: what merges, and what is a conflict."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_document, sample_entry

from widget.editorial.merging import merge, put_part
from widget.entry import Entry, parse_entry

pytestmark = pytest.mark.unit

Change = dict[str, Any]


def entry(document: dict[str, Any]) -> Entry:
    return parse_entry(json.dumps(document).encode())


def changed(**changes: object) -> Entry:
    return sample_entry(**changes)


def with_point(text: str, group: int, place: int) -> Entry:
    document = sample_document()
    document["perspectives"][group]["points"][place]["text"] = text
    return entry(document)


def test_changes_of_different_fields_are_both_there() -> None:
    mine, theirs = changed(article__title="Mine"), changed(viewpoint__lean="left")
    merged = merge(sample_entry(), mine, theirs)
    assert merged.conflicts == ()
    assert merged.document["article"]["title"] == "Mine"
    assert merged.document["viewpoint"]["lean"] == "left"
    assert merged.taken == ("$.viewpoint.lean",)


def test_two_points_of_one_group_are_two_parts() -> None:
    merged = merge(sample_entry(), with_point("Mine [1].", 0, 0), with_point("Theirs [1].", 0, 1))
    assert merged.conflicts == ()
    texts = [it["text"] for it in merged.document["perspectives"][0]["points"]]
    assert texts == ["Mine [1].", "Theirs [1]."]


def test_one_point_that_both_changed_is_a_conflict_and_nothing_else_is() -> None:
    mine, theirs = with_point("Mine [1].", 0, 0), with_point("Theirs [1].", 0, 0)
    theirs = theirs.model_copy(update={"language": "de"})
    merged = merge(sample_entry(), mine, theirs)
    (conflict,) = merged.conflicts
    assert conflict.path == "$.perspectives[0].points[0].text"
    assert (conflict.mine, conflict.theirs) == ("Mine [1].", "Theirs [1].")
    assert merged.document["language"] == "de"
    assert merged.document["perspectives"][0]["points"][0]["text"] == "Mine [1]."
    put_part(merged.document, conflict.path, conflict.theirs)
    assert merged.document["perspectives"][0]["points"][0]["text"] == "Theirs [1]."


@pytest.mark.parametrize("path", ["", "$", "$.sources[99]", "$.nothing.here", "$.article[0]", "x"])
def test_a_part_that_is_not_there_is_not_set(path: str) -> None:
    document = sample_document()
    put_part(document, path, "other")
    assert document == sample_document()


def test_a_point_that_one_adds_and_one_that_another_edits_are_both_there() -> None:
    document = sample_document()
    new = {"text": "A new first point [1].", "attributed_to": None}
    document["perspectives"][0]["points"].insert(0, new)
    for mine, theirs in (
        (entry(document), with_point("Edited [1].", 0, 1)),
        (with_point("Edited [1].", 0, 1), entry(document)),
    ):
        merged = merge(sample_entry(), mine, theirs)
        assert merged.conflicts == ()
        texts = [it["text"] for it in merged.document["perspectives"][0]["points"]]
        assert texts[0] == "A new first point [1]."
        assert texts[2] == "Edited [1]."
        assert merged.taken


def test_a_point_that_one_removes_and_another_edits_is_a_conflict() -> None:
    document = sample_document()
    del document["perspectives"][0]["points"][1]
    merged = merge(sample_entry(), entry(document), with_point("Edited [1].", 0, 1))
    assert [it.path for it in merged.conflicts] == ["$.perspectives[0].points"]


CHANGES = st.sampled_from(
    [
        {},
        {"article__title": "One"},
        {"article__title": "Two"},
        {"viewpoint__rationale": "Because."},
        {"sources": []},
        {"perspectives": []},
        {"language": "fr"},
    ]
)


@given(CHANGES, CHANGES, CHANGES)
def test_no_change_of_either_side_is_lost_without_a_word(
    base: Change, mine: Change, theirs: Change
) -> None:
    versions = [_json(sample_entry(**each)) for each in (base, mine, theirs)]
    merged = merge(*(entry(it) for it in versions))
    conflicts = {it.path for it in merged.conflicts}
    for path, *values in _fields("$", *versions, merged.document):
        was, ours, others, now = values
        if ours == others or others == was:
            assert now == ours, path
        elif ours == was:
            assert now == others, path
            assert path in merged.taken
        else:
            assert now == ours, path
            assert path in conflicts


def _fields(path: str, *versions: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  # JSON
    """Yield each field of four documents with its path; a list is one field."""
    if all(isinstance(it, dict) for it in versions):
        for key in versions[0]:
            yield from _fields(f"{path}.{key}", *(it[key] for it in versions))
    else:
        yield (path, *versions)


def _json(version: Entry) -> Any:  # noqa: ANN401  # JSON
    return json.loads(version.to_json())
