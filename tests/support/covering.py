"""Which of a test's combinations of parameters run: enough that all values meet, and no more.

Three parameters of a dozen values are hundreds of combinations, and what fails in one of them
nearly always fails for one value or for two together (Kuhn, Wallace and Gallo, "Software Fault
Interactions and Implications for Software Testing", IEEE TSE 30(6), 2004).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

Row = Mapping[str, str]
"""One combination: the value of each parameter, in words."""


def covering(rows: Sequence[Row], strength: int) -> list[int]:
    """Return the numbers of rows that together hold what every ``strength`` parameters can be.

    With 1 each value of each parameter is in one of them, with 2 each pair of values of two
    parameters. Chosen greedily and always alike: each process of a run has to choose the same.
    """
    held = [_tuples(row, strength) for row in rows]
    missing = set().union(*held)
    chosen: list[int] = []
    while missing:
        best = max(range(len(rows)), key=lambda at: (len(held[at] & missing), -at))
        chosen.append(best)
        missing -= held[best]
    return sorted(chosen)


def _tuples(row: Row, strength: int) -> set[tuple[tuple[str, str], ...]]:
    values = sorted(row.items())
    return set(combinations(values, min(strength, len(values))))
