"""What can go wrong, in words for people; the web layer and the commands make answers of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is wrong with a document, and what to do about it.

    ``path`` is a JSONPath (RFC 9535) such as ``$.sources[2].url``. A ``warning``
    does not keep an entry from being published.
    """

    path: str
    message: str
    severity: Severity = "error"


class InsightsError(Exception):
    """The base of every error that a person can do something about."""


class InvalidEntry(InsightsError):
    """A document is no entry, or an entry breaks the rules; ``breaches`` lists all of it."""

    def __init__(self, breaches: Iterable[Breach]) -> None:
        self.breaches = tuple(breaches)
        super().__init__("; ".join(f"{breach.path}: {breach.message}" for breach in self.breaches))


class InvalidRequest(InvalidEntry):
    """What came with a request is not what it takes; ``breaches`` lists all of it."""


class InvalidSettings(InsightsError):
    """The configuration cannot be used; the message names the key and the remedy."""


class NotFound(InsightsError):
    """There is no such entry, draft or revision."""


class Conflict(InsightsError):
    """Somebody else changed the entry first; ``head`` is the newest revision's number."""

    def __init__(self, message: str, *, head: int) -> None:
        self.head = head
        super().__init__(message)


class StoreUnavailable(InsightsError):
    """The store cannot be read or written now; nothing was acknowledged."""


class ExportFailed(InsightsError):
    """The static files could not be written; the message says where and what to do."""


class CopyRefused(InsightsError):
    """Not everything could be copied to another store; the message says what to do."""


class InvalidAccount(InsightsError):
    """An account, a password or a token cannot be made so; the message says what to change."""


class Denied(InsightsError):
    """Nobody is let in by this name and password, or by this token. Never says which was wrong."""


class Forbidden(InsightsError):
    """Somebody who is known may not do this: the role is too low, or a second person must."""


class Throttled(InsightsError):
    """Too many tries; the next one is looked at in ``retry_after`` seconds."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(message)
