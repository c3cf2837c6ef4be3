"""What one entry may cost: judged at once, and cleaned once for all who look at it."""

from __future__ import annotations

import pytest
from pace import within
from samples import PERMALINK, PUBLICATION, sample_document, sample_entry

from benchmarks import costly_texts
from benchmarks.costly_texts import SHAPES, costliest, filled
from widget.config import Publication
from widget.entry import Entry, check, light_html
from widget.panel import Options, fragment, frame

pytestmark = pytest.mark.unit


def with_texts(texts: list[str]) -> Entry:
    return costly_texts.with_texts(sample_document(), texts)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_entry_of_the_costliest_texts_is_refused_before_any_is_looked_at(
    shape: str, cleaned: list[str]
) -> None:
    entry = with_texts([filled(shape, number) for number in range(72)])
    (breach,) = check(entry, PUBLICATION)
    assert cleaned == []
    assert breach.severity == "error"
    assert breach.path.startswith("$.perspectives[")
    assert "remove tags" in breach.message


@pytest.mark.parametrize("shape", SHAPES)
def test_the_costliest_that_is_accepted_is_judged_in_a_moment(shape: str) -> None:
    entry = costliest(sample_document(), shape)
    with within(1):
        found = check(entry, PUBLICATION)
    assert not any("too much" in breach.message for breach in found)


def test_a_point_of_a_hundred_words_costs_no_more_for_them() -> None:
    tagged = f"<em>{'words ' * 45}</em> {'words ' * 44}[1]"
    assert light_html.cost(tagged) == len(tagged) + 20
    entry = with_texts([f"<em>{number}</em> {'words ' * 80}[1]" for number in range(72)])
    assert not any("too much" in breach.message for breach in check(entry, PUBLICATION))


def test_attributes_cost_the_square_of_their_number() -> None:
    names = "".join(f" n{number}" for number in range(900))
    assert light_html.cost(f"<a{names}>") > light_html.cost(f"<a{names.replace(' ', 'n')}>") + 3_000
    assert light_html.cost(f"<a{names.replace(' ', '/')}>") == light_html.cost(f"<a{names}>")
    quoted = "".join(f"n{number}=''" for number in range(900))  # nothing else between them
    assert light_html.cost(f"<a {quoted}>") > len(quoted) + 3_000


def test_rules_and_panels_share_one_parse_of_each_text(cleaned: list[str]) -> None:
    marked = [f"<em>One</em> parse of {number} [1]." for number in range(3)]
    entry = with_texts([*marked, "Plain “text”, and none [1]."])
    check(entry, PUBLICATION)
    check(entry, PUBLICATION, unlisted="error")
    frame(entry, PUBLICATION, Options(), permalink=PERMALINK)
    fragment(entry, PUBLICATION, Options(), permalink=PERMALINK)
    rationale = entry.viewpoint.rationale  # the sample's, which another test may have parsed
    assert [text for text in cleaned if text != rationale] == marked


def test_plain_texts_cost_nothing() -> None:
    entry = with_texts([f"{number} {'word ' * 900}[1]" for number in range(72)])
    assert not any("too much" in breach.message for breach in check(entry, PUBLICATION))


def test_a_panel_with_too_much_markup_is_shown_as_it_was_typed() -> None:
    entry = with_texts([filled("open elements", number) for number in range(72)])
    with within(1):
        page = frame(entry, PUBLICATION, Options(), permalink=PERMALINK)
    assert b"&lt;i&gt;&lt;b&gt;&lt;i&gt;" in page.body


def test_a_panel_in_other_colours_is_not_cleaned_again(cleaned: list[str]) -> None:
    entry = sample_entry(viewpoint={"lean": "center", "rationale": "It <em>asks</em> for more."})
    frame(entry, PUBLICATION, Options(), permalink=PERMALINK)
    cleaned.clear()
    for number in range(20):
        options = Options.from_query({"accent": f"{number:06x}", "open": "ideas", "theme": "dark"})
        frame(entry, PUBLICATION, options, permalink=PERMALINK)
        fragment(entry, PUBLICATION, options, permalink=PERMALINK)
    assert cleaned == []


EQUAL = [
    {"theme": "host"},
    {"lang": "en"},
    {"accent": "8a2432"},
    {"accent": "#8A2432", "theme": "host", "lang": "en"},
    {"open": "nonsense,more", "accent": "red", "lang": "xx", "theme": "?", "heading-level": "9"},
]


@pytest.mark.parametrize("query", EQUAL)
def test_options_that_change_nothing_share_one_rendering(query: dict[str, str]) -> None:
    entry = sample_entry()
    plain = Publication(accent="#8a2432")  # type: ignore[arg-type]  # as in insights.toml
    publication = plain.model_copy(update={"accent": Options(accent="#8a2432").accent_on(plain)})
    asked = Options.from_query(query)
    assert asked.canonical(publication, entry.language) == Options()
    for render in (frame, fragment):
        as_asked = render(entry, publication, asked, permalink=PERMALINK)
        assert as_asked.body == render(entry, publication, Options(), permalink=PERMALINK).body


def test_options_that_change_something_stay() -> None:
    query = {"theme": "dark", "lang": "es", "accent": "#123456", "open": "ideas,sources"}
    asked = Options.from_query(query)
    assert asked.canonical(PUBLICATION, "en") == asked
