"""The command ``insights``."""

from __future__ import annotations

from pathlib import Path

import click

from widget import __version__
from widget.cli import (
    accounts,
    copying,
    doctor,
    drafting,
    entries,
    evidence,
    export,
    notifying,
    planning,
    reviews,
    revisions,
    serving,
    snippets,
    transfer,
)
from widget.cli.context import Context, Group
from widget.cli.output import begin
from widget.config import CONFIG_VARIABLE


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="insights")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar=CONFIG_VARIABLE,
    help="Read this file instead of insights.toml.",
)
@click.option(
    "--store", metavar="URL", help="Use this store, such as dir:./data or postgresql://HOST/NAME."
)
@click.option("-q", "--quiet", is_flag=True, help="Print only errors and requested output.")
@click.option("-v", "--verbose", is_flag=True, help="Write all log messages to standard error.")
@click.pass_context
def main(
    context: click.Context, config: Path | None, store: str | None, *, quiet: bool, verbose: bool
) -> None:
    """Insights: a panel beside an opinion article."""
    if quiet and verbose:
        raise click.UsageError("Give --quiet or --verbose, not both.")
    begin(context, "quiet" if quiet else "verbose" if verbose else "normal")
    context.obj = Context(config=config, store_url=store)


for command in (
    serving.demo,
    serving.serve,
    serving.init,
    entries.check,
    entries.put,
    reviews.submit,
    reviews.review,
    reviews.comments,
    planning.assign,
    planning.schedule,
    entries.publish,
    entries.withdraw,
    entries.list_entries,
    entries.show,
    revisions.history,
    revisions.compare,
    evidence.evidence,
    revisions.restore,
    revisions.edit,
    snippets.snippet,
    doctor.doctor,
    drafting.draft,
    drafting.drafts,
    notifying.notify,
    transfer.import_entries,
    export.export,
    copying.copy,
    accounts.user,
    accounts.token,
):
    main.add_command(command)
