from __future__ import annotations

import pytest
from gate_support import URLS, brief, entry, evidence, of_point, of_text, rules

from widget.drafting.gate import check_entry, check_lean

pytestmark = pytest.mark.unit


def test_a_faithful_point_has_no_finding() -> None:
    assert of_text("Fares cover 11 percent of what the ferry costs, the study found [1].") == []


@pytest.mark.parametrize("marker", ["[0]", "[3]", "[99]"])
def test_a_cite_outside_the_sources_blocks(marker: str) -> None:
    assert ("cite-unknown", marker.strip("[]")) in of_text(f"The fare is low {marker}[1].")


@pytest.mark.parametrize("number", [0, -1, 3, 9])
def test_a_proposed_cite_outside_the_evidence_blocks(number: int) -> None:
    assert of_point("The fare is low.", cites=[1, number]) == [("cite-unknown", str(number))]


def test_a_document_without_text_supports_nothing() -> None:
    held = evidence("", "Something else.")
    assert of_point("The fare is low.", held) == [("cite-unknown", "document 1")]
    assert of_text("The fare is low [1].", held) == [("cite-unknown", "document 1")]
    found = of_point("The fare is low.", held, quotes=["The fare is low."])
    assert rules(found) == {"cite-unknown", "quote-altered"}


def test_a_different_view_needs_a_cite() -> None:
    assert of_text("The fare is low.") == [("cite-missing", "")]
    assert of_point("The fare is low.", cites=[]) == [("cite-missing", "")]
    assert of_text("The fare is low.", role="ideas") == []


def test_a_source_is_found_by_its_normalized_url() -> None:
    sources = ("http://www.transit.example/study/?utm_source=chatgpt.com#p3", URLS[1])
    assert of_text("Fares recover 11 percent [1].", sources=sources) == []


def test_two_hosts_share_the_cites_and_one_may_not_have_most() -> None:
    points = ("The fare is low [1].",) * 3
    assert brief(check_entry(entry(*points, "It rose [2]."), evidence())) == [
        ("one-host", "transit.example")
    ]
    assert brief(check_entry(entry(*points[:2], *("It rose [2].",) * 2), evidence())) == []
    assert brief(check_entry(entry(*points), evidence())) == []


def test_runs_that_differ_in_lean_are_reported() -> None:
    assert check_lean("left", "left") is None
    found = check_lean("left", "center")
    assert found is not None
    assert (found.rule, found.severity) == ("lean-unstable", "warn")
    assert "2 steps apart" in found.message
