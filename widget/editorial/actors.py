"""How a revision names who made it, and which person that is.

``ana`` is the user ana, ``ana (token ci)`` her token ci. A name stays readable, and can be read
back: neither a user's name nor a token's has parentheses or spaces where the form needs them.
"""

from __future__ import annotations

import re

_BY_TOKEN = re.compile(r"(?P<person>.+) \(token [A-Za-z0-9 ._-]+\)")
_OWNERLESS = "token:"


def token_actor(owner: str | None, token: str) -> str:
    """Return the actor of what is done with a token; before tokens had owners, ``token:ci``."""
    return f"{owner} (token {token})" if owner else f"{_OWNERLESS}{token}"


def person_of(actor: str) -> str | None:
    """Return the person behind ``actor``, None where nobody can tell."""
    if actor.startswith(_OWNERLESS):
        return None
    found = _BY_TOKEN.fullmatch(actor)
    # Users' names are of lower case; who signs in may type them in any.
    return (found["person"] if found else actor).strip().lower()
