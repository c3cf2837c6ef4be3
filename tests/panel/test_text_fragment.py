"""The link to a quote follows the grammar of text directives, and names the quote and no other."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.panel.text_fragment import link_to_text

pytestmark = pytest.mark.unit

URL = "https://source.example/study"
# URL Fragment Text Directives, 3.3: "text=" [prefix "-,"] start ["," end] [",-" suffix]; within a
# term, each "&", "-" and "," is percent-encoded, as is all that may stand in no fragment.
TERM = r"(?:[A-Za-z0-9!$'()*+./:;=?@_~]|%[0-9A-F]{2})+"
DIRECTIVE = re.compile(rf"text=({TERM})(?:,({TERM}))?")


def terms(link: str) -> list[str]:
    """Return the decoded terms of a link's only directive, as a browser reads them."""
    fragment, delimiter, directive = link.partition("#")[2].partition(":~:")
    assert (fragment, delimiter) == ("", ":~:")
    found = DIRECTIVE.fullmatch(directive)
    assert found, directive
    return [unquote(term, errors="strict") for term in found.groups() if term]


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_decoding_gives_the_quote_back(quote: str) -> None:
    link = link_to_text(URL, quote)
    if link == URL:
        assert not quote.strip() or len(quote) > 300
        return
    match terms(link):
        case [whole]:
            assert whole == quote.strip()
        case [start, end]:
            assert quote.strip().startswith(start)
            assert quote.strip().endswith(end)
            assert len(start) + len(end) < len(quote)


CLAUSE_ENDS = "\u3002\u3001\uff0c\uff01\uff1f\uff1b\uff1a"
LETTERS = st.characters(categories=("L", "N", "P"), exclude_characters=CLAUSE_ENDS)
WORD = st.text(LETTERS, min_size=1, max_size=12)


@given(st.lists(WORD, min_size=11, max_size=60))
def test_a_long_quote_is_named_by_its_first_and_last_whole_words(words: list[str]) -> None:
    start, end = terms(link_to_text(URL, " ".join(words)))
    assert start.split() == " ".join(words[:5]).split()
    assert end.split() == " ".join(words[-5:]).split()


@pytest.mark.parametrize(
    ("quote", "directive"),
    [
        ("Four in ten.", "text=Four%20in%20ten."),
        ("first-year, A & B", "text=first%2Dyear%2C%20A%20%26%20B"),
        ("100 % — “so”", "text=100%20%25%20%E2%80%94%20%E2%80%9Cso%E2%80%9D"),
        ("a#b?c=d:~:text=e", "text=a%23b%3Fc%3Dd%3A~%3Atext%3De"),
        ("سوق السمك", "text=%D8%B3%D9%88%D9%82%20%D8%A7%D9%84%D8%B3%D9%85%D9%83"),
        (
            "one two three four five, six seven eight - nine ten eleven",
            "text=one%20two%20three%20four%20five%2C,eight%20%2D%20nine%20ten%20eleven",
        ),
    ],
)
def test_what_ends_a_term_is_percent_encoded(quote: str, directive: str) -> None:
    assert link_to_text(URL, quote) == f"{URL}#:~:{directive}"


def test_a_fragment_of_the_address_stays() -> None:
    assert link_to_text(f"{URL}#table-2", "ten") == f"{URL}#table-2:~:text=ten"
    assert link_to_text(f"{URL}#:~:text=two", "ten") == f"{URL}#:~:text=two&text=ten"


def test_scripts_without_spaces_end_at_their_clauses() -> None:
    clauses = [f"第{number}航线全年夜间运行" for number in range(30)]
    start, end = terms(link_to_text(URL, "\uff0c".join(clauses)))
    assert start == "".join(f"{clause}\uff0c" for clause in clauses[:5])
    assert end == "\uff0c".join(clauses[-5:])


@pytest.mark.parametrize("quote", ["", " \n ", "船" * 301])
def test_what_a_browser_could_not_find_has_no_directive(quote: str) -> None:
    assert link_to_text(URL, quote) == URL
