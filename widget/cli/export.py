"""The command ``export``: static files, or one entry per line."""

from __future__ import annotations

import json
from pathlib import Path

import click

from widget.cli.context import Context
from widget.cli.output import confirm
from widget.cli.progress import progress
from widget.export import checked_base, export_site
from widget.store import Live

_BATCH = 250


@click.command("export")
@click.argument("out", metavar="OUT", required=False, type=click.Path(path_type=Path))
@click.option(
    "--as",
    "form",
    type=click.Choice(["site", "entries"]),
    default="site",
    show_default=True,
    help="Static files, or one entry per line.",
)
@click.option("--base", metavar="URL", help="The site's URL, if base_url is not set.")
@click.option("--drafts", is_flag=True, help="With --as entries: the draft, if there is one.")
@click.pass_obj
def export(
    context: Context, out: Path | None, *, form: str, base: str | None, drafts: bool
) -> None:
    """Write all live panels to the folder OUT as static files, for any web server or CDN.

    Only changed files are written, and notices of withdrawn panels first. With `--as entries`:
    all live entries, one per line, in the format of `import`, to the file OUT or to standard
    output.
    """
    if form == "entries":
        if base:
            raise click.UsageError("--base is for static files; omit --as entries")
        _entries(context, out or Path("-"), drafts=drafts)
        return
    if drafts:
        raise click.UsageError("--drafts requires --as entries")
    if out is None:
        raise click.UsageError("Give the folder for the static files: OUT")
    _site(context, out, base)


def _site(context: Context, out: Path, base: str | None) -> None:
    url = base or context.settings.base_url
    if not url:
        raise click.UsageError(
            "Give the URL of the files: --base https://cdn.example/insights, "
            "or base_url in insights.toml"
        )
    with context.entries() as store, progress("Exporting") as show:
        report = export_site(store, context.settings, out, checked_base(url), show)
    confirm(f"{report.written} written, {report.unchanged} unchanged, {report.removed} removed")


def _entries(context: Context, out: Path, *, drafts: bool) -> None:
    with (
        context.entries() as store,
        progress("Exporting", len(store.ids())) as report,
        click.open_file(str(out), "w", encoding="utf-8", atomic=str(out) != "-") as output,
    ):
        ids = store.ids()
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            for found in store.read_many(batch, history=False).values():
                live = found.live
                entry = live.entry if isinstance(live, Live) else None
                if drafts and found.draft:
                    entry = found.draft.entry
                if entry:
                    document = entry.model_dump(mode="json", by_alias=True)
                    click.echo(json.dumps(document, ensure_ascii=False), file=output)
            report(len(batch))
