"""What is pasted becomes points and sources: plain text, Word, Google Docs and any HTML."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget import i18n
from widget.editorial.pasting import Pasted, PastedSource, read_pasted
from widget.editorial.pasting.headings import section_of
from widget.entry import light_html

pytestmark = pytest.mark.unit

A, B, C = (f"https://{it}.example/{it}" for it in "abc")


def points(text: str) -> list[str]:
    return [point for group in read_pasted(text).groups for point in group.points]


def sources(text: str) -> list[tuple[str, str]]:
    return [(it.title, it.url) for it in read_pasted(text).sources]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One\nTwo", ["One", "Two"]),
        ("One\n\nTwo\n\n\n", ["One", "Two"]),
        ("One\r\nTwo\rThree", ["One", "Two", "Three"]),
        ("• One\n• Two", ["One", "Two"]),
        ("- One\n* Two\n– Three\n+ Four", ["One", "Two", "Three", "Four"]),
        ("1. One\n2) Two\n 10. Ten", ["One", "Two", "Ten"]),
        ("\uf0b7 One\n\uf0a7 Two", ["One", "Two"]),
        ("- One that goes\n  on\n- Two", ["One that goes on", "Two"]),
        (
            "The night train is late again, and the board\nexplains it with the weather.\n\nTwo.",
            ["The night train is late again, and the board explains it with the weather.", "Two."],
        ),
        ("2026 was late.\n3.5 km are missing.", ["2026 was late.", "3.5 km are missing."]),
        ("“Smart” ‘quotes’ – and…", ["“Smart” ‘quotes’ – and…"]),
        ("a < b & c", ["a &lt; b &amp; c"]),
        ("An <em>old</em> rule &amp; more", ["An <em>old</em> rule &amp; more"]),
        ("<script>x</script> y", ["&lt;script&gt;x&lt;/script&gt; y"]),
        ("Il dit\u00a0: «\u00a0non\u00a0» \u00a0puis", ["Il dit\u00a0: «\u00a0non\u00a0» puis"]),
        ("", []),
        (" \n\u200b\n", []),
    ],
)
def test_plain_text(text: str, wanted: list[str]) -> None:
    assert points(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"Says so [1].\n\n[1] Title A {A}", [("Title A", A)]),
        (f"Says so [1].\n\n[1]: {A}", [("", A)]),
        (f"Says so [1].\n\n1. Title A, {A}\n2. {B}", [("Title A", A), ("", B)]),
        (f"Says so [1].\n\n^1 Title A {A}", [("Title A", A)]),
        (f"Says so¹.\n\n¹ Title A {A}", [("Title A", A)]),
        (f"So [1].\n\nSources\n- Title A: {A}\n- [Title B]({B})", [("Title A", A), ("Title B", B)]),
        (f"Says so [1].\n\n{A}\n{B}", [("", A), ("", B)]),
        (f"Says so [1].\n\n[1] Title A\n{A}\n[2] Title B\n{B}", [("Title A", A), ("Title B", B)]),
        ("Says so [1].\n\n## References\n1. No address", [("No address", "")]),
        (f"{A}\n{B}\n{A}", [("", A), ("", B)]),
        ("Says so [1].\n\nwww.a.example/x", [("", "https://www.a.example/x")]),
        (f"Says so [1].\n\nQuellen:\n[1] Titel {A}", [("Titel", A)]),
        (f"قال [1].\n\nالمصادر\n[1] عنوان {A}", [("عنوان", A)]),
    ],
)  # fmt: skip
def test_a_list_of_sources_at_the_end(text: str, wanted: list[tuple[str, str]]) -> None:
    assert sources(text) == wanted
    assert all("http" not in it for it in points(text))


def test_an_address_in_a_sentence_becomes_a_marker_and_a_source() -> None:
    text = f"It says so ({A}). And ({A}), too.\nOther [Title B]({B})."
    assert points(text) == ["It says so [1]. And [1], too.", "Other Title B [2]."]
    assert sources(text) == [("", A), ("Title B", B)]


def test_numbers_that_the_text_names_come_first() -> None:
    text = f"One [2] and {C}.\n\n[1] Title A {A}\n[2] Title B {B}"
    assert points(text) == ["One [2] and [3]."]
    assert sources(text) == [("Title A", A), ("Title B", B), ("", C)]


def test_a_marker_without_a_source_keeps_its_number() -> None:
    assert points("One [4].") == ["One [4]."]
    assert sources("One [4].") == []
    both = f"One [2][3].\n\n[3] Title {C}"
    assert points(both) == ["One [1][2]."]
    assert sources(both) == [("", ""), ("Title", C)]


def test_the_same_source_twice_is_one() -> None:
    text = f"One [1], two [2].\n\n[1] Title {A}\n[2] Title {A}?utm_source=x"
    assert points(text) == ["One [1], two [1]."]
    assert sources(text) == [("Title", A)]


def test_other_notations_become_markers() -> None:
    assert points("One [1, 2], two [^3], three【4†source】.") == ["One [1][2], two [3], three[4]."]


def test_headings_say_which_group_it_is() -> None:
    for ideas, views in (
        ("Ideas expressed in the piece", "Different views on the topic"),
        ("## IDEAS EXPRESSED IN THE PIECE:", "**Different views**"),
    ):
        found = read_pasted(f"{ideas}\n- One\n\n{views}\n- Two\n- Three")
        assert [(it.role, it.points) for it in found.groups] == [
            ("ideas", ("One",)),
            ("different-views", ("Two", "Three")),
        ]


WORD = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office">
<head><style>p {{color: red}}</style></head><body lang=EN-GB><!--StartFragment-->
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times"'>
&nbsp;&nbsp;&nbsp;</span></span></span><![endif]>A <b>first</b> point<a href="#_ftn1"
name="_ftnref1"><span class=MsoFootnoteReference><span style='mso-special-character:footnote'><span
class=MsoFootnoteReference>[1]</span></span></span></a> of Word\u2019s.<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast><span style='mso-list:Ignore'>o&nbsp;</span>A&nbsp;second one</p>
<div style='mso-element:footnote-list'><hr align=left size=1 width="33%">
<div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1"
name="_ftn1"><span class=MsoFootnoteReference>[1]</span></a> Who sleeps,
<a href="{A}">{A}</a></p></div></div>
<!--EndFragment--></body></html>"""
WRAPPED = A.replace(":", "%3A").replace("/", "%2F")
DOCS = f"""<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><ul>
<li dir="ltr" style="list-style-type:disc"><p dir="ltr" role="presentation"><span
style="font-weight:700">A first </span><span>point</span><span
style="vertical-align:super;">1</span><span> of </span><span
style="font-style:italic">Docs</span></p></li>
<li><p><span>A </span><a href="https://www.google.com/url?q={WRAPPED}&amp;sa=D"><span
style="color:#1155cc">second</span></a><span> one</span></p></li></ul><br></b>"""
DOCS_NOTES = f"""<p>Says so<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup>.</p><hr><div><p><a
href="#ftnt_ref1" id="ftnt1">[1]</a><span> Title A </span><a href="{A}">{A}</a></p></div>"""


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        (
            WORD,
            ["A <strong>first</strong> point[1] of Word’s.", "A second one"],
            [("Who sleeps", A)],
        ),
        (
            DOCS,
            ["<strong>A first </strong>point[1] of <em>Docs</em>", "A second [2] one"],
            [("", ""), ("second", A)],
        ),
        (DOCS_NOTES, ["Says so[1]."], [("Title A", A)]),
        (
            f"<ul><li>One<sup><a href='{A}'>1</a>, <a href='{B}'>2</a></sup></li><li>Two</li></ul>",
            ["One[1][2]", "Two"],
            [("", A), ("", B)],
        ),
        ("<ol><li>One<ol><li>Inner</li></ol></li><li>Two</ol>", ["One", "Inner", "Two"], []),
        ("<p>5 km<sup>2</sup>, CO<sub>2</sub>, 10<sup>3</sup>, x<sup>th</sup></p>",
         ["5 km<sup>2</sup>, CO<sub>2</sub>, 10<sup>3</sup>, x<sup>th</sup>"], []),
        ("<div>• One<br>• Two</div>", ["One", "Two"], []),
        ("<p>One<br>goes on</p>", ["One<br>goes on"], []),
        ("<p onclick=x>One <script>alert(1)</script><img src=x onerror=y>two</p>", ["One two"], []),
        ("<p>Un&shy;seen&#8203; &lt;b&gt;</p>", ["Unseen &lt;b&gt;"], []),
        ("<table><tr><td>One</td><td>Two</td></tr></table>", ["One", "Two"], []),
        ("<p>A <a href='javascript:x()'>bad</a> <a href='/local'>link</a></p>", ["A bad link"], []),
    ],
    ids=["word", "docs", "docs-notes", "raised-links", "nested", "raised", "breaks", "break",
         "scripts", "invisible", "table", "bad-links"],
)  # fmt: skip
def test_html(text: str, wanted: list[str], found: list[tuple[str, str]]) -> None:
    assert points(text) == wanted
    assert sources(text) == found


@pytest.mark.parametrize(
    ("text", "wanted", "removed"),
    [
        ("o\u00adne\u200b two\ufeff", "one two", 3),
        ("\u202eone\u202c \u2066two\u2069\u200f", "one two", 5),
        ("o\u200cn\u200de", "one", 2),
        ("می\u200cخواهم", "می\u200cخواهم", 0),
        ("👩\u200d🚀 ❤\ufe0f", "👩\u200d🚀 ❤\ufe0f", 0),
        ("one\U000e0041\ufe00", "one", 2),
        ("<p>o&shy;ne&#x200b;</p>", "one", 2),
    ],
)
def test_invisible_characters_are_dropped_and_counted(text: str, wanted: str, removed: int) -> None:
    assert points(text) == [wanted]
    assert read_pasted(text).removed == removed


def shown(found: Pasted) -> str:
    """Return all that is kept of a pasted text, as readers see it."""
    texts = [point for group in found.groups for point in group.points]
    plain = [html.unescape(re.sub(r"<[^<>]*>", " ", it)) for it in texts]
    return " ".join([*plain, *(f"{it.title} {it.url}" for it in found.sources)])


WORDS = st.text("abcdefghij“’äß", min_size=2, max_size=9)
LINES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "- ", "• ", "1. ", "[1] ", "   ", "## "]),
    st.lists(WORDS, min_size=1, max_size=14).map(" ".join),
    st.sampled_from(["", ".", " [1].", "[2][3]", f" {A}", f" ({B}).", "¹", " <em>", " & c", " [x"]),
    st.sampled_from(["\n", "\n\n", "\r\n", "\n  "]),
)
TAGS = st.sampled_from(
    [
        "<p>", "</p>", "<ul>", "<li>", "</li>", "</ul>", "<b>", "</b>", "<i>", "</i>", "<sup>",
        "</sup>", f"<a href='{A}'>", "<a href=#ftn1>", "</a>", "<br>", "<div>", "</div>", "<h2>",
        "</h2>", "<ol>", "<span style='font-weight:700'>", "</span>", "<td>",
        "<span style='vertical-align:super'>",
    ]
)  # fmt: skip


WORD = r"[a-jäß“’]*[a-jäß][a-jäß“’]*"


def names_each_url_once(text: str) -> bool:
    """Say whether no URL occurs twice: two entries of a list of sources are then one source."""
    return all(text.count(url) < 2 for url in (A, B))


@given(st.lists(LINES, max_size=12).map("".join).filter(names_each_url_once))
def test_no_word_of_plain_text_is_lost(text: str) -> None:
    kept = shown(read_pasted(text))
    for word in re.findall(WORD, re.sub(r"https?://\S+|<em>", "", text)):
        assert word in kept


@given(
    st.lists(st.one_of(WORDS.map("{} ".format), TAGS), max_size=40)
    .map("".join)
    .filter(names_each_url_once)
)
def test_no_word_of_html_is_lost_and_the_points_are_light_html(text: str) -> None:
    found = read_pasted(f"<p>{text}</p>")
    kept = shown(found)
    for word in re.findall(WORD, re.sub(r"<[^<>]*>", " ", text)):
        assert word in kept
    for group in found.groups:
        for point in group.points:
            assert light_html.cost_problem(point) or light_html.change(point) is None, point


@given(st.text(max_size=300))
def test_nothing_that_is_pasted_raises(text: str) -> None:
    for each in (text, f"<p>{text}</p>", f"<li>{text}"):
        found = read_pasted(each)
        assert all(isinstance(it, PastedSource) for it in found.sources)


@pytest.mark.parametrize(
    "text",
    [
        "<p></p>" + "<b>" * 100_000,
        "<p></p>" + "<a <a " * 60_000,
        "<p></p>" + "<li>" * 100_000,
        "[" * 300_000,
        "https://a.example/" * 20_000,
        "https://a.example/ " * 20_000,
        "(" * 200_000 + "https://a.example" + ")" * 100_000,
        "[x](" * 100_000,
        " \n" * 200_000,
        "[1] https://a.example/\n" * 20_000,
        "a" * 400_000,
        "x " + "[1]" * 100_000,
        "<p></p>" + "a<sup>1</sup>" * 20_000,
        f"{A} " + "(" * 200_000 + "a",
    ],
    ids=range(14),
)
@pytest.mark.exhaustive
def test_a_hostile_paste_takes_little_time(text: str) -> None:
    began = time.monotonic()
    read_pasted(text)
    assert time.monotonic() - began < 30, "what is quadratic takes minutes"


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Ideas expressed in the piece", "ideas"),
        ("Different views on the topic", "different-views"),
        ("Context", "context"),
        ("A reply", "reply"),
        ("Sources", "sources"),
    ],
)
def test_a_heading_of_the_panel_means_the_same_in_every_language(
    heading: str, section: str
) -> None:
    """No language's word for one section is another's for a different one."""
    for language in i18n.languages():
        translated = i18n.translations(language).gettext(heading)
        assert section_of(translated) == section, (language, translated)
