"""Actors: the names in revisions of the persons and programs that made them.

``ana`` is the user ana, ``ana (token ci)`` her token ci, ``ana (draft sonar)`` a draft that she
asked the provider sonar for, ``ana (schedule)`` what she planned for a later time. The form is
unambiguous, because no name contains parentheses.
"""

from __future__ import annotations

import re

_ON_BEHALF = re.compile(r"(?P<person>.+) \((?:schedule|(?:token|draft) [A-Za-z0-9 ._-]+)\)")
_OWNERLESS = "token:"
AUTHOR = "author (link)"
"""The actor for what the author of an article did by a link, who is no user."""


def token_actor(owner: str | None, token: str) -> str:
    """Return the actor for a token; ``token:ci`` is one from before tokens had owners."""
    return f"{owner} (token {token})" if owner else f"{_OWNERLESS}{token}"


def draft_actor(actor: str, provider: str) -> str:
    """Return the actor for a draft that ``actor`` asked ``provider`` for."""
    return f"{person_of(actor) or actor} (draft {provider})"


def schedule_actor(actor: str | None) -> str:
    """Return the actor for what ``actor`` planned and the service carries out."""
    return f"{person_of(actor) or actor} (schedule)" if actor else "schedule"


def person_of(actor: str) -> str | None:
    """Return the person behind ``actor``, None if it is unknown."""
    if actor.startswith(_OWNERLESS):
        return None
    found = _ON_BEHALF.fullmatch(actor)
    # User names are lower case; people may sign in with any case.
    return (found["person"] if found else actor).strip().lower()
