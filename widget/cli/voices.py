"""The command ``voice``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from widget.cli.context import Context, actor_option, as_text, service_url
from widget.cli.output import confirm
from widget.logs import printable
from widget.record.replies import VoiceDesk
from widget.record.voices import DAYS, MAX_DAYS, Voices
from widget.storage.documents import open_documents
from widget.store import EntryReader


@click.command()
@click.argument("entry_id", metavar="ID")
@click.option("--for", "name", type=as_text, metavar="NAME", help="Make a link for this person.")
@click.option("--named", is_flag=True, help="They are named in the entry; else: its author.")
@click.option("--panel", is_flag=True, help="The link shows what readers see, and never a draft.")
@click.option(
    "--days",
    type=click.IntRange(1, MAX_DAYS),
    default=DAYS,
    show_default=True,
    help="How long the link works.",
)
@click.option("--base", metavar="URL", help="The service's URL, if base_url is not set.")
@actor_option()
@click.pass_obj
def voice(
    context: Context,
    entry_id: str,
    *,
    name: str | None,
    named: bool,
    panel: bool,
    days: int,
    base: str | None,
    actor: str,
) -> None:
    """Make a link by which an author sees an entry and replies, or list the links of an entry.

    The link needs no account and is printed only now: whoever has it can reply.
    """
    with _desk(context) as (desk, entries):
        if name is None:
            _list(desk, entries, entry_id)
            return
        token, link = desk.make(
            entry_id,
            name=name,
            role="named" if named else "author",
            shows="panel" if panel else "draft",
            days=days,
            actor=actor,
        )
    click.echo(f"{service_url(context.settings, base)}/voice/{token}")
    until = f"{link.expires_at:%Y-%m-%d %H:%M} UTC"
    confirm(f"{entry_id}: a link for {link.name}, until {until}", err=True)


@contextmanager
def _desk(context: Context) -> Iterator[tuple[VoiceDesk, EntryReader]]:
    with context.editorial() as editorial:
        documents = open_documents(context.settings.store)
        try:
            voices = Voices(lambda: documents)
            yield VoiceDesk(voices, editorial, context.settings), editorial.entries
        finally:
            documents.close()


def _list(desk: VoiceDesk, entries: EntryReader, entry_id: str) -> None:
    live = entries.live(entry_id)
    for it in desk.of_entry(entry_id):
        until = f"{it.expires_at:%Y-%m-%d}"
        click.echo(f"{it.state(live):9}  {it.role:6}  until {until}  {printable(it.name)}")
        for what, text in (("objection", it.objection), ("reply", it.reply)):
            if text:
                click.echo(f"  {what}: {printable(text)}")
