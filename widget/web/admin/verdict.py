"""What is shown of a document's breaches: in order, and beside each field of the form.

In a new entry an empty field is no mistake yet: what it lacks is still to do. It becomes one once
somebody tried to publish the entry or to submit it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from widget.entry import Entry
from widget.errors import Breach
from widget.web.admin import drafted, forms
from widget.web.admin.context import admin
from widget.web.admin.forms import Document, Judgement


@dataclass(frozen=True, slots=True)
class ShownBreach:
    """A breach as the editor shows it. ``todo``: a field that nobody filled yet."""

    path: str
    message: str
    severity: Literal["error", "warning", "todo"]


def view(document: Document, judged: Judgement, *, fresh: Entry | None) -> dict[str, Any]:
    """Return the breaches of a document, in order and by form field.

    ``fresh`` is the saved version of a new entry, None where somebody tried to publish it: a field
    that is empty in both is still to do.
    """
    slots = forms.slots(document)
    values = forms.values(document)
    saved = forms.values(forms.of_entry(fresh)) if fresh else {}
    beside: dict[str, list[ShownBreach]] = {name: [] for name in sorted(slots)}
    listed: list[tuple[ShownBreach, str]] = []
    for breach in judged.breaches:
        name = forms.slot(breach.path, slots)
        untouched = fresh is not None and not saved.get(name, "").strip()
        todo = untouched and breach.severity == "error" and _is_empty(name, document, values)
        shown = ShownBreach(breach.path, breach.message, "todo" if todo else breach.severity)
        listed.append((shown, name))
        if name and not _has_own_box(breach):
            beside[name].append(shown)
    todo_count = sum(it.severity == "todo" for it, _ in listed)
    counts = {"todo": todo_count, "errors": judged.errors - todo_count}
    return {
        "judged": judged,
        "listed": listed,
        "beside": beside,
        "fresh": fresh is not None,
        "next": next_step(judged.entry),
        **counts,
    }


def next_step(entry: Entry | None) -> Literal["submit", "publish"]:
    """Return what follows once nothing is left to fix; None: no entry yet."""
    return "submit" if entry and admin().editorial.review.missing(entry) else "publish"


def _has_own_box(breach: Breach) -> bool:
    return isinstance(breach, drafted.FindingBreach)


def _is_empty(name: str, document: Document, values: dict[str, str]) -> bool:
    """Return whether a part of the form has nothing in it yet: a field, or a whole source."""
    if name in values:
        return not values[name].strip()
    kind, _, number = name.partition(".")
    if kind == "sources" and number.isdecimal():
        fields = document["sources"][int(number)].items()
        return not any(value for key, value in fields if key != "type")
    return name in ("perspectives", "sources")
