"""The command ``sources``: check them now, and list those that went bad."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from widget.cli.context import Context, echo_json, json_option
from widget.cli.output import Failures, confirm
from widget.cli.progress import progress
from widget.config import Settings
from widget.sources.record import EntrySources, SourceCheck, SourceRecord, source_records
from widget.sources.verdicts import bad_since
from widget.storage.documents import open_documents
from widget.store import EntryReader
from widget.store.query import Query, key

if TYPE_CHECKING:
    from widget.notifying.events import Event
    from widget.sources.service import SourceChecks

PROBLEMS = 3
"""The exit status where sources do not answer, or have not the quote."""
_PAGE = 500
_TROUBLE = ("gone", "failed")


@click.group()
def sources() -> None:
    """Check the sources of entries, and list those that went bad."""


@sources.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All entries that are live.")
@json_option()
@click.pass_obj
def check(context: Context, ids: tuple[str, ...], *, every: bool, as_json: bool) -> None:
    """Ask for the sources of entries now, and look for their quotes.

    One request a second goes to one host, and none that its robots.txt forbids. The exit status is
    3 if a source does not answer or has not the quote, 1 if an entry could not be checked.
    """
    if bool(ids) == every:
        raise click.UsageError("Name the entries, or write --all.")
    failures, found = Failures(), dict[str, EntrySources]()
    with _checks(context) as checks:
        chosen = list(_live(checks.editorial.entries)) if every else list(dict.fromkeys(ids))
        with progress("Checked", len(chosen)) as advance:
            for entry_id in chosen:
                with failures.of(entry_id):
                    found[entry_id] = checks.check_entry(entry_id)
                    if not as_json:
                        _print(entry_id, found[entry_id], only_trouble=every)
                advance(1)
    if as_json:
        echo_json({it: record.model_dump(mode="json") for it, record in found.items()})
    failures.end()
    if any(_is_trouble(it.newest) for record in found.values() for it in record.sources):
        sys.exit(PROBLEMS)


@sources.command("list")
@click.option("--bad", "only_bad", is_flag=True, help="Only entries with sources that went bad.")
@json_option()
@click.pass_obj
def list_sources(context: Context, *, only_bad: bool, as_json: bool) -> None:
    """List what the newest checks found, the newest first."""
    with context.entries() as entries, closing(open_documents(context.settings.store)) as documents:
        records = source_records(documents)
        listed: dict[str, EntrySources] = {}
        before: tuple[float, str] | None = None
        group = "bad" if only_bad else None
        while page := records.newest(group=group, before=before, limit=_PAGE):
            listed |= {it: record for it, record in page if context.is_own(entries, it)}
            entry_id, last = page[-1]
            before = (last.checked_at.timestamp() if last.checked_at else 0.0, entry_id)
    if as_json:
        echo_json({it: record.model_dump(mode="json") for it, record in listed.items()})
        return
    for entry_id, record in listed.items():
        _print(entry_id, record, only_bad=only_bad)
    if not listed:
        confirm("No source is bad." if only_bad else "No source was checked yet.")


@contextmanager
def _checks(context: Context) -> Iterator[SourceChecks]:
    # Imported here: its libraries are an extra of the package.
    from widget.sources.service import open_sources

    with context.editorial() as editorial:
        checks = open_sources(context.settings, editorial)
        if context.settings.notify:
            checks.tell = _recording(context.settings, editorial.entries)
        try:
            yield checks
        finally:
            checks.documents.close()


def _recording(settings: Settings, entries: EntryReader) -> Callable[[Event], None]:
    """Return what records an event, so that the service sends it."""
    # Imported here: nobody is notified until a receiver is configured.
    from widget.notifying import record_event

    return lambda event: record_event(settings, entries, event)


def _live(entries: EntryReader) -> Iterator[str]:
    query, after = Query(sort="id"), None
    while rows := entries.rows(query, limit=_PAGE, after=after):
        yield from (it.id for it in rows if it.state in ("live", "both"))
        after = key(query.sort, rows[-1])


def _is_trouble(check: SourceCheck | None) -> bool:
    return check is not None and (check.answer in _TROUBLE or check.quote == "missing")


def _print(
    entry_id: str, record: EntrySources, *, only_trouble: bool = False, only_bad: bool = False
) -> None:
    for it in record.sources:
        if (only_trouble and not _is_trouble(it.newest)) or (only_bad and not it.bad):
            continue
        click.echo(f"{entry_id}  {_line(it)}")


def _line(source: SourceRecord) -> str:
    newest = source.newest
    if newest is None:
        return f"[{source.number}] not checked  {source.url}"
    words = [newest.answer + (f" {newest.status}" if newest.status else "")]
    if newest.quote != "none":
        words.append(f"quote {newest.quote}")
    words += ["other title"] if newest.title is False else []
    words += ["other date"] if newest.published is False else []
    if source.bad:
        words.append(f"bad since {bad_since(source):%Y-%m-%d}")
    line = f"[{source.number}] {', '.join(words)}  {source.url}"
    return f"{line}  ({newest.reason})" if newest.reason else line
