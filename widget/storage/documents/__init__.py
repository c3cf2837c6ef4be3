"""Small records beside the entries of a store: reports, checks of sources, links, counts."""

from __future__ import annotations

import os

from widget.storage.documents.collection import Collection
from widget.storage.documents.protocol import Document, Documents
from widget.storage.url import folder_of

__all__ = ["Collection", "Document", "Documents", "open_documents"]


def open_documents(store_url: str) -> Documents:
    """Return the records of an existing store. Raises InvalidSettings, StoreUnavailable."""
    folder = folder_of(store_url)
    if folder is None:
        # Imported here: a directory store does not need the database library.
        from widget.storage.documents.postgres import PostgresDocuments
        from widget.storage.postgres import open_database

        return PostgresDocuments(open_database(store_url, create=False))
    from widget.storage.documents.sqlite import FILE, SqliteDocuments

    return SqliteDocuments(os.path.join(os.path.abspath(folder), FILE))
