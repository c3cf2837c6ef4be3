"""Who stands behind the name in a revision."""

from __future__ import annotations

import pytest

from widget.editorial.actors import person_of, token_actor

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("actor", "person"),
    [
        ("ana", "ana"),
        (" Ana ", "ana"),
        ("ana (token ci)", "ana"),
        ("Ana (token ci (2))", "ana (token ci (2))"),
        ("bo@paper.example (token A b.c_d-e)", "bo@paper.example"),
        ("R. Okafor", "r. okafor"),
        ("file", "file"),
        ("token:ci", None),
        ("", ""),
    ],
)
def test_a_person_is_read_back_from_the_name(actor: str, person: str | None) -> None:
    assert person_of(actor) == person


def test_what_is_done_with_a_token_says_whose_it_is() -> None:
    assert token_actor("ana", "ci") == "ana (token ci)"
    assert token_actor(None, "ci") == "token:ci"
