"""The declarations of a page's own style sheets and style attributes that can hide text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import tinycss2
import tinycss2.color3

from widget.drafting.page_html import MAX_STYLES, ExtractionFailed

Declarations = dict[str, str]
"""Property to value, both in lower case, the value with single spaces."""

MAX_RULES = 2_000
MAX_COMPARISONS = 500_000

_PROPERTIES = frozenset(
    {"display", "visibility", "content-visibility", "opacity", "zoom", "scale", "font", "font-size"}
    | {"color", "background", "background-color", "background-image", "-webkit-text-fill-color"}
    | {"left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top", "transform"}
    | {"translate", "clip", "clip-path", "filter", "width", "height", "max-width", "max-height"}
    | {"overflow", "overflow-x", "overflow-y"}
)
_SIMPLE = re.compile(r"\.([\w-]+)|#([\w-]+)|\[([\w-]+)(?:=[\"']?([^\"'\]]*)[\"']?)?\]")
_COMPOUND = re.compile(
    r"(\*|[a-z][\w-]*)?((?:\.[\w-]+|#[\w-]+|\[[\w-]+(?:=[\"']?[^\"'\]]*[\"']?)?\])*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Compound:
    tag: str
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str | None], ...]
    child: bool = False
    """Whether the next compound to its right is its child, not any descendant."""

    @property
    def key(self) -> str:
        if self.ids:
            return f"#{self.ids[0]}"
        return f".{self.classes[0]}" if self.classes else self.tag or "*"

    def matches(self, element: Any) -> bool:  # noqa: ANN401  # an lxml element
        own = element.attrib
        classes = own.get("class", "").split()
        return (
            (not self.tag or self.tag == element.tag)
            and all(own.get("id") == it for it in self.ids)
            and all(it in classes for it in self.classes)
            and all(name in own and value in (None, own[name]) for name, value in self.attributes)
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    """``compounds`` from right to left."""

    compounds: tuple[_Compound, ...]
    specificity: tuple[int, int, int]
    declarations: tuple[tuple[str, str, bool], ...]


class Styles:
    """The page's style sheets. Selectors that are not simple are ignored."""

    def __init__(self, sheets: Iterable[str] = ()) -> None:
        self._rules: dict[str, list[tuple[int, _Rule]]] = {}
        self._comparisons = 0
        for order, rule in enumerate(islice(_rules("\n".join(sheets)[:MAX_STYLES]), MAX_RULES)):
            self._rules.setdefault(rule.compounds[0].key, []).append((order, rule))

    def declarations(self, element: Any) -> Declarations:  # noqa: ANN401  # an lxml element
        """Return what applies to ``element``. Raises ExtractionFailed where it takes too long."""
        found: list[tuple[bool, bool, tuple[int, int, int], int, str, str]] = []
        attributes = element.attrib
        keys = {"*", str(element.tag), f"#{attributes.get('id', '')}"}
        keys |= {f".{it}" for it in attributes.get("class", "").split()}
        for key in keys if self._rules else ():
            for order, rule in self._rules.get(key, ()):
                if self._applies(rule, element):
                    found.extend(
                        (important, False, rule.specificity, order, name, value)
                        for name, value, important in rule.declarations
                    )
        style = attributes.get("style")
        if style:
            found.extend(
                (important, True, (0, 0, 0), 0, name, value)
                for name, value, important in _declarations(style[:4096])
            )
        if len(found) > 1:
            found.sort(key=lambda it: it[:4])
        return {name: value for *_, name, value in found}

    def _applies(self, rule: _Rule, element: Any) -> bool:  # noqa: ANN401  # an lxml element
        for index, compound in enumerate(rule.compounds):
            if index:
                element = element.getparent()
            while True:
                self._comparisons += 1
                if self._comparisons > MAX_COMPARISONS:
                    raise ExtractionFailed(
                        "The page's style sheets are too complex; paste the article's text."
                    )
                if element is None:
                    return False
                if compound.matches(element):
                    break
                if not index or compound.child:
                    return False
                element = element.getparent()
        return True


def _rules(sheet: str) -> Iterator[_Rule]:
    try:
        yield from _rules_of(tinycss2.parse_stylesheet(sheet, True, True))  # noqa: FBT003
    except RecursionError:
        return


def _rules_of(nodes: Iterable[Any], depth: int = 0) -> Iterator[_Rule]:
    for node in nodes:
        if node.type == "at-rule" and node.content and depth < 3 and _is_always(node):
            inner = tinycss2.parse_rule_list(node.content, True, True)  # noqa: FBT003
            yield from _rules_of(inner, depth + 1)
        if node.type != "qualified-rule":
            continue
        declarations = tuple(_declarations(node.content))
        if not declarations:
            continue
        for selector in tinycss2.serialize(node.prelude).split(","):
            compounds = tuple(_compounds(selector))
            if compounds:
                yield _Rule(compounds, _specificity(compounds), declarations)


def _is_always(node: Any) -> bool:  # noqa: ANN401  # tinycss2's
    """Return whether an at-rule applies on every screen."""
    prelude = tinycss2.serialize(node.prelude).strip().lower()
    if node.lower_at_keyword in ("layer", "supports"):
        return True
    return bool(node.lower_at_keyword == "media" and prelude in ("all", "screen", "only screen"))


def _declarations(source: Any) -> Iterator[tuple[str, str, bool]]:  # noqa: ANN401  # text or tokens
    try:
        for node in tinycss2.parse_blocks_contents(source, True, True):  # noqa: FBT003
            if node.type == "declaration" and node.lower_name in _PROPERTIES:
                value = " ".join(tinycss2.serialize(node.value).lower().split())
                yield node.lower_name, value, bool(node.important)
    except RecursionError:
        return


def _compounds(selector: str) -> Iterator[_Compound]:
    """Yield the compounds of a selector from right to left; none where it is not simple."""
    parts = re.sub(r"\s*>\s*", " >", selector.strip()).split()
    found: list[_Compound] = []
    for part in reversed(parts):
        compound = _COMPOUND.fullmatch(part.removeprefix(">"))
        if not compound or not part.removeprefix(">"):
            return
        tag = (compound[1] or "").lower()
        simple = _SIMPLE.findall(compound[2])
        # ``>`` stands before the right one of the two; matching goes from there to the left.
        child = bool(found) and parts[len(parts) - len(found)].startswith(">")
        found.append(
            _Compound(
                "" if tag == "*" else tag,
                tuple(it[1] for it in simple if it[1]),
                tuple(it[0] for it in simple if it[0]),
                tuple((it[2].lower(), it[3] or None) for it in simple if it[2]),
                child,
            )
        )
    yield from found


def _specificity(compounds: tuple[_Compound, ...]) -> tuple[int, int, int]:
    return (
        sum(len(it.ids) for it in compounds),
        sum(len(it.classes) + len(it.attributes) for it in compounds),
        sum(bool(it.tag) for it in compounds),
    )


def parse_colour(text: str) -> tuple[float, float, float, float] | None:
    """Return red, green, blue and alpha from 0 to 1; None where ``text`` is no such colour."""
    parsed = tinycss2.color3.parse_color(text.strip()) if text.strip() else None
    return None if parsed is None or isinstance(parsed, str) else tuple(parsed)
