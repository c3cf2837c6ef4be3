"""What commands print: how much of it, in which encoding, and errors without a traceback."""

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
    """Set how much the commands below ``context`` print and log, until it ends."""
    for stream in (sys.stdout, sys.stderr):
        _accept_all_characters(stream)
    context.meta[_KEY] = volume
    context.call_on_close(
        logs.begin_command(_LEVELS[volume], service=None if volume == "normal" else _LEVELS[volume])
    )


def _accept_all_characters(stream: object) -> None:
    """Let titles and file names of any characters be printed, whatever the locale is.

    The C locale means ASCII to Python, and UTF-8 to everybody who sets it.
    """
    if isinstance(stream, io.TextIOWrapper):
        is_ascii = codecs.lookup(stream.encoding).name == "ascii"
        stream.reconfigure(
            encoding="utf-8" if is_ascii else stream.encoding, errors="backslashreplace"
        )


def discard_output() -> None:
    """Print nothing more: Python flushes standard output at its end, and would fail once more."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def is_quiet() -> bool:
    """Say whether only errors, and what was asked for, are printed."""
    context = click.get_current_context(silent=True)
    return context is not None and context.meta.get(_KEY) == "quiet"


def volume_options() -> list[str]:
    """Return the options that give a process of our own the same volume."""
    volume = click.get_current_context().meta.get(_KEY)
    return [f"--{volume}"] if volume in ("quiet", "verbose") else []


def confirm(message: str, *, err: bool = False) -> None:
    """Print what was done, or a warning: nothing that was asked for, so not with --quiet."""
    if not is_quiet():
        click.echo(message, err=err)


def error_lines(error: InsightsError) -> list[str]:
    """Return an error as lines for people, one for each breach."""
    if isinstance(error, InvalidEntry):
        return [f"{breach.path}: {breach.message}" for breach in error.breaches]
    return [str(error)]


class Failures:
    """The errors of a command that goes over many things: each is reported, the rest goes on."""

    def __init__(self) -> None:
        self._any = False

    @contextmanager
    def of(self, where: object) -> Iterator[None]:
        """Report an error of what is done to ``where``, and go on behind it."""
        try:
            yield
        except InsightsError as error:
            self._any = True
            for line in error_lines(error):
                click.echo(f"{where}: {line}", err=True)

    def end(self) -> None:
        """End the command with exit status 1 where anything failed."""
        if self._any:
            sys.exit(1)
