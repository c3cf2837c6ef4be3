"""The command ``log``: shows the public log, and checks that nobody changed it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from widget.cli.context import Context, echo_json, json_option
from widget.cli.progress import progress
from widget.errors import InsightsError, InvalidSettings
from widget.record.log_audit import Expected, LogSource, Report, audit
from widget.record.log_sources import HttpSource, StoreSource
from widget.store import LogLine

_RECENT = 20
_BATCH = 1_000
CONTRADICTED = 1
MISUSED = 2
NOT_CHECKED = 3
"""Exit statuses; 2 is click's own for wrong options, and here also for wrong settings."""

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group("log")
def public_log() -> None:
    """Show and check the public log of publications, corrections and withdrawals."""


@public_log.command()
@click.argument("entry_id", metavar="[ID]", required=False)
@click.option("--limit", type=click.IntRange(1, 100_000), default=_RECENT, show_default=True)
@json_option()
@click.pass_obj
def show(context: Context, entry_id: str | None, *, limit: int, as_json: bool) -> None:
    """Print the newest lines of the log, the newest last; of one entry with an ID."""
    with context.entries() as store:
        found: list[LogLine] = []
        end = store.log_size()
        while end > 0 and len(found) < limit:
            start = max(0, end - _BATCH)
            batch = store.log_lines(after=start, limit=end - start)
            found[:0] = [it for it in batch if entry_id in (None, it.entry)]
            end = start
    for line in found[-limit:]:
        click.echo(line.encode().decode() if as_json else _written(line))


def _written(line: LogLine) -> str:
    parts = [f"{line.number:>6}", f"{line.at:%Y-%m-%d %H:%M:%S}", f"{line.action:8}", line.entry]
    parts += [f"revision {line.revision}", *(["late"] if line.late else []), line.sha256[:16]]
    return "  ".join(parts).rstrip()


@public_log.command()
@click.option("--from", "url", metavar="URL", help="Of a service or an exported site, over HTTP.")
@click.option("--key", type=_FILE, help="The public key that you know, in PEM.")
@click.option("--checkpoint", type=_FILE, help="A checkpoint that you have from earlier.")
@click.option("--signature", type=_FILE, help="The signature of that checkpoint.")
@click.option("--no-panels", is_flag=True, help="Do not compare what is live now.")
@json_option()
@click.pass_context
def verify(
    click_context: click.Context,
    /,
    *,
    url: str | None,
    key: Path | None,
    checkpoint: Path | None,
    signature: Path | None,
    no_panels: bool,
    as_json: bool,
) -> None:
    """Check that nobody changed the log, and that what is live now is what it says.

    Exit status: 0 if all is as the log says, 1 if something contradicts it, 3 if the log cannot
    be read.
    """
    if signature and not checkpoint:
        raise click.UsageError("--signature is that of a --checkpoint; give both")
    context: Context = click_context.obj
    expected = Expected(*(it.read_bytes() if it else None for it in (key, checkpoint, signature)))
    try:
        if url is not None:
            report = _audit(HttpSource(url), expected, panels=not no_panels)
        else:
            with context.entries() as store:
                source = StoreSource(store, context.settings)
                report = _audit(source, expected, panels=not no_panels)
    except InsightsError as error:
        click.echo(f"insights: {error}", err=True)
        click_context.exit(MISUSED if isinstance(error, InvalidSettings) else NOT_CHECKED)
    if as_json:
        echo_json({**asdict(report), "intact": not report.findings})
    else:
        _print(report, key_given=key is not None)
    click_context.exit(CONTRADICTED if report.findings else 0)


def _audit(source: LogSource, expected: Expected, *, panels: bool) -> Report:
    with progress("Comparing") as reported:
        return audit(source, expected, panels=panels, progress=reported)


def _print(report: Report, *, key_given: bool) -> None:
    for finding in report.findings:
        click.echo(finding.message)
    lines = "1 line" if report.lines == 1 else f"{report.lines:,} lines"
    late = f", {report.late} of them late" if report.late else ""
    panels = "1 panel" if report.panels == 1 else f"{report.panels:,} panels"
    click.echo(f"{lines}{late}; {panels} compared")
    if report.unlogged:
        count = len(report.unlogged)
        click.echo(f"Without a line, because they are older than the log: {count}")
    if not report.signed:
        click.echo("The log is not signed.")
    elif not key_given:
        click.echo(f"Signed with the key that the log itself names: {report.key_fingerprint}")
    if not report.findings:
        click.echo("Nothing was changed.")
