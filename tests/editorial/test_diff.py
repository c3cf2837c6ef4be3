"""Comparison word by word and place by place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_document, sample_entry

from widget.editorial import comparison
from widget.editorial.comparison import Piece

pytestmark = pytest.mark.unit


def shown(pieces: tuple[Piece, ...]) -> str:
    marks = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in pieces)


def test_a_changed_word_is_shown_between_those_that_stayed() -> None:
    pieces = comparison.words("The ferry is free.", "The ferry was free.")
    assert shown(pieces) == "The ferry [-is-][+was+] free."


def test_neighbouring_changes_are_one_phrase() -> None:
    pieces = comparison.words("It costs ten crowns more now.", "It costs two pounds more now.")
    assert shown(pieces) == "It costs [-ten crowns-][+two pounds+] more now."


def test_a_changed_marker_is_seen() -> None:
    assert shown(
        comparison.words("Said so [1].", "Said so [2].")
    ) == "Said so \\[[-1-][+2+]].".replace("\\", "")


def test_equal_texts_have_no_change() -> None:
    assert comparison.words("Same.", "Same.") == (Piece("same", "Same."),)
    assert comparison.words("", "") == ()


TEXTS = st.text(st.sampled_from("ab é'-.[]1 \n"), max_size=60)


@given(TEXTS, TEXTS)
def test_the_pieces_spell_both_texts(old: str, new: str) -> None:
    pieces = comparison.words(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
    assert all(piece.text for piece in pieces)
    assert any(piece.kind != "same" for piece in pieces) == (old != new)


def places(**changes: object) -> dict[str, str]:
    found = comparison.entries(sample_entry(), sample_entry(**changes))
    return {change.path: f"{change.label}: {shown(change.pieces)}" for change in found}


def test_equal_entries_differ_nowhere() -> None:
    assert comparison.entries(sample_entry(), sample_entry()) == []


def test_each_changed_place_has_its_path_and_a_name_for_people() -> None:
    assert places(
        article__title="Bring the day trains back",
        perspectives__0__points__1__attributed_to="The author",
        sources__1__published="2026-01-02",
    ) == {
        "$.article.title": "Article, title: Bring the [-night-][+day+] trains back",
        "$.perspectives[0].points[1].attributed_to": (
            "Group 1, point 2, attributed to: [+The author+]"
        ),
        "$.sources[1].published": "Source 2, date: [+2026-01-02+]",
    }


def test_an_inserted_source_changes_none_behind_it() -> None:
    old = sample_document()
    inserted = {"title": "New", "url": "https://new.example/", "type": "news"}
    found = places(sources=[inserted, *old["sources"]])
    assert list(found) == [
        "$.sources[0].title",
        "$.sources[0].url",
        "$.sources[0].type",
    ]


def test_a_removed_point_is_shown_as_removed() -> None:
    points = sample_document()["perspectives"][0]["points"][1:]
    assert places(perspectives__0__points=points) == {
        "$.perspectives[0].points[0].text": (
            "Group 1, point 1, text: [-Sleepers replace short flights [1].-]"
        )
    }


def test_everything_in_a_first_version_was_added() -> None:
    found = comparison.entries(None, sample_entry())
    assert {piece.kind for change in found for piece in change.pieces} == {"added"}
    assert "$.id" not in {change.path for change in found}


def test_documents_that_are_no_entries_can_be_compared() -> None:
    (change,) = comparison.documents({"article": {"title": 3}}, {"article": {"title": "x"}})
    assert (change.path, shown(change.pieces)) == ("$.article.title", "[-3-][+x+]")
