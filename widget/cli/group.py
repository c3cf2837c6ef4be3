"""The group of all commands. It imports a command's module only when that command runs."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click

from widget.cli.output import discard_output, error_lines
from widget.errors import InsightsError, InvalidEntry

INTERRUPTED = 130
"""The exit status after Ctrl-C: 128 and the number of SIGINT, as in shells."""

_WRITING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_COLUMNS_BESIDE_SUMMARY = 6


class CommandEntry(NamedTuple):
    """Where a command is, as ``module:name`` below ``widget.cli``, and what it does."""

    place: str
    summary: str


class LazyGroup(click.Group):
    """Commands that are imported when they run; expected errors are messages, with status 1."""

    entries: Mapping[str, CommandEntry] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click has it
        """Return the names of all commands, in alphabetical order."""
        return sorted(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, None without one of this name."""
        if cmd_name not in self.entries:
            return None
        module, _, name = self.entries[cmd_name].place.partition(":")
        command: click.Command = getattr(import_module(f"widget.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names and summaries, as click does, without importing any command."""
        longest = max(len(name) for name in self.entries)
        limit = formatter.width - _COLUMNS_BESIDE_SUMMARY - longest
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self._short(name, limit)) for name in self.list_commands(ctx)]
            )

    def _short(self, name: str, limit: int) -> str:
        return click.Command(name, help=self.entries[name].summary).get_short_help_str(limit)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # as click has it
        """Run the command."""
        try:
            return super().invoke(ctx)
        except InvalidEntry as error:
            for line in error_lines(error):
                click.echo(line, err=True)
            ctx.exit(1)
        except InsightsError as error:
            click.echo(f"insights: {error}", err=True)
            ctx.exit(1)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # the reader closed the pipe: click exits silently
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"insights: {where}{error.strerror or error}", err=True)
            if error.errno in _WRITING:
                discard_output()
            ctx.exit(1)
        except (KeyboardInterrupt, click.Abort) as error:
            # A prompt raises Abort for both Ctrl-C and the end of the input.
            if isinstance(error, click.Abort) and isinstance(error.__context__, EOFError):
                click.echo("\ninsights: standard input ended before the answer", err=True)
                ctx.exit(1)
            click.echo("\nInterrupted.", err=True)
            ctx.exit(INTERRUPTED)
