"""The commands ``check``, ``put``, ``publish``, ``withdraw``, ``list`` and ``show``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from widget.cli.context import Context, actor_option, as_text, echo_json, json_option
from widget.cli.next_steps import next_steps
from widget.cli.output import Failures, confirm
from widget.config import check_under
from widget.editorial import listing
from widget.editorial.listing import ListingRequest
from widget.entry import Withdrawn, parse_entry
from widget.entry.containment import contained
from widget.errors import Breach, InsightsError, InvalidEntry, NotFound
from widget.store import EntryReader, Key, Live
from widget.store.query import key

_PAGE = 500

_ENTRY_PATH = click.Path(exists=True, path_type=Path, allow_dash=True)


@click.command()
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=_ENTRY_PATH)
@json_option()
@click.pass_obj
def check(context: Context, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """List the problems that prevent publishing.

    PATH is a JSON file, a folder of JSON files, or - for standard input. Prints one line per
    problem, ``file: path: message``. The exit status is 1 if there is an error.
    """
    breaches = [(path, breach) for path in _files(paths) for breach in _check(path, context)]
    if as_json:
        echo_json([{"file": str(path), **asdict(breach)} for path, breach in breaches])
    else:
        for path, breach in breaches:
            warning = "warning: " if breach.severity == "warning" else ""
            click.echo(f"{path}: {breach.path}: {warning}{breach.message}")
    if any(breach.severity == "error" for _, breach in breaches):
        sys.exit(1)


@click.command()
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=_ENTRY_PATH)
@click.option("--publish", "and_publish", is_flag=True, help="Also publish the entries.")
@click.option("--note", default="", help="A note for the history.")
@actor_option()
@click.pass_obj
def put(
    context: Context, paths: tuple[Path, ...], *, and_publish: bool, note: str, actor: str
) -> None:
    """Save entries as drafts.

    PATH is a JSON file, a folder of JSON files, or - for standard input. Entries that cannot be
    saved or published are reported, with exit status 1; all others are saved. An entry that
    cannot be published stays a draft.
    """
    failures = Failures()
    context.require("publisher" if and_publish else "editor")
    with context.editorial() as editorial:
        for path in _files(paths):
            with failures.of(path):
                entry = parse_entry(_read(path))
                with next_steps(editorial, entry):
                    editorial.put(
                        entry, actor=actor, note=note, publish=and_publish, keep_draft=True
                    )
                for breach in editorial.check(entry):
                    if breach.severity == "warning":
                        line = f"{path}: {breach.path}: warning: {breach.message}"
                        confirm(line, err=True)
                confirm(f"{entry.id}: {'published' if and_publish else 'saved as a draft'}")
    failures.end()


@click.command()
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@click.option("--note", default="", help="A note for the history.")
@actor_option()
@click.pass_obj
def publish(context: Context, ids: tuple[str, ...], *, note: str, actor: str) -> None:
    """Publish drafts."""
    context.require("publisher")
    failures = Failures()
    with context.editorial() as editorial:
        for entry_id in ids:
            with failures.of(entry_id):
                draft = editorial.entries.draft(entry_id)
                with next_steps(editorial, draft.entry if draft else None):
                    revision = editorial.publish(entry_id, actor=actor, note=note)
                confirm(f"{entry_id}: published as revision {revision.number}")
    failures.end()


@click.command()
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@click.option("--reason", default="", help="The reason, for readers.")
@click.option("--legal", is_flag=True, help="Withdraw for legal reasons.")
@actor_option()
@click.pass_obj
def withdraw(
    context: Context, ids: tuple[str, ...], *, reason: str, legal: bool, actor: str
) -> None:
    """Take live entries down at once. Readers see a notice with the reason."""
    if not reason and not legal:
        raise click.UsageError("Give readers a --reason, or use --legal.")
    context.require("publisher")
    failures = Failures()
    with context.editorial() as editorial:
        for entry_id in ids:
            with failures.of(entry_id):
                revision = editorial.withdraw(entry_id, actor=actor, reason=reason, legal=legal)
                confirm(f"{entry_id}: withdrawn as revision {revision.number}")
    failures.end()


@click.command("list")
@click.option("--search", "q", metavar="WORDS", type=as_text, help="With all of these words.")
@click.option("--state", type=click.Choice(listing.STATES), help="In this state.")
@click.option("--publication", metavar="NAME", type=as_text, help="Of this publication.")
@click.option("--assignee", metavar="NAME", type=as_text, help="On which this person works.")
@click.option(
    "--saved-by", metavar="NAME", type=as_text, help="Whose draft this person saved last."
)
@click.option("--due", type=click.Choice(listing.DUE), help="Overdue, within a week, with a date.")
@click.option(
    "--open-comments", "comments", flag_value="open", default=None, help="With open comments."
)
@json_option()
@click.pass_obj
def list_entries(context: Context, /, *, as_json: bool, **filters: str | None) -> None:
    """List all entries with their state."""
    given = {name: value for name, value in filters.items() if value is not None}
    with context.entries() as store:
        ids = _found(context, store, given) if given else store.ids()
        rows = [_contained_summary(store, entry_id) for entry_id in ids]
        problems = [] if given else store.problems(thorough=True)
    if as_json:
        echo_json(rows)
    else:
        width = max((len(row["id"]) for row in rows), default=0)
        for row in rows:
            click.echo(f"{row['id']:{width}}  {row['state']:15}  {row['title']}")
    for problem in problems:
        for breach in problem.breaches:
            click.echo(f"{problem.where}: {breach.path}: {breach.message}", err=True)


@click.command()
@click.argument("entry_id", metavar="ID")
@click.option("--draft", "which", flag_value="draft", help="The draft.")
@click.option("--live", "which", flag_value="live", help="The live version.")
@click.pass_obj
def show(context: Context, entry_id: str, which: str | None) -> None:
    """Print an entry as JSON: the draft if there is one, else the live version."""
    with context.entries() as store:
        draft = store.draft(entry_id) if which != "live" else None
        live = store.live(entry_id) if which != "draft" else None
    if draft:
        entry = draft.entry
    elif isinstance(live, Live):
        entry = live.entry
    elif isinstance(live, Withdrawn):
        reason = live.reason or ("legal reasons" if live.legal else "no reason given")
        raise NotFound(f"{entry_id} was withdrawn on {live.at:%Y-%m-%d}: {reason}")
    else:
        raise NotFound(f"there is no {which or 'entry'} {entry_id!r}")
    click.echo(entry.to_json(), nl=False)


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.json"))
        else:
            yield path


def _read(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidEntry([Breach("$", f"cannot be read: {error.strerror}")]) from error


def _check(path: Path, context: Context) -> list[Breach]:
    try:
        entry = parse_entry(_read(path))
    except InvalidEntry as error:
        return list(error.breaches)
    try:
        return contained("the rules for publishing", lambda: check_under(context.settings, entry))
    except InvalidEntry as error:
        return list(error.breaches)


def _found(context: Context, store: EntryReader, filters: dict[str, str]) -> list[str]:
    """Return the ids of the entries that the filters of the list of entries find, sorted."""
    if filters.get("publication", "") not in ("", *context.scope.publications):
        names = ", ".join(context.scope.publications)
        raise click.UsageError(f"--publication is the name of one: {names}")
    today = datetime.now().astimezone().date()
    wanted = ListingRequest.from_query({**filters, "sort": "id"}, today=today)
    query, found = wanted.resolved(context.scope).query, list[str]()
    after: Key | None = None
    while rows := store.rows(query, limit=_PAGE, after=after):
        found += [row.id for row in rows]
        after = key(query.sort, rows[-1])
    return found


def _contained_summary(store: EntryReader, entry_id: str) -> dict[str, str]:
    try:
        return contained("listing it", lambda: _summary(store, entry_id))
    except InsightsError as error:
        click.echo(f"{entry_id}: {error}", err=True)
        return {"id": entry_id, "state": "unreadable", "title": "", "url": ""}


def _summary(store: EntryReader, entry_id: str) -> dict[str, str]:
    live, draft = store.live(entry_id), store.draft(entry_id)
    states = []
    if isinstance(live, Live):
        states.append("live")
    elif isinstance(live, Withdrawn):
        states.append("withdrawn")
    if draft:
        states.append("draft")
    if draft:
        title, url = draft.entry.article.title, draft.entry.article.url
    elif isinstance(live, Live):
        title, url = live.entry.article.title, live.entry.article.url
    elif isinstance(live, Withdrawn):
        title, url = live.article_title, live.article_url
    else:
        title = url = ""
    return {"id": entry_id, "state": "+".join(states) or "discarded", "title": title, "url": url}
