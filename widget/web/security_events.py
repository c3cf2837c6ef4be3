"""Security events: who signed in, was refused or changed who may do what, and from which network.

One line each in the logger ``insights.security``, whatever the form of the log. They concern the
people who sign in and the programs with tokens, never readers. They hold no password, token or
link, and of an address only its prefix.
"""

from __future__ import annotations

import logging
from typing import Literal

from flask import request

from widget.accounts import prefix_of

log = logging.getLogger("insights.security")

Event = Literal[
    "signed-in",
    "sign-in-refused",
    "sign-in-throttled",
    "signed-out",
    "password-confirmed",
    "password-refused",
    "password-throttled",
    "password-changed",
    "session-ended",
    "access-refused",
    "request-forged",
    "user-added",
    "role-changed",
    "user-disabled",
    "user-enabled",
    "link-made",
    "token-made",
    "token-revoked",
    "token-refused",
    "token-throttled",
]
REFUSED = frozenset(
    {
        "sign-in-refused",
        "sign-in-throttled",
        "password-refused",
        "password-throttled",
        "access-refused",
        "request-forged",
        "token-refused",
        "token-throttled",
    }
)


def record(event: Event, *, actor: str, subject: str = "", detail: str = "") -> None:
    """Log ``event``: ``actor`` is who asked, ``subject`` the user or token that it is about."""
    fields = {"event": event, "actor": actor, "from": prefix_of(request.remote_addr or "")}
    if subject:
        fields["subject"] = subject
    if detail:
        fields["detail"] = detail
    level = logging.WARNING if event in REFUSED else logging.INFO
    log.log(level, event, extra={"fields": fields})
