"""What the editors' pages work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g

from widget.accounts import Accounts, Session
from widget.config import Settings
from widget.editorial.access import Scope
from widget.editorial.service import Editorial
from widget.record.replies import VoiceDesk
from widget.store import EntryReader
from widget.web.records import Records

if TYPE_CHECKING:
    from widget.drafting.service import Drafting
    from widget.purging import PurgeOutbox

_EXTENSION = "insights.admin"


@dataclass(frozen=True, slots=True)
class AdminContext:
    """What the editors' pages work with. ``purges`` lists the purges of each entry.

    ``drafting`` is None where no provider is configured.
    """

    settings: Settings
    editorial: Editorial
    accounts: Accounts
    records: Records
    purges: PurgeOutbox | None = None
    drafting: Drafting | None = None
    not_found: Callable[[], Response] | None = None
    """The response of hosts other than ``admin_host``, the same as for any unknown URL."""

    @property
    def store(self) -> EntryReader:
        """Read access to the entries; ``editorial`` changes them."""
        return self.editorial.entries

    @property
    def voice_desk(self) -> VoiceDesk:
        """The links of authors, for the entries of this scope."""
        return VoiceDesk(self.records.voices, self.editorial, self.settings)

    @property
    def scope(self) -> Scope:
        """The publications of the user who is signed in."""
        return Scope(self.settings, _publications())

    def colleagues(self, *, disabled: bool = False) -> list[str]:
        """Return the names of users who share a publication with the one who is signed in."""
        users = [it for it in self.accounts.users() if disabled or not it.disabled]
        return [it.name for it in users if self.scope.reaches(it.publications)]


def configure(app: Flask, context: AdminContext) -> None:
    """Give the editors' pages of ``app`` their context."""
    app.extensions[_EXTENSION] = context


def admin() -> AdminContext:
    """Return the context of the current application, as the user who is signed in sees it.

    Entries and runs of publications that the user does not work for do not exist in it.
    """
    context: AdminContext = current_app.extensions[_EXTENSION]
    if not _publications():
        return context
    if "scoped_admin" not in g:
        g.scoped_admin = _scoped(context)
    scoped: AdminContext = g.scoped_admin
    return scoped


def _publications() -> tuple[str, ...]:
    session: Session | None = g.get("session")
    return session.user.publications if session else ()


def _scoped(context: AdminContext) -> AdminContext:
    scope, drafting = context.scope, context.drafting
    return replace(
        context,
        editorial=context.editorial.within(scope),
        drafting=drafting.within(scope, g.session.user.name) if drafting else None,
    )
