"""The rules for publishing under the settings, as stores take them."""

from __future__ import annotations

from widget.config import Settings, check_under, missing_approvals
from widget.store.protocol import Rules


def rules(settings: Settings) -> Rules:
    """Return what has to hold for an entry to be published: its content, and its approvals."""
    return Rules(
        content=lambda entry: check_under(settings, entry),
        missing=lambda entry, approvals: missing_approvals(settings, entry, approvals),
    )
