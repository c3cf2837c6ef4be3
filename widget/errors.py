"""Errors with messages for users; web layer and commands turn them into responses and output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Severity = Literal["error", "warning"]


class Message(str):
    """A text in English that remembers how it was written, so that a page can translate it.

    Commands, the API and logs print it as it is. The editors' pages look its ``template`` up in a
    catalog, and fill in the same ``values``.

    ``number`` chooses between template and plural; it is None where there is one template.
    """

    __slots__ = ("number", "plural", "template", "values")

    template: str
    plural: str
    number: int | None
    values: Mapping[str, object]

    def __str__(self) -> str:
        # str() of an error must return the message itself: a plain copy could not be translated.
        return self

    def translated(
        self,
        gettext: Callable[[str], str],
        ngettext: Callable[[str, str, int], str],
        write: Callable[[datetime | int], str],
    ) -> str:
        """Return the text in the language of a catalog, with messages among its values, too.

        ``write`` writes the times and large numbers among them.
        """

        def shown(value: object) -> object:
            if isinstance(value, Written):
                return write(value.value)
            if isinstance(value, Message):
                return value.translated(gettext, ngettext, write)
            return value

        values = {name: shown(value) for name, value in self.values.items()}
        if self.number is None:
            return gettext(self.template) % values
        return ngettext(self.template, self.plural, self.number) % values


class Written(str):
    """A time or a number in a message: as commands print it, for pages to write in their way."""

    __slots__ = ("value",)

    value: datetime | int


def instant(at: datetime) -> Written:
    """Return a time as commands print it, such as ``2026-05-04 10:00:00 UTC``."""
    text = Written(f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")
    text.value = at
    return text


def amount(number: int) -> Written:
    """Return a large number as commands print it, such as ``524,288``."""
    text = Written(f"{number:,}")
    text.value = number
    return text


def message(template: str, /, **values: object) -> Message:
    """Return ``template`` with its ``%(name)s`` filled in. Babel extracts calls of it."""
    text = Message(template % values)
    text.template, text.plural, text.number, text.values = template, "", None, values
    return text


def counted(singular: str, plural: str, count: int, /, **values: object) -> Message:
    """Return the template that fits ``count`` with ``%(num)d`` and its values filled in."""
    filled = {"num": count, **values}
    text = Message((singular if count == 1 else plural) % filled)
    text.template, text.plural, text.number, text.values = singular, plural, count, filled
    return text


def joined(texts: Iterable[str], separator: str) -> str:
    """Return one message of many texts.

    Messages within messages would take memory by the square of their number, and end the stack.
    """
    values: dict[str, object] = {f"text{number}": text for number, text in enumerate(texts)}
    if not values:
        return ""  # the catalogs have their header under the empty template
    template = "%(separator)s".join(f"%({name})s" for name in values)
    return message(template, **values, separator=separator)


@dataclass(frozen=True, slots=True)
class Breach:
    """One problem of a document, and how to fix it.

    ``path`` is a JSONPath (RFC 9535) such as ``$.sources[2].url``. A ``warning`` does not
    prevent publication.
    """

    path: str
    message: str
    severity: Severity = "error"


class InsightsError(Exception):
    """Base class of all errors that a user can act on."""


class InvalidEntry(InsightsError):
    """A document is not an entry, or breaks the rules; ``breaches`` lists every problem."""

    def __init__(self, breaches: Iterable[Breach]) -> None:
        self.breaches = tuple(breaches)
        problems = [
            message("%(path)s: %(problem)s", path=it.path, problem=it.message)
            for it in self.breaches
        ]
        super().__init__(joined(problems, "; "))


class InvalidRequest(InvalidEntry):
    """The parameters or body of a request are invalid; ``breaches`` lists every problem."""


class InvalidSettings(InsightsError):
    """The configuration is invalid; the message names the key and the remedy."""


class NotFound(InsightsError):
    """The entry, draft or revision does not exist."""


class Conflict(InsightsError):
    """Another change came first; ``head`` is the number of the newest revision."""

    def __init__(self, message: str, *, head: int) -> None:
        self.head = head
        super().__init__(message)


class StoreUnavailable(InsightsError):
    """The store cannot be read or written at present; nothing was acknowledged."""


class ExportFailed(InsightsError):
    """The static files could not be written; the message says where and what to do."""


class CopyRefused(InsightsError):
    """The copy to another store is incomplete; the message says what to do."""


class InvalidAccount(InsightsError):
    """The data of an account, a password or a token is invalid; the message says what to change."""


class Denied(InsightsError):
    """Authentication failed. The message never says which credential was wrong."""


class Forbidden(InsightsError):
    """An authenticated user may not do this: the role is too low, or a second person must."""


class Throttled(InsightsError):
    """Too many attempts; retry after ``retry_after`` seconds."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(message)
