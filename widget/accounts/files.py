"""The accounts of a directory store: ``accounts.json`` and ``sessions/`` in its folder."""

from __future__ import annotations

import hmac
import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from widget.accounts.passwords import Passwords, check_password
from widget.accounts.protocol import (
    ABSOLUTE_SECONDS,
    IDLE_SECONDS,
    LINK_SECONDS,
    TOKEN_PREFIX,
    TOUCH_SECONDS,
    Role,
    Session,
    Token,
    User,
)
from widget.accounts.records import Records, TokenRecord, UserRecord
from widget.accounts.spool import Spool, digest
from widget.accounts.throttle import Throttle
from widget.errors import Denied, InvalidAccount, NotFound, StoreUnavailable
from widget.store.durable import reason

log = logging.getLogger("widget.accounts")

_USER_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?")
_TOKEN_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9])?")
_RESERVED = frozenset({"file"})  # the actor of what people do to the files by hand
_ROUNDING = 1e-5


class DirAccounts:
    """``Accounts`` in ``folder``, which is made where it does not exist.

    ``clock`` returns seconds since 1970.
    """

    def __init__(
        self,
        folder: str,
        *,
        clock: Callable[[], float] = time.time,
        passwords: Passwords | None = None,
    ) -> None:
        root = os.path.abspath(folder)
        try:
            os.makedirs(root, 0o700, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"{root} cannot be opened: {reason(error)}") from error
        self._clock = clock
        self._records = Records(root)
        self._spool = Spool(os.path.join(root, "sessions"), clock)
        self._throttle = Throttle(self._spool, clock)
        self._passwords = passwords or Passwords()

    # Users

    def users(self) -> list[User]:
        """Return all users, by name."""
        return [record.user() for _, record in sorted(self._records.state().users.items())]

    def user(self, name: str) -> User | None:
        """Return one user, or None."""
        record = self._records.state().users.get(name)
        return record.user() if record else None

    def add_user(self, name: str, role: Role, password: str) -> User:
        """Make an account. Raises InvalidAccount."""
        if not _USER_NAME.fullmatch(name) or name in _RESERVED:
            raise InvalidAccount(
                f"{name!r} cannot be a user's name; use 1 to 64 lower-case letters, digits "
                "and . _ @ -, with a letter or digit at both ends"
            )
        check_password(name, password)
        record = UserRecord(
            name=name,
            role=role,
            password=self._passwords.hash(password),
            generation=_generation(),
            created_at=self._now(),
        )
        with self._records.change() as change:
            if name in change.state.users:
                raise InvalidAccount(f"there is a user {name!r} already")
            change.state = change.state.with_user(record)
        return record.user()

    def set_password(self, name: str, password: str) -> None:
        """Change the password; ends all sessions. Raises NotFound, InvalidAccount."""
        check_password(name, password)
        kept = self._passwords.hash(password)
        self._change_user(name, password=kept, generation=_generation())
        self._throttle.forget(name)

    def set_role(self, name: str, role: Role) -> None:
        """Change the role. Raises NotFound."""
        self._change_user(name, role=role)

    def set_disabled(self, name: str, disabled: bool) -> None:  # noqa: FBT001  # the value itself
        """Keep a user out, or let one in again; ends all sessions. Raises NotFound."""
        self._change_user(name, disabled=disabled, generation=_generation())

    def _change_user(self, name: str, **changes: object) -> None:
        with self._records.change() as change:
            record = change.state.users.get(name)
            if record is None:
                raise NotFound(f"there is no user {name!r}")
            change.state = change.state.with_user(record.model_copy(update=changes))

    # Signing in

    def authenticate(self, name: str, password: str, *, address: str) -> User:
        """Return whose name and password these are. Raises Denied, Throttled."""
        name = name.strip().lower()
        self._throttle.begin(name, address)
        record = self._records.state().users.get(name)
        matches = self._passwords.matches(record.password if record else None, password)
        if record is None or not matches or record.disabled:
            raise Denied("this name and password let nobody in")
        self._throttle.succeeded(name, address)
        if self._passwords.is_dated(record.password):
            self._change_user(name, password=self._passwords.hash(password))
        return record.user()

    def sign_in_link(self, user: User) -> str:
        """Return a secret that signs ``user`` in once within ten minutes."""
        return self._opened("link", user, LINK_SECONDS)

    def redeem_sign_in(self, secret: str) -> User | None:
        """Return whom ``secret`` signs in, and make it worthless."""
        kept = self._spool.read("link", secret)
        # Of two who read it at once, the one who removes it has it.
        if kept is None or not self._spool.remove("link", secret):
            return None
        return self._current(kept)

    # Sessions

    def open_session(self, user: User) -> str:
        """Return the id of a new session."""
        return self._opened("session", user, IDLE_SECONDS)

    def session(self, session_id: str) -> Session | None:
        """Return the session, or None where it ended."""
        kept = self._spool.read("session", session_id)
        if kept is None:
            return None
        user = self._current(kept)
        if user is None or not 0 <= self._clock() - kept["created"] < ABSOLUTE_SECONDS:
            return None
        if self._clock() - kept["seen"] >= TOUCH_SECONDS:
            kept = self._touched(session_id)
            if kept is None:
                return None
        return Session(user, digest(f"csrf\0{session_id}"), _at(kept["created"]), _at(kept["seen"]))

    def close_session(self, session_id: str) -> None:
        """End a session."""
        with self._spool.held():
            self._spool.remove("session", session_id)

    def _opened(self, kind: Any, user: User, seconds: float) -> str:  # noqa: ANN401  # spool.Kind
        record = self._records.state().users.get(user.name)
        if record is None or record.disabled:
            raise Denied("this name and password let nobody in")
        secret = secrets.token_urlsafe(32)
        now = self._clock()
        kept = {"user": record.name, "generation": record.generation, "created": now, "seen": now}
        self._spool.write(kind, secret, kept, seconds=seconds)
        return secret

    def _touched(self, session_id: str) -> dict[str, Any] | None:
        # Held, so that a session that another process ends meanwhile is not written back.
        with self._spool.held():
            kept = self._spool.read("session", session_id)
            if kept is None:
                return None
            now = self._clock()
            kept = {**kept, "seen": now}
            left = kept["created"] + ABSOLUTE_SECONDS - now
            self._spool.write("session", session_id, kept, seconds=min(IDLE_SECONDS, left))
            return kept

    def _current(self, kept: dict[str, Any]) -> User | None:
        """Return the user of a session or link as it is now; None where that was ended."""
        record = self._records.state().users.get(kept["user"])
        if record is None or record.disabled or record.generation != kept["generation"]:
            return None
        return record.user()

    # Tokens

    def create_token(
        self, name: str, role: Role, *, expires_at: datetime, actor: str
    ) -> tuple[str, Token]:
        """Return a new token's secret and the token. Raises InvalidAccount."""
        if not _TOKEN_NAME.fullmatch(name):
            raise InvalidAccount(
                f"{name!r} cannot be a token's name; use 1 to 64 letters, digits, spaces "
                "and . _ -, with a letter or digit at both ends"
            )
        now = self._now()
        if expires_at <= now:
            raise InvalidAccount(f"a token until {expires_at:%Y-%m-%d %H:%M} would be of no use")
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        record = TokenRecord(
            id=secrets.token_hex(6),
            name=name,
            role=role,
            sha256=digest(secret),
            created_by=actor,
            created_at=now,
            expires_at=expires_at.astimezone(UTC),
        )
        with self._records.change() as change:
            if any(it.name == name and it.is_open(now) for it in change.state.tokens.values()):
                # The history names tokens by it.
                raise InvalidAccount(f"there is a token {name!r} already; revoke it first")
            change.state = change.state.with_token(record)
        return secret, record.token()

    def token(self, secret: str) -> Token | None:
        """Return the token whose secret this is, or None where it opens nothing."""
        now = self._now()
        wanted = digest(secret)
        found = None
        for record in self._records.state().tokens.values():
            if hmac.compare_digest(record.sha256, wanted):
                found = record
        if found is None or not found.is_open(now):
            return None
        used = found.last_used_at
        if used is None or (now - used).total_seconds() >= TOUCH_SECONDS:
            found = self._used(found, now)
        return found.token() if found.is_open(now) else None

    def tokens(self) -> list[Token]:
        """Return all tokens, newest first."""
        records = self._records.state().tokens.values()
        ordered = sorted(records, key=lambda record: record.created_at, reverse=True)
        return [record.token() for record in ordered]

    def revoke_token(self, token_id: str) -> None:
        """End a token at once. Raises NotFound."""
        with self._records.change() as change:
            record = change.state.tokens.get(token_id)
            if record is None:
                raise NotFound(f"there is no token {token_id!r}")
            if record.revoked_at is None:
                revoked = record.model_copy(update={"revoked_at": self._now()})
                change.state = change.state.with_token(revoked)

    def _used(self, record: TokenRecord, now: datetime) -> TokenRecord:
        try:
            with self._records.change() as change:
                newest = change.state.tokens.get(record.id, record)
                used = newest.model_copy(update={"last_used_at": now})
                change.state = change.state.with_token(used)
        except StoreUnavailable as error:
            # When it was last used is worth less than that it can be used.
            log.warning("the last use of token %r cannot be kept: %s", record.name, error)
            return record
        return used

    # What is shared by all processes for a while

    def hit(self, key: str, *, limit: int, seconds: float) -> float | None:
        """Count one request; None, or in how many seconds the next one will count."""
        interval = seconds / limit
        with self._spool.held():
            now = self._clock()
            kept = self._spool.read("rate", key) or {"due": now}
            due = max(now, kept["due"])
            wait = due - now - (seconds - interval)
            if wait > _ROUNDING:
                return float(wait)
            due += interval
            self._spool.write("rate", key, {"due": due}, seconds=due - now)
            return None

    def remember(self, key: str, payload: Mapping[str, Any], seconds: float) -> None:
        """Keep ``payload`` under ``key`` for ``seconds``."""
        self._spool.write("answer", key, payload, seconds=seconds)

    def recall(self, key: str) -> dict[str, Any] | None:
        """Return what is remembered under ``key``, or None."""
        return self._spool.read("answer", key)

    def _now(self) -> datetime:
        return _at(self._clock())


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _generation() -> str:
    return secrets.token_hex(8)
