"""The repository of users and tokens: one small document, which is replaced as a whole."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)

from widget.accounts.protocol import Role, Token, User, lower
from widget.errors import StoreUnavailable


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UserRecord(_Record):
    """A stored user. Each session carries the ``generation``; a new one ends all sessions.

    ``password`` is a hash; None where the user has not chosen one, and then none matches.
    """

    name: str
    role: Role
    password: str | None
    generation: str
    disabled: bool = False
    created_at: AwareDatetime
    signed_in_at: AwareDatetime | None = None
    publications: tuple[str, ...] = ()
    language: str = ""
    time_zone: str = ""

    @model_serializer(mode="wrap")
    def _only_if_chosen(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Until somebody chooses, an older version can still read the document.
        fields: dict[str, Any] = serialize(self)
        for name in ("language", "time_zone"):
            if not fields[name]:
                del fields[name]
        return fields

    def user(self) -> User:
        """Return the user without secrets."""
        return User(
            self.name,
            self.role,
            disabled=self.disabled,
            invited=self.password is None,
            signed_in_at=self.signed_in_at,
            publications=self.publications,
            language=self.language,
            time_zone=self.time_zone,
        )

    def is_working_admin(self) -> bool:
        """Return whether this is an admin of all publications who can sign in."""
        can_sign_in = not self.disabled and self.password is not None
        return self.user().manages_users and can_sign_in


class TokenRecord(_Record):
    """A stored token. ``sha256`` is the hash of its secret. Old tokens may have no owner."""

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
        """Return the token without its secret; ``owner`` is its owner's record."""
        return Token(
            self.id,
            self.name,
            self.owner,
            lower(self.role, owner.role) if owner else self.role,
            self.created_at,
            self.expires_at,
            self.last_used_at,
            self.revoked_at is not None,
            owner.publications if owner else (),
        )

    def is_open(self, now: datetime) -> bool:
        """Return whether the token is neither revoked nor expired at ``now``."""
        return self.revoked_at is None and now < self.expires_at


class _Document(_Record):
    version: int = 1
    users: tuple[UserRecord, ...] = ()
    tokens: tuple[TokenRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountsState:
    """The content of the document: users by name, tokens by id."""

    users: dict[str, UserRecord] = field(default_factory=dict)
    tokens: dict[str, TokenRecord] = field(default_factory=dict)

    def with_user(self, record: UserRecord) -> AccountsState:
        """Return the state with ``record`` in it."""
        return replace(self, users={**self.users, record.name: record})

    def with_token(self, record: TokenRecord) -> AccountsState:
        """Return the state with ``record`` in it."""
        return replace(self, tokens={**self.tokens, record.id: record})

    def token(self, record: TokenRecord) -> Token:
        """Return a token without its secret."""
        return record.token(self._owner(record))

    def opens(self, record: TokenRecord, now: datetime) -> bool:
        """Return whether a token is valid at ``now``."""
        owner = self._owner(record)
        owned = record.owner is None or (owner is not None and not owner.disabled)
        return owned and record.is_open(now)

    def has_admin(self) -> bool:
        """Return whether there is an admin who can sign in."""
        return any(user.is_working_admin() for user in self.users.values())

    def _owner(self, record: TokenRecord) -> UserRecord | None:
        return self.users.get(record.owner) if record.owner else None


class Transaction:
    """A transaction: ``state`` is the document's content, to be replaced by the new content."""

    def __init__(self, state: AccountsState) -> None:
        self.state = state


class AccountRepository(Protocol):
    """Stores the document. Without a document, there are no accounts.

    Thread-safe; shared by several processes. Raises StoreUnavailable where the document cannot be
    read, is damaged or cannot be written.
    """

    def state(self) -> AccountsState:
        """Return the current content of the document. Cheap where it is unchanged."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Lock the document for the length of the block.

        The ``state`` at the end of the block is then stored permanently.
        """


def load(data: bytes | str, where: str) -> AccountsState:
    """Parse the document ``data``. Raises StoreUnavailable, which names ``where`` it is stored."""
    try:
        document = _Document.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        raise StoreUnavailable(
            f"{where} is damaged{f' at {path}' if path else ''} ({first['msg']}); "
            "nobody can sign in until it is repaired or restored"
        ) from None  # the error itself would show the document's content
    return AccountsState(
        {user.name: user for user in document.users},
        {token.id: token for token in document.tokens},
    )


def dump(state: AccountsState) -> str:
    """Return ``state`` as a document."""
    document = _Document(users=tuple(state.users.values()), tokens=tuple(state.tokens.values()))
    return json.dumps(document.model_dump(mode="json"), indent=2) + "\n"
