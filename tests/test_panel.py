"""The panel as readers see it: what it says, what it cannot be made to say."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from samples import (
    PAPER,
    PERMALINK,
    PUBLICATION,
    one_point,
    parse_fragment,
    parse_html,
    sample_entry,
    text_of,
    with_class,
)

from widget import demo
from widget.config import Publication
from widget.entry import Entry, Withdrawn
from widget.panel import (
    CODINGS,
    Cache,
    Options,
    Page,
    Representation,
    fragment,
    frame,
    message_frame,
)
from widget.panel.view import _letter
from widget.urls import link_problem

PLAIN = Options()
Tree = Any
Way = Callable[..., Tree]


def frame_page(
    subject: Entry | Withdrawn, options: Options = PLAIN, publication: Publication = PUBLICATION
) -> Page:
    return frame(subject, publication, options, permalink=PERMALINK)


def framed(
    subject: Entry | Withdrawn, options: Options = PLAIN, publication: Publication = PUBLICATION
) -> Tree:
    return parse_html(frame_page(subject, options, publication).body.decode())


def included(
    subject: Entry | Withdrawn, options: Options = PLAIN, publication: Publication = PUBLICATION
) -> Tree:
    page = fragment(subject, publication, options, permalink=PERMALINK)
    assert page.policy is None
    return parse_fragment(page.body.decode())


def panel_of(tree: Tree) -> Tree:
    (panel,) = with_class(tree, "insights")
    return panel


def withdrawn(**changes: object) -> Withdrawn:
    values: dict[str, Any] = {
        "id": "night-trains",
        "language": "en",
        "article_url": f"{PAPER}/opinion/night-trains",
        "article_title": "Bring the night trains back",
        "revision": 3,
        "at": datetime(2026, 6, 1, 10, tzinfo=UTC),
        "reason": "A claim was wrong.",
        "legal": False,
        **changes,
    }
    return Withdrawn(**values)


# One panel, several ways in


@pytest.mark.parametrize("entry", demo.entries(), ids=lambda entry: entry.id)
def test_frame_and_fragment_say_the_same(entry: Entry) -> None:
    publication = demo.publication()
    one = panel_of(framed(entry, publication=publication))
    other = panel_of(included(entry, publication=publication))
    assert text_of(one) == text_of(other)
    assert len(text_of(one)) > 1_000


def test_a_fragment_is_the_panel_with_its_styles_and_no_script() -> None:
    tree = included(sample_entry())
    svg, section = tree
    assert svg.tag.endswith("}svg")
    assert [element.tag.rpartition("}")[2] for element in svg] == ["style"]
    assert section.tag == "section"
    assert list(tree.iter("script")) == []
    bare = included(sample_entry(), Options(styles="none"))
    assert [element.tag for element in bare] == ["section"]


@pytest.mark.parametrize("entry", demo.entries(), ids=lambda entry: entry.id)
@pytest.mark.parametrize("way", [framed, included])
def test_sources_references_and_ways_back_belong_together(entry: Entry, way: Way) -> None:
    tree = way(entry)
    prefix = f"insights-{entry.id}-" if way is included else ""
    numbers = range(1, len(entry.sources) + 1)
    references = [
        (button.get("id"), button.get("popovertarget"), text_of(button))
        for button in with_class(tree, "insights-ref")
    ]
    back = [link.get("href") for link in with_class(tree, "insights-back")]
    assert sorted(back) == sorted(f"#{anchor}" for anchor, _, _ in references)
    for anchor, preview, number in references:
        assert preview == f"{prefix}n{number}"
        assert re.fullmatch(rf"{prefix}r{number}-\d+", anchor)
    previews = [element.get("id") for element in with_class(tree, "insights-preview")]
    assert previews == [f"{prefix}n{number}" for number in numbers]
    (sources,) = with_class(tree, "insights-sources")
    assert [item.get("id") for item in sources.iter("li")] == [f"{prefix}s{n}" for n in numbers]
    assert {number for _, _, number in references} == set(map(str, numbers))


@pytest.mark.parametrize("entry", demo.entries(), ids=lambda entry: entry.id)
def test_ids_are_unique_and_begin_with_the_entrys_own_in_a_host_page(entry: Entry) -> None:
    tree = included(entry)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) > 15
    assert Counter(ids).most_common(1)[0][1] == 1
    assert all(anchor.startswith(f"insights-{entry.id}-") for anchor in ids)
    for element in tree.iter():
        for name in ("aria-labelledby", "popovertarget"):
            assert element.get(name, ids[0]) in ids
        if element.get("href", "").startswith("#"):
            assert element.get("href")[1:] in ids


def test_one_reference_goes_back_without_a_letter_and_several_each_with_theirs() -> None:
    tree = framed(sample_entry(**one_point("a [1] b [2] c [1]")))
    back = with_class(tree, "insights-back")
    assert [link.get("data-letter") for link in back] == ["a", "b", ""]
    assert [link.get("aria-label") for link in back] == [
        "Back to where source 1 is cited (a)",
        "Back to where source 1 is cited (b)",
        "Back to where source 2 is cited",
    ]


def test_letters_go_on_after_z() -> None:
    assert [_letter(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "a", "z", "aa", "az", "ba", "zz", "aaa",
    ]  # fmt: skip


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
        ("<em>word[1]</em>", "word1"),
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


HOSTILE = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)></style></title>{{7*7}}&lt;%(x)s"
)
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
ELEMENTS = {
    *("section", "header", "footer", "h1", "h2", "h3", "p", "div", "ol", "ul", "li", "details"),
    *("summary", "blockquote", "button", "a", "span", "strong", "em", "q", "sup", "time"),
}
ATTRIBUTES = {
    *("class", "id", "part", "lang", "dir", "role", "open", "href", "target", "rel", "type"),
    *("aria-labelledby", "aria-label", "aria-hidden", "datetime", "data-letter"),
    *("data-entry", "data-accent", "data-role"),
    *("popover", "popovertarget", "popovertargetaction"),
}


def is_the_panels_own(tree: Tree) -> None:
    for element in panel_of(tree).iter():
        assert element.tag in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
        href = element.get("href", "#")
        assert href.startswith("#") or link_problem(href) is None


@pytest.mark.parametrize("way", [framed, included])
@pytest.mark.parametrize("place", PLAIN_TEXTS)
def test_plain_text_is_shown_as_it_is_written(place: str, way: Way) -> None:
    tree = way(sample_entry(**{place: HOSTILE}))
    is_the_panels_own(tree)
    assert HOSTILE in text_of(panel_of(tree))
    assert len(list(tree.iter("script"))) == (way is framed)


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
    assert text_of(tree.find("head/title")) == f"Insights: {HOSTILE}"
    assert [element.tag for element in tree.find("head")] == [
        "meta", "title", "meta", "meta", "meta", "link", "style",
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


# What stays outside the collapse


def test_badge_corrections_and_disclosure_stand_outside_the_collapse() -> None:
    tree = framed(sample_entry())
    folded = {id(inner) for details in tree.iter("details") for inner in details.iter()}
    for name in ("insights-lean", "insights-corrections", "insights-disclosure"):
        (element,) = with_class(tree, name)
        assert id(element) not in folded


SENTENCES = {
    "left": "This article generally aligns with a Left point of view.",
    "center-left": "This article generally aligns with a Center-left point of view.",
    "center": "This article generally aligns with a Center point of view.",
    "center-right": "This article generally aligns with a Center-right point of view.",
    "right": "This article generally aligns with a Right point of view.",
    "not-political": "This article is not political; it takes no place on the scale.",
    "not-rated": "The viewpoint of this article has not been rated.",
}


@pytest.mark.parametrize(("lean", "sentence"), SENTENCES.items())
def test_a_lean_is_said_in_words_and_the_scale_only_repeats_it(lean: str, sentence: str) -> None:
    tree = framed(sample_entry(viewpoint__lean=lean))
    assert [text_of(said) for said in with_class(tree, "insights-lean")] == [sentence]
    scales = with_class(tree, "insights-scale")
    if lean.startswith("not-"):
        assert scales == []
    else:
        (scale,) = scales
        assert scale.get("aria-hidden") == "true"
        assert len(scale.findall("li")) == 5
        (here,) = with_class(scale, "insights-here")
        assert text_of(here).lower() == lean


@pytest.mark.parametrize(
    ("provenance", "sentences"),
    [
        ({"origin": "human"}, "This analysis was written by people."),
        (
            {"origin": "ai", "provider": "Quill"},
            (
                "This analysis was generated by AI from Quill. "
                "No person reviewed it before it was published."
            ),
        ),
        (
            {"origin": "ai", "provider": "Quill", "model": "q-4", "reviewed_by": "A. Desk"},
            "This analysis was generated by AI from Quill (q-4). Reviewed by A. Desk.",
        ),
        (
            {
                "origin": "ai-edited",
                "provider": "Quill",
                "reviewed_by": "A. Desk",
                "reviewed_at": "2026-03-03T08:00:00Z",
            },
            (
                "This analysis was generated by AI from Quill and edited. "
                "Reviewed by A. Desk on 3 March 2026."
            ),
        ),
    ],
)
def test_the_disclosure_says_who_made_and_who_reviewed_it(
    provenance: dict[str, str], sentences: str
) -> None:
    (disclosure,) = with_class(framed(sample_entry(provenance=provenance)), "insights-disclosure")
    assert text_of(disclosure).startswith(
        f"{sentences} Insights appears beside opinion pieces, never beside news."
    )


def test_a_correction_is_told_with_its_day() -> None:
    (corrections,) = with_class(framed(sample_entry()), "insights-corrections")
    assert text_of(corrections.find("ul")) == "Correction, 5 March 2026: A figure was wrong."
    (time,) = corrections.iter("time")
    assert time.get("datetime") == "2026-03-05T12:00:00Z"


# Withdrawn


@pytest.mark.parametrize("way", [framed, included])
def test_a_notice_says_who_withdrew_when_and_why(way: Way) -> None:
    panel = panel_of(way(withdrawn()))
    assert [text_of(paragraph) for paragraph in panel.iter("p")] == [
        "This panel has been withdrawn.",
        "The Paper withdrew it on 1 June 2026.",
        "The reason given: A claim was wrong.",
        "About: Bring the night trains back",
    ]


def test_a_notice_for_legal_reasons_needs_no_other() -> None:
    text = text_of(panel_of(framed(withdrawn(reason="", legal=True))))
    assert "withdrew it on 1 June 2026 for legal reasons." in text
    assert "The reason given" not in text


@pytest.mark.parametrize("way", [framed, included])
def test_a_hostile_reason_is_text(way: Way) -> None:
    tree = way(withdrawn(reason=HOSTILE, article_title=HOSTILE, article_url="javascript:x"))
    is_the_panels_own(tree)
    assert text_of(panel_of(tree)).count(HOSTILE) == 2


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
    points = with_class(panel, "insights-points")
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
        assert with_class(panel, "insights-points")[0].get("lang") is None
    tree = framed(sample_entry(language="ar"))
    assert (tree.get("lang"), tree.get("dir")) == ("ar", "rtl")


@pytest.mark.parametrize(
    ("language", "direction"), [("sv", "ltr"), ("he", "rtl"), ("enx", "ltr"), ("zh-Hant", "ltr")]
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
    assert marked == {"insights-points", "insights-rationale", "a", "span", "blockquote"}
    for element in panel.iter():
        if element is not panel and element.get("lang"):
            assert (element.get("lang"), element.get("dir")) == (language, direction)


@pytest.mark.parametrize("language", ["en-GB", "EN", "es-419", "ar-EG"])
def test_a_variant_of_a_language_is_spoken_for_by_its_catalog(language: str) -> None:
    panel = panel_of(included(sample_entry(language=language)))
    assert panel.get("lang") == language
    assert [element for element in panel.iter() if element.get("lang")] == [panel]


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


def test_what_a_refused_page_repeats_is_text() -> None:
    page = message_frame(
        "refused", PUBLICATION, PLAIN, origin=HOSTILE, name="The Paper", line="origins = []"
    )
    tree = parse_html(page.body.decode())
    is_the_panels_own(tree)
    assert HOSTILE in text_of(tree)


# Prebuilt answers


def of_size(size: int) -> Representation:
    assert size % 2 == 0
    return Representation(b"x" * (size // 2), "text/plain")


def test_what_is_kept_is_made_once() -> None:
    cache, made = Cache(1_000), []

    def make() -> Representation:
        made.append(1)
        return of_size(10)

    first = cache.get("key", make)
    assert cache.get("key", make) is first
    assert made == [1]


def test_bytes_are_counted_and_what_was_used_least_recently_goes_first() -> None:
    cache, made = Cache(300), []

    def get(key: str) -> None:
        def make() -> Representation:
            made.append(key)
            return of_size(100)

        cache.get(key, make)

    for key in "abc":
        get(key)
    get("a")
    get("d")
    assert "".join(made) == "abcd"
    for key in "acd":
        get(key)
    assert "".join(made) == "abcd"
    get("b")
    assert "".join(made) == "abcdb"
    get("a")
    assert "".join(made) == "abcdba"


def test_what_is_larger_than_the_cache_is_sent_but_not_kept() -> None:
    cache = Cache(100)
    assert cache.get("big", lambda: of_size(102)).size == 102
    small = cache.get("small", lambda: of_size(100))
    assert cache.get("small", lambda: of_size(2)) is small
    assert cache.get("big", lambda: of_size(104)).size == 104


def test_a_cache_of_no_bytes_keeps_nothing() -> None:
    cache = Cache(0)
    assert cache.get("a", lambda: of_size(2)) is not cache.get("a", lambda: of_size(2))


@pytest.mark.parametrize("entry", demo.entries(), ids=lambda entry: entry.id)
def test_the_size_that_is_counted_covers_every_coding(entry: Entry) -> None:
    made = Representation(frame_page(entry).body, "text/html")
    assert sum(len(made.body(coding).data) for coding in CODINGS) <= made.size
    assert len({made.body(coding).etag for coding in CODINGS}) == 3
    assert made.body("br") is made.body("br")
