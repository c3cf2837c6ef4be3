"""Two people who add, remove and move points and sources of one entry at the same time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_entry

from widget.editorial.merging import Merge, merge
from widget.entry import Entry, footnotes

pytestmark = pytest.mark.unit


def entry(points: list[str], sources: list[str]) -> Entry:
    return sample_entry(
        perspectives=[{"role": "ideas", "points": [{"text": it} for it in points]}],
        sources=[{"title": f"Of {it}", "url": f"https://{it}.example/"} for it in sources],
    )


def outcome(merged: Merge) -> tuple[list[str], str]:
    """Return the merged points, and the letters of the merged sources."""
    texts = [it["text"] for it in merged.document["perspectives"][0]["points"]]
    return texts, "".join(it["title"][-1] for it in merged.document["sources"])


BASE = entry(["A wave [1].", "B boat [2]."], ["s", "t"])


@pytest.mark.parametrize(
    ("mine", "theirs", "wanted"),
    [
        # One removes a source, and another cites the one behind it.
        ((["A wave .", "B boat [1]."], "t"), (["A wave [1].", "B boat [2].", "C [2]"], "st"),
         (["A wave .", "B boat [1].", "C [1]"], "t")),
        # Both add a point and a source.
        ((["A wave [1].", "B boat [2].", "M [3]"], "stm"),
         (["A wave [1].", "B boat [2].", "T [3]"], "stx"),
         (["A wave [1].", "B boat [2].", "M [3]", "T [4]"], "stmx")),
        # Both add the same source.
        ((["A wave [1].", "B boat [2].", "M [3]"], "stm"),
         (["T [3]", "A wave [1].", "B boat [2]."], "stm"),
         (["T [3]", "A wave [1].", "B boat [2].", "M [3]"], "stm")),
        # One moves, another edits: points, and sources.
        ((["B boat [2].", "A wave [1]."], "st"), (["A high wave [1].", "B boat [2]."], "st"),
         (["B boat [2].", "A high wave [1]."], "st")),
        ((["A wave [2].", "B boat [1]."], "ts"), (["A wave [1].", "B boat [2], and [1]."], "st"),
         (["A wave [2].", "B boat [1], and [2]."], "ts")),
        # Both remove: another each, and the same.
        ((["B boat [2]."], "st"), (["A wave [1]."], "st"), ([], "st")),
        ((["B boat [1]."], "t"), (["B boat [1]."], "t"), (["B boat [1]."], "t")),
        # A marker to a source that is missing stays one when the other side adds a source.
        ((["A wave [1].", "B boat [2][3]."], "st"), (["A wave [1].", "B boat [2]."], "stx"),
         (["A wave [1].", "B boat [2][4]."], "stx")),
    ],
)  # fmt: skip
def test_what_both_did_is_there(
    mine: tuple[list[str], str], theirs: tuple[list[str], str], wanted: tuple[list[str], str]
) -> None:
    merged = merge(BASE, entry(mine[0], [*mine[1]]), entry(theirs[0], [*theirs[1]]))
    assert merged.conflicts == ()
    assert outcome(merged) == wanted


def test_what_both_fill_into_an_empty_entry_is_all_there() -> None:
    blank = entry([""], [])
    merged = merge(blank, entry(["One", "Two"], []), entry(["Uno"], []))
    assert merged.conflicts == ()
    assert outcome(merged)[0] == ["One", "Two", "Uno"]


def test_a_source_that_one_removes_and_another_edits_stays() -> None:
    """Else the markers of who edited it would have no source, or a wrong one."""
    theirs = entry(["A wave [1].", "B boat [2]."], ["s", "t"])
    sources = list(theirs.sources)
    sources[0] = sources[0].model_copy(update={"title": "Corrected s"})
    merged = merge(
        BASE,
        entry(["A wave .", "B boat [1]."], ["t"]),
        theirs.model_copy(update={"sources": tuple(sources)}),
    )
    assert outcome(merged) == (["A wave .", "B boat [2]."], "st")
    assert merged.document["sources"][0]["title"] == "Corrected s"


def test_who_cites_a_source_that_another_removes_sees_that_it_is_gone() -> None:
    merged = merge(
        BASE,
        entry(["A wave [1].", "B boat [2].", "C [2]"], ["s", "t"]),
        entry(["A wave [1].", "B boat ."], ["s"]),
    )
    assert outcome(merged) == (["A wave [1].", "B boat .", "C [2]"], "s")


def test_an_empty_source_that_one_fills_in_keeps_its_markers() -> None:
    filled = entry(["A [1] [2]"], ["s", "t"])
    blank = filled.sources[0].model_copy(update={"title": "", "url": ""})
    base = filled.model_copy(update={"sources": (blank, blank)})
    mine = entry(["A longer [1] [2]"], ["s", "t"]).model_copy(update={"sources": (blank, blank)})
    assert outcome(merge(base, mine, filled)) == (["A longer [1] [2]"], "st")
    assert outcome(merge(base, filled, mine)) == (["A longer [1] [2]"], "st")


def test_a_conflict_has_the_markers_of_the_merged_sources() -> None:
    merged = merge(
        BASE,
        entry(["A wave .", "B boat, mine [1]."], ["t"]),
        entry(["A wave [1].", "B boat, theirs [2]."], ["s", "t"]),
    )
    (conflict,) = merged.conflicts
    assert (conflict.mine, conflict.theirs) == ("B boat, mine [1].", "B boat, theirs [1].")


LETTERS = "stuv"
NEW = "xyz"


@st.composite
def sides(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return a side's sources, and its points: a name, and the sources that it cites."""
    kept = draw(st.permutations(LETTERS).map(list))
    kept = [it for it in kept if draw(st.booleans()) or draw(st.booleans())]
    kept += draw(st.lists(st.sampled_from(NEW), unique=True, max_size=2))
    cited = st.lists(st.sampled_from(kept), max_size=3) if kept else st.just([])
    return kept, [(name, draw(cited)) for name in draw(st.permutations(["pear", "plum", "fig"]))]


def written(side: tuple[list[str], list[tuple[str, list[str]]]], mark: str = "") -> Entry:
    sources, points = side
    texts = [
        f"{name} {name} {name} {mark}" + "".join(f"[{sources.index(it) + 1}]" for it in cited)
        for name, cited in points
    ]
    return entry(texts, sources)


def titles(document: dict[str, Any], numbers: list[int]) -> set[str]:
    """Return the sources of markers; one without a source names none."""
    sources = document["sources"]
    return {sources[it - 1]["title"][-1] for it in numbers if it <= len(sources)}


def cited(document: dict[str, Any]) -> dict[str, set[str]]:
    """Return which sources each text cites, by the text without its markers."""
    found: dict[str, set[str]] = {}
    for point in document["perspectives"][0]["points"]:
        numbers = [it.number for it in footnotes.markers(point["text"])]
        name = re.sub(r"\[\d+\]", "", point["text"])
        found[name] = titles(document, numbers)
    return found


@given(sides(), sides())
def test_no_marker_ever_leads_to_another_source(
    mine: tuple[list[str], list[tuple[str, list[str]]]],
    theirs: tuple[list[str], list[tuple[str, list[str]]]],
) -> None:
    base = (list(LETTERS), [(name, [LETTERS[0], LETTERS[3]]) for name in ("pear", "plum", "fig")])
    versions = written(base), written(mine, "mine"), written(theirs, "theirs")
    merged = merge(*versions)
    there = {it["title"][-1] for it in merged.document["sources"]}
    own = cited({"perspectives": _points(versions[1]), "sources": _sources(versions[1])})
    for name, sources in cited(merged.document).items():
        if "mine" in name:
            assert sources == own[name] & there
        for gone in sources:
            assert gone in mine[0] or gone in theirs[0]
    other = cited({"perspectives": _points(versions[2]), "sources": _sources(versions[2])})
    for conflict in merged.conflicts:
        if conflict.path.endswith(".text"):
            name = re.sub(r"\[\d+\]", "", conflict.theirs)
            numbers = [it.number for it in footnotes.markers(conflict.theirs)]
            assert titles(merged.document, numbers) == other[name] & there


def _points(version: Entry) -> Any:  # noqa: ANN401  # JSON
    return version.model_dump(mode="json")["perspectives"]


def _sources(version: Entry) -> Any:  # noqa: ANN401  # JSON
    return version.model_dump(mode="json")["sources"]
