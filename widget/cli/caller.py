"""Whose token is in INSIGHTS_TOKEN: commands then do what this person may do, and no more."""

from __future__ import annotations

from dataclasses import dataclass

from widget.accounts import Accounts, Role, at_least
from widget.config import TOKEN_VARIABLE
from widget.editorial.actors import person_of, token_actor
from widget.errors import Denied, Forbidden


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with a token. ``publications`` are those that they work for; empty: all."""

    actor: str
    role: Role
    publications: tuple[str, ...] = ()

    @property
    def person(self) -> str:
        """The name of the token's owner; of a token without one, the actor."""
        return person_of(self.actor) or self.actor

    def require(self, role: Role) -> None:
        """Raise Forbidden without ``role``; an admin has to work for all publications."""
        if not at_least(self.role, role):
            raise Forbidden(
                f"this needs the role {role}; the role of the token in {TOKEN_VARIABLE} is "
                f"{self.role}"
            )
        if role == "admin" and self.publications:
            raise Forbidden(
                "this needs an admin of all publications; the owner of the token in "
                f"{TOKEN_VARIABLE} works for some of them"
            )


def caller_of(accounts: Accounts, secret: str) -> Caller:
    """Return who calls with the token ``secret``. Raises Denied."""
    token = accounts.token(secret)
    if token is None:
        raise Denied(
            f"the token in {TOKEN_VARIABLE} is unknown, expired or revoked; create one with "
            "`insights token create`"
        )
    owner = accounts.user(token.owner) if token.owner else None
    publications = owner.publications if owner else ()
    return Caller(token_actor(token.owner, token.name), token.role, publications)
