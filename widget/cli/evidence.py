"""The command ``evidence``: the record that proves a review."""

from __future__ import annotations

from typing import Literal

import click
import jinja2

from widget import assets
from widget.cli.context import Context
from widget.cli.output import printable
from widget.editorial.evidence import ReviewEvidence, evidence_of

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

    with context.entries() as entries:
        record = evidence_of(
            entries,
            context.settings,
            entry_id,
            revision=revision,
            run_of=run_of(open_runs(context.settings.store)),
        )
    if form == "json":
        click.echo(f"{record.model_dump_json(indent=2)}\n".encode(), nl=False)
    else:
        click.echo(rendered(record, form), nl=False)


def verdict(record: ReviewEvidence) -> str:
    """Say in one sentence what the record proves."""
    review = record.review
    if review.review == "proven":
        persons = "One person" if review.given == 1 else f"{review.given} persons"
        missing = review.needed - review.given
        more = f"; {missing} more {'is' if missing == 1 else 'are'} needed" if missing > 0 else ""
        return f"{persons} approved exactly this version{more}."
    if review.review == "declared":
        by = record.version.reviewed_by
        return f"Its text names a reviewer ({by}), but nobody proved to have reviewed this version."
    return "Nobody has reviewed this version."


def rendered(record: ReviewEvidence, form: Literal["text", "html"]) -> str:
    """Return the record for people: as plain text, or as an HTML page without other files."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.folder("templates") / "evidence"),
        autoescape=jinja2.select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["printable"] = printable
    template = environment.get_template("evidence.html" if form == "html" else "evidence.txt")
    return template.render(record=record, verdict=verdict(record)).lstrip()
