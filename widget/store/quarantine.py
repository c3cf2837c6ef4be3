"""What the store passes over: said once in the log, listed for as long as it lasts."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable

from widget.errors import Breach
from widget.store.protocol import Problem

log = logging.getLogger("widget.store")


_read_only: set[str] = set()


def say_read_only(why: str) -> None:
    """Say that a store can only be read: once for this process and those that it forks."""
    if why not in _read_only:
        _read_only.add(why)
        log.warning("%s; readers are served, changes are refused", why)


class Quarantine:
    """The files that are set aside now, by their place in the store."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Hashable, Problem]] = {}

    def report(self, where: str, state: Hashable, breaches: Iterable[Breach]) -> None:
        """Set ``where`` aside; logged where this ``state`` of it was not known yet."""
        breaches = tuple(breaches)
        known = self._found.get(where)
        if known is not None and known[0] == state and known[1].breaches == breaches:
            return
        self._found[where] = (state, Problem(where, breaches))
        for breach in breaches:
            log.warning("%s is set aside: %s %s", where, breach.path, breach.message)

    def clear(self, where: str) -> None:
        """Forget ``where``: it is gone or in order."""
        self._found.pop(where, None)

    def at(self, where: str) -> Problem | None:
        """Return why ``where`` is set aside; None where it is not."""
        found = self._found.get(where)
        return found[1] if found else None

    def listed(self) -> list[Problem]:
        """Return all of it, by place."""
        return [problem for _, problem in sorted(self._found.values(), key=_place)]


def _place(found: tuple[Hashable, Problem]) -> str:
    return found[1].where
