"""The output of commands: its volume, its encoding, and errors without a traceback."""

from __future__ import annotations

import codecs
import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

import click

from widget import logs
from widget.errors import InsightsError, InvalidEntry

Volume = Literal["quiet", "normal", "verbose"]

_KEY = "insights.volume"
_LEVELS: dict[Volume, int] = {
    "quiet": logging.ERROR,
    "normal": logging.WARNING,
    "verbose": logging.DEBUG,
}


def begin(context: click.Context, volume: Volume) -> None:
    """Set how much commands print and log, until ``context`` is closed."""
    for stream in (sys.stdout, sys.stderr):
        _accept_all_characters(stream)
    context.meta[_KEY] = volume
    context.call_on_close(
        logs.begin_command(_LEVELS[volume], service=None if volume == "normal" else _LEVELS[volume])
    )


def _accept_all_characters(stream: object) -> None:
    """Print titles and file names with any characters, whatever the locale.

    In the C locale Python uses ASCII, but people who set it expect UTF-8.
    """
    if isinstance(stream, io.TextIOWrapper):
        is_ascii = codecs.lookup(stream.encoding).name == "ascii"
        stream.reconfigure(
            encoding="utf-8" if is_ascii else stream.encoding, errors="backslashreplace"
        )


def discard_output() -> None:
    """Discard further output: the flush of standard output at exit would fail again."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def is_quiet() -> bool:
    """Return whether --quiet is set: print only errors and requested output."""
    context = click.get_current_context(silent=True)
    return context is not None and context.meta.get(_KEY) == "quiet"


def volume_options() -> list[str]:
    """Return the options for a child process of ours with the same volume."""
    volume = click.get_current_context().meta.get(_KEY)
    return [f"--{volume}"] if volume in ("quiet", "verbose") else []


def confirm(message: str, *, err: bool = False) -> None:
    """Print a confirmation or a warning, unless --quiet is set."""
    if not is_quiet():
        click.echo(message, err=err)


def error_lines(error: InsightsError) -> list[str]:
    """Return the lines to print for an error, one for each breach."""
    if isinstance(error, InvalidEntry):
        return [f"{breach.path}: {breach.message}" for breach in error.breaches]
    return [str(error)]


class Failures:
    """Errors of a command with several arguments: it reports each and continues with the rest."""

    def __init__(self) -> None:
        self._any = False

    @contextmanager
    def of(self, where: object) -> Iterator[None]:
        """Report an error in the block as one of ``where``, and continue after the block."""
        try:
            yield
        except InsightsError as error:
            self._any = True
            for line in error_lines(error):
                click.echo(f"{where}: {line}", err=True)

    def end(self) -> None:
        """Exit with status 1 if there was an error."""
        if self._any:
            sys.exit(1)
