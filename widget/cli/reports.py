"""The command ``reports``: what readers reported, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from widget.cli.context import Context, actor_option, as_text, echo_json, json_option
from widget.cli.output import confirm
from widget.logs import printable
from widget.record.report_desk import ListedReport, ReportDesk
from widget.record.report_mail import mail_sender
from widget.record.reports import PENDING, RESOLVED, STATES, State
from widget.storage.documents import open_documents

_LISTS: dict[str, tuple[State, ...]] = {
    "waiting": PENDING,
    "resolved": RESOLVED,
    "any": STATES,
    **{it: (it,) for it in STATES},
}


@click.group()
def reports() -> None:
    """List readers' reports, show one, decide it, or answer it."""


@reports.command("list")
@click.option("--state", type=click.Choice(list(_LISTS)), default="waiting", show_default=True)
@click.option("--publication", default="", help="Only those of this publication.")
@click.option("--assignee", default="", help="Only those that this user works on.")
@click.option("--entry", metavar="ID", default="", help="Only those about this entry.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@json_option()
@click.pass_obj
def list_reports(
    context: Context,
    *,
    state: str,
    publication: str,
    assignee: str,
    entry: str,
    limit: int,
    as_json: bool,
) -> None:
    """List reports, those with the newest change first."""
    with _desk(context) as desk:
        found = desk.page(
            states=_LISTS[state],
            publication=publication,
            assignee=assignee,
            entry=entry,
            limit=limit,
        )
    if as_json:
        echo_json([_record(it) for it in found.items])
        return
    for it in found.items:
        report = it.report
        readers = "1 reader" if report.count == 1 else f"{report.count} readers"
        at = f"{report.last_at:%Y-%m-%d %H:%M}"
        click.echo(f"{at}  {report.state:8}  {report.kind:9}  {readers}  {it.id}")


@reports.command()
@click.argument("report_id", metavar="REPORT")
@json_option()
@click.pass_obj
def show(context: Context, report_id: str, *, as_json: bool) -> None:
    """Show a report, the point that it is about, then and now, and what readers wrote."""
    with _desk(context) as desk:
        listed = desk.get(report_id)
        point, waiting = desk.point(listed), len(desk.addresses(report_id))
    if as_json:
        echo_json({**_record(listed), "then": point.then, "now": point.now, "waiting": waiting})
        return
    report = listed.report
    click.echo(f"{listed.id}  {report.state}  {report.kind}  {report.count} reported it")
    click.echo(f"Entry: {report.entry} ({printable(listed.title)})")
    if report.point:
        click.echo(f"Point {report.point}, then: {printable(point.then)}")
        click.echo(f"Now: {printable(point.now) if not point.at else 'the same'}")
    for it in report.statements:
        click.echo(f"{it.at:%Y-%m-%d %H:%M}  {printable(it.text)}")
    if waiting:
        click.echo(f"Readers who want an answer: {waiting}")


@reports.command()
@click.argument("report_id", metavar="REPORT")
@click.option("--uphold", "decision", flag_value="uphold", help="Readers are right.")
@click.option("--reject", "decision", flag_value="reject", help="They are not; --answer says why.")
@click.option("--answer", default="", type=as_text, help="The answer; a rejection needs it.")
@actor_option()
@click.pass_obj
def resolve(
    context: Context, report_id: str, *, decision: str | None, answer: str, actor: str
) -> None:
    """Uphold or reject a report."""
    if decision is None:
        raise click.UsageError("Give --uphold or --reject.")
    with _desk(context) as desk:
        if decision == "uphold":
            desk.uphold(report_id, actor=actor, answer=answer)
        else:
            desk.reject(report_id, actor=actor, answer=answer)
    confirm(f"{report_id}: {'upheld' if decision == 'uphold' else 'rejected'}")


@reports.command("answer")
@click.argument("report_id", metavar="REPORT")
@click.option("--text", required=True, type=as_text, help="The answer.")
@click.pass_obj
def send_answer(context: Context, report_id: str, *, text: str) -> None:
    """Mail an answer to the readers who want one, and remove their addresses."""
    with _desk(context) as desk:
        sent = desk.answer(report_id, text, send=mail_sender(context.settings))
    confirm(f"{report_id}: answered {sent} {'reader' if sent == 1 else 'readers'}")


@contextmanager
def _desk(context: Context) -> Iterator[ReportDesk]:
    with context.editorial() as editorial:
        documents = open_documents(context.settings.store)
        try:
            yield ReportDesk(documents, editorial, context.settings)
        finally:
            documents.close()


def _record(listed: ListedReport) -> dict[str, object]:
    report = listed.report.model_dump(mode="json", exclude={"counted", "notified_at", "digest"})
    return {"id": listed.id, "title": listed.title, "publication": listed.publication, **report}
