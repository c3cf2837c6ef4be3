"""The rules for names of users and tokens."""

from __future__ import annotations

import re

from widget.errors import InvalidAccount, message

_USER_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?")
_TOKEN_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9])?")
_RESERVED = frozenset({"file"})  # the actor of hand edits


def check_user_name(name: str) -> None:
    """Raise InvalidAccount where ``name`` is not valid for a user."""
    if not _USER_NAME.fullmatch(name) or name in _RESERVED:
        raise InvalidAccount(
            message(
                "%(name)r cannot be a user's name; use 1 to 64 lower-case letters, digits "
                "and . _ @ -, with a letter or digit at both ends",
                name=name,
            )
        )


def check_token_name(name: str) -> None:
    """Raise InvalidAccount where ``name`` is not valid for a token."""
    if not _TOKEN_NAME.fullmatch(name):
        raise InvalidAccount(
            message(
                "%(name)r cannot be a token's name; use 1 to 64 letters, digits, spaces "
                "and . _ -, with a letter or digit at both ends",
                name=name,
            )
        )
