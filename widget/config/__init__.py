"""Settings: ``insights.toml``, then ``INSIGHTS_*`` of the environment, then the command line."""

from __future__ import annotations

from widget.config.holding import held
from widget.config.loading import DEFAULT_FILE, load_settings
from widget.config.notify import EventType, Notify
from widget.config.publication import Accent, Hold, Publication, Text
from widget.config.publishing import (
    approvals_needed,
    check_under,
    missing_approvals,
    unasked_author,
)
from widget.config.settings import (
    CONFIG_VARIABLE,
    ENV_PREFIX,
    TOKEN_VARIABLE,
    DraftingProvider,
    Purge,
    Settings,
    SourceSettings,
)

__all__ = [
    "CONFIG_VARIABLE",
    "DEFAULT_FILE",
    "ENV_PREFIX",
    "TOKEN_VARIABLE",
    "Accent",
    "DraftingProvider",
    "EventType",
    "Hold",
    "Notify",
    "Publication",
    "Purge",
    "Settings",
    "SourceSettings",
    "Text",
    "approvals_needed",
    "check_under",
    "held",
    "load_settings",
    "missing_approvals",
    "unasked_author",
]
