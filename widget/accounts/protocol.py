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
CONFIRM_SECONDS = 5 * 60
"""How long after signing in, or giving the password again, critical changes need no password."""
DEVICE_SECONDS = 180 * 24 * 60 * 60
LINK_SECONDS = 10 * 60
PASSWORD_LINK_SECONDS = 24 * 60 * 60
TOUCH_SECONDS = 60
TOKEN_PREFIX = "ins_"  # noqa: S105  # what a token begins with, so that scanners find leaked ones


def at_least(role: Role, needed: Role) -> bool:
    """Say whether ``role`` may do what ``needed`` may."""
    return ROLES.index(role) >= ROLES.index(needed)


def lower(one: Role, other: Role) -> Role:
    """Return what of two roles may less."""
    return min(one, other, key=ROLES.index)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in with a name and a password; ``invited``: who has none yet.

    ``signed_in_at`` is when a session was opened last, in UTC.
    """

    name: str
    role: Role
    disabled: bool = False
    invited: bool = False
    signed_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. ``user`` is as it is now, not as it was; times are in UTC.

    ``handle`` names the session and opens nothing. ``csrf`` is what unsafe requests of this
    session carry. It follows from the session's id and is kept nowhere. ``confirmed`` says whether
    the password was given within the last CONFIRM_SECONDS.
    """

    user: User
    csrf: str
    handle: str
    created_at: datetime
    last_seen_at: datetime
    confirmed: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """What a list says of a session, whose id nobody but its browser has."""

    handle: str
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A program's way in, on behalf of its ``owner``, who answers for what it does.

    ``role`` is never above the owner's of now. Only tokens of before tokens had owners have
    none. Times are in UTC; ``last_used_at`` is at most a minute behind.
    """

    id: str
    name: str
    owner: str | None
    role: Role
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked: bool = False


class Accounts(Protocol):
    """Users, sessions, tokens and what else is remembered about callers.

    Safe to use from several threads; several processes share them, and a change by one is
    seen by all at once. What is secret is kept only as a hash. No change takes away the last
    admin who can sign in: it raises InvalidAccount. Every method raises StoreUnavailable where
    the accounts cannot be read or written; a change that returns is on disk.
    """

    def users(self) -> list[User]:
        """Return all users, by name."""

    def user(self, name: str) -> User | None:
        """Return one user, or None."""

    def add_user(self, name: str, role: Role, password: str | None = None) -> User:
        """Make an account; without a password, its user is invited to choose one by a link.

        Raises InvalidAccount: name taken or odd, password too weak.
        """

    def set_password(self, name: str, password: str) -> None:
        """Change the password; ends all sessions. Raises NotFound, InvalidAccount."""

    def set_role(self, name: str, role: Role) -> None:
        """Change the role; holds from the next request on. Raises NotFound, InvalidAccount."""

    def set_disabled(self, name: str, disabled: bool) -> None:  # noqa: FBT001  # the value itself
        """Keep a user and the user's tokens out, or let them in again; ends all sessions.

        Raises NotFound, InvalidAccount.
        """

    def authenticate(self, name: str, password: str, *, address: str, device: str = "") -> User:
        """Return whose name and password these are; ``address`` is where they came from.

        ``device`` is the secret of ``remember_device``, if the browser has one: tries of others
        do not delay it. Raises Denied, and Throttled where too many tries failed for this account
        from this network, or from this network for all accounts; then nothing was compared.
        Unknown names take as long as known ones.
        """

    def remember_device(self, user: User) -> str:
        """Return a secret for the browser in which ``user`` signed in; good for DEVICE_SECONDS.

        It opens nothing. A new password makes it worthless.
        """

    def is_device(self, name: str, secret: str) -> bool:
        """Say whether ``secret`` is that of a browser in which the user ``name`` signed in."""

    def open_session(self, user: User) -> str:
        """Return the id of a new session, which is kept only as its hash."""

    def session(self, session_id: str) -> Session | None:
        """Return the session; None where it ended, was idle for an hour or is 12 h old."""

    def confirm_session(self, session_id: str) -> None:
        """Note that the user of a session has given the password again. No harm where it ended."""

    def close_session(self, session_id: str) -> None:
        """End a session. No harm where there is none."""

    def sessions(self, name: str) -> list[OpenSession]:
        """Return the open sessions of a user, the one seen last first."""

    def end_session(self, name: str, handle: str) -> None:
        """End the session of user ``name`` that ``handle`` names. No harm where there is none."""

    def create_token(
        self, name: str, role: Role, *, owner: str, expires_at: datetime, actor: str
    ) -> tuple[str, Token]:
        """Return a new token's secret, which is shown this once, and the token.

        ``owner`` is the user on whose behalf it acts, ``actor`` whoever makes it. Raises
        NotFound where there is no such user; InvalidAccount where the name is odd or a token
        of the owner's has it, where the role is above the owner's, or where it would have
        expired already.
        """

    def token(self, secret: str) -> Token | None:
        """Return the token whose secret this is.

        None where it is unknown, expired or revoked, or where its owner is disabled.
        """

    def tokens(self) -> list[Token]:
        """Return all tokens, newest first, also those that open nothing any more."""

    def revoke_token(self, token_id: str) -> None:
        """End a token at once. Raises NotFound."""

    def sign_in_link(self, user: User) -> str:
        """Return a secret that signs ``user`` in once within ten minutes."""

    def redeem_sign_in(self, secret: str) -> User | None:
        """Return whom ``secret`` signs in, and make it worthless; None where it is so already."""

    def password_link(self, user: User) -> str:
        """Return a secret by which ``user`` may choose a password once within a day."""

    def password_link_user(self, secret: str) -> User | None:
        """Return who may choose a password by ``secret``; None where it is worthless."""

    def redeem_password_link(self, secret: str, password: str) -> User | None:
        """Set the password and make ``secret`` worthless; None where it is so already.

        Ends all sessions. Raises InvalidAccount; then the secret is as good as before.
        """

    def hit(self, key: str, *, limit: int, seconds: float) -> float | None:
        """Count one request for ``key``; None where it is within ``limit`` for ``seconds``.

        Otherwise it does not count, and the answer is in how many seconds the next one will
        be. ``limit`` may come at once; then they are spread evenly (GCRA, ITU-T I.371).
        """

    def remember(self, key: str, payload: Mapping[str, Any], seconds: float) -> None:
        """Keep ``payload`` (JSON) under ``key`` for ``seconds``."""

    def recall(self, key: str) -> dict[str, Any] | None:
        """Return what is remembered under ``key``, or None."""
