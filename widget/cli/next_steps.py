"""Errors about missing approvals, with the commands that come next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import Breach, InvalidEntry


@contextmanager
def next_steps(editorial: Editorial, entry: Entry | None, *, saved: bool = True) -> Iterator[None]:
    """Add the next commands to an error of the block that says that approvals are missing.

    ``saved``: the entry is a draft also after the error.
    """
    try:
        yield
    except InvalidEntry as error:
        if entry is None:
            raise
        missing = editorial.review.missing(entry)
        steps = _steps(editorial, entry.id, saved=saved)
        breaches = [_with_steps(it, steps) if it in missing else it for it in error.breaches]
        raise InvalidEntry(breaches) from error


def _with_steps(breach: Breach, steps: str) -> Breach:
    return Breach(breach.path, f"{breach.message}: {steps}", breach.severity)


def _steps(editorial: Editorial, entry_id: str, *, saved: bool) -> str:
    review = f"another person runs `insights review {entry_id} --approve`"
    if saved and editorial.entries.workflow(entry_id).phase in ("in-review", "approved"):
        return review
    save = "" if saved else "save it without --publish; "
    return f"{save}run `insights submit {entry_id}`; then {review}"
