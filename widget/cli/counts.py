"""The command ``counts``."""

from __future__ import annotations

import click

from widget.cli.context import Context, echo_json, json_option
from widget.errors import InsightsError, NotFound
from widget.record.counts import FEWEST, DailyCounts
from widget.storage.documents import open_documents


@click.command()
@click.argument("entry_id", metavar="ID")
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True)
@json_option()
@click.pass_obj
def counts(context: Context, entry_id: str, *, days: int, as_json: bool) -> None:
    """Print what readers opened in a panel, day by day, without small numbers.

    Today is not among them, nor any number below 10.
    """
    settings = context.settings
    if not settings.counts:
        raise InsightsError("nothing is counted: the setting counts is off")
    with context.entries() as entries:
        if not entries.head(entry_id):
            raise NotFound(f"there is no entry {entry_id!r}")
        documents = open_documents(settings.store)
        try:
            daily = DailyCounts(lambda: documents, days=settings.counts_days)
            cells = daily.of_entry(entry_id, days=days)
        finally:
            documents.close()
    if as_json:
        echo_json([it._asdict() for it in cells])
        return
    click.echo("day         groups  previews  sources")
    for it in cells:
        shown = (f"<{FEWEST}" if each is None else str(each) for each in it[1:])
        groups, previews, sources = shown
        click.echo(f"{it.day}  {groups:>6}  {previews:>8}  {sources:>7}")
