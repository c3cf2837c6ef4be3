"""Passwords: the rules for new ones, and the only place where they are hashed and compared."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from widget.accounts.password_strength import weakness
from widget.errors import InvalidAccount, counted, message

MIN_LENGTH = 10
MAX_LENGTH = 200


def check_password(name: str, password: str, *, own_words: Iterable[str] = ()) -> None:
    """Raise InvalidAccount where the user ``name`` may not choose ``password``.

    ``own_words`` are names of the service, of which a password may not consist.
    """
    length = len(_prepared(password))
    if length < MIN_LENGTH:
        raise InvalidAccount(
            counted(
                "the password has %(num)d character; at least %(minimum)d are needed",
                "the password has %(num)d characters; at least %(minimum)d are needed",
                length,
                minimum=MIN_LENGTH,
            )
        )
    if length > MAX_LENGTH:
        raise InvalidAccount(
            message(
                "the password has %(count)d characters; at most %(limit)d are accepted",
                count=length,
                limit=MAX_LENGTH,
            )
        )
    problem = weakness(_prepared(password), name=name, own_words=own_words)
    if problem:
        raise InvalidAccount(
            message(
                "the password %(problem)s; choose another, such as a sentence of several words",
                problem=problem,
            )
        )


class Passwords:
    """argon2id with the parameters that RFC 9106 recommends second (64 MiB, three passes)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hash(self, password: str) -> str:
        """Return parameters, salt and hash of ``password`` in one line."""
        return self._hasher.hash(_bytes(password))

    def matches(self, stored_hash: str | None, password: str) -> bool:
        """Return whether ``password`` has this hash; for None, False after the same time."""
        decoy = self._decoy  # created on the first call in either case, for equal times
        try:
            self._hasher.verify(decoy if stored_hash is None else stored_hash, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return stored_hash is not None

    def is_dated(self, stored_hash: str) -> bool:
        """Return whether ``stored_hash`` uses outdated parameters."""
        return self._hasher.check_needs_rehash(stored_hash)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash(secrets.token_bytes(16))


def _prepared(password: str) -> str:
    # The same password typed on two systems must match (NIST SP 800-63B, section 3.1.1.2).
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    # A longer input is wrong anyway, so its rest is not hashed. NFKC composes one character of up
    # to four.
    return _prepared(password[: MAX_LENGTH * 5]).encode("utf-8", "surrogatepass")
