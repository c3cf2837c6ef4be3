"""Stylesheets in their two forms, and the height of a collapsed panel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import tinycss2
from samples import PERMALINK, PUBLICATION, sample_entry

from widget.config import Accent
from widget.demo import entries
from widget.panel import Options, host_stylesheet, panel_stylesheet
from widget.panel.height import MIDDLE, NARROW, WIDE, Heights
from widget.panel.height import heights as estimate
from widget.panel.styles import _important, _minified, fragment_stylesheet, frame_stylesheet
from widget.panel.view import panel_view

pytestmark = pytest.mark.unit


def rules(css: str | list[Any], inside: str = "") -> Iterator[tuple[str, str, list[Any]]]:
    """Yield each style rule: the at-rules around it, its selector, its declarations."""
    for rule in tinycss2.parse_rule_list(css, skip_comments=True, skip_whitespace=True):
        assert rule.type in ("qualified-rule", "at-rule"), rule
        prelude = tinycss2.serialize(rule.prelude).strip()
        if rule.type == "at-rule":
            yield from rules(rule.content, f"{inside}@{rule.at_keyword} {prelude}")
            continue
        declarations = tinycss2.parse_blocks_contents(
            rule.content, skip_comments=True, skip_whitespace=True
        )
        assert [node for node in declarations if node.type != "declaration"] == []
        yield inside, prelude, declarations


def selectors(prelude: str) -> list[str]:
    """Split a selector list at its outermost commas."""
    parts, depth = [""], 0
    for character in prelude:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


HARDENED = list(rules(fragment_stylesheet(Accent())))


def test_every_declaration_in_the_hosts_own_dom_is_important_and_in_the_layer() -> None:
    *panel, accent = HARDENED
    assert len(panel) > 50
    for inside, selector, declarations in panel:
        assert inside.startswith("@layer insights"), selector
        assert declarations, selector
        assert all(declaration.important for declaration in declarations), selector
    inside, selector, declarations = accent
    # The publication's colours, which its own pages may change: outside the layer, not important.
    assert (inside, selector) == ("", ".insights")
    assert {declaration.name for declaration in declarations} == {
        "--insights-accent-light",
        "--insights-accent-dark",
    }


def test_every_selector_begins_with_the_panels_class() -> None:
    for css in (fragment_stylesheet(Accent()), panel_stylesheet(), host_stylesheet()):
        for _, prelude, _ in rules(css):
            for selector in selectors(prelude):
                assert re.match(r"\.insights(?![a-z])|\.insights-[a-z]", selector), selector


def test_the_plain_stylesheet_forces_nothing() -> None:
    assert "important" not in panel_stylesheet()
    assert not any(
        declaration.important
        for _, _, declarations in rules(panel_stylesheet())
        for declaration in declarations
    )


def test_both_forms_say_the_same() -> None:
    def said(css: str) -> list[tuple[str, list[str]]]:
        return [
            (re.sub(r"\s+", "", selector), [declaration.name for declaration in declarations])
            for _, selector, declarations in rules(css)
        ]

    shared, hardened = said(_minified("panel.css")), said(fragment_stylesheet(Accent()))
    for form in (hardened, said(panel_stylesheet()), said(frame_stylesheet(Accent()))):
        first = form.index(shared[0])
        assert form[first : first + len(shared)] == shared


def test_a_preview_is_beside_its_marker_but_in_the_hosts_own_dom() -> None:
    """There every declaration is important, and would override a fallback position."""
    for css in (panel_stylesheet(), frame_stylesheet(Accent())):
        assert "position-area:block-end" in css
    (place,) = (
        {it.name: tinycss2.serialize(it.value).strip() for it in declarations}
        for _, selector, declarations in HARDENED
        if selector == ".insights .insights-preview"
    )
    assert place["inset"] == "auto 0 0"
    assert not any(
        "position" in it.name for *_, found in HARDENED for it in found if "-" in it.name
    )


def test_media_and_container_rules_stay_rules() -> None:
    at_rules = {inside for inside, _, _ in HARDENED}
    assert {name for inside in at_rules for name in re.findall(r"@(\w+)", inside)} == {
        "layer",
        "container",
        "media",
    }


def test_the_accent_is_the_publications() -> None:
    accent = Accent(light="#004400", dark="#ccffcc")
    for css in (fragment_stylesheet(accent), frame_stylesheet(accent)):
        assert css.endswith(
            ".insights{--insights-accent-light:#004400;--insights-accent-dark:#ccffcc}"
        )


def test_no_stylesheet_asks_another_server_for_anything() -> None:
    for css in (frame_stylesheet(Accent()), host_stylesheet()):
        assert "url(" not in css
        assert "@import" not in css
        assert "</" not in css


@pytest.mark.parametrize("css", ["a { b }", "a { color: red; @media x {} }", "}"])
def test_css_that_could_not_be_hardened_is_an_error(css: str) -> None:
    with pytest.raises(ValueError, match=r"panel\.css, line 1"):
        _important(css)


# Heights


def sample(options: Options = Options(), **changes: object) -> Heights:  # noqa: B008  # frozen
    view = panel_view(sample_entry(**changes), PUBLICATION, options, permalink=PERMALINK, prefix="")
    return estimate(view)


def test_a_wider_place_needs_no_more_height() -> None:
    for entry in entries():
        view = panel_view(entry, PUBLICATION, Options(), permalink=PERMALINK, prefix="")
        made = estimate(view)
        assert 200 < made.wide < made.narrow < 2_000, entry.id


def test_more_text_needs_more_height() -> None:
    assert sample(viewpoint__rationale="word " * 200).narrow > sample().narrow
    assert sample(corrections=[]).wide < sample().wide


def test_points_count_for_nothing_while_they_are_collapsed() -> None:
    long = sample(perspectives__0__points__0__text="word " * 200 + "[1]")
    assert long == sample()


def test_what_starts_open_is_counted() -> None:
    closed, groups, sources = (
        sample(Options(open=frozenset(names))) for names in ([], ["ideas"], ["ideas", "sources"])
    )
    assert closed.wide + 40 < groups.wide < sources.wide - 40


LINE = r"(\d+)px - (\d+)cqi"


def test_the_length_for_css_runs_through_all_heights() -> None:
    for entry in entries():
        made = estimate(panel_view(entry, PUBLICATION, Options(), permalink=PERMALINK, prefix=""))
        (clamp,) = tinycss2.parse_component_value_list(made.css)
        assert (clamp.type, clamp.lower_name) == ("function", "clamp")
        match = re.fullmatch(rf"clamp\((\d+)px,max\({LINE},{LINE}\),(\d+)px\)", made.css)
        assert match
        least, *lines, most = map(int, match.groups())
        assert (least, most) == (made.wide, made.narrow)
        assert made.middle
        for width, wanted in ((NARROW, made.narrow), (MIDDLE, made.middle), (WIDE, made.wide)):
            lengths = (lines[at] - lines[at + 1] * width / 100 for at in (0, 2))
            assert max(lengths) == pytest.approx(wanted, abs=4)


def test_a_place_as_narrow_as_a_phone_needs_one_line() -> None:
    view = panel_view(sample_entry(), PUBLICATION, Options(), permalink=PERMALINK, prefix="")
    made = estimate(view, width=MIDDLE)
    assert made.middle is None
    assert re.fullmatch(rf"clamp\(\d+px,{LINE},\d+px\)", made.css)
