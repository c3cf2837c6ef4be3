"""Whatever reads a text that somebody sent takes twice as long for twice the text, not four times.

Every regular expression and loop over such texts has its line here, and is given runs of what it
looks for, nearly finds, and has to give up on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from pace import within

from widget.editorial import comparison
from widget.entry import footnotes, light_html, read_json, urls
from widget.entry.paths import line_numbers
from widget.errors import InvalidEntry
from widget.panel import Options
from widget.store.entry_summary import lookup_key
from widget.web.admin import forms

pytestmark = [pytest.mark.unit, pytest.mark.exhaustive]

RUNS = (
    *("<a ", '<a "', "<a \"' ", '<a ">"', "<", ">", '"', "[1]", "[1]<a", "\\[1]", "[1", "&", "&#"),
    *("&a;", "\\", '\\"', "{", "[", '{"a":', "a", " ", "a ", "a.", ". ", "\n", "\r\n", "-", "a-"),
    *("%", "%4", "/", "//", "@", ":", "xn--", "é", "<![", "<!--", "a=1&", "utm_a=1&", "?", "#"),
    *(",", "'", "a'a'", "0", "]", "}"),
)

Reader = Callable[[str], object]


def _refusing(reader: Reader, refusal: type[Exception]) -> Reader:
    def read(text: str) -> None:
        with suppress(refusal):
            reader(text)

    return read


READERS: dict[str, Reader] = {
    "renumbering": lambda text: footnotes.renumber(text, {1: 2}),
    "markers": lambda text: list(footnotes.markers(text)),
    "light HTML": _refusing(light_html.clean, ValueError),
    "its cost": light_html.cost,
    "what a change is": _refusing(light_html.change, ValueError),
    "a link": urls.link_problem,
    "an address": lookup_key,
    "an address with a path": lambda text: lookup_key(f"https://paper.example/{text}"),
    "an address with a query": lambda text: lookup_key(f"https://paper.example/?{text}"),
    "a host": lambda text: lookup_key(f"https://{text}"),
    "JSON": _refusing(lambda text: read_json(text.encode()), InvalidEntry),
    "a string of JSON": _refusing(lambda text: read_json(json.dumps(text).encode()), InvalidEntry),
    "lines of JSON": line_numbers,
    "an older text and none": lambda text: comparison.words(text, ""),
    "a text and what it becomes": lambda text: comparison.words(text, f"x {text} y"),
    "a form": lambda text: forms.document({"article.authors": text, text: ""}, "x"),
    "options": lambda text: Options.from_query({"open": text, "accent": text, "theme": text}),
}
SHORT, TIMES = 4_000, 8


def seconds(reader: Reader, text: str) -> float:
    """Return the least of three times of this thread: neither a busy moment nor others count."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        reader(text)
        times.append(time.thread_time() - start)
        if times[-1] > 10:
            break
    return min(times)


@pytest.mark.parametrize("name", READERS)
def test_time_grows_as_the_text_does(name: str) -> None:
    reader = READERS[name]
    for unit in RUNS:
        once = seconds(reader, unit * (SHORT // len(unit)))
        longer = seconds(reader, unit * (SHORT // len(unit) * TIMES))
        # Eight times the text: eight times as long, where a square would be 64 times.
        assert longer < max(3 * TIMES * once, 0.15), f"{unit!r}: {once:.4f} s, then {longer:.4f} s"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 2_500, "b " * 2_500),
        ("a. " * 1_600, "b. " * 1_600),
        ("a b c " * 800, "c a b d " * 600),
        (" ".join(map(str, range(1_200))), " ".join(map(str, range(1_200, 0, -1)))),
    ],
)
def test_texts_with_nothing_in_common_are_compared_in_a_moment(old: str, new: str) -> None:
    with within(1):
        pieces = comparison.words(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new


def test_a_word_in_a_long_text_is_still_shown_as_one() -> None:
    old = "The ferry is free. It is paid for by all. " * 60
    new = old.replace("free", "cheap", 1)
    kinds = [
        (piece.kind, piece.text) for piece in comparison.words(old, new) if piece.kind != "same"
    ]
    assert kinds == [("removed", "free"), ("added", "cheap")]
