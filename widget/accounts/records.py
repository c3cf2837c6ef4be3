"""``accounts.json``: users and tokens, in one file that is replaced as a whole."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from widget.accounts.protocol import Role, Token, User, lower
from widget.errors import StoreUnavailable
from widget.store.durable import Disk, SyncFailed, new_token, reason, remove
from widget.store.lock import StoreLock
from widget.store.reading import SetAside, Signature, is_racy, read_regular, signature

MAX_BYTES = 16 * 1024 * 1024


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UserRecord(_Record):
    """A user as kept. ``generation`` is in each session; where it changes, they all end.

    No ``password``: nobody chose one yet, and none is right.
    """

    name: str
    role: Role
    password: str | None
    generation: str
    disabled: bool = False
    created_at: AwareDatetime
    signed_in_at: AwareDatetime | None = None

    def user(self) -> User:
        """Return what others may know of it."""
        return User(
            self.name,
            self.role,
            disabled=self.disabled,
            invited=self.password is None,
            signed_in_at=self.signed_in_at,
        )

    def is_working_admin(self) -> bool:
        """Say whether this is an admin who can sign in."""
        return self.role == "admin" and not self.disabled and self.password is not None


class TokenRecord(_Record):
    """A token as kept: ``sha256`` is its secret's. There were tokens without an owner once."""

    id: str
    name: str
    owner: str | None = None
    role: Role
    sha256: str
    created_by: str
    created_at: AwareDatetime
    expires_at: AwareDatetime
    last_used_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None

    def token(self, owner: UserRecord | None) -> Token:
        """Return what others may know of it; ``owner`` is its owner's record."""
        return Token(
            self.id,
            self.name,
            self.owner,
            lower(self.role, owner.role) if owner else self.role,
            self.created_at,
            self.expires_at,
            self.last_used_at,
            self.revoked_at is not None,
        )

    def is_open(self, now: datetime) -> bool:
        """Say whether it opens anything at ``now``."""
        return self.revoked_at is None and now < self.expires_at


class _Document(_Record):
    version: int = 1
    users: tuple[UserRecord, ...] = ()
    tokens: tuple[TokenRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """Everything that the file holds, users by name and tokens by id."""

    users: dict[str, UserRecord] = field(default_factory=dict)
    tokens: dict[str, TokenRecord] = field(default_factory=dict)

    def with_user(self, record: UserRecord) -> State:
        """Return the state with ``record`` in it."""
        return replace(self, users={**self.users, record.name: record})

    def with_token(self, record: TokenRecord) -> State:
        """Return the state with ``record`` in it."""
        return replace(self, tokens={**self.tokens, record.id: record})

    def token(self, record: TokenRecord) -> Token:
        """Return what others may know of a token."""
        return record.token(self._owner(record))

    def opens(self, record: TokenRecord, now: datetime) -> bool:
        """Say whether a token opens anything at ``now``."""
        owner = self._owner(record)
        owned = record.owner is None or (owner is not None and not owner.disabled)
        return owned and record.is_open(now)

    def has_admin(self) -> bool:
        """Say whether there is an admin who can sign in."""
        return any(user.is_working_admin() for user in self.users.values())

    def _owner(self, record: TokenRecord) -> UserRecord | None:
        return self.users.get(record.owner) if record.owner else None


class Change:
    """A change in the making: ``state`` is what the file holds, and then what it will hold."""

    def __init__(self, state: State) -> None:
        self.state = state


class Records:
    """The file in ``folder``, read again where it changed. No file: nobody has an account.

    Raises StoreUnavailable where it cannot be read, is corrupt or cannot be written.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, "accounts.json")
        self._lock = StoreLock(os.path.join(folder, "accounts.lock"))
        self._disk = Disk()
        self._known: tuple[Signature | None, State] | None = None

    def state(self) -> State:
        """Return what the file holds now. One stat where it is unchanged."""
        known = self._known
        try:
            status = os.lstat(self._path)
            if known is not None and known[0] == signature(status):
                return known[1]
            data, status = read_regular(self._path, MAX_BYTES)
        except FileNotFoundError:
            return State()
        except SetAside as error:
            raise StoreUnavailable(f"{self._path} {error}") from error
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be read: {reason(error)}") from error
        state = self._parsed(data)
        # What changed a moment ago may change once more without a trace in its signature.
        self._known = (None if is_racy(status) else signature(status), state)
        return state

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Hold the file; what ``state`` is at the end of the block is then on disk."""
        with self._lock.held():
            change = Change(self.state())
            before = change.state
            yield change
            if change.state is not before:
                self._write(change.state)

    def _parsed(self, data: bytes) -> State:
        try:
            document = _Document.model_validate_json(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise StoreUnavailable(
                f"{self._path} is damaged{f' at {place}' if place else ''} ({first['msg']}); "
                "nobody can sign in until it is repaired or restored"
            ) from None  # The error itself would show what the file holds.
        return State(
            {user.name: user for user in document.users},
            {token.id: token for token in document.tokens},
        )

    def _write(self, state: State) -> None:
        document = _Document(users=tuple(state.users.values()), tokens=tuple(state.tokens.values()))
        data = (json.dumps(document.model_dump(mode="json"), indent=2) + "\n").encode()
        temporary = os.path.join(self._folder, f".accounts.{new_token()}")
        try:
            self._disk.write(temporary, data, mode=0o600)
            os.rename(temporary, self._path)
            self._disk.sync_folder(self._folder)
        except (OSError, SyncFailed) as error:
            remove(temporary)
            why = reason(error) if isinstance(error, OSError) else error
            raise StoreUnavailable(f"{self._path} cannot be written: {why}") from error
