"""The commands ``assign`` and ``schedule``."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import click

from widget.cli.context import Context, actor_option, as_text
from widget.cli.output import confirm
from widget.editorial.service import Editorial
from widget.errors import NotFound
from widget.logs import printable
from widget.store import EntryReader, Workflow

_EXAMPLES = "2026-12-01T09:00:00+01:00, or 2026-12-01 09:00 in the publication's time zone"


def _moment(value: str) -> datetime:
    """Return the time of RFC 3339 with its zone, or of a date and a time without one."""
    text = value.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or ":" not in text:
        raise click.BadParameter(f"{text!r} is no date with a time; write it like {_EXAMPLES}.")
    return found


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date; write it like 2026-12-01.") from None


@click.command()
@click.argument("entry_id", metavar="ID")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--due", type=_day, metavar="DATE", help="Until when, such as 2026-12-01.")
@actor_option()
@click.pass_obj
def assign(
    context: Context, entry_id: str, name: str | None, *, due: date | None, actor: str
) -> None:
    """Say who works on an entry, and until when. Without NAME and --due: nobody."""
    with context.editorial() as editorial:
        if name is not None:
            name = name.strip().lower()
            if context.accounts().user(name) is None:
                raise NotFound(f"there is no user {name!r}; `insights user list` lists them")
        elif due:
            name = editorial.entries.workflow(entry_id).assignee
        revision = editorial.planning.assign(entry_id, actor=actor, assignee=name, due=due)
    workflow = revision.workflow
    until = f", due {workflow.due}" if workflow.due else ""
    confirm(f"{entry_id}: assigned to {workflow.assignee or 'nobody'}{until}")


@click.command()
@click.argument("entry_id", metavar="ID")
@click.option("--publish-at", type=_moment, metavar="TIME", help=f"For example {_EXAMPLES}.")
@click.option("--expires-at", type=_moment, metavar="TIME", help="When it is withdrawn.")
@click.option("--reason", default="", type=as_text, help="Why it will be withdrawn, for readers.")
@click.option("--cancel", is_flag=True, help="Plan nothing any more.")
@actor_option()
@click.pass_obj
def schedule(
    context: Context,
    entry_id: str,
    *,
    publish_at: datetime | None,
    expires_at: datetime | None,
    reason: str,
    cancel: bool,
    actor: str,
) -> None:
    """Plan when a draft is published, and when the entry is withdrawn.

    A time that you do not give stays as it was planned. Without options, prints what is planned.
    """
    if cancel and (publish_at or expires_at):
        raise click.UsageError("--cancel takes no times.")
    context.require("publisher" if cancel or publish_at or expires_at else "editor")
    with context.editorial() as editorial:
        zone = _zone(context, editorial.entries, entry_id)
        publish_at, expires_at = _in(zone, publish_at), _in(zone, expires_at)
        if cancel:
            editorial.planning.schedule(entry_id, actor=actor)
        elif publish_at or expires_at:
            planned = editorial.entries.workflow(entry_id)
            if not expires_at:
                expires_at, reason = _still(planned.expires_at), reason or planned.expiry_reason
            editorial.planning.schedule(
                entry_id,
                actor=actor,
                publish_at=publish_at or _still(planned.publish_at),
                expires_at=expires_at,
                reason=reason,
            )
        _print(entry_id, editorial, zone)


def _zone(context: Context, entries: EntryReader, entry_id: str) -> ZoneInfo:
    """Return the time zone of an entry's publication."""
    head = entries.head(entry_id)
    if not head:
        raise NotFound(f"there is no entry {entry_id!r}")
    url = entries.revision(entry_id, head).entry.article.url
    return ZoneInfo(context.settings.publication_for(url).time_zone)


def _in(zone: ZoneInfo, at: datetime | None) -> datetime | None:
    """Return ``at`` in UTC; without a zone it was meant in ``zone``."""
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _still(at: datetime | None) -> datetime | None:
    return at if at and at > datetime.now(UTC) else None


def _print(entry_id: str, editorial: Editorial, zone: ZoneInfo) -> None:
    workflow = editorial.entries.workflow(entry_id)
    for line in _lines(workflow, zone) or ["nothing is planned"]:
        click.echo(f"{entry_id}: {line}")
    draft = editorial.entries.draft(entry_id)
    if workflow.publish_at and draft:
        status = editorial.review.status(draft.entry, workflow)
        if not status.complete:
            click.echo(
                f"{entry_id}: it is published only if it is approved by then "
                f"({len(status.given)} of {status.needed} approvals): insights review {entry_id}",
                err=True,
            )


def _lines(workflow: Workflow, zone: ZoneInfo) -> list[str]:
    lines = []
    if workflow.publish_at:
        lines.append(f"to be published on {_words(workflow.publish_at, zone)}")
    if workflow.expires_at:
        at = _words(workflow.expires_at, zone)
        lines.append(f"to be withdrawn on {at}: {printable(workflow.expiry_reason)}")
    return lines


def _words(at: datetime, zone: ZoneInfo) -> str:
    """Return a time in ``zone``, with its offset, since an hour may come twice in a year."""
    if zone.key == "UTC":
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"{at.astimezone(zone).isoformat(sep=' ', timespec='seconds')} ({zone.key})"
