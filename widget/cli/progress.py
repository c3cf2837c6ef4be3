"""The progress of long commands on standard error: how much is done, how fast, how long still."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from widget.cli.output import is_quiet

_TERMINAL_SECONDS = 0.2
_LINE_SECONDS = 10.0
"""Where nobody watches, such as in a log, a line is written this often, and none of short work."""
_RECENT_SECONDS = 15.0
"""The rate is that of this time: work may go slower later."""

_UNITS = ((1, "a second"), (60, "a minute"), (3_600, "an hour"))


class Progress:
    """What is done of ``total``. ``clock`` returns seconds."""

    def __init__(self, label: str, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.total = total
        self.done = 0
        self._label = label
        self._clock = clock
        self._marks = [(clock(), 0)]

    def add(self, count: int) -> None:
        """Add what was done since the last call."""
        self.done += count
        now = self._clock()
        self._marks.append((now, self.done))
        while len(self._marks) > 2 and self._marks[1][0] <= now - _RECENT_SECONDS:
            del self._marks[0]

    def line(self) -> str:
        """Return it in words."""
        parts = [f"{self._label}: {self.done:,} of {self.total:,}"]
        (began, before), (now, done) = self._marks[0], self._marks[-1]
        if done > before and now > began:
            rate = (done - before) / (now - began)
            seconds, unit = next((it for it in _UNITS if rate * it[0] >= 1), _UNITS[-1])
            parts.append(f"{rate * seconds:,.0f} {unit}")
            if self.done < self.total:
                parts.append(f"{_duration((self.total - self.done) / rate)} left")
        return ", ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(max(1, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@contextmanager
def progress(label: str, total: int = 0) -> Iterator[Callable[..., None]]:
    """Show progress within the block; yields what to call with the number of items done.

    ``total`` can be given with each call, too, where it is known only later.
    """
    shown = Progress(label, total)
    terminal = sys.stderr.isatty()
    due = time.monotonic() + (0.0 if terminal else _LINE_SECONDS)

    def show() -> None:
        if is_quiet():
            return
        if terminal:
            click.echo(f"\r\x1b[K{shown.line()}", nl=False, err=True)
        else:
            click.echo(shown.line(), err=True)

    def report(count: int, total: int | None = None) -> None:
        nonlocal due
        if total is not None:
            shown.total = total
        shown.add(count)
        if time.monotonic() >= due:
            due = time.monotonic() + (_TERMINAL_SECONDS if terminal else _LINE_SECONDS)
            show()

    try:
        yield report
    finally:
        if terminal and shown.done and not is_quiet():
            show()
            click.echo(err=True)
