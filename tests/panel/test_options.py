"""What a snippet may ask of a panel, in which language it speaks, and its own policy."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from panel_support import (
    PLAIN,
    Tree,
    frame_page,
    framed,
    included,
    panel_of,
    withdrawn,
)
from samples import (
    PAPER,
    PUBLICATION,
    sample_entry,
    text_of,
    with_class,
)

from widget.config import Publication
from widget.panel import (
    Options,
    Page,
    message_frame,
)

pytestmark = pytest.mark.unit

# Options


def test_a_theme_is_set_on_panel_and_document() -> None:
    for theme in ("light", "dark"):
        tree = framed(sample_entry(), Options.from_query({"theme": theme}))
        assert panel_of(tree).get("data-theme") == tree.get("data-theme") == theme
        schemes = [meta.get("content") for meta in tree.iter("meta")]
        assert theme in schemes
    assert panel_of(framed(sample_entry())).get("data-theme") is None


def test_a_language_that_is_asked_for_speaks_around_the_content() -> None:
    panel = panel_of(framed(sample_entry(), Options.from_query({"lang": "es"})))
    assert (panel.get("lang"), panel.get("dir")) == ("es", "ltr")
    assert "Fuentes" in text_of(panel)
    points = with_class(panel, "insights-body")
    assert {(group.get("lang"), group.get("dir")) for group in points} == {("en", "ltr")}


def headings(tree: Tree) -> set[str]:
    return {element.tag for element in tree.iter() if re.fullmatch(r"h\d", str(element.tag))}


def test_headings_begin_where_the_snippet_or_the_publication_says() -> None:
    assert headings(framed(sample_entry())) == {"h1", "h2"}
    assert headings(included(sample_entry())) == {"h2", "h3"}
    asked = Options.from_query({"heading-level": "4"})
    assert headings(included(sample_entry(), asked)) == {"h4", "h5"}
    deep = Publication(heading_level=5)
    assert headings(included(sample_entry(), publication=deep)) == {"h5", "h6"}


def test_groups_are_closed_unless_the_snippet_opens_them() -> None:
    def opened(options: Options) -> list[str]:
        return [
            details.get("data-role", "sources")
            for details in framed(sample_entry(), options).iter("details")
            if details.get("open") is not None
        ]

    assert opened(PLAIN) == []
    assert opened(Options.from_query({"open": "different-views,sources"})) == [
        "different-views",
        "sources",
    ]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"theme": "blue"},
        {"theme": "Dark"},
        {"lang": "xx"},
        {"lang": "../ar"},
        {"heading-level": "6"},
        {"heading-level": "0"},
        {"heading-level": "²"},
        {"heading-level": "two"},
        {"open": "everything, ideas"},
        {"styles": "mine"},
        {"unknown": "x"},
    ],
)
def test_an_option_that_is_wrong_is_passed_over(query: dict[str, str]) -> None:
    assert Options.from_query(query) == PLAIN


# Languages


def test_arabic_runs_from_right_to_left() -> None:
    for tree in (framed(sample_entry(language="ar")), included(sample_entry(language="ar"))):
        panel = panel_of(tree)
        assert (panel.get("lang"), panel.get("dir")) == ("ar", "rtl")
        assert with_class(panel, "insights-body")[0].get("lang") is None
    tree = framed(sample_entry(language="ar"))
    assert (tree.get("lang"), tree.get("dir")) == ("ar", "rtl")


@pytest.mark.parametrize(
    ("language", "direction"), [("ga", "ltr"), ("dv", "rtl"), ("enx", "ltr"), ("yue-Hant", "ltr")]
)
def test_content_in_a_language_without_a_catalog_is_marked_as_such(
    language: str, direction: str
) -> None:
    tree = included(sample_entry(language=language))
    panel = panel_of(tree)
    assert (panel.get("lang"), panel.get("dir")) == ("en", "ltr")
    marked = {
        element.get("class") or element.tag
        for element in panel.iter()
        if element is not panel and element.get("lang")
    }
    assert marked == {"insights-body", "insights-rationale", "a", "span", "bdi", "blockquote"}
    for element in panel.iter():
        if element is not panel and element.get("lang"):
            assert (element.get("lang"), element.get("dir")) == (language, direction)


@pytest.mark.parametrize("language", ["en-GB", "EN", "es-419", "ar-EG", "zh-TW", "sr-ME", "iw"])
def test_a_variant_of_a_language_is_spoken_for_by_its_catalog(language: str) -> None:
    panel = panel_of(included(sample_entry(language=language)))
    assert panel.get("lang") == language
    assert [element for element in panel.iter() if element.get("lang")] == [panel]


def test_content_in_a_language_that_another_catalog_speaks_for_is_marked_too() -> None:
    panel = panel_of(included(sample_entry(language="nn-NO")))
    assert panel.get("lang") == "nb"
    assert with_class(panel, "insights-body")[0].get("lang") == "nn-NO"


def test_a_publisher_s_name_does_not_turn_the_date_behind_it_round() -> None:
    """After a Latin name, a number would join its direction (Unicode bidi algorithm, W7)."""
    line = with_class(framed(sample_entry(language="fa")), "insights-small")[1]
    assert [text_of(it) for it in line.iter("bdi")] == ["Rail Institute"]
    assert "۱ اکتبر ۲۰۲۵" in text_of(line)


# Policy


def policy_of(page: Page) -> dict[str, str]:
    assert page.policy
    directives = (directive.split(" ", 1) for directive in page.policy.split("; "))
    return {name: value for name, value in directives}  # noqa: C416  # dict() cannot type it


def hashed(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def test_a_frame_runs_its_own_style_and_script_and_nothing_else() -> None:
    page = frame_page(sample_entry())
    html = page.body.decode()
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert policy_of(page) == {
        "default-src": "'none'",
        "style-src": hashed(style),
        "script-src": hashed(script),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": f"'self' {PAPER}",
    }
    assert " style=" not in html


def test_who_may_frame_a_panel_is_the_publications_to_say() -> None:
    two = Publication(origins=("https://one.example", "https://two.example"))
    for publication in (two, Publication()):
        page = frame_page(sample_entry(), publication=publication)
        assert policy_of(page)["frame-ancestors"] == f"'self' {publication.embedders}"
        assert f'content="allow-origins={publication.embedders}"' in page.body.decode()


def test_notices_and_messages_may_be_framed_by_anyone() -> None:
    assert policy_of(frame_page(withdrawn()))["frame-ancestors"] == "*"
    for message in ("unknown", "unavailable"):
        page = message_frame(message, PUBLICATION, PLAIN)
        assert policy_of(page)["frame-ancestors"] == "*"


def test_a_message_speaks_the_publications_language_unless_another_is_asked_for() -> None:
    german = Publication(language="de")
    assert b'lang="de"' in message_frame("unknown", german, PLAIN).body
    asked = Options.from_query({"lang": "ar"})
    assert b'lang="ar" dir="rtl"' in message_frame("unknown", german, asked).body
