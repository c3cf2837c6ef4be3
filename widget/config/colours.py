"""WCAG contrast, and accent colours that are legible on the panel."""

from __future__ import annotations

import re
from typing import Literal

Paper = Literal["light", "dark"]

PAPER: dict[Paper, str] = {"light": "#ffffff", "dark": "#16181c"}
"""The panel's background (static/panel.css, ``--paper``)."""

MIN_CONTRAST = 4.5
"""The minimum contrast of text (WCAG 2.2, 1.4.3)."""

_INK: dict[Paper, str] = {"light": "#000000", "dark": "#ffffff"}
_STEPS = 50


def is_colour(value: str) -> bool:
    """Return whether ``value`` has the form ``#rrggbb``."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", value) is not None


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of the term)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def legible(colour: str, paper: Paper) -> str:
    """Return ``colour``, mixed with as much ink as it needs to be legible on ``paper``."""
    for step in range(_STEPS + 1):
        mixed = _mix(colour, _INK[paper], step / _STEPS)
        if contrast(mixed, PAPER[paper]) >= MIN_CONTRAST:
            return mixed
    return _INK[paper]


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _luminance(colour: str) -> float:
    channels = [channel / 255 for channel in _channels(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
