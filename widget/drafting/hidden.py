"""Removes from a page what its readers do not see, and the panel itself.

Text that only a machine reads is how an article or a source gives orders to a model. Style sheets
in the page count, too, as far as their selectors are simple; linked ones are not fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from widget.drafting.page_styles import Declarations, Styles, parse_colour

_UNSEEN = frozenset(
    {"template", "noscript", "script", "style", "iframe", "amp-iframe", "object", "embed", "svg"}
    | {"canvas", "audio", "video", "select", "datalist", "textarea", "insights-widget"}
)
_FOR_SCREEN_READERS = frozenset(
    {"sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only"}
)
_PANEL_PATH = re.compile(r"/(?:fragment|panel)/")
_LENGTH = re.compile(r"(-?\d*\.?\d+)([a-z]*|%)")
_PIXELS = {
    "": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0,
    "vw": 10.0, "vh": 10.0, "%": 10.0, "in": 96.0, "cm": 37.8, "mm": 3.78,
}  # fmt: skip
_FAR = -500.0
_MIN_FONT = 2.0
_MIN_OPACITY = 0.05
_SAME_COLOUR = 12 / 255

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Inherited:
    """What an element's text inherits. A colour is None where it is not known."""

    font: float = 16.0
    invisible: bool = False
    colour: Colour | None = None
    transparent: bool = False
    background: Colour | None = (1.0, 1.0, 1.0)

    @property
    def unseen(self) -> bool:
        """Whether text is hidden."""
        same = (
            self.colour is not None
            and self.background is not None
            and all(
                abs(one - other) <= _SAME_COLOUR
                for one, other in zip(self.colour, self.background, strict=True)
            )
        )
        return self.invisible or self.transparent or same or self.font < _MIN_FONT


def remove_hidden(root: Any, styles: Styles) -> None:  # noqa: ANN401  # an lxml element
    """Remove from the tree at ``root`` all elements and texts that readers do not see."""
    stack = [(root, _Inherited())]
    while stack:
        element, above = stack.pop()
        declared = styles.declarations(element)
        # Scripts show the page when it is ready; a page that is hidden as a whole has no readers.
        whole = element.tag in ("html", "body")
        if not whole and (_is_unseen(element.attrib, str(element.tag)) or _is_hidden(declared)):
            element.drop_tree()
            continue
        own = _inherited(above, declared, element.attrib)
        if whole:
            own = replace(own, invisible=False, font=16.0)
        if own.unseen:
            element.text = None
        for child in element:
            if own.unseen:
                child.tail = None
            stack.append((child, own))


def _is_unseen(attributes: Mapping[str, str], name: str) -> bool:
    """Return whether an element is hidden by its name or attributes, or is a panel."""
    if name in _UNSEEN or (name == "dialog" and "open" not in attributes):
        return True
    if "hidden" in attributes or "popover" in attributes or "data-insights" in attributes:
        return True
    if attributes.get("aria-hidden", "").strip().lower() == "true":
        return True
    classes = set(attributes.get("class", "").lower().split())
    if classes & _FOR_SCREEN_READERS or ("insights" in classes and "data-entry" in attributes):
        return True
    requested = attributes.get("data-hx-get") or attributes.get("hx-get") or ""
    return bool(_PANEL_PATH.search(requested))


def _is_hidden(declared: Declarations) -> bool:
    """Return whether an element is hidden with all its descendants."""
    get = declared.get
    if get("display") == "none" or get("content-visibility") == "hidden":
        return True
    if any(_number(get(name)) < _MIN_OPACITY for name in ("opacity", "zoom", "scale")):
        return True
    if any(
        _pixels(get(name)) <= _FAR
        for name in ("left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top")
    ) or any(_pixels(get(name)) >= -10 * _FAR for name in ("left", "top")):
        return True
    moved = f"{get('transform', '')} {get('translate', '')}"
    if re.search(r"scale[xy3d]*\(\s*0(?:\.0+)?\s*[,)]", moved):
        return True
    if any(_pixels(it) <= _FAR for it in re.split(r"[\s(),]+", moved)):
        return True
    if re.match(r"rect\((?:[\s,]*[01]?(?:\.\d+)?(?:px)?)+\)", get("clip", "")):
        return True
    if re.match(r"inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0\D|polygon\(\s*0(?:px)? 0(?:px)?\s*\)",
                get("clip-path", "")):  # fmt: skip
        return True
    if re.search(r"opacity\(\s*0(?:\.0\d*|%)?\s*\)", get("filter", "")):
        return True
    sizes = ("width", "height", "max-width", "max-height")
    cut = any(
        get(name, "").partition(" ")[0] in ("hidden", "clip")
        for name in ("overflow", "overflow-x", "overflow-y")
    )
    return cut and any(_pixels(get(name), 9.0) <= 1 for name in sizes)


def _inherited(
    above: _Inherited, declared: Declarations, attributes: Mapping[str, str]
) -> _Inherited:
    own = above
    visibility = declared.get("visibility")
    if visibility in ("hidden", "collapse", "visible"):
        own = replace(own, invisible=visibility != "visible")
    font = declared.get("font-size") or _font_size(declared.get("font", ""))
    if font:
        own = replace(own, font=_font(font, above.font))
    background = declared.get("background-color") or attributes.get("bgcolor")
    shorthand = f"{declared.get('background', '')} {declared.get('background-image', '')}"
    if re.search(r"url\(|gradient\(|var\(", f"{shorthand} {background}"):
        own = replace(own, background=None)
    else:
        for text in (background, *shorthand.split(" ")):
            solid = parse_colour(text or "")
            if solid and solid[3] > 0.5:
                own = replace(own, background=solid[:3])
    written = declared.get("-webkit-text-fill-color") or declared.get("color")
    written = written or (attributes.get("color") or "")
    if written and written not in ("inherit", "currentcolor"):
        colour = parse_colour(written)
        own = replace(
            own,
            colour=colour[:3] if colour else None,
            transparent=bool(colour) and colour[3] < _MIN_OPACITY if colour else False,
        )
    return own


def _font(text: str, above: float) -> float:
    """Return a font's size in pixels; ``above`` is the parent's."""
    found = _LENGTH.fullmatch(text)
    if not found:
        return above if text in ("inherit", "smaller", "larger") or "(" in text else 16.0
    number, unit = float(found[1]), found[2]
    if unit in ("em", "%", "ex", "ch"):
        return above * number * {"em": 1.0, "%": 0.01}.get(unit, 0.5)
    return number * _PIXELS.get(unit, 1.0)


def _font_size(shorthand: str) -> str:
    """Return the size in a ``font`` declaration."""
    sizes = [it.partition("/")[0] for it in shorthand.split(" ")]
    found = [it for it in sizes if (length := _LENGTH.fullmatch(it)) and (
        length[2] or float(length[1]) == 0)]  # fmt: skip
    return found[0] if found else ""


def _number(text: str | None) -> float:
    found = re.fullmatch(r"(-?\d*\.?\d+)(%?)", text or "")
    return float(found[1]) / (100 if found[2] else 1) if found else 1.0


def _pixels(text: str | None, default: float = 0.0) -> float:
    """Return a length in CSS pixels, roughly where its unit depends on the window."""
    found = _LENGTH.fullmatch(text or "")
    return float(found[1]) * _PIXELS.get(found[2], 1.0) if found else default
