"""The commands ``user`` and ``token``."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

import click

from widget.accounts import Role, Token, User
from widget.cli.context import (
    Context,
    actor_option,
    ask_password,
    echo_json,
    json_option,
    password_option,
)
from widget.cli.output import confirm
from widget.errors import InsightsError, NotFound

_ROLE = click.Choice(get_args(Role))
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def _when(value: str) -> datetime:
    """Return the time of ``90d`` from now, or of the end of ``2027-01-31``."""
    duration = re.fullmatch(r"([1-9][0-9]{0,3})([hdw])", value, re.ASCII)
    if duration:
        return datetime.now(UTC) + int(duration[1]) * _UNITS[duration[2]]
    try:
        return datetime.combine(date.fromisoformat(value), time(23, 59, 59), UTC)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is neither a duration such as 90d nor a date such as 2027-01-31."
        ) from None


@click.group()
@click.pass_obj
def user(context: Context) -> None:
    """Manage accounts."""
    context.require("admin")


@user.command("add")
@click.argument("name", metavar="NAME")
@click.option("--role", type=_ROLE, default="editor", show_default=True)
@click.option(
    "--publication",
    "publications",
    metavar="NAME",
    multiple=True,
    help="One that they work for; repeatable. Without it: all.",
)
@password_option()
@click.pass_obj
def add(
    context: Context,
    name: str,
    role: Role,
    *,
    publications: tuple[str, ...],
    password_stdin: bool,
) -> None:
    """Create an account."""
    _require_configured(context, publications)
    accounts = context.accounts()
    if accounts.user(name) is not None:  # before the password prompt
        raise InsightsError(f"the user {name!r} already exists")
    password = ask_password(name, from_stdin=password_stdin)
    accounts.add_user(name, role, password, publications=publications)
    works_for = f" for {', '.join(publications)}" if publications else ""
    confirm(f"{name}: created with the role {role}{works_for}")


@user.command("list")
@json_option()
@click.pass_obj
def list_users(context: Context, *, as_json: bool) -> None:
    """List all accounts."""
    users = context.accounts().users()
    if as_json:
        echo_json([asdict(user) for user in users])
        return
    width = max((len(user.name) for user in users), default=0)
    for each in users:
        notes = ", ".join(filter(None, [_user_state(each), _works_for(each)]))
        click.echo(f"{each.name:{width}}  {each.role:9}  {notes}".rstrip())


@user.command("passwd")
@click.argument("name", metavar="NAME")
@password_option()
@click.pass_obj
def passwd(context: Context, name: str, *, password_stdin: bool) -> None:
    """Change a password. Ends the user's sessions."""
    accounts = context.accounts()
    if accounts.user(name) is None:
        raise NotFound(f"there is no user {name!r}")
    accounts.set_password(name, ask_password(name, from_stdin=password_stdin))
    confirm(f"{name}: password changed; all sessions ended")


@user.command("role")
@click.argument("name", metavar="NAME")
@click.argument("role", type=_ROLE)
@click.pass_obj
def role(context: Context, name: str, role: Role) -> None:
    """Change a role. It applies from the next request."""
    context.accounts().set_role(name, role)
    confirm(f"{name}: has the role {role} now")


@user.command("publications")
@click.argument("name", metavar="NAME")
@click.argument("publications", metavar="[PUBLICATION]…", nargs=-1)
@click.pass_obj
def publications(context: Context, name: str, publications: tuple[str, ...]) -> None:
    """Change which publications somebody works for.

    They see and change the entries of these only, from the next request on. Without PUBLICATION:
    of all.
    """
    _require_configured(context, publications)
    context.accounts().set_publications(name, publications)
    works_for = ", ".join(publications) or "all publications"
    confirm(f"{name}: works for {works_for} now")


@user.command("disable")
@click.argument("name", metavar="NAME")
@click.pass_obj
def disable(context: Context, name: str) -> None:
    """Disable a user at once. Ends all sessions."""
    context.accounts().set_disabled(name, True)  # noqa: FBT003  # the value itself
    confirm(f"{name}: disabled; all sessions ended")


@user.command("enable")
@click.argument("name", metavar="NAME")
@click.pass_obj
def enable(context: Context, name: str) -> None:
    """Enable a disabled user."""
    context.accounts().set_disabled(name, False)  # noqa: FBT003  # the value itself
    confirm(f"{name}: enabled")


@click.group()
@click.pass_obj
def token(context: Context) -> None:
    """Manage tokens for the API."""
    context.require("admin")


@token.command("create")
@click.option("--name", required=True, help="The name that the history shows.")
@click.option("--for", "owner", metavar="USER", required=True, help="The user that it acts for.")
@click.option("--role", type=_ROLE, required=True)
@click.option(
    "--expires",
    type=_when,
    metavar="WHEN",
    default="90d",
    show_default=True,
    help="A duration or a date.",
)
@actor_option()
@click.pass_obj
def create(
    context: Context, name: str, role: Role, *, owner: str, expires: datetime, actor: str
) -> None:
    """Create a token that acts for a user, and print it. It is not shown again."""
    secret, new_token = context.accounts().create_token(
        name, role, owner=owner, expires_at=expires, actor=actor
    )
    click.echo(secret)
    until = f"{new_token.expires_at:%Y-%m-%d %H:%M} UTC"
    confirm(f"{name}: {role} for {owner} until {until}; it is not shown again", err=True)


@token.command("list")
@json_option()
@click.pass_obj
def list_tokens(context: Context, *, as_json: bool) -> None:
    """List all tokens, newest first, without the secrets."""
    tokens = context.accounts().tokens()
    if as_json:
        echo_json([asdict(token) for token in tokens])
        return
    now = datetime.now(UTC)
    names = {token.id: f"{token.owner or '-'}/{token.name}" for token in tokens}
    width = max(map(len, names.values()), default=0)
    for each in tokens:
        used = f"{each.last_used_at:%Y-%m-%d %H:%M}" if each.last_used_at else "never"
        named = f"{names[each.id]:{width}}  {each.role:9}"
        click.echo(f"{each.id}  {named}  {_state(each, now):22}  used {used}")


@token.command("revoke")
@click.argument("token_id", metavar="ID")
@click.pass_obj
def revoke(context: Context, token_id: str) -> None:
    """Revoke a token at once."""
    context.accounts().revoke_token(token_id)
    confirm(f"{token_id}: revoked")


def _require_configured(context: Context, publications: tuple[str, ...]) -> None:
    """Raise InsightsError for a publication that the settings do not have."""
    names = [it.name for it in context.settings.publications]
    for each in publications:
        if each not in names:
            raise InsightsError(f"there is no publication {each!r}; there are: {', '.join(names)}")


def _works_for(user: User) -> str:
    return f"works for {', '.join(user.publications)}" if user.publications else ""


def _user_state(user: User) -> str:
    if user.disabled:
        return "disabled"
    return "has no password yet" if user.invited else ""


def _state(token: Token, now: datetime) -> str:
    if token.revoked:
        return "revoked"
    word = "until" if token.expires_at > now else "expired"
    return f"{word} {token.expires_at:%Y-%m-%d}"
