"""Characters that steer a terminal or the direction of text are refused in every text."""

from __future__ import annotations

import unicodedata

import pytest
from samples import PUBLICATION, sample_entry
from test_rules import POINT, found

from widget.entry import check

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\x07", "\x7f", "\x9b"])
@pytest.mark.parametrize(
    "place",
    [
        "article__title",
        "article__section",
        "article__authors__0",
        "viewpoint__rationale",
        "perspectives__0__heading",
        f"{POINT}__text",
        f"{POINT}__attributed_to",
        "sources__0__title",
        "sources__0__publisher",
        "sources__0__quote",
        "provenance__provider",
        "provenance__model",
        "provenance__reviewed_by",
        "corrections__0__note",
    ],
)
def test_a_control_or_override_character_is_refused_in_every_text(
    place: str, character: str
) -> None:
    steps = [f"[{step}]" if step.isdecimal() else f".{step}" for step in place.split("__")]
    message = f"contains the control character U+{ord(character):04X}; remove it"
    text = f"A {character} B [1]" if place.endswith("text") else f"A {character} B"
    assert ("$" + "".join(steps), message) in found(severity="error", **{place: text})


def test_tabs_newlines_and_joiners_are_no_control_characters() -> None:
    assert found(sources__0__quote="one\ttwo\r\nthree \u200dfour \u200f") == []


def test_every_control_character_is_named() -> None:
    bidirectional = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    for code in (*range(1, 0x300), *range(0x2000, 0x2100), 0xFEFF, 0xFFFD):
        character = chr(code)
        control = unicodedata.category(character) == "Cc" and character not in "\t\n\r"
        entry = sample_entry(sources__0__quote=f"a{character}b")
        messages = [breach.message for breach in check(entry, PUBLICATION)]
        named = f"contains the control character U+{code:04X}; remove it"
        assert (named in messages) == (control or character in bidirectional), named
