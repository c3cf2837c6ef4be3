"""What a panel shows beside its document: results of checks, and upheld reports."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from panel_support import withdrawn
from samples import (
    PERMALINK,
    PUBLICATION,
    parse_fragment,
    parse_html,
    sample_entry,
    text_of,
    with_class,
)

from widget.config import Publication
from widget.entry import Entry
from widget.panel import Options, fragment, frame
from widget.store import Annotations, SourceAnnotation, source_key

pytestmark = pytest.mark.unit

Tree = Any
QUOTED = "Four in ten would have flown."
FOUND = "Quote found in the source on 3 May 2026"
GONE = "This source no longer answers."
CHANGED = "The article was changed after this analysis, on 4 May 2026."
ARTICLE_GONE = "The article was no longer there on 5 May 2026."
SHOWING = PUBLICATION.model_copy(update={"article_changes": "shown"})


def beside(entry: Entry, **values: Any) -> Annotations:  # noqa: ANN401  # as the model has them
    """Return annotations; what is no field of theirs belongs to the first source."""
    of_all = {name: values.pop(name) for name in Annotations.model_fields if name in values}
    first = SourceAnnotation(key=source_key(entry.sources[0]), **values)
    return Annotations(sources=(first,), **of_all)


def shown(
    way: str, annotations: Annotations, publication: Publication = PUBLICATION, language: str = "en"
) -> Tree:
    render, parse = (frame, parse_html) if way == "frame" else (fragment, parse_fragment)
    options = Options(language=language)
    page = render(
        sample_entry(), publication, options, permalink=PERMALINK, annotations=annotations
    )
    return parse(page.body.decode())


def link_in(element: Tree, text: str) -> str | None:
    return next((it.get("href") for it in element.iter("a") if text_of(it) == text), None)


@pytest.fixture(params=["frame", "fragment"])
def way(request: pytest.FixtureRequest) -> str:
    way: str = request.param
    return way


def test_a_quote_that_was_found_is_said_in_the_list_and_in_the_preview(way: str) -> None:
    tree = shown(way, beside(sample_entry(), html=True, quote_found_on=date(2026, 5, 3)))
    entry_list, preview = (
        with_class(tree, "insights-sources")[0],
        with_class(tree, "insights-preview")[0],
    )
    for element in (entry_list, preview):
        assert text_of(element).count(FOUND) == 1
        directive = "#:~:text=Four%20in%20ten%20would%20have%20flown."
        assert link_in(element, FOUND) == f"https://rail.example/sleepers.pdf{directive}"
        assert link_in(element, "Who sleeps on trains") == "https://rail.example/sleepers.pdf"
    assert FOUND not in text_of(with_class(tree, "insights-preview")[1])


def test_only_html_is_linked_to_by_the_quote(way: str) -> None:
    tree = shown(way, beside(sample_entry(), html=False, quote_found_on=date(2026, 5, 3)))
    assert text_of(tree).count(FOUND) == 2
    assert link_in(tree, FOUND) is None
    assert not [it for it in tree.iter("a") if ":~:" in it.get("href", "")]


@pytest.mark.parametrize("archived", [None, "https://archive.example/of-the-check"])
def test_a_source_that_is_gone_leads_to_its_archived_copy(way: str, archived: str | None) -> None:
    gone = beside(
        sample_entry(),
        html=True,
        quote_found_on=date(2026, 5, 3),
        gone_since=date(2026, 5, 6),
        archive_url=archived,
    )
    tree = shown(way, gone)
    for element in (
        with_class(tree, "insights-sources")[0],
        with_class(tree, "insights-preview")[0],
    ):
        assert text_of(element).count(GONE) == 1
        assert FOUND not in text_of(element)
        expected = archived or "https://archive.example/sleepers"
        assert link_in(element, "Archived copy") == expected


def test_the_annotation_of_another_address_or_quote_is_not_shown(way: str) -> None:
    other = sample_entry(sources__0__quote="Five in ten.")
    tree = shown(way, beside(other, html=True, quote_found_on=date(2026, 5, 3)))
    assert FOUND not in text_of(tree)


def test_what_became_of_the_article_is_a_publications_choice(way: str) -> None:
    changed = beside(sample_entry(), article_changed_on=date(2026, 5, 4))
    gone = changed.model_copy(update={"article_gone_on": date(2026, 5, 5)})
    assert CHANGED not in text_of(shown(way, changed))
    assert CHANGED in text_of(shown(way, changed, SHOWING))
    assert ARTICLE_GONE not in text_of(shown(way, gone))
    (header,) = with_class(shown(way, gone, SHOWING), "insights-header")
    assert ARTICLE_GONE in text_of(header)
    assert CHANGED not in text_of(header)


@pytest.mark.parametrize(
    ("upheld", "sentence"), [(1, "1 report was upheld."), (12, "12 reports were upheld.")]
)
def test_upheld_reports_are_counted_in_the_disclosure(way: str, upheld: int, sentence: str) -> None:
    tree = shown(way, beside(sample_entry(), reports_upheld=upheld))
    (disclosure,) = with_class(tree, "insights-disclosure")
    assert sentence in text_of(disclosure)
    assert "upheld" not in text_of(shown(way, beside(sample_entry())))


def test_a_withdrawn_panel_shows_none(way: str) -> None:
    everything = beside(
        sample_entry(),
        html=True,
        quote_found_on=date(2026, 5, 3),
        article_changed_on=date(2026, 5, 4),
        reports_upheld=3,
    )
    render = frame if way == "frame" else fragment
    page = render(
        withdrawn(),
        SHOWING,
        Options(),
        permalink=PERMALINK,
        annotations=everything,
        report_form=True,
    )
    said = page.body.decode()
    for text in ("upheld", FOUND, CHANGED, "/report/", "schema.org", QUOTED):
        assert text not in said


# Reports


def test_reports_open_from_each_point_and_from_the_footer(way: str) -> None:
    render, parse = (frame, parse_html) if way == "frame" else (fragment, parse_fragment)
    page = render(sample_entry(), PUBLICATION, Options(), permalink=PERMALINK, report_form=True)
    tree = parse(page.body.decode())
    form = "https://insights.example/report/night-trains"
    found = {
        it.get("href"): (it.get("aria-label") or text_of(it), it.get("target"), it.get("rel"))
        for it in tree.iter("a")
        if "/report/" in it.get("href", "")
    }
    assert found == {
        f"{form}?point=1-1": ("Report a problem with point 1-1", "_blank", "noopener"),
        f"{form}?point=1-2": ("Report a problem with point 1-2", "_blank", "noopener"),
        f"{form}?point=2-1": ("Report a problem with point 2-1", "_blank", "noopener"),
        form: ("Report a problem", "_blank", "noopener"),
    }


@pytest.mark.parametrize("taken", [True, False])
def test_where_reports_are_off_or_no_service_takes_them_no_link_leads_to_them(
    way: str,
    taken: bool,  # a parameter of the test
) -> None:
    render = frame if way == "frame" else fragment
    off = PUBLICATION.model_copy(update={"reports": "off"}) if taken else PUBLICATION
    page = render(sample_entry(), off, Options(), permalink=PERMALINK, report_form=taken)
    assert "/report/" not in page.body.decode()


# A reply


def test_a_reply_is_signed_once_below_what_one_person_says(way: str) -> None:
    points = [
        {"text": "I stand by it.", "attributed_to": "Mara Lindqvist"},
        {"text": "The figures are public.", "attributed_to": "Mara Lindqvist"},
        {"text": "So do I.", "attributed_to": "The editor"},
    ]
    entry = sample_entry(perspectives__1={"role": "reply", "heading": None, "points": points})
    render, parse = (frame, parse_html) if way == "frame" else (fragment, parse_fragment)
    tree = parse(render(entry, PUBLICATION, Options(), permalink=PERMALINK).body.decode())
    (group,) = [it for it in tree.iter("details") if it.get("data-role") == "reply"]
    signed = [
        [text_of(it) for it in with_class(point, "insights-attribution")]
        for point in group.iter("li")
    ]
    assert signed == [[], ["— Mara Lindqvist"], ["— The editor"]]
