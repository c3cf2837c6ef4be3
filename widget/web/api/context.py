"""What the API's views work on, and who calls them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import Flask, current_app, g

from widget.accounts import Accounts, Token
from widget.config import Settings
from widget.editorial.access import Scope
from widget.editorial.actors import person_of, token_actor
from widget.editorial.evidence import RunOf
from widget.editorial.review import Reviewer
from widget.editorial.service import Editorial
from widget.errors import Forbidden
from widget.store import EntryReader

if TYPE_CHECKING:
    from widget.drafting.service import Drafting

_EXTENSION = "insights.api"
_RUNS = "insights.api.runs"


@dataclass(frozen=True, slots=True)
class ApiContext:
    """The parts of the service that the API uses."""

    settings: Settings
    editorial: Editorial
    accounts: Accounts
    drafting: Drafting | None = None

    @property
    def scope(self) -> Scope:
        """The publications that the token of this request may work on: its owner's."""
        token: Token | None = g.get("api_token")
        return Scope(self.settings, token.publications if token else ())

    def has_colleague(self, name: str) -> bool:
        """Return whether there is a user ``name`` who shares a publication with the token."""
        user = self.accounts.user(name)
        return user is not None and self.scope.reaches(user.publications)


def configure(app: Flask, context: ApiContext) -> None:
    """Give the API's views of ``app`` their context."""
    app.extensions[_EXTENSION] = context


def api() -> ApiContext:
    """Return the context of the current application, as the token of this request sees it.

    Entries and runs of publications that its owner does not work for do not exist in it.
    """
    context: ApiContext = current_app.extensions[_EXTENSION]
    if context.scope.is_everything:
        return context
    if "scoped_api" not in g:
        g.scoped_api = _scoped(context)
    scoped: ApiContext = g.scoped_api
    return scoped


def _scoped(context: ApiContext) -> ApiContext:
    scope, drafting = context.scope, context.drafting
    return replace(
        context,
        editorial=context.editorial.within(scope),
        drafting=drafting.within(scope, person_of(actor()) or "") if drafting else None,
    )


def editorial() -> Editorial:
    """Return what changes entries."""
    return api().editorial


def entries() -> EntryReader:
    """Return what reads entries."""
    return api().editorial.entries


def run_of() -> RunOf:
    """Return what finds the run that drafted an entry, also where drafting is off by now."""
    # Imported here: drafting is off until a provider is configured.
    from widget.drafting.run_evidence import run_of as found
    from widget.drafting.runs import open_runs

    context = api()
    runs = context.drafting.runs if context.drafting else current_app.extensions.get(_RUNS)
    if runs is None:
        runs = current_app.extensions[_RUNS] = open_runs(context.settings.store)
    return found(runs)


def set_token(token: Token) -> None:
    """Record the token of this request."""
    g.api_token = token


def actor() -> str:
    """Return who makes this request, as revisions name it."""
    token: Token = g.api_token
    return token_actor(token.owner, token.name)


def reviewer() -> Reviewer:
    """Return the person who makes this request. Raises Forbidden where the token has no owner."""
    token: Token = g.api_token
    owner = api().accounts.user(token.owner) if token.owner else None
    if owner is None:
        raise Forbidden(
            f"the token {token.name!r} belongs to no user, so it proves nobody who could review; "
            "create a token for a user"
        )
    return Reviewer(owner.name, owner.role, "token", actor())
