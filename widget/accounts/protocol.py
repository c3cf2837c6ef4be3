"""What every kind of accounts promises: who may do what, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, get_args

Role = Literal["editor", "publisher", "admin"]

ROLES: tuple[Role, ...] = get_args(Role)
"""The roles, each of which may do what those before it may."""

IDLE_SECONDS = 60 * 60
ABSOLUTE_SECONDS = 12 * 60 * 60
LINK_SECONDS = 10 * 60
TOUCH_SECONDS = 60
TOKEN_PREFIX = "ins_"  # noqa: S105  # what a token begins with, so that scanners find leaked ones


def at_least(role: Role, needed: Role) -> bool:
    """Say whether ``role`` may do what ``needed`` may."""
    return ROLES.index(role) >= ROLES.index(needed)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in with a name and a password."""

    name: str
    role: Role
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. ``user`` is as it is now, not as it was; times are in UTC.

    ``csrf`` is what unsafe requests of this session carry. It follows from the session's id
    and is kept nowhere.
    """

    user: User
    csrf: str
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A program's way in. Times are in UTC; ``last_used_at`` is at most a minute behind."""

    id: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked: bool = False


class Accounts(Protocol):
    """Users, sessions, tokens and what else is remembered about callers.

    Safe to use from several threads; several processes share them, and a change by one is
    seen by all at once. What is secret is kept only as a hash. Every method raises
    StoreUnavailable where the accounts cannot be read or written; a change that returns is
    on disk.
    """

    def users(self) -> list[User]:
        """Return all users, by name."""

    def user(self, name: str) -> User | None:
        """Return one user, or None."""

    def add_user(self, name: str, role: Role, password: str) -> User:
        """Make an account. Raises InvalidAccount: name taken or odd, password too weak."""

    def set_password(self, name: str, password: str) -> None:
        """Change the password; ends all sessions. Raises NotFound, InvalidAccount."""

    def set_role(self, name: str, role: Role) -> None:
        """Change the role; holds from the next request on. Raises NotFound."""

    def set_disabled(self, name: str, disabled: bool) -> None:  # noqa: FBT001  # the value itself
        """Keep a user out, or let one in again; ends all sessions. Raises NotFound."""

    def authenticate(self, name: str, password: str, *, address: str) -> User:
        """Return whose name and password these are; ``address`` is where they came from.

        Raises Denied, and Throttled where too many tries failed for this account or from this
        address; then nothing was compared. Unknown names take as long as known ones.
        """

    def open_session(self, user: User) -> str:
        """Return the id of a new session, which is kept only as its hash."""

    def session(self, session_id: str) -> Session | None:
        """Return the session; None where it ended, was idle for an hour or is 12 h old."""

    def close_session(self, session_id: str) -> None:
        """End a session. No harm where there is none."""

    def create_token(
        self, name: str, role: Role, *, expires_at: datetime, actor: str
    ) -> tuple[str, Token]:
        """Return a new token's secret, which is shown this once, and the token.

        Raises InvalidAccount where the name is odd or a token in use has it, or where it
        would have expired already.
        """

    def token(self, secret: str) -> Token | None:
        """Return the token whose secret this is; None where it is unknown, expired or revoked."""

    def tokens(self) -> list[Token]:
        """Return all tokens, newest first, also those that open nothing any more."""

    def revoke_token(self, token_id: str) -> None:
        """End a token at once. Raises NotFound."""

    def sign_in_link(self, user: User) -> str:
        """Return a secret that signs ``user`` in once within ten minutes."""

    def redeem_sign_in(self, secret: str) -> User | None:
        """Return whom ``secret`` signs in, and make it worthless; None where it is so already."""

    def hit(self, key: str, *, limit: int, seconds: float) -> float | None:
        """Count one request for ``key``; None where it is within ``limit`` for ``seconds``.

        Otherwise it does not count, and the answer is in how many seconds the next one will
        be. ``limit`` may come at once; then they are spread evenly (GCRA, ITU-T I.371).
        """

    def remember(self, key: str, payload: Mapping[str, Any], seconds: float) -> None:
        """Keep ``payload`` (JSON) under ``key`` for ``seconds``."""

    def recall(self, key: str) -> dict[str, Any] | None:
        """Return what is remembered under ``key``, or None."""
