"""Security events: sign-ins, refusals and changes of permissions, with the client's network.

One line each in the logger ``insights.security``, in any log format. They concern users and
programs with tokens, never readers. They contain no password, token or link, and only the prefix
of an IP address.
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
    "publications-changed",
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
    """Log ``event``: ``actor`` made the request, ``subject`` is the user or token it concerns."""
    fields = {"event": event, "actor": actor, "from": prefix_of(request.remote_addr or "")}
    if subject:
        fields["subject"] = subject
    if detail:
        fields["detail"] = detail
    level = logging.WARNING if event in REFUSED else logging.INFO
    log.log(level, event, extra={"fields": fields})
