"""Daily counts as bars, drawn on the server as SVG: numbers of the user space, no styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from widget.record.counts import PublicCell

WIDTH = 720
HEIGHT = 160
_GAP = 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of one day, in user units; without a height where the number is not shown."""

    day: date
    number: int | None
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of one kind of number; ``top`` is the highest of them, 0 where none is shown."""

    name: str
    title: str
    bars: tuple[Bar, ...]
    top: int


def chart(name: str, title: str, cells: Sequence[PublicCell]) -> Chart:
    """Return the chart of the field ``name`` of ``cells``."""
    numbers: list[int | None] = [getattr(it, name) for it in cells]
    top = max((it for it in numbers if it is not None), default=0)
    step = WIDTH / max(len(cells), 1)
    bars = []
    for place, (cell, number) in enumerate(zip(cells, numbers, strict=True)):
        height = round(HEIGHT * number / top, 1) if number and top else 0.0
        x, width = round(place * step, 1), round(step * (1 - _GAP), 1)
        bars.append(Bar(cell.day, number, x, round(HEIGHT - height, 1), width, height))
    return Chart(name, title, tuple(bars), top)
