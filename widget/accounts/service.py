"""The rules of accounts, for every kind of storage: sign-in, sessions, tokens, rate limits."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from widget.accounts.expiring_store import ExpiringStore, Kind, digest, handle_of
from widget.accounts.names import check_user_name
from widget.accounts.passwords import Passwords, check_password
from widget.accounts.preferences import check_preferences
from widget.accounts.protocol import (
    ABSOLUTE_SECONDS,
    CONFIRM_SECONDS,
    DEVICE_SECONDS,
    IDLE_SECONDS,
    LINK_SECONDS,
    PASSWORD_LINK_SECONDS,
    TOUCH_SECONDS,
    OpenSession,
    Role,
    Session,
    User,
)
from widget.accounts.repository import AccountRepository, UserRecord
from widget.accounts.throttle import PasswordThrottle
from widget.accounts.token_service import TokenService
from widget.errors import Denied, InvalidAccount, NotFound, StoreUnavailable, message
from widget.net.rate_limiter import gcra

log = logging.getLogger("widget.accounts")


class AccountService(TokenService):
    """``Accounts`` over two stores: ``repository`` is permanent, ``expiring`` is temporary.

    ``clock`` returns seconds since 1970, the same for all processes that share the stores.
    ``own_words`` are names of the service, of which no password may consist.
    """

    def __init__(
        self,
        repository: AccountRepository,
        expiring: ExpiringStore,
        clock: Callable[[], float],
        passwords: Passwords | None = None,
        own_words: Iterable[str] = (),
    ) -> None:
        super().__init__(repository, clock)
        self._expiring = expiring
        self._throttle = PasswordThrottle(expiring, clock)
        self._passwords = passwords or Passwords()
        self._own_words = tuple(own_words)

    # Users

    def users(self) -> list[User]:
        """Return all users, by name."""
        return [record.user() for _, record in sorted(self._repository.state().users.items())]

    def user(self, name: str) -> User | None:
        """Return one user, or None."""
        record = self._repository.state().users.get(name)
        return record.user() if record else None

    def add_user(
        self,
        name: str,
        role: Role,
        password: str | None = None,
        *,
        publications: Sequence[str] = (),
    ) -> User:
        """Create an account; without a password, the user chooses one. Raises InvalidAccount."""
        check_user_name(name)
        if password is not None:
            check_password(name, password, own_words=self._own_words)
        record = UserRecord(
            name=name,
            role=role,
            password=None if password is None else self._passwords.hash(password),
            generation=_new_generation(),
            created_at=self._now(),
            publications=tuple(dict.fromkeys(publications)),
        )
        with self._repository.transaction() as transaction:
            if name in transaction.state.users:
                raise InvalidAccount(message("there is a user %(name)r already", name=name))
            transaction.state = transaction.state.with_user(record)
        return record.user()

    def set_password(self, name: str, password: str) -> None:
        """Change the password; ends all sessions. Raises NotFound, InvalidAccount."""
        check_password(name, password, own_words=self._own_words)
        password_hash = self._passwords.hash(password)
        self._change_user(name, password=password_hash, generation=_new_generation())

    def set_role(self, name: str, role: Role) -> None:
        """Change the role. Raises NotFound, InvalidAccount."""
        self._change_user(name, role=role)

    def set_publications(self, name: str, publications: Sequence[str]) -> None:
        """Change the publications that a user works for. Raises NotFound, InvalidAccount."""
        self._change_user(name, publications=tuple(dict.fromkeys(publications)))

    def set_preferences(self, name: str, *, language: str, time_zone: str) -> None:
        """Change a user's interface language and time zone. Raises NotFound, InvalidAccount."""
        check_preferences(language, time_zone)
        self._change_user(name, language=language, time_zone=time_zone)

    def set_disabled(self, name: str, disabled: bool) -> None:  # noqa: FBT001  # the value itself
        """Disable or enable a user. Raises NotFound, InvalidAccount."""
        self._change_user(name, disabled=disabled, generation=_new_generation())

    def _change_user(self, name: str, **changes: object) -> None:
        with self._repository.transaction() as transaction:
            record = transaction.state.users.get(name)
            if record is None:
                raise NotFound(message("there is no user %(name)r", name=name))
            changed = transaction.state.with_user(record.model_copy(update=changes))
            if transaction.state.has_admin() and not changed.has_admin():
                raise InvalidAccount(
                    message(
                        "there must always be, for all publications, an admin who can sign in, "
                        "and %(name)s is the last one; make another user admin first",
                        name=name,
                    )
                )
            transaction.state = changed

    # Signing in

    def authenticate(self, name: str, password: str, *, address: str, device: str = "") -> User:
        """Return the user with this name and password. Raises Denied, Throttled."""
        name = name.strip().lower()
        record = self._repository.state().users.get(name)
        account = f"{name}\0{record.generation if record else ''}"
        device = device if self.is_device(name, device) else ""
        self._throttle.begin(account, address, device)
        password_hash = record.password if record else None
        matches = self._passwords.matches(password_hash, password)
        if record is None or password_hash is None or not matches or record.disabled:
            raise Denied(message("this name and password let nobody in"))
        self._throttle.succeeded(account, address, device)
        if self._passwords.is_dated(password_hash):
            self._change_user(name, password=self._passwords.hash(password))
        return record.user()

    def remember_device(self, user: User) -> str:
        """Return a secret for the browser in which ``user`` signed in."""
        return self._issue("device", user, DEVICE_SECONDS)

    def is_device(self, name: str, secret: str) -> bool:
        """Return whether ``secret`` belongs to a browser in which the user ``name`` signed in."""
        stored = self._expiring.read("device", secret) if secret else None
        user = self._user_of(stored) if stored else None
        return user is not None and user.name == name

    def sign_in_link(self, user: User) -> str:
        """Return a secret that signs ``user`` in once within ten minutes."""
        return self._issue("link", user, LINK_SECONDS)

    def redeem_sign_in(self, secret: str) -> User | None:
        """Return the user that ``secret`` signs in, and invalidate it."""
        return self._redeem("link", secret)

    def password_link(self, user: User) -> str:
        """Return a secret with which ``user`` may choose a password once within a day."""
        return self._issue("password", user, PASSWORD_LINK_SECONDS)

    def password_link_user(self, secret: str) -> User | None:
        """Return the user who may choose a password with ``secret``."""
        stored = self._expiring.read("password", secret)
        return self._user_of(stored) if stored else None

    def redeem_password_link(self, secret: str, password: str) -> User | None:
        """Set the password, and invalidate ``secret``. Raises InvalidAccount."""
        user = self.password_link_user(secret)
        if user is None:
            return None
        check_password(user.name, password, own_words=self._own_words)
        if self._redeem("password", secret) is None:
            return None
        self.set_password(user.name, password)
        return self.user(user.name)

    def _redeem(self, kind: Kind, secret: str) -> User | None:
        stored = self._expiring.read(kind, secret)
        # Of two concurrent reads, only the one that removes the secret succeeds.
        if stored is None or not self._expiring.remove(kind, secret):
            return None
        return self._user_of(stored)

    # Sessions

    def open_session(self, user: User) -> str:
        """Return the id of a new session."""
        session_id = self._issue("session", user, IDLE_SECONDS)
        try:
            self._change_user(user.name, signed_in_at=self._now())
        except StoreUnavailable as error:
            # A failure to store the time must not prevent the sign-in.
            log.warning("cannot store the last sign-in of %r: %s", user.name, error)
        return session_id

    def session(self, session_id: str) -> Session | None:
        """Return the session, or None where it ended."""
        stored = self._expiring.read("session", session_id)
        if stored is None:
            return None
        user = self._user_of(stored)
        age = self._clock() - stored["created"]
        # Another machine's clock may be slightly ahead; one set back further ends sessions.
        if user is None or not -TOUCH_SECONDS < age < ABSOLUTE_SECONDS:
            return None
        if self._clock() - stored["seen"] >= TOUCH_SECONDS:
            stored = self._touch(session_id)
            if stored is None:
                return None
        return Session(
            user,
            csrf=digest(f"csrf\0{session_id}"),
            handle=handle_of("session", session_id),
            created_at=_utc(stored["created"]),
            last_seen_at=_utc(stored["seen"]),
            confirmed=self._clock() - stored.get("confirmed", stored["created"]) < CONFIRM_SECONDS,
        )

    def confirm_session(self, session_id: str) -> None:
        """Record that the user of a session has entered the password again."""
        with self._expiring.lock(handle_of("session", session_id)) as expiring:
            stored = expiring.read("session", session_id)
            if stored is not None:
                now = self._clock()
                left = stored["created"] + ABSOLUTE_SECONDS - now
                seconds = min(IDLE_SECONDS, left)
                expiring.write("session", session_id, {**stored, "confirmed": now}, seconds=seconds)

    def close_session(self, session_id: str) -> None:
        """End a session."""
        with self._expiring.lock(handle_of("session", session_id)) as expiring:
            expiring.remove("session", session_id)

    def sessions(self, name: str) -> list[OpenSession]:
        """Return the open sessions of a user, the one seen last first."""
        found = [
            OpenSession(handle, _utc(stored["created"]), _utc(stored["seen"]))
            for handle, stored in self._expiring.items("session")
            if stored["user"] == name and self._user_of(stored)
        ]
        return sorted(found, key=lambda session: session.last_seen_at, reverse=True)

    def end_session(self, name: str, handle: str) -> None:
        """End one session of a user."""
        if any(session.handle == handle for session in self.sessions(name)):
            with self._expiring.lock(handle) as expiring:
                expiring.remove_handle("session", handle)

    def _issue(self, kind: Kind, user: User, seconds: float) -> str:
        record = self._repository.state().users.get(user.name)
        if record is None or record.disabled:
            raise Denied(message("this name and password let nobody in"))
        secret = secrets.token_urlsafe(32)
        now = self._clock()
        stored = {"user": record.name, "generation": record.generation, "created": now, "seen": now}
        self._expiring.write(kind, secret, stored, seconds=seconds)
        return secret

    def _touch(self, session_id: str) -> dict[str, Any] | None:
        # Locked, so that a session that another process ends meanwhile is not written back.
        with self._expiring.lock(handle_of("session", session_id)) as expiring:
            stored = expiring.read("session", session_id)
            if stored is None:
                return None
            now = self._clock()
            stored = {**stored, "seen": now}
            left = stored["created"] + ABSOLUTE_SECONDS - now
            expiring.write("session", session_id, stored, seconds=min(IDLE_SECONDS, left))
            return stored

    def _user_of(self, stored: dict[str, Any]) -> User | None:
        """Return the current user of a session or link, None where it is no longer valid."""
        record = self._repository.state().users.get(stored["user"])
        if record is None or record.disabled or record.generation != stored["generation"]:
            return None
        return record.user()

    # Rate limits and idempotent answers, shared by all processes

    def hit(self, key: str, *, limit: int, seconds: float) -> float | None:
        """Count one request; None, or the seconds until the next one is allowed."""
        with self._expiring.lock(handle_of("rate", key)) as expiring:
            now = self._clock()
            stored = expiring.read("rate", key) or {"due": now}
            decision = gcra(stored["due"], now, limit=limit, seconds=seconds)
            if decision.wait:
                return decision.wait
            expiring.write("rate", key, {"due": decision.due}, seconds=decision.due - now)
            return None

    def remember(self, key: str, payload: Mapping[str, Any], seconds: float) -> None:
        """Store ``payload`` under ``key`` for ``seconds``."""
        self._expiring.write("answer", key, payload, seconds=seconds)

    def recall(self, key: str) -> dict[str, Any] | None:
        """Return the payload stored under ``key``, or None."""
        return self._expiring.read("answer", key)


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _new_generation() -> str:
    return secrets.token_hex(8)
