"""The command ``snippet``: the HTML that embeds a panel."""

from __future__ import annotations

from dataclasses import asdict
from typing import get_args

import click

from widget import i18n, panel
from widget.cli.context import Context, echo_json, json_option, service_url
from widget.config import colours
from widget.entry import Withdrawn
from widget.errors import InsightsError, NotFound
from widget.panel import Choices, Host, Theme, Way
from widget.panel.options import HEADING_LEVELS, INSTANCE, OPENABLE


@click.command()
@click.argument("entry_id", metavar="[ID]", required=False)
@click.option("--as", "way", type=click.Choice(get_args(Way)), help="The way of embedding.")
@click.option("--host", type=click.Choice(get_args(Host)), help="The kind of host page.")
@click.option(
    "--theme",
    type=click.Choice(get_args(Theme)),
    help="Light or dark, whatever the reader prefers.",
)
@click.option("--accent", metavar="#RRGGBB", help="The accent colour.")
@click.option("--lang", type=click.Choice(i18n.languages()), help="The interface's language.")
@click.option("--heading-level", type=click.Choice([str(level) for level in HEADING_LEVELS]))
@click.option(
    "--open",
    "opened",
    type=click.Choice(OPENABLE),
    multiple=True,
    help="Initially open.",
)
@click.option("--instance", metavar="NAME", help="The panel's name, if there are several.")
@click.option("--pinned", is_flag=True, help="The current version of the loader, with its hash.")
@click.option("--base", metavar="URL", help="The service's URL, if base_url is not set.")
@json_option()
@click.pass_obj
def snippet(
    context: Context,
    /,
    entry_id: str | None,
    *,
    way: str | None,
    opened: tuple[str, ...],
    accent: str | None,
    pinned: bool,
    instance: str | None,
    base: str | None,
    as_json: bool,
    **options: str | None,
) -> None:
    """Print the HTML that embeds a panel.

    Without an ID: the snippet for an article template, once for a whole site. Standard error
    gets the directives that a strict Content-Security-Policy needs.
    """
    if instance and not INSTANCE.fullmatch(instance):
        raise click.BadParameter(f"{instance!r} is not 1 to 16 lower-case letters and digits")
    if accent and not colours.is_colour(accent):
        raise click.BadParameter(f'{accent!r} is not a colour of the form "#rrggbb"')
    query = {name.replace("_", "-"): value for name, value in options.items() if value}
    query |= {"as": way or ("frame" if entry_id else "site"), "open": ",".join(opened)}
    choices = Choices.from_query(
        {
            **query,
            "accent": accent or "",
            "instance": instance or "",
            "script": "pinned" if pinned else "",
        }
    )
    service = service_url(context.settings, base)
    if entry_id:
        embed = _for_entry(context, entry_id, choices, service)
    elif choices.way == "site":
        embed = panel.site_snippet(choices, base=service)
    else:
        raise click.UsageError(f"--as {choices.way} needs the ID of an entry")
    if as_json:
        echo_json(asdict(embed))
        return
    click.echo(f"{embed.head}\n\n{embed.body}".strip())
    click.echo(f"Content-Security-Policy: {embed.policy}", err=True)


def _for_entry(context: Context, entry_id: str, choices: Choices, base: str) -> panel.Snippet:
    with context.entries() as store:
        live = store.live(entry_id)
    if isinstance(live, Withdrawn):
        raise InsightsError(f"{entry_id!r} was withdrawn and cannot be embedded")
    if live is None:
        raise NotFound(f"{entry_id!r} is not live; publish it first")
    publication = context.settings.publication_for(live.entry.article.url)
    return panel.snippet(live.entry, publication, choices, base=base, reviews=live.approvals)
