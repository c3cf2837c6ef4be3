"""Text in the panel: light HTML, markers, and what hostile text comes out as."""

from __future__ import annotations

import pytest
from panel_support import (
    ELEMENTS,
    HOSTILE,
    Way,
    frame_page,
    framed,
    included,
    is_the_panels_own,
    panel_of,
)
from samples import (
    one_point,
    parse_fragment,
    sample_entry,
    text_of,
    with_class,
)

from widget.config import Publication

pytestmark = pytest.mark.unit

# Text


def point_html(text: str) -> str:
    body = frame_page(sample_entry(**one_point(text))).body.decode()
    return body.partition('<li id="p1-1"><p>')[2].partition("&nbsp;<a")[0]


def test_light_html_is_shown_and_its_links_open_a_tab_of_their_own() -> None:
    html = point_html('<em>a</em> <q>b</q> <a href="https://x.example/?a=1&amp;b=2">c</a> [1][2]')
    assert html.startswith("<em>a</em> <q>b</q> ")
    assert '<a target="_blank" rel="noopener" href="https://x.example/?a=1&amp;b=2">c</a>' in html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a word [1].", "a word1."),
        ("a word[1][2], more", "a word12, more"),
        (r"as \[1] it is [2]", "as [1] it is2"),
        ("[1] first", "1 first"),
        ("<em>word[1]</em>", "word1\u2060"),
        ("<q>said</q> [1].", "said\u20601."),
        ("word [1] [2], [1]", "word12,\u20601"),
        ("dangling [7].", "dangling[7]."),
        ("fish &amp; chips[1]", "fish & chips1"),
        ("x" * 22 + "&amp;" + "y" * 28 + "[1]", "x" * 22 + "&" + "y" * 28 + "1"),
        ("x" * 30 + "&lt;b&gt;" + "y" * 27 + "[1]", "x" * 30 + "<b>" + "y" * 27 + "1"),
    ],
)
def test_markers_become_buttons_and_text_stays_what_it_is(text: str, shown: str) -> None:
    assert text_of(parse_fragment(point_html(text))) == shown


@pytest.mark.parametrize("length", range(20, 40))
def test_no_character_reference_is_cut_in_two(length: int) -> None:
    text = "x" * 20 + "&amp;&lt;" + "y" * length
    assert text_of(parse_fragment(point_html(f"{text}[1]"))) == "x" * 20 + "&<" + "y" * length + "1"


PLAIN_TEXTS = [
    "article__title",
    "perspectives__0__heading",
    "perspectives__0__points__0__attributed_to",
    "sources__0__title",
    "sources__0__publisher",
    "sources__0__quote",
    "provenance__provider",
    "provenance__model",
    "provenance__reviewed_by",
    "corrections__0__note",
]


@pytest.mark.parametrize("way", [framed, included])
@pytest.mark.parametrize("place", PLAIN_TEXTS)
def test_plain_text_is_shown_as_it_is_written(place: str, way: Way) -> None:
    tree = way(sample_entry(**{place: HOSTILE}))
    is_the_panels_own(tree)
    assert HOSTILE in text_of(panel_of(tree))
    types = [script.get("type") for script in tree.iter("script")]
    assert types == (["application/ld+json", None] if way is framed else [])


@pytest.mark.parametrize("way", [framed, included])
@pytest.mark.parametrize("place", ["viewpoint__rationale", "perspectives__0__points__0__text"])
def test_light_html_brings_nothing_else_along(place: str, way: Way) -> None:
    tree = way(sample_entry(**{place: HOSTILE}))
    is_the_panels_own(tree)
    assert "{{7*7}}" in text_of(panel_of(tree))


@pytest.mark.parametrize("url", ["javascript:alert(1)", 'https://x.example/"onclick="x', "//x"])
@pytest.mark.parametrize("place", ["article__url", "sources__0__url", "sources__0__archive_url"])
@pytest.mark.parametrize("way", [framed, included])
def test_an_address_that_the_rules_refuse_is_not_linked_to(way: Way, place: str, url: str) -> None:
    tree = way(sample_entry(**{place: url}))
    is_the_panels_own(tree)
    assert url not in {element.get("href") for element in tree.iter()}
    assert "Who sleeps on trains" in text_of(panel_of(tree))


def test_the_frames_title_cannot_be_left() -> None:
    tree = framed(sample_entry(article__title=HOSTILE))
    assert text_of(tree.find("head/title")) == f"Insights (AI-generated): {HOSTILE}"
    described = [it for it in tree.find("head") if it.tag == "meta" and it.get("content")]
    assert {it.get("content") for it in described if HOSTILE in it.get("content")} == {
        f"Insights (AI-generated): {HOSTILE}"  # what other sites show of the permalink
    }
    assert [element.tag for element in tree.find("head") if element not in described] == [
        "meta", "title", "link", "link", "link", "style",
    ]  # fmt: skip


def test_a_publications_own_texts_are_light_html_too() -> None:
    own = Publication(
        introduction="<b>In</b>",
        methodology="<i>How</i><script>x</script>",
        disclosure={"en": HOSTILE},
    )
    tree = framed(sample_entry(), publication=own)
    assert {element.tag for element in panel_of(tree).iter()} <= ELEMENTS | {"b", "i"}
    assert text_of(with_class(tree, "insights-method")[0]) == "How this was judged Howx"
