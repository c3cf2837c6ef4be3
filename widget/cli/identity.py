"""How a reviewer on the command line proves who they are."""

from __future__ import annotations

import os

from widget.accounts import Accounts
from widget.cli.caller import caller_of
from widget.cli.context import Context, ask_password
from widget.config import TOKEN_VARIABLE
from widget.editorial.actors import token_actor
from widget.editorial.review import Reviewer
from widget.errors import Denied

_NETWORK = "command line"
"""Where attempts to sign in come from: they are throttled together."""


def prove_reviewer(context: Context, user: str | None, *, password_stdin: bool) -> Reviewer:
    """Return who reviews: ``user`` by their password, else the owner of the token given.

    The token is in the variable INSIGHTS_TOKEN. Raises Denied, Throttled.
    """
    accounts = context.accounts()
    secret = os.environ.get(TOKEN_VARIABLE, "").strip()
    if user is not None:
        return _by_password(accounts, user, password_stdin=password_stdin)
    if secret:
        return _by_token(accounts, secret)
    raise Denied(
        "a review needs a person who proves who they are; use --user NAME, which asks for the "
        f"password, or put a token of yours into the variable {TOKEN_VARIABLE}"
    )


def _by_password(accounts: Accounts, name: str, *, password_stdin: bool) -> Reviewer:
    name = name.strip().lower()
    password = ask_password(name, from_stdin=password_stdin, repeat=False)
    user = accounts.authenticate(name, password, address=_NETWORK)
    return Reviewer(user.name, user.role, "password", user.name, user.publications)


def _by_token(accounts: Accounts, secret: str) -> Reviewer:
    caller_of(accounts, secret)  # says what is wrong with a token
    token = accounts.token(secret)
    assert token is not None  # noqa: S101  # for mypy: it is known
    owner = accounts.user(token.owner) if token.owner else None
    if owner is None:
        raise Denied(
            f"the token {token.name!r} in {TOKEN_VARIABLE} belongs to no user, so it proves "
            "nobody; create one with `insights token create --for NAME`"
        )
    actor = token_actor(owner.name, token.name)
    return Reviewer(owner.name, owner.role, "token", actor, owner.publications)
