"""What the API's views work on, and who calls them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, current_app, g

from widget.accounts import Accounts
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.store import EntryReader

if TYPE_CHECKING:
    from widget.drafting.service import Drafting

_EXTENSION = "insights.api"


@dataclass(frozen=True, slots=True)
class ApiContext:
    """The parts of the service that the API uses."""

    settings: Settings
    editorial: Editorial
    accounts: Accounts
    drafting: Drafting | None = None


def configure(app: Flask, context: ApiContext) -> None:
    """Give the API's views of ``app`` their context."""
    app.extensions[_EXTENSION] = context


def api() -> ApiContext:
    """Return the context of the current application."""
    context: ApiContext = current_app.extensions[_EXTENSION]
    return context


def editorial() -> Editorial:
    """Return what changes entries."""
    return api().editorial


def entries() -> EntryReader:
    """Return what reads entries."""
    return api().editorial.entries


def set_actor(actor: str) -> None:
    """Record who makes this request, as revisions name it."""
    g.api_actor = actor


def actor() -> str:
    """Return who makes this request."""
    name: str = g.api_actor
    return name
