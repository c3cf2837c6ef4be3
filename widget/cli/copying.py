"""The command ``copy``, which copies a whole store to another."""

from __future__ import annotations

from pathlib import Path

import click

from widget.accounts import open_repository
from widget.cli.context import Context, open_editorial
from widget.cli.output import confirm
from widget.cli.progress import progress
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
    help="Replace other users and tokens of TO by those of FROM.",
)
@click.pass_obj
def copy(context: Context, source: str, target: str, *, replace_accounts: bool) -> None:
    """Copy all entries, revisions, users and tokens from the store FROM to the store TO.

    FROM and TO are URLs of stores, dir:PATH or postgresql://USER@HOST/DATABASE. Only missing
    revisions are copied, so the command can be interrupted and run again; afterwards both stores
    are compared. Sessions are not copied. TO must be empty or hold a former state of FROM.
    """
    _check(source, target)
    settings = context.settings
    with (
        open_editorial(source, settings) as one,
        open_editorial(target, settings, create=True) as other,
    ):
        if not one.entries.ids() and not open_repository(source).state().users:
            raise InvalidSettings(f"copy: FROM is empty: {without_password(source)}")
        _copy(one.entries, other, source, target, replace_accounts=replace_accounts)


def _copy(
    one: EntryReader, other: Editorial, source: str, target: str, *, replace_accounts: bool
) -> None:
    ids = copying.all_ids(one, other.entries)
    with progress("Comparing", len(ids)) as report:
        plan = copying.plan(one, other.entries, ids, report)
    _raise_for(
        plan.diverged,
        "TO holds something else, and nothing was copied; use an empty folder or database for TO",
    )
    from_records, to_records = open_repository(source), open_repository(target)
    if not replace_accounts:
        _raise_for(
            copying.account_differences(from_records.state(), to_records.state()),
            "TO has other users and tokens, and nothing was copied; use an empty folder or "
            "database for TO, or replace them with --replace-accounts",
        )
    copying.copy_log(one, other)
    with progress("Copying", plan.revisions) as report:
        failed = copying.copy(one, other, plan, report)
    failed += copying.copy_accounts(from_records, to_records, replace=replace_accounts)
    ids = copying.all_ids(one, other.entries)
    with progress("Verifying", len(ids)) as report:
        differing = copying.differences(one, other.entries, ids, plan.same, report)
    failed = differing + failed + plan.unreadable
    failed += copying.account_differences(
        from_records.state(), open_repository(target).state(), both_ways=True
    )
    # The reason why something could not be copied replaces the message that it differs.
    by_subject = {each.subject: each for each in failed}
    _raise_for(list(by_subject.values()), "TO differs from FROM; see the lines above")
    users = to_records.state().users
    confirm(
        f"{plan.revisions} revisions copied; {len(ids)} entries and {len(users)} users "
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


def _raise_for(differences: list[Difference], why: str) -> None:
    """Print ``differences`` and raise CopyRefused, if there are any."""
    for each in differences[:_SHOWN]:
        click.echo(f"{each.subject}: {each.message}", err=True)
    if len(differences) > _SHOWN:
        click.echo(f"… and {len(differences) - _SHOWN} more", err=True)
    if differences:
        raise CopyRefused(why)
