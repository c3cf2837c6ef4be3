"""The editors' and the publishers' pages can stand on either side: no rule names left or right."""

from __future__ import annotations

import re

import pytest
import tinycss2
from samples import ROOT

pytestmark = pytest.mark.unit

# Code is left to right in every language.
ALWAYS_LEFT = {".secret, .code, #snippet"}
CORNERS = {"margin", "padding", "inset", "border-width", "scroll-margin", "scroll-padding"}


def declarations(css: str) -> list[tuple[str, str, str]]:
    """Return the selector, the name and the value of each declaration, media rules included."""
    found: list[tuple[str, str, str]] = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "at-rule" and rule.content is not None:
            found += declarations(tinycss2.serialize(rule.content))
        elif rule.type == "qualified-rule":
            selector = tinycss2.serialize(rule.prelude).strip()
            for it in tinycss2.parse_blocks_contents(rule.content, skip_comments=True):
                if it.type == "declaration":
                    found.append((selector, it.name, tinycss2.serialize(it.value).strip()))
    return found


def is_one_sided(name: str, value: str) -> bool:
    tokens = tinycss2.parse_component_value_list(value)
    parts = [it.serialize() for it in tokens if it.type != "whitespace"]
    if name in CORNERS and len(parts) == 4:
        return parts[1] != parts[3]
    if name in ("text-align", "float", "clear"):
        return value in ("left", "right")
    return bool(re.search(r"(?:^|-)(?:left|right)(?:-|$)", name))


@pytest.mark.parametrize("sheet", ["admin.css", "admin-editor.css", "kit.css"])
def test_no_rule_names_a_side(sheet: str) -> None:
    found = declarations((ROOT / "static" / sheet).read_text("utf-8"))
    assert len(found) > 50
    sided = [it for it in found if it[0] not in ALWAYS_LEFT and is_one_sided(it[1], it[2])]
    assert sided == []


@pytest.mark.parametrize(
    ("name", "value", "sided"),
    [
        ("margin", "0 auto 0 0", True),
        ("margin", "0 1px 0 1px", False),
        ("padding", "1px 2px", False),
        ("border-left", "1px solid", True),
        ("left", "0", True),
        ("text-align", "right", True),
        ("text-align", "end", False),
        ("inset-inline-start", "0", False),
    ],
)
def test_what_names_a_side_is_found(name: str, value: str, *, sided: bool) -> None:
    assert is_one_sided(name, value) is sided
