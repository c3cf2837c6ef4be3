"""The interface of accounts: roles, users, sessions, tokens and their lifetimes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, get_args

from widget.errors import Message, message

Role = Literal["editor", "publisher", "admin"]

ROLES: tuple[Role, ...] = get_args(Role)
ROLE_WORDS: dict[str, Message] = {
    "editor": message("editor"),
    "publisher": message("publisher"),
    "admin": message("admin"),
}
"""The roles as they stand within sentences."""
"""The roles in ascending order; each includes the permissions of those before it."""

IDLE_SECONDS = 60 * 60
ABSOLUTE_SECONDS = 12 * 60 * 60
CONFIRM_SECONDS = 5 * 60
"""How long after entering the password critical changes do not ask for it again."""
DEVICE_SECONDS = 180 * 24 * 60 * 60
LINK_SECONDS = 10 * 60
PASSWORD_LINK_SECONDS = 24 * 60 * 60
TOUCH_SECONDS = 60
TOKEN_PREFIX = "ins_"  # noqa: S105  # the prefix of tokens, so that scanners find leaked ones


def at_least(role: Role, needed: Role) -> bool:
    """Return whether ``role`` includes the permissions of ``needed``."""
    return ROLES.index(role) >= ROLES.index(needed)


def lower(one: Role, other: Role) -> Role:
    """Return the role with fewer permissions."""
    return min(one, other, key=ROLES.index)


@dataclass(frozen=True, slots=True)
class User:
    """A user who signs in with a name and a password. ``invited``: without a password yet.

    ``signed_in_at`` is the time of the last sign-in, in UTC. ``publications`` names those that the
    user works for; empty: all. ``language`` (of the interface) and ``time_zone`` (IANA) are empty
    until the user chose them: then the browser's language and UTC apply.
    """

    name: str
    role: Role
    disabled: bool = False
    invited: bool = False
    signed_in_at: datetime | None = None
    publications: tuple[str, ...] = ()
    language: str = ""
    time_zone: str = ""

    @property
    def manages_users(self) -> bool:
        """Whether the user may manage accounts: an admin of some publications may not."""
        return self.role == "admin" and not self.publications


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a signed-in browser. ``user`` has its current data; times are in UTC.

    ``handle`` identifies the session and is not secret. ``csrf`` is the token of its unsafe
    requests; it is derived from the session id and stored nowhere. ``confirmed``: the password
    was entered within the last CONFIRM_SECONDS.
    """

    user: User
    csrf: str
    handle: str
    created_at: datetime
    last_seen_at: datetime
    confirmed: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session in a list, without its id, which only its browser has."""

    handle: str
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """An API token, which acts on behalf of its ``owner``.

    ``role`` is never above the owner's current role, and ``publications`` are the owner's. Only
    old tokens have no owner. Times are in UTC; ``last_used_at`` is accurate to a minute.
    """

    id: str
    name: str
    owner: str | None
    role: Role
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked: bool = False
    publications: tuple[str, ...] = ()


class Accounts(Protocol):
    """Users, sessions, tokens, rate limits and idempotent answers.

    Thread-safe; shared by several processes, which see each other's changes at once. Secrets are
    stored as hashes only. A change that would remove the last admin of all publications who can
    sign in raises InvalidAccount. Every method raises StoreUnavailable where the accounts cannot be
    read or written; a change is on disk when the method returns.
    """

    def users(self) -> list[User]:
        """Return all users, by name."""

    def user(self, name: str) -> User | None:
        """Return one user, or None."""

    def add_user(
        self,
        name: str,
        role: Role,
        password: str | None = None,
        *,
        publications: Sequence[str] = (),
    ) -> User:
        """Create an account; without a password, its user is invited to choose one by a link.

        ``publications`` are those that the user works for; empty: all. Raises InvalidAccount where
        the name is taken or invalid, or the password is too weak.
        """

    def set_password(self, name: str, password: str) -> None:
        """Change the password; ends all sessions. Raises NotFound, InvalidAccount."""

    def set_role(self, name: str, role: Role) -> None:
        """Change the role, from the next request on. Raises NotFound, InvalidAccount."""

    def set_publications(self, name: str, publications: Sequence[str]) -> None:
        """Change the publications that a user works for, from the next request on; empty: all.

        Raises NotFound, InvalidAccount.
        """

    def set_preferences(self, name: str, *, language: str, time_zone: str) -> None:
        """Change the language and the time zone of the user's pages, from the next request on.

        ``language`` has a catalog of the pages, ``time_zone`` is an IANA name; "" resets either.
        Raises NotFound, InvalidAccount.
        """

    def set_disabled(self, name: str, disabled: bool) -> None:  # noqa: FBT001  # the value itself
        """Disable or enable a user and the user's tokens; ends all sessions.

        Raises NotFound, InvalidAccount.
        """

    def authenticate(self, name: str, password: str, *, address: str, device: str = "") -> User:
        """Return the user with this name and password; ``address`` is the client's.

        ``device`` is the secret of ``remember_device``, if the browser has one: attempts of others
        do not delay it. Raises Denied, and Throttled where too many attempts failed for this
        account from this network, or from this network for all accounts; the password was then
        not compared. Unknown names take the same time as existing ones.
        """

    def remember_device(self, user: User) -> str:
        """Return a secret for the browser in which ``user`` signed in, valid DEVICE_SECONDS.

        It grants no access. A new password invalidates it.
        """

    def is_device(self, name: str, secret: str) -> bool:
        """Return whether ``secret`` belongs to a browser in which the user ``name`` signed in."""

    def open_session(self, user: User) -> str:
        """Return the id of a new session, which is stored as a hash only."""

    def session(self, session_id: str) -> Session | None:
        """Return the session, None where it ended, was idle for an hour or is 12 h old."""

    def confirm_session(self, session_id: str) -> None:
        """Record that the user has entered the password again. Does nothing without a session."""

    def close_session(self, session_id: str) -> None:
        """End a session. Does nothing where there is none."""

    def sessions(self, name: str) -> list[OpenSession]:
        """Return the open sessions of a user, the one seen last first."""

    def end_session(self, name: str, handle: str) -> None:
        """End the session of user ``name`` with ``handle``. Does nothing where there is none."""

    def create_token(
        self, name: str, role: Role, *, owner: str, expires_at: datetime, actor: str
    ) -> tuple[str, Token]:
        """Return a new token's secret, which is shown only once, and the token.

        ``owner`` is the user on whose behalf it acts, ``actor`` its creator. Raises NotFound where
        there is no such user; InvalidAccount where the name is invalid or used by another token of
        the owner, where the role is above the owner's, or where the expiry has passed.
        """

    def token(self, secret: str) -> Token | None:
        """Return the token with this secret.

        None where it does not exist, has expired or was revoked, or where its owner is disabled.
        """

    def tokens(self) -> list[Token]:
        """Return all tokens, newest first, including invalid ones."""

    def revoke_token(self, token_id: str) -> None:
        """Revoke a token at once. Raises NotFound."""

    def sign_in_link(self, user: User) -> str:
        """Return a secret that signs ``user`` in once within ten minutes."""

    def redeem_sign_in(self, secret: str) -> User | None:
        """Return the user that ``secret`` signs in, and invalidate it; None where it is invalid."""

    def password_link(self, user: User) -> str:
        """Return a secret with which ``user`` may choose a password once within a day."""

    def password_link_user(self, secret: str) -> User | None:
        """Return the user who may choose a password with ``secret``; None where it is invalid."""

    def redeem_password_link(self, secret: str, password: str) -> User | None:
        """Set the password and invalidate ``secret``; None where it is invalid.

        Ends all sessions. Raises InvalidAccount; the secret then stays valid.
        """

    def hit(self, key: str, *, limit: int, seconds: float) -> float | None:
        """Count one request for ``key``; None where it is within ``limit`` per ``seconds``.

        Otherwise the request does not count; return the seconds until the next one is allowed.
        ``limit`` requests may come at once; then they are spread evenly (GCRA, ITU-T I.371).
        """

    def remember(self, key: str, payload: Mapping[str, Any], seconds: float) -> None:
        """Store ``payload`` (JSON) under ``key`` for ``seconds``."""

    def recall(self, key: str) -> dict[str, Any] | None:
        """Return the payload stored under ``key``, or None."""
