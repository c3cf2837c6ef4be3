"""What the editors' pages work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app

from widget.accounts import Accounts
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.store import EntryReader

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
    purges: PurgeOutbox | None = None
    drafting: Drafting | None = None
    not_found: Callable[[], Response] | None = None
    """The response of hosts other than ``admin_host``, the same as for any unknown URL."""

    @property
    def store(self) -> EntryReader:
        """Read access to the entries; ``editorial`` changes them."""
        return self.editorial.entries


def configure(app: Flask, context: AdminContext) -> None:
    """Give the editors' pages of ``app`` their context."""
    app.extensions[_EXTENSION] = context


def admin() -> AdminContext:
    """Return the context of the current application."""
    context: AdminContext = current_app.extensions[_EXTENSION]
    return context
