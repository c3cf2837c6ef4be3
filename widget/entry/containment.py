"""Limits an unexpected error to the document that caused it.

Documents are untrusted input. Without this, an unexpected exception over one of them would abort
a scan of all files, a list, or the start. Every operation on one document runs through here: the
error is logged with its traceback, and the document is quarantined with a message.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from widget.errors import Breach, InsightsError, InvalidEntry, message

log = logging.getLogger("insights")

T = TypeVar("T")


def describe(operation: str, error: Exception) -> Breach:
    """Return the breach that reports an unexpected ``error`` in ``operation``."""
    reason = f"{type(error).__name__}: {error}"[:200]
    printable = reason.encode("utf-8", "backslashreplace").decode()
    return Breach(
        "$",
        message(
            "makes %(operation)s fail (%(reason)s); change the text and report this error",
            operation=operation,
            reason=printable,
        ),
    )


def contained(operation: str, function: Callable[[], T]) -> T:
    """Return the result of ``function``. Raises InvalidEntry for an unexpected exception.

    Expected exceptions (InsightsError, OSError) pass through unchanged.
    """
    try:
        return function()
    except (InsightsError, OSError):
        raise
    except Exception as error:
        log.exception("%s failed", operation)
        raise InvalidEntry([describe(operation, error)]) from error


def or_else(operation: str, function: Callable[[], T], default: T) -> T:
    """Return the result of ``function``, or ``default`` if it raises."""
    try:
        return function()
    except Exception:
        log.exception("%s failed", operation)
        return default
