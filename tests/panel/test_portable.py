"""Fragments in other people's documents: of any encoding, with templates, one entry twice."""

from __future__ import annotations

import re

import pytest
from panel_support import PLAIN, frame_page, panel_of, withdrawn
from samples import PERMALINK, PUBLICATION, one_point, parse_fragment, sample_entry, text_of

from widget.entry import Entry, Withdrawn
from widget.panel import Options, fragment
from widget.panel.portable import in_ascii, without_expressions

pytestmark = pytest.mark.unit

OPENINGS = re.compile(r"\{\{|\[\[|\$\{|#\{|\{%|<%")


def made(subject: Entry | Withdrawn, options: Options = PLAIN, *, utf8: bool = False) -> bytes:
    return fragment(subject, PUBLICATION, options, permalink=PERMALINK, utf8=utf8).body


# Template engines


def text_nodes(html: str) -> list[str]:
    """Return the text between any two tags or comments, as template engines look at it."""
    section = html.partition("<section")[2].partition(">")[2]
    return [text_of(parse_fragment(it)) for it in re.split(r"<(?:[^>\"]|\"[^\"]*\")*>", section)]


@pytest.mark.parametrize(
    "expression",
    [
        "{{ 6*7 }}", "{{{raw}}}", "&#123;{6*7}}", "&#x7B;&lbrace;6*7}}", "{<b>{6*7}</b>}",
        "[[ 6*7 ]]", "{{constructor.constructor('x')()}}",
        "${6*7}", "#{6*7}", "{% 6*7 %}", "<% 6*7 %>", "@{6*7}",
    ],
)  # fmt: skip
def test_no_template_engine_finds_an_expression(expression: str) -> None:
    html = made(sample_entry(**one_point(f"Write {expression} in it [1]."))).decode()
    assert [it for it in text_nodes(html) if OPENINGS.search(it)] == []
    plain = frame_page(sample_entry(**one_point(f"Write {expression} in it [1]."))).body.decode()
    assert text_of(panel_of(parse_fragment(html))) == text_of(panel_of(parse_fragment(plain)))


@pytest.mark.parametrize(
    "place",
    ["article__title", "sources__0__title", "sources__0__quote", "corrections__0__note",
     "perspectives__0__heading", "provenance__provider"],
)  # fmt: skip
def test_plain_texts_are_no_expressions_either(place: str) -> None:
    html = made(sample_entry(**{place: "{{ 6*7 }} ${6*7}"})).decode()
    assert [it for it in text_nodes(html) if OPENINGS.search(it)] == []


def test_the_panel_tells_vue_and_angularjs_only_where_there_is_something_to_tell() -> None:
    told = panel_of(parse_fragment(made(sample_entry(article__title="{{x}}")).decode()))
    assert {"v-pre", "data-ng-non-bindable"} <= set(told.keys())
    # To the W3C's checker v-pre is an error, so no ordinary panel has it.
    plain = panel_of(parse_fragment(made(sample_entry()).decode()))
    assert {"v-pre", "data-ng-non-bindable"}.isdisjoint(plain.keys())
    notice = made(withdrawn(reason="{{x}}")).decode()
    assert "v-pre" in panel_of(parse_fragment(notice)).keys()  # noqa: SIM118  # an element's


def test_an_expression_in_an_attribute_stays_what_it_is() -> None:
    html = '<section><abbr title="{{x}} >">{{y}}</abbr></section>'
    done = without_expressions(html)
    assert '<abbr title="{{x}} >">{<!---->{y}}</abbr>' in done
    assert done.startswith("<section v-pre data-ng-non-bindable>")


# Encodings

WORLD = {
    "article__title": "The city’s “free” café — Straße, 渡轮, عبّارة, 🚢",
    "sources__0__title": "Où va l’État ?",
    "sources__0__url": "https://x.example/caf%C3%A9/é?q=naïve#ü",
    "corrections__0__note": "−5 %",
}


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "shift_jis", "gb2312", "utf-8"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_fragment_reads_the_same_in_a_document_of_any_encoding(
    encoding: str, language: str
) -> None:
    entry = sample_entry(language=language, **WORLD)
    there = panel_of(parse_fragment(made(entry).decode(encoding)))
    here = panel_of(parse_fragment(made(entry, utf8=True).decode()))
    assert text_of(there) == text_of(here)
    assert WORLD["article__title"] in text_of(there)
    # A browser encodes an address's query as its document is: so nothing is left to encode.
    hrefs = [it.get("href") for it in there.iter("a")]
    assert "https://x.example/caf%C3%A9/%C3%A9?q=na%C3%AFve#%C3%BC" in hrefs
    assert all(href.isascii() for href in hrefs)


def test_a_hosts_name_is_left_to_the_browser() -> None:
    html = '<a target="_blank" href="https://straße.example/ß?ß">ß</a>'
    assert in_ascii(html) == (
        b'<a target="_blank" href="https://stra&#223;e.example/%C3%9F?%C3%9F">&#223;</a>'
    )


def test_styles_are_ascii_in_every_way_in() -> None:
    style = made(sample_entry(), utf8=True).decode().partition("</style>")[0]
    assert style.isascii()


# One entry twice


def ids(html: bytes) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', html.decode())


def test_two_instances_share_no_id_and_each_leads_within_itself() -> None:
    entry = sample_entry()
    one, two = (made(entry, Options(instance=it)) for it in (None, "2"))
    assert not set(ids(one)) & set(ids(two))
    for html in (one, two):
        own = ids(html)
        assert len(own) == len(set(own))
        goals = re.findall(r'(?:popovertarget="|aria-labelledby="|href="#)([^"]+)"', html.decode())
        assert len(goals) > 10
        assert set(goals) <= set(own)


def test_an_instance_is_never_another_entry() -> None:
    entry = made(sample_entry(), Options(instance="2"))
    other = made(sample_entry(id="night-trains-2", article__aliases=[]))
    assert not set(ids(entry)) & set(ids(other))


def test_a_notice_has_an_instance_too() -> None:
    one, two = (made(withdrawn(), Options(instance=it)) for it in ("1", "2"))
    assert ids(one)
    assert not set(ids(one)) & set(ids(two))


@pytest.mark.parametrize("instance", ["", "A", "a b", '"', "x" * 17, "é", "a_b"])
def test_what_is_no_name_of_an_instance_is_passed_over(instance: str) -> None:
    assert Options.from_query({"instance": instance}).instance is None
