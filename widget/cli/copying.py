"""The command ``copy``, which moves a whole store to another."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from widget.accounts import open_repository
from widget.cli.context import Context, open_editorial
from widget.cli.output import confirm, is_quiet
from widget.editorial import copying
from widget.editorial.copying import Difference
from widget.editorial.service import Editorial
from widget.errors import CopyRefused, InvalidSettings
from widget.storage.url import folder_of, without_password
from widget.store import EntryReader

_SHOWN = 20


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option(
    "--replace-accounts",
    is_flag=True,
    help="Where TO has other users and tokens, put those of FROM in their place.",
)
@click.pass_obj
def copy(context: Context, source: str, target: str, *, replace_accounts: bool) -> None:
    """Copy all entries, revisions, users and tokens from the store FROM to the store TO.

    FROM and TO are the addresses of stores, dir:PATH or postgresql://USER@HOST/DATABASE. Only
    what is missing is copied, so that the command can be interrupted and run again; afterwards
    everything is compared. Nobody stays signed in. TO must be empty, or hold what FROM held.
    """
    _check(source, target)
    settings = context.settings
    with (
        open_editorial(source, settings) as one,
        open_editorial(target, settings, create=True) as other,
    ):
        if not one.entries.ids() and not open_repository(source).state().users:
            raise InvalidSettings(f"copy: there is nothing in {without_password(source)}")
        _copy(one.entries, other, source, target, replace_accounts=replace_accounts)


def _copy(
    one: EntryReader, other: Editorial, source: str, target: str, *, replace_accounts: bool
) -> None:
    ids = copying.ids_of(one, other.entries)
    with _bar("Comparing", len(ids)) as tick:
        plan = copying.plan(one, other.entries, ids, tick)
    _refuse(
        plan.refused,
        "TO holds something else, and nothing was copied; "
        "choose an empty folder or database for TO",
    )
    from_records, to_records = open_repository(source), open_repository(target)
    if not replace_accounts:
        _refuse(
            copying.account_differences(from_records.state(), to_records.state()),
            "TO has other users and tokens, and nothing was copied; choose an empty folder or "
            "database for TO, or give it those of FROM by --replace-accounts",
        )
    with _bar("Copying", len(plan.steps)) as tick:
        left_out = copying.copy(one, other, plan.steps, tick)
    left_out += copying.copy_accounts(from_records, to_records, replace=replace_accounts)
    ids = copying.ids_of(one, other.entries)
    with _bar("Verifying", len(ids)) as tick:
        differing = copying.differences(one, other.entries, ids, plan.same, tick)
    left_out = differing + left_out + plan.left_out
    left_out += copying.account_differences(
        from_records.state(), open_repository(target).state(), whole=True
    )
    # Why one could not be copied says more than that it differs.
    named = {each.what: each for each in left_out}
    _refuse(list(named.values()), "not everything is in TO as it is in FROM")
    users = to_records.state().users
    confirm(
        f"{len(plan.steps)} revisions copied; {len(ids)} entries and {len(users)} users "
        "are the same in both"
    )


def _check(source: str, target: str) -> None:
    folders = [folder_of(url, setting="copy") for url in (source, target)]
    if folders[0] is not None and not Path(folders[0]).is_dir():
        raise InvalidSettings(f"copy: there is no folder {folders[0]}")
    places = [
        url if folder is None else str(Path(folder).resolve())
        for url, folder in zip((source, target), folders, strict=True)
    ]
    if places[0] == places[1]:
        raise InvalidSettings("copy: FROM and TO are the same store")


@contextmanager
def _bar(label: str, length: int) -> Iterator[Callable[[], object]]:
    with click.progressbar(length=length, label=label, file=sys.stderr, hidden=is_quiet()) as bar:
        yield lambda: bar.update(1)


def _refuse(differences: list[Difference], why: str) -> None:
    """Name what differs, where something does. Raises CopyRefused."""
    for each in differences[:_SHOWN]:
        click.echo(f"{each.what}: {each.message}", err=True)
    if len(differences) > _SHOWN:
        click.echo(f"… and {len(differences) - _SHOWN} more", err=True)
    if differences:
        raise CopyRefused(why)
