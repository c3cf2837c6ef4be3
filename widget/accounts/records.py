"""Users and tokens: one small document, which is changed as a whole."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from widget.accounts.protocol import Role, Token, User, lower
from widget.errors import StoreUnavailable


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
    """Everything that the document holds, users by name and tokens by id."""

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
    """A change in the making: ``state`` is what the document holds, and then what it will hold."""

    def __init__(self, state: State) -> None:
        self.state = state


class Records(Protocol):
    """Where the document is kept. None there: nobody has an account.

    Safe to use from several threads; shared by several processes. Raises StoreUnavailable where
    it cannot be read, is damaged or cannot be written.
    """

    def state(self) -> State:
        """Return what the document holds now, whoever changed it. Cheap where nobody did."""

    def change(self) -> AbstractContextManager[Change]:
        """Hold the document, so that nobody else changes it.

        What ``state`` is at the end of the block is then kept for good.
        """


def parsed(data: bytes | str, where: str) -> State:
    """Return what the document ``data`` holds; ``where`` names its place in StoreUnavailable."""
    try:
        document = _Document.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreUnavailable(
            f"{where} is damaged{f' at {place}' if place else ''} ({first['msg']}); "
            "nobody can sign in until it is repaired or restored"
        ) from None  # The error itself would show what the document holds.
    return State(
        {user.name: user for user in document.users},
        {token.id: token for token in document.tokens},
    )


def written(state: State) -> str:
    """Return the document that holds ``state``."""
    document = _Document(users=tuple(state.users.values()), tokens=tuple(state.tokens.values()))
    return json.dumps(document.model_dump(mode="json"), indent=2) + "\n"
