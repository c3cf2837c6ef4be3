"""The command ``notify``: what was delivered and what was not, again, and a try."""

from __future__ import annotations

from dataclasses import asdict

import click

from widget.cli.context import Context, echo_json, json_option
from widget.cli.output import Failures, confirm
from widget.config import Settings
from widget.errors import InvalidSettings, NotFound
from widget.notifying import ListedDelivery, open_notifications, send_test

_RECENT = 20


@click.group()
@click.pass_obj
def notify(context: Context) -> None:
    """Show, repeat and try notifications."""
    context.require("admin")


@notify.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=_RECENT, show_default=True)
@json_option()
@click.pass_obj
def list_deliveries(context: Context, *, limit: int, as_json: bool) -> None:
    """List deliveries: all that are pending or failed, and the newest that were made.

    Those that are pending are delivered by the service, once it runs.
    """
    context.check_store()
    notifications = open_notifications(context.settings)
    listed = [*notifications.failed(), *notifications.pending()]
    listed += [it for it in notifications.recent(limit) if it.state == "delivered"]
    if as_json:
        echo_json([asdict(it) for it in listed])
        return
    for it in listed:
        click.echo(_line(it))


@notify.command()
@click.argument("entry_id", metavar="[ID]", required=False)
@click.option("--receiver", metavar="NAME", help="Only deliveries to this receiver.")
@click.pass_obj
def retry(context: Context, entry_id: str | None, *, receiver: str | None) -> None:
    """Try again what failed, of one entry or of all, without waiting for the next attempt."""
    context.check_store()
    if receiver:
        _check_name(context.settings, receiver)
    count = open_notifications(context.settings).retry(entry_id, receiver)
    deliveries = "1 delivery" if count == 1 else f"{count} deliveries"
    confirm(f"The service tries {deliveries} again." if count else "Nothing failed.")


@notify.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.pass_obj
def test(context: Context, names: tuple[str, ...]) -> None:
    """Send a test to receivers, to all without a NAME. The exit status is 1 if one fails."""
    settings = context.settings
    if not settings.notify:
        raise InvalidSettings(
            "there are no receivers: insights.toml has no table [[notify]]; docs/notifications.md "
            "says how"
        )
    for name in names:
        _check_name(settings, name)
    failures = Failures()
    for receiver in settings.notify:
        if not names or receiver.name in names:
            with failures.of(receiver.name):
                remark = send_test(settings, receiver.name)
                click.echo(f"{receiver.name}: {remark or 'confirmed'}")
    failures.end()


def _check_name(settings: Settings, name: str) -> None:
    existing = [it.name for it in settings.notify]
    if name not in existing:
        listed = ", ".join(existing) or "none"
        raise NotFound(f"there is no receiver {name!r}; insights.toml has: {listed}")


def _line(it: ListedDelivery) -> str:
    line = f"{it.at:%Y-%m-%d %H:%M}  {it.state:9}  {it.receiver}  {it.event}  {it.entry}"
    if it.trouble:
        line += f"  ({it.tries} {'try' if it.tries == 1 else 'tries'}: {it.trouble})"
    if it.next and it.trouble:
        line += f"  next {it.next:%Y-%m-%d %H:%M:%S}"
    return line
