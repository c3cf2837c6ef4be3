"""Lists as people and their programs number, link and annotate them; see test_pasted_lists.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.editorial.pasting import PastedSource, read_pasted
from widget.editorial.pasting.emphasis import emphasised
from widget.entry import light_html

pytestmark = pytest.mark.unit

A, B = (f"https://{it}.example/{it}" for it in "ab")


def points(text: str) -> list[str]:
    return [point for group in read_pasted(text).groups for point in group.points]


def sources(text: str) -> list[tuple[str, str]]:
    return [(it.title, it.url) for it in read_pasted(text).sources]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a) One\nb) Two\nc) Three", ["One", "Two", "Three"]),
        ("a. One\nb. Two", ["One", "Two"]),
        ("A) One\nB) Two", ["One", "Two"]),
        ("(1) One\n(2) Two", ["One", "Two"]),
        ("(a) One\n(b) Two", ["One", "Two"]),
        ("i. One\nii. Two\niii. Three", ["One", "Two", "Three"]),
        ("g) G\n\nh) H\n\ni) I", ["g) G", "h) H", "i) I"]),
        ("1- Uno\n2- Dos", ["Uno", "Dos"]),
        ("١. الأولى\n٢. الثانية", ["الأولى", "الثانية"]),
        ("١- الأولى\n٢- الثانية", ["الأولى", "الثانية"]),
        ("1. One\n   a) Inner\n   b) Inner too\n2. Two", ["One", "Inner", "Inner too", "Two"]),
        ("- [ ] One\n- [x] Two", ["One", "Two"]),
        ("•\tOne\no\tInner\n§\tDeeper", ["One", "Inner", "Deeper"]),
        ("☐ One\n➢ Two", ["One", "Two"]),
        # Lines that begin like an item and are none.
        ("A. Smith says so.\nB. Jones does not.", ["A. Smith says so.", "B. Jones does not."]),
        ("a) alone", ["a) alone"]),
        ("5- to 7-year-olds wait.\nTwo", ["5- to 7-year-olds wait.", "Two"]),
        (
            "a) one that goes on for a rather long while without a stop\nb) two",
            ["one that goes on for a rather long while without a stop", "two"],
        ),
        ("<div>a) One</div><div>b) Two</div>", ["One", "Two"]),
    ],
)
def test_numbers_of_any_kind_are_left_out(text: str, wanted: list[str]) -> None:
    assert points(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("**Bold**, *slanted*, __bold__ and _slanted_",
         "<strong>Bold</strong>, <em>slanted</em>, <strong>bold</strong> and <em>slanted</em>"),
        ("***Both*** and `a*b*c`", "<strong><em>Both</em></strong> and <code>a*b*c</code>"),
        (f"**See [a study]({A})**", "<strong>See a study [1]</strong>"),
        (f'See [a study]({A} "Its title").', "See a study [1]."),
        (f"See <{A}>.", "See [1]."),
        ("2 * 3 * 4, f*ck sh*t, snake_case_name, 5* hotel", None),
        ("**not closed and *neither this", None),
        ("A <em>star</em> means *itself*", None),
    ],
)  # fmt: skip
def test_markdown_becomes_light_html(text: str, wanted: str | None) -> None:
    assert points(f"{text}\nAnd an end.") == [wanted or text, "And an end."]


@given(st.text("ab*_` \n&c", max_size=40))
def test_what_markdown_becomes_is_light_html(text: str) -> None:
    plain = text.replace("&", "&amp;")
    found = emphasised(plain)
    assert light_html.change(found) is None
    kept = [it for it in found if it.isalpha() and it in "abc"]
    assert len(kept) >= sum(it in "abc" for it in plain.replace("&amp;", ""))


def test_addresses_that_are_no_links_in_the_markup_become_sources() -> None:
    """Who writes in Word or in mail often leaves addresses as text."""
    text = f"<p>One [1].</p><p>Two ({A}).</p><p>Sources</p><p>[1] Title B {B}</p>"
    assert points(text) == ["One [1].", "Two [2]."]
    assert sources(text) == [("Title B", B), ("", A)]


WORD_ENDNOTE = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><body>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><!--[if !supportLists]--><span
style='mso-list:Ignore'>1.<span>&nbsp; </span></span><!--[endif]-->First<a
style='mso-endnote-id:edn1' href="#_edn1" name="_ednref1"><span class=MsoEndnoteReference><span
style='mso-special-character:footnote'><!--[if !supportFootnotes]--><span>[i]</span>
<!--[endif]--></span></span></a>.</p><p class=MsoListParagraph>Second<a href="#_edn2"
name="_ednref2"><span>[ii]</span></a></p>
<div style='mso-element:endnote-list'><div style='mso-element:endnote' id=edn1><p><a
href="#_ednref1" name="_edn1"><span>[i]</span></a> Title A, <a href="{A}">{A}</a></p></div>
<div id=edn2><p><a href="#_ednref2" name="_edn2">[ii]</a> Title B {B}</p></div></div>"""
LIBREOFFICE = f"""<html><body><ol><li><p>First<sup><a class="sdfootnoteanc" name="sdfootnote1anc"
href="#sdfootnote1sym"><sup>1</sup></a></sup>.</p></li><li><p>Second<a class="sdfootnoteanc"
href="#sdfootnote2sym"><sup>2</sup></a></p></li></ol><div id="sdfootnote1"><p><a
class="sdfootnotesym" href="#sdfootnote1anc">1</a>Title A, <a href="{A}">{A}</a></p></div>
<div id="sdfootnote2"><p><a class="sdfootnotesym" href="#sdfootnote2anc">2</a>Title B
<a href="{B}">{B}</a></p></div></body></html>"""
WIKIPEDIA = f"""<p>First<sup id="cite_ref-1"><a href="https://en.wikipedia.org/wiki/X#cite_note-1">
<span>[</span>1<span>]</span></a></sup>.</p><p>Second<sup><a href="https://en.wikipedia.org/wiki/X
#cite_note-Two-2">[2]</a></sup></p><ol class="references"><li id="cite_note-1"><b><a
href="https://en.wikipedia.org/wiki/X#cite_ref-1">^</a></b> <cite><a href="{A}">Title A</a>.
</cite></li><li><span>^ <a href="#cite_ref-Two_2-0"><sup><i><b>a</b></i></sup></a> <a
href="#cite_ref-Two_2-1"><sup><i><b>b</b></i></sup></a></span> <a href="{B}">Title B</a></li>
</ol>"""
PANDOC = f"""<p>First<a href="#fn1" id="fnref1" role="doc-noteref"><sup>1</sup></a>.</p><p>Second<a
href="#fn2" id="fnref2"><sup>2</sup></a></p><section><hr><ol><li id="fn1"><p>Title A, {A}.<a
href="#fnref1" role="doc-backlink">↩\ufe0e</a></p></li><li id="fn2"><p>Title B <a href="{B}">{B}</a>
<a href="#fnref2">↩</a></p></li></ol></section>"""


@pytest.mark.parametrize(
    "text",
    [WORD_ENDNOTE, LIBREOFFICE, WIKIPEDIA.replace("X\n#", "X#"), PANDOC],
    ids=["word-endnotes", "libreoffice", "wikipedia", "pandoc"],
)
def test_notes_of_each_program_are_sources_in_their_order(text: str) -> None:
    assert [it.replace("<br>", "") for it in points(text)] == ["First[1].", "Second[2]"]
    assert [url for _, url in sources(text)] == [A, B]
    assert [title.rstrip(".") for title, _ in sources(text)] == ["Title A", "Title B"]


def test_a_link_to_a_part_of_another_page_is_a_source() -> None:
    text = f"<p>As <a href='{A}#note-on-method'>a study</a> says</p><p>Two</p>"
    assert sources(text) == [("a study", f"{A}#note-on-method")]


def test_raised_digits_are_markers_where_they_name_a_source() -> None:
    text = f"One¹ and two,² so 5 km² stay, and x³; both¹,²\n\nSources\n1 Title A {A}\n2 Title B {B}"
    assert points(text) == ["One[1] and two,[2] so 5 km² stay, and x³; both[1][2]"]
    assert sources(text) == [("Title A", A), ("Title B", B)]
    without = read_pasted("One¹ and two³").groups[0].points
    assert without == ("One¹ and two³",)
    assert read_pasted("One¹ and two³", cited=2).groups[0].points == ("One[1] and two³",)


def test_numbers_of_a_text_without_sources_of_its_own_are_said() -> None:
    """They may be the numbers of sources that the entry has."""
    found = read_pasted(f"One [3] and {A}")
    assert found.groups[0].points == ("One [1] and [2]",)
    assert found.sources == (PastedSource(number=3), PastedSource("", A))
    own = read_pasted(f"One [3]. [2]\n\n[2] Title {A}")
    assert own.sources == (PastedSource("Title", A), PastedSource())
