"""The command ``evidence``: the record that proves a review."""

from __future__ import annotations

from contextlib import closing
from typing import Literal

import click

from widget.cli.context import Context
from widget.editorial.evidence import evidence_of
from widget.editorial.evidence_page import rendered
from widget.sources.evidence import sources_of
from widget.sources.record import source_records
from widget.storage.documents import open_documents

Format = Literal["json", "text", "html"]


@click.command()
@click.argument("entry_id", metavar="ID")
@click.option("--revision", type=click.IntRange(min=1), help="A version; by default the live one.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="For people, for tools, or as a page.",
)
@click.pass_obj
def evidence(context: Context, entry_id: str, *, revision: int | None, form: Format) -> None:
    """Print all that proves the review of an entry: who, when, which version, what was checked.

    Without --revision it is about what is live, else about the draft.
    """
    # Imported here: drafting is off until a provider is configured.
    from widget.drafting.run_evidence import run_of
    from widget.drafting.runs import open_runs

    with context.entries() as entries, closing(open_documents(context.settings.store)) as documents:
        record = evidence_of(
            entries,
            context.settings,
            entry_id,
            revision=revision,
            run_of=run_of(open_runs(context.settings.store)),
            sources_of=sources_of(source_records(documents).get),
        )
    if form == "json":
        click.echo(f"{record.model_dump_json(indent=2)}\n".encode(), nl=False)
    else:
        click.echo(rendered(record, form), nl=False)
