"""What one document makes the code do stays with that document.

The code reads what anybody may have written. An error that nobody foresaw, in any step, would
else end a look at all files, a list, or the start. Every step over one document runs through
here: the error is logged with its traceback, and the document is set aside with a sentence.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from widget.errors import Breach, InsightsError, InvalidEntry

log = logging.getLogger("insights")

T = TypeVar("T")


def describe(step: str, error: Exception) -> Breach:
    """Return what is said of a document that ``step`` failed over."""
    reason = f"{type(error).__name__}: {error}"[:200]
    printable = reason.encode("utf-8", "backslashreplace").decode()
    return Breach("$", f"makes {step} fail ({printable}); change the text and report this error")


def contained(step: str, function: Callable[[], T]) -> T:
    """Return what ``function`` returns. Raises InvalidEntry where it fails unforeseen.

    What is foreseen (InsightsError, OSError) is raised as it is.
    """
    try:
        return function()
    except (InsightsError, OSError):
        raise
    except Exception as error:
        log.exception("%s failed", step)
        raise InvalidEntry([describe(step, error)]) from error


def or_else(step: str, function: Callable[[], T], default: T) -> T:
    """Return what ``function`` returns, ``default`` where it fails."""
    try:
        return function()
    except Exception:
        log.exception("%s failed", step)
        return default
