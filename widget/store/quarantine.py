"""Invalid files that the store skips: logged once, and listed as long as they are there."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable

from widget.errors import Breach
from widget.store.protocol import Problem

log = logging.getLogger("widget.store")


_read_only: set[str] = set()


def warn_read_only(why: str) -> None:
    """Log once, in this process and those it forks, that a store is read-only."""
    if why not in _read_only:
        _read_only.add(why)
        log.warning("%s: readers are served, changes are refused", why)


class Quarantine:
    """The files that are set aside now, by their path in the store."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Hashable, Problem]] = {}

    def report(self, where: str, state: Hashable, breaches: Iterable[Breach]) -> None:
        """Set the file ``where`` aside; logged unless this ``state`` of it was reported before."""
        breaches = tuple(breaches)
        previous = self._found.get(where)
        if previous is not None and previous[0] == state and previous[1].breaches == breaches:
            return
        self._found[where] = (state, Problem(where, breaches))
        for breach in breaches:
            log.warning("%s is set aside: %s %s", where, breach.path, breach.message)

    def clear(self, where: str) -> None:
        """Remove ``where``: the file is valid or gone."""
        self._found.pop(where, None)

    def at(self, where: str) -> Problem | None:
        """Return the problem of ``where``; None if it is not set aside."""
        found = self._found.get(where)
        return found[1] if found else None

    def problems(self) -> list[Problem]:
        """Return all problems, sorted by path."""
        return [problem for _, problem in sorted(self._found.values(), key=_place)]


def _place(found: tuple[Hashable, Problem]) -> str:
    return found[1].where
