"""The command ``snippet``: what a publisher pastes."""

from __future__ import annotations

from dataclasses import asdict
from typing import get_args

import click

from widget import i18n, panel
from widget.cli.context import Context, echo_json, json_option, own_address
from widget.config import colours
from widget.entry import Withdrawn
from widget.errors import InsightsError, NotFound
from widget.panel import Choices, Host, Theme, Way
from widget.panel.options import HEADING_LEVELS, INSTANCE, OPENABLE


@click.command()
@click.argument("entry_id", metavar="[ID]", required=False)
@click.option("--as", "way", type=click.Choice(get_args(Way)), help="How it is embedded.")
@click.option("--host", type=click.Choice(get_args(Host)), help="What the page is like.")
@click.option("--theme", type=click.Choice(get_args(Theme)), help="Light or dark.")
@click.option("--accent", metavar="#RRGGBB", help="The accent colour.")
@click.option("--lang", type=click.Choice(i18n.languages()), help="The interface's language.")
@click.option("--heading-level", type=click.Choice([str(level) for level in HEADING_LEVELS]))
@click.option("--open", "opened", type=click.Choice(OPENABLE), multiple=True, help="Starts open.")
@click.option("--instance", metavar="NAME", help="Where a page includes an entry more than once.")
@click.option("--pinned", is_flag=True, help="The loader's version of today, with its hash.")
@click.option("--base", metavar="URL", help="The service's address, where base_url does not say.")
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
    **asked: str | None,
) -> None:
    """Print the HTML that embeds a panel.

    Without an ID: what an article template takes, once for a whole site. On standard error
    stands what a strict Content-Security-Policy must allow.
    """
    if instance and not INSTANCE.fullmatch(instance):
        raise click.BadParameter(f"{instance!r} is not 1 to 16 lower-case letters and digits")
    if accent and not colours.is_colour(accent):
        raise click.BadParameter(f'{accent!r} is not a colour of the form "#rrggbb"')
    query = {name.replace("_", "-"): value for name, value in asked.items() if value}
    query |= {"as": way or ("frame" if entry_id else "site"), "open": ",".join(opened)}
    choices = Choices.from_query(
        {
            **query,
            "accent": accent or "",
            "instance": instance or "",
            "script": "pinned" if pinned else "",
        }
    )
    address = own_address(context.settings, base)
    if entry_id:
        made = _for_entry(context, entry_id, choices, address)
    elif choices.way == "site":
        made = panel.site_snippet(choices, base=address)
    else:
        raise click.UsageError(f"--as {choices.way} needs the ID of an entry")
    if as_json:
        echo_json(asdict(made))
        return
    click.echo(f"{made.head}\n\n{made.body}".strip())
    click.echo(f"Content-Security-Policy: {made.policy}", err=True)


def _for_entry(context: Context, entry_id: str, choices: Choices, base: str) -> panel.Snippet:
    with context.entries() as store:
        live = store.live(entry_id)
    if isinstance(live, Withdrawn):
        raise InsightsError(f"{entry_id!r} was withdrawn; there is nothing to embed")
    if live is None:
        raise NotFound(f"no panel {entry_id!r} is live; publish it first")
    publication = context.settings.publication_for(live.entry.article.url)
    return panel.snippet(live.entry, publication, choices, base=base)
