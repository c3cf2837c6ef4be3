"""The panel's content: the same in every way in, with what stays outside the collapse."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from panel_support import HOSTILE, Way, framed, included, is_the_panels_own, panel_of, withdrawn
from samples import (
    one_point,
    sample_entry,
    text_of,
    with_class,
)

from widget import demo
from widget.entry import Entry
from widget.panel import (
    Options,
)
from widget.panel.source_views import _letter

pytestmark = pytest.mark.unit

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
    assert [link.text or "" for link in back] == ["a", "b", ""]
    assert [link.get("aria-label") for link in back] == [
        "Back to where source 1 is cited (a)",
        "Back to where source 1 is cited (b)",
        "Back to where source 2 is cited",
    ]


def test_letters_go_on_after_z() -> None:
    assert [_letter(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "a", "z", "aa", "az", "ba", "zz", "aaa",
    ]  # fmt: skip


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
            (
                "This analysis was generated by AI from Quill (q-4). "
                "Reviewed, according to the newsroom, by A. Desk."
            ),
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
                "Reviewed, according to the newsroom, by A. Desk on 3 March 2026."
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
