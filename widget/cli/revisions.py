"""The commands ``history``, ``diff``, ``restore`` and ``edit``."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from widget.cli.context import Context, actor_option, echo_json, json_option
from widget.cli.output import confirm
from widget.editorial import comparison, remarks
from widget.entry import Entry, parse_entry
from widget.errors import Conflict, InsightsError, InvalidEntry, NotFound
from widget.logs import printable
from widget.store import EntryReader, Live, Revision


@click.command()
@click.argument("entry_id", metavar="ID")
@json_option()
@click.pass_obj
def history(context: Context, entry_id: str, *, as_json: bool) -> None:
    """List all changes of an entry, newest first: when, who, what, why."""
    with context.entries() as store:
        revisions = store.history(entry_id)
    if not revisions:
        raise NotFound(f"there is no entry {entry_id!r}")
    if as_json:
        keys = ("number", "at", "actor", "action", "note", "legal")
        echo_json(
            [
                {**{key: getattr(it, key) for key in keys}, **remarks.for_json(it)}
                for it in revisions
            ]
        )
        return
    actors = [printable(revision.actor) for revision in revisions]
    width = max(16, *map(len, actors))
    for revision, actor in zip(revisions, actors, strict=True):
        at = f"{revision.at:%Y-%m-%d %H:%M:%S}Z"
        line = f"{revision.number:6}  {at}  {revision.action:8}  {actor:{width}}"
        click.echo(f"{line}  {_why(revision)}".rstrip())


def _why(revision: Revision) -> str:
    note = printable(revision.note)
    match revision.action:
        case "comment" | "approve" | "return" if revision.detail:
            given = [it for _, it in remarks.of_revision(revision)]
            texts = [printable(f"{it.path}: {it.text}" if it.path else it.text) for it in given]
            own = [note] if note and revision.action != "comment" else []
            return " · ".join([*own, *texts])
        case "resolve":
            return f"comment {revision.detail}"
    return note or ("legal reasons" if revision.legal else "")


@click.command("diff")
@click.argument("entry_id", metavar="ID")
@click.argument("older", required=False, metavar="[REVISION")
@click.argument("newer", required=False, metavar="[REVISION]]")
@click.pass_obj
def compare(context: Context, entry_id: str, older: str | None, newer: str | None) -> None:
    """Show changes word by word: [-removed-] and {+added+}.

    A REVISION is a number, `live` or `draft`; by default, live and draft are compared.
    """
    with context.entries() as store:
        before = _version(store, entry_id, older or "live")
        after = _version(store, entry_id, newer or "draft")
    changes = comparison.entries(before, after)
    for change in changes:
        click.secho(f"{change.path} ({change.label})", bold=True)
        for piece in change.pieces:
            match piece.kind:
                case "removed":
                    click.secho(f"[-{piece.text}-]", fg="red", nl=False)
                case "added":
                    click.secho(f"{{+{piece.text}+}}", fg="green", nl=False)
                case _:
                    click.echo(piece.text, nl=False)
        click.echo("\n")
    if not changes:
        click.echo("no difference")


@click.command()
@click.argument("entry_id", metavar="ID")
@click.argument("revision", type=click.IntRange(min=1))
@actor_option()
@click.pass_obj
def restore(context: Context, entry_id: str, *, revision: int, actor: str) -> None:
    """Save a revision as the draft. Readers see it after it is published."""
    context.require("publisher")
    with context.editorial() as editorial:
        saved = editorial.restore(entry_id, revision, actor=actor)
    confirm(f"{entry_id}: revision {revision} is the draft now (revision {saved.number})")


@click.command()
@click.argument("entry_id", metavar="ID")
@click.option("--note", default="", help="A note for the history.")
@actor_option()
@click.pass_obj
def edit(context: Context, entry_id: str, *, note: str, actor: str) -> None:
    """Open an entry in $EDITOR and save the result as the draft.

    If the result cannot be saved, you can edit it again, or it is written to a file.
    """
    at_terminal = sys.stdin.isatty()
    with context.editorial() as editorial:
        if not (_editor() or at_terminal):
            raise InsightsError(
                "edit: there is no terminal and no $EDITOR; set EDITOR, or use "
                f"`insights show {entry_id}` and `insights put`"
            )
        head = editorial.entries.head(entry_id)
        entry = _newest(editorial.entries, entry_id)
        text = entry.to_json()
        while True:
            edited = _edited(text, at_terminal=at_terminal)
            if edited is None or edited == entry.to_json():
                confirm(f"{entry_id}: nothing changed")
                return
            text = edited
            try:
                changed = parse_entry(text)
                if changed.id != entry_id:
                    raise click.UsageError(f"The id must stay {entry_id!r}; `put` saves copies.")
                editorial.save(changed, actor=actor, note=note, head=head)
            except (InvalidEntry, Conflict, click.UsageError) as error:
                _print_error(error)
                question = "Open the editor again?"
                if not at_terminal or not click.confirm(question, default=True, err=True):
                    click.echo(f"Your text is in {_write_unsaved(entry_id, text)}.", err=True)
                    raise SystemExit(1) from error
                if isinstance(error, Conflict):
                    head = error.head
                continue
            confirm(f"{entry_id}: saved as a draft")
            return


def _editor() -> str | None:
    return os.environ.get("VISUAL") or os.environ.get("EDITOR")


def _edited(text: bytes, *, at_terminal: bool) -> bytes | None:
    """Return ``text`` as edited; None if the editor was closed without saving.

    Without a terminal only an editor that the user set is run, without input, so that an editor
    that waits for keys ends at once. Raises InsightsError if it fails.
    """
    if at_terminal:
        return click.edit(text, extension=".json", require_save=False)
    editor = _editor() or ""
    with tempfile.TemporaryDirectory(prefix="insights-edit-") as folder:
        path = Path(folder) / "entry.json"
        path.write_bytes(text)
        try:
            status = subprocess.run(  # noqa: S603  # the user's own editor
                [*shlex.split(editor), str(path)], stdin=subprocess.DEVNULL, check=False
            ).returncode
        except (OSError, ValueError) as error:
            raise InsightsError(f"edit: {editor!r} cannot be run: {error}") from error
        if status:
            raise InsightsError(
                f"edit: {editor!r} exited with status {status}, and nothing was changed; "
                "without a terminal, set EDITOR to a program that needs none, or use `insights put`"
            )
        return path.read_bytes()


def _version(store: EntryReader, entry_id: str, name: str) -> Entry:
    if name == "draft":
        draft = store.draft(entry_id)
        if draft is None:
            raise NotFound(f"{entry_id!r} has no draft")
        return draft.entry
    if name == "live":
        live = store.live(entry_id)
        if not isinstance(live, Live):
            raise NotFound(f"{entry_id!r} is not live")
        return live.entry
    if not name.isdecimal():
        raise NotFound(f"{name!r} is not a revision; use a number, live or draft")
    return store.revision(entry_id, int(name)).entry


def _newest(store: EntryReader, entry_id: str) -> Entry:
    draft, live = store.draft(entry_id), store.live(entry_id)
    if draft:
        return draft.entry
    if isinstance(live, Live):
        return live.entry
    raise NotFound(f"{entry_id!r} has no draft and is not live; save one with `put` or `restore`")


def _print_error(error: Exception) -> None:
    if isinstance(error, InvalidEntry):
        for breach in error.breaches:
            click.echo(f"{breach.path}: {breach.message}", err=True)
    elif isinstance(error, Conflict):
        click.echo(f"{error}. Saving again replaces that draft.", err=True)
    else:
        click.echo(str(error), err=True)


def _write_unsaved(entry_id: str, text: bytes) -> Path:
    number = 1
    while True:
        path = Path(f"{entry_id}.unsaved-{number}.json")
        try:
            with path.open("xb") as file:
                file.write(text)
        except FileExistsError:
            number += 1
        else:
            return path
