"""The rules of accounts, wherever they are kept: who gets in, for how long, how often."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from widget.accounts.expiring_store import ExpiringStore, Kind, digest, handle
from widget.accounts.names import check_token_name, check_user_name
from widget.accounts.passwords import Passwords, check_password
from widget.accounts.protocol import (
    ABSOLUTE_SECONDS,
    CONFIRM_SECONDS,
    DEVICE_SECONDS,
    IDLE_SECONDS,
    LINK_SECONDS,
    PASSWORD_LINK_SECONDS,
    TOKEN_PREFIX,
    TOUCH_SECONDS,
    OpenSession,
    Role,
    Session,
    Token,
    User,
    at_least,
)
from widget.accounts.records import Records, TokenRecord, UserRecord
from widget.accounts.throttle import Throttle
from widget.errors import Denied, InvalidAccount, NotFound, StoreUnavailable

log = logging.getLogger("widget.accounts")

_ROUNDING = 1e-5


class AccountService:
    """``Accounts`` over where they are kept: ``records`` for good, ``spool`` for a while.

    ``clock`` returns seconds since 1970, the same for all who share them. ``own_words`` are names
    of the service, of which no password may consist.
    """

    def __init__(
        self,
        records: Records,
        spool: ExpiringStore,
        clock: Callable[[], float],
        passwords: Passwords | None = None,
        own_words: Iterable[str] = (),
    ) -> None:
        self._records = records
        self._spool = spool
        self._clock = clock
        self._throttle = Throttle(spool, clock)
        self._passwords = passwords or Passwords()
        self._own_words = tuple(own_words)

    # Users

    def users(self) -> list[User]:
        """Return all users, by name."""
        return [record.user() for _, record in sorted(self._records.state().users.items())]

    def user(self, name: str) -> User | None:
        """Return one user, or None."""
        record = self._records.state().users.get(name)
        return record.user() if record else None

    def add_user(self, name: str, role: Role, password: str | None = None) -> User:
        """Make an account, without a password for who is to choose it. Raises InvalidAccount."""
        check_user_name(name)
        if password is not None:
            check_password(name, password, own_words=self._own_words)
        record = UserRecord(
            name=name,
            role=role,
            password=None if password is None else self._passwords.hash(password),
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
        check_password(name, password, own_words=self._own_words)
        kept = self._passwords.hash(password)
        self._change_user(name, password=kept, generation=_generation())

    def set_role(self, name: str, role: Role) -> None:
        """Change the role. Raises NotFound, InvalidAccount."""
        self._change_user(name, role=role)

    def set_disabled(self, name: str, disabled: bool) -> None:  # noqa: FBT001  # the value itself
        """Keep a user out, or let one in again. Raises NotFound, InvalidAccount."""
        self._change_user(name, disabled=disabled, generation=_generation())

    def _change_user(self, name: str, **changes: object) -> None:
        with self._records.change() as change:
            record = change.state.users.get(name)
            if record is None:
                raise NotFound(f"there is no user {name!r}")
            changed = change.state.with_user(record.model_copy(update=changes))
            if change.state.has_admin() and not changed.has_admin():
                raise InvalidAccount(
                    f"there must always be an admin who can sign in, and {name} is the last one; "
                    "make another user admin first"
                )
            change.state = changed

    # Signing in

    def authenticate(self, name: str, password: str, *, address: str, device: str = "") -> User:
        """Return whose name and password these are. Raises Denied, Throttled."""
        name = name.strip().lower()
        record = self._records.state().users.get(name)
        account = f"{name}\0{record.generation if record else ''}"
        device = device if self.is_device(name, device) else ""
        self._throttle.begin(account, address, device)
        kept = record.password if record else None
        matches = self._passwords.matches(kept, password)
        if record is None or kept is None or not matches or record.disabled:
            raise Denied("this name and password let nobody in")
        self._throttle.succeeded(account, address, device)
        if self._passwords.is_dated(kept):
            self._change_user(name, password=self._passwords.hash(password))
        return record.user()

    def remember_device(self, user: User) -> str:
        """Return a secret for the browser in which ``user`` signed in."""
        return self._opened("device", user, DEVICE_SECONDS)

    def is_device(self, name: str, secret: str) -> bool:
        """Say whether ``secret`` is that of a browser in which the user ``name`` signed in."""
        kept = self._spool.read("device", secret) if secret else None
        user = self._current(kept) if kept else None
        return user is not None and user.name == name

    def sign_in_link(self, user: User) -> str:
        """Return a secret that signs ``user`` in once within ten minutes."""
        return self._opened("link", user, LINK_SECONDS)

    def redeem_sign_in(self, secret: str) -> User | None:
        """Return whom ``secret`` signs in, and make it worthless."""
        return self._redeemed("link", secret)

    def password_link(self, user: User) -> str:
        """Return a secret by which ``user`` may choose a password once within a day."""
        return self._opened("password", user, PASSWORD_LINK_SECONDS)

    def password_link_user(self, secret: str) -> User | None:
        """Return who may choose a password by ``secret``."""
        kept = self._spool.read("password", secret)
        return self._current(kept) if kept else None

    def redeem_password_link(self, secret: str, password: str) -> User | None:
        """Set the password, and make ``secret`` worthless. Raises InvalidAccount."""
        user = self.password_link_user(secret)
        if user is None:
            return None
        check_password(user.name, password, own_words=self._own_words)
        if self._redeemed("password", secret) is None:
            return None
        self.set_password(user.name, password)
        return self.user(user.name)

    def _redeemed(self, kind: Kind, secret: str) -> User | None:
        kept = self._spool.read(kind, secret)
        # Of two who read it at once, the one who removes it has it.
        if kept is None or not self._spool.remove(kind, secret):
            return None
        return self._current(kept)

    # Sessions

    def open_session(self, user: User) -> str:
        """Return the id of a new session."""
        session_id = self._opened("session", user, IDLE_SECONDS)
        try:
            self._change_user(user.name, signed_in_at=self._now())
        except StoreUnavailable as error:
            # When somebody signed in last is worth less than that they can sign in.
            log.warning("the last sign-in of %r cannot be kept: %s", user.name, error)
        return session_id

    def session(self, session_id: str) -> Session | None:
        """Return the session, or None where it ended."""
        kept = self._spool.read("session", session_id)
        if kept is None:
            return None
        user = self._current(kept)
        age = self._clock() - kept["created"]
        # Another machine may be a moment ahead; whose clock is set back further ends sessions.
        if user is None or not -TOUCH_SECONDS < age < ABSOLUTE_SECONDS:
            return None
        if self._clock() - kept["seen"] >= TOUCH_SECONDS:
            kept = self._touched(session_id)
            if kept is None:
                return None
        return Session(
            user,
            csrf=digest(f"csrf\0{session_id}"),
            handle=handle("session", session_id),
            created_at=_at(kept["created"]),
            last_seen_at=_at(kept["seen"]),
            confirmed=self._clock() - kept.get("confirmed", kept["created"]) < CONFIRM_SECONDS,
        )

    def confirm_session(self, session_id: str) -> None:
        """Note that the user of a session has given the password again."""
        with self._spool.held(handle("session", session_id)) as spool:
            kept = spool.read("session", session_id)
            if kept is not None:
                now = self._clock()
                left = kept["created"] + ABSOLUTE_SECONDS - now
                seconds = min(IDLE_SECONDS, left)
                spool.write("session", session_id, {**kept, "confirmed": now}, seconds=seconds)

    def close_session(self, session_id: str) -> None:
        """End a session."""
        with self._spool.held(handle("session", session_id)) as spool:
            spool.remove("session", session_id)

    def sessions(self, name: str) -> list[OpenSession]:
        """Return the open sessions of a user, the one seen last first."""
        found = [
            OpenSession(place, _at(kept["created"]), _at(kept["seen"]))
            for place, kept in self._spool.each("session")
            if kept["user"] == name and self._current(kept)
        ]
        return sorted(found, key=lambda session: session.last_seen_at, reverse=True)

    def end_session(self, name: str, handle: str) -> None:
        """End one session of a user's."""
        if any(session.handle == handle for session in self.sessions(name)):
            with self._spool.held(handle) as spool:
                spool.remove_place("session", handle)

    def _opened(self, kind: Kind, user: User, seconds: float) -> str:
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
        with self._spool.held(handle("session", session_id)) as spool:
            kept = spool.read("session", session_id)
            if kept is None:
                return None
            now = self._clock()
            kept = {**kept, "seen": now}
            left = kept["created"] + ABSOLUTE_SECONDS - now
            spool.write("session", session_id, kept, seconds=min(IDLE_SECONDS, left))
            return kept

    def _current(self, kept: dict[str, Any]) -> User | None:
        """Return the user of a session or link as it is now; None where that was ended."""
        record = self._records.state().users.get(kept["user"])
        if record is None or record.disabled or record.generation != kept["generation"]:
            return None
        return record.user()

    # Tokens

    def create_token(
        self, name: str, role: Role, *, owner: str, expires_at: datetime, actor: str
    ) -> tuple[str, Token]:
        """Return a new token's secret and the token. Raises NotFound, InvalidAccount."""
        check_token_name(name)
        now = self._now()
        if expires_at <= now:
            raise InvalidAccount(f"a token until {expires_at:%Y-%m-%d %H:%M} would be of no use")
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        record = TokenRecord(
            id=secrets.token_hex(6),
            name=name,
            owner=owner,
            role=role,
            sha256=digest(secret),
            created_by=actor,
            created_at=now,
            expires_at=expires_at.astimezone(UTC),
        )
        with self._records.change() as change:
            user = change.state.users.get(owner)
            if user is None:
                raise NotFound(f"there is no user {owner!r}")
            if not at_least(user.role, role):
                raise InvalidAccount(
                    f"a token may do no more than its owner, and {owner} is {user.role}; "
                    f"give it the role {user.role}"
                )
            of_owner = [it for it in change.state.tokens.values() if it.owner == owner]
            if any(it.name == name and it.is_open(now) for it in of_owner):
                # The history names tokens by it.
                raise InvalidAccount(
                    f"there is a token {name!r} of {owner}'s already; revoke it first"
                )
            change.state = change.state.with_token(record)
            made = change.state.token(record)
        return secret, made

    def token(self, secret: str) -> Token | None:
        """Return the token whose secret this is, or None where it opens nothing."""
        now = self._now()
        wanted = digest(secret)
        state = self._records.state()
        found = None
        for record in state.tokens.values():
            if hmac.compare_digest(record.sha256, wanted):
                found = record
        if found is None or not state.opens(found, now):
            return None
        used = found.last_used_at
        if used is None or (now - used).total_seconds() >= TOUCH_SECONDS:
            found = self._used(found, now)
        return state.token(found) if state.opens(found, now) else None

    def tokens(self) -> list[Token]:
        """Return all tokens, newest first."""
        state = self._records.state()
        ordered = sorted(state.tokens.values(), key=lambda it: it.created_at, reverse=True)
        return [state.token(record) for record in ordered]

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
        with self._spool.held(handle("rate", key)) as spool:
            now = self._clock()
            kept = spool.read("rate", key) or {"due": now}
            due = max(now, kept["due"])
            wait = due - now - (seconds - interval)
            if wait > _ROUNDING:
                return float(wait)
            due += interval
            spool.write("rate", key, {"due": due}, seconds=due - now)
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
