"""Passwords: what one must be, and the only place where they are hashed and compared."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from widget.accounts.weak_passwords import weakness
from widget.errors import InvalidAccount

MIN_LENGTH = 10
MAX_LENGTH = 200


def check_password(name: str, password: str, *, own_words: Iterable[str] = ()) -> None:
    """Raise InvalidAccount where ``password`` is no password for the user ``name``.

    ``own_words`` are names of the service, of which a password may not consist.
    """
    length = len(_prepared(password))
    if length < MIN_LENGTH:
        raise InvalidAccount(
            f"the password has {length} characters; at least {MIN_LENGTH} are needed"
        )
    if length > MAX_LENGTH:
        raise InvalidAccount(
            f"the password has {length} characters; at most {MAX_LENGTH} are accepted"
        )
    problem = weakness(_prepared(password), name=name, own_words=own_words)
    if problem:
        raise InvalidAccount(
            f"the password {problem}; choose another, such as a sentence of several words"
        )


class Passwords:
    """argon2id with the parameters that RFC 9106 recommends second (64 MiB, three passes)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hash(self, password: str) -> str:
        """Return what is kept of ``password``: parameters, salt and hash in one line."""
        return self._hasher.hash(_bytes(password))

    def matches(self, kept: str | None, password: str) -> bool:
        """Say whether ``password`` is the one that was kept; None takes as long, and is none."""
        decoy = self._decoy  # Made on the first call either way, so that it tells nothing.
        try:
            self._hasher.verify(decoy if kept is None else kept, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_dated(self, kept: str) -> bool:
        """Say whether ``kept`` was made with parameters that are no longer used."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash(secrets.token_bytes(16))


def _prepared(password: str) -> str:
    # One password typed on two systems must be one (NIST SP 800-63B, section 3.1.1.2).
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    # What is longer than any password is wrong however long; hashing all of it helps nobody.
    # NFKC makes one character of up to four.
    return _prepared(password[: MAX_LENGTH * 5]).encode("utf-8", "surrogatepass")
