"""One collection of records as models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from widget.errors import StoreUnavailable
from widget.storage.documents.protocol import Document, Documents

ModelT = TypeVar("ModelT", bound=BaseModel)


class Collection(Generic[ModelT]):
    """The documents of one collection, as models of one class.

    ``group`` and ``rank`` say what lists filter and sort by; see ``Documents``, also for errors.
    """

    def __init__(
        self,
        documents: Documents,
        name: str,
        model: type[ModelT],
        *,
        group: Callable[[ModelT], str] = lambda _: "",
        rank: Callable[[ModelT], float] = lambda _: 0.0,
    ) -> None:
        self._documents = documents
        self._name = name
        self._model = model
        self._group = group
        self._rank = rank

    def get(self, key: str) -> ModelT | None:
        """Return one record, or None."""
        found = self._documents.get(self._name, key)
        return None if found is None else self._read(found)

    def put(self, key: str, record: ModelT) -> None:
        """Write one record."""
        self.update(key, lambda _: record)

    def update(self, key: str, change: Callable[[ModelT | None], ModelT | None]) -> ModelT | None:
        """Replace a record by what ``change`` makes of it, None to remove it."""

        def replaced(document: Document | None) -> Document | None:
            after = change(None if document is None else self._read(document))
            if after is None:
                return None
            body = after.model_dump_json(exclude_defaults=True)
            return Document(key, body, self._group(after), self._rank(after))

        found = self._documents.update(self._name, key, replaced)
        return None if found is None else self._read(found)

    def discard(self, key: str) -> int:
        """Remove one record; return 1, or 0 if there is none."""
        if self._documents.get(self._name, key) is None:
            return 0
        self.update(key, lambda _: None)
        return 1

    def page(self, *, prefix: str = "", after: str = "", limit: int) -> list[tuple[str, ModelT]]:
        """Return keys and records in the order of their keys."""
        found = self._documents.page(self._name, prefix=prefix, after=after, limit=limit)
        return [(it.key, self._read(it)) for it in found]

    def newest(
        self,
        *,
        group: str | None = None,
        before: tuple[float, str] | None = None,
        limit: int,
    ) -> list[tuple[str, ModelT]]:
        """Return keys and records by rank, the highest first."""
        found = self._documents.newest(self._name, group=group, before=before, limit=limit)
        return [(it.key, self._read(it)) for it in found]

    def count(self, *, group: str | None = None, prefix: str = "") -> int:
        """Count records."""
        return self._documents.count(self._name, group=group, prefix=prefix)

    def remove(self, *, prefix: str = "", below: float | None = None) -> int:
        """Remove records whose key begins with ``prefix`` and whose rank is below ``below``."""
        return self._documents.remove(self._name, prefix=prefix, below=below)

    def _read(self, document: Document) -> ModelT:
        try:
            return self._model.model_validate_json(document.body)
        except ValidationError as error:
            where = f"record {document.key!r} of {self._name!r}"
            raise StoreUnavailable(f"{where} cannot be read by this release: {error}") from error
