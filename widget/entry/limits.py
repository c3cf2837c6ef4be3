"""Limits the cost of sanitizing all light HTML of an entry, before any of it is sanitized."""

from __future__ import annotations

from collections.abc import Iterator

from widget.entry import light_html
from widget.entry.model import Entry
from widget.errors import Breach, amount, message

MAX_COST = 40_000
"""In the units of ``light_html.cost``; the slowest texts of this cost take half a second."""


def light_texts(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the JSONPath and the text of every light HTML field."""
    yield "$.viewpoint.rationale", entry.viewpoint.rationale
    for group_index, group in enumerate(entry.perspectives):
        for index, point in enumerate(group.points):
            yield f"$.perspectives[{group_index}].points[{index}].text", point.text


def cost_breach(entry: Entry) -> Breach | None:
    """Return the breach of an entry with too much markup, at its most expensive text, or None."""
    costs = [(light_html.cost(text), path) for path, text in light_texts(entry)]
    total = sum(cost for cost, _ in costs)
    if total <= MAX_COST:
        return None
    path = max(costs, key=lambda it: it[0])[1]
    return Breach(
        path,
        message(
            "has the most markup in an entry with too much markup (%(total)s; at most %(limit)s "
            "characters from the first tag of each text on); remove tags, or write plain text",
            total=amount(total),
            limit=amount(MAX_COST),
        ),
    )
