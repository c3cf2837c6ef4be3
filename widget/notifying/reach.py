"""Whom a publication's events reach: persons whose accounts still work for it."""

from __future__ import annotations

from widget.accounts import open_repository
from widget.accounts.repository import AccountRepository
from widget.config import Settings
from widget.notifying.events import Event


class Reach:
    """Drops persons from events of publications that they do not work for.

    An entry that moved to another publication keeps who was assigned to it, and an account may
    lose a publication: neither may get its events by mail afterwards.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._any = any(it.persons for it in settings.notify)
        self._opened: AccountRepository | None = None

    def within(self, event: Event) -> Event:
        """Return the event for those whom it may reach. Raises StoreUnavailable.

        Names that are no accounts stay: commands may be run by anybody.
        """
        if not self._any or not event.persons:
            return event
        if self._opened is None:
            self._opened = open_repository(self._settings.store)
        users = self._opened.state().users
        persons = tuple(
            it
            for it in event.persons
            if it not in users
            or not users[it].publications
            or event.publication in users[it].publications
        )
        return event.model_copy(update={"persons": persons})
