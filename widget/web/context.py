"""What the views of an application share, and where they find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask, current_app, request

from widget.config import Settings
from widget.http.codings import RepresentationCache
from widget.storage.documents import Documents, open_documents
from widget.store import EntryReader

if TYPE_CHECKING:
    from widget.purging import PurgeOutbox

_EXTENSION = "insights"
_DOCUMENTS = "insights.documents"


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """The parts of the service. ``purges`` lists the purges that are not confirmed yet."""

    settings: Settings
    store: EntryReader
    representations: RepresentationCache
    purges: PurgeOutbox | None = None
    url_prefix: str = ""
    """Of the blueprint, where the reader's routes are part of somebody else's application."""

    def base(self) -> str:
        """Return the service's URL as links that leave it print it, without a slash at its end."""
        return self.settings.base_url or request.url_root.rstrip("/") + self.url_prefix

    def permalink(self, entry_id: str) -> str:
        """Return the URL of an entry's panel."""
        return f"{self.base()}/panel/{quote(entry_id)}"


def configure(app: Flask, context: ServiceContext) -> None:
    """Give the views of ``app`` their context."""
    app.extensions[_EXTENSION] = context


def is_configured(app: Flask) -> bool:
    """Return whether ``app`` has a context already."""
    return _EXTENSION in app.extensions


def service() -> ServiceContext:
    """Return the context of the current application."""
    context: ServiceContext = current_app.extensions[_EXTENSION]
    return context


def documents() -> Documents:
    """Return the records beside the entries, opened by the first request that needs them.

    Raises StoreUnavailable.
    """
    found: Documents | None = current_app.extensions.get(_DOCUMENTS)
    if found is None:
        opened = open_documents(service().settings.store)
        found = current_app.extensions.setdefault(_DOCUMENTS, opened)
    return found
