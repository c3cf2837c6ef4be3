"""The rules of API tokens, for every kind of storage."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from widget.accounts.expiring_store import digest
from widget.accounts.names import check_token_name
from widget.accounts.protocol import ROLE_WORDS, TOKEN_PREFIX, TOUCH_SECONDS, Role, Token, at_least
from widget.accounts.repository import AccountRepository, TokenRecord
from widget.errors import InvalidAccount, NotFound, StoreUnavailable, message

log = logging.getLogger("widget.accounts")


class TokenService:
    """The part of ``Accounts`` about tokens. ``clock`` returns seconds since 1970."""

    def __init__(self, repository: AccountRepository, clock: Callable[[], float]) -> None:
        self._repository = repository
        self._clock = clock

    def create_token(
        self, name: str, role: Role, *, owner: str, expires_at: datetime, actor: str
    ) -> tuple[str, Token]:
        """Return a new token's secret and the token. Raises NotFound, InvalidAccount."""
        check_token_name(name)
        now = self._now()
        if expires_at <= now:
            until = f"{expires_at:%Y-%m-%d %H:%M}"
            raise InvalidAccount(message("a token until %(time)s would be of no use", time=until))
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
        with self._repository.transaction() as transaction:
            user = transaction.state.users.get(owner)
            if user is None:
                raise NotFound(message("there is no user %(name)r", name=owner))
            if not at_least(user.role, role):
                raise InvalidAccount(
                    message(
                        "a token may do no more than its owner, and %(name)s is %(role)s; "
                        "give it the role %(role)s",
                        name=owner,
                        role=ROLE_WORDS[user.role],
                    )
                )
            of_owner = [it for it in transaction.state.tokens.values() if it.owner == owner]
            if any(it.name == name and it.is_open(now) for it in of_owner):
                # The history names tokens by it.
                raise InvalidAccount(
                    message(
                        "there is a token %(token)r of %(name)s's already; revoke it first",
                        token=name,
                        name=owner,
                    )
                )
            transaction.state = transaction.state.with_token(record)
            token = transaction.state.token(record)
        return secret, token

    def token(self, secret: str) -> Token | None:
        """Return the token with this secret, or None where it is not valid."""
        now = self._now()
        wanted = digest(secret)
        state = self._repository.state()
        found = None
        for record in state.tokens.values():
            if hmac.compare_digest(record.sha256, wanted):
                found = record
        if found is None or not state.opens(found, now):
            return None
        used = found.last_used_at
        if used is None or (now - used).total_seconds() >= TOUCH_SECONDS:
            found = self._mark_used(found, now)
        return state.token(found) if state.opens(found, now) else None

    def tokens(self) -> list[Token]:
        """Return all tokens, newest first."""
        state = self._repository.state()
        ordered = sorted(state.tokens.values(), key=lambda it: it.created_at, reverse=True)
        return [state.token(record) for record in ordered]

    def revoke_token(self, token_id: str) -> None:
        """Revoke a token at once. Raises NotFound."""
        with self._repository.transaction() as transaction:
            record = transaction.state.tokens.get(token_id)
            if record is None:
                raise NotFound(message("there is no token %(token)r", token=token_id))
            if record.revoked_at is None:
                revoked = record.model_copy(update={"revoked_at": self._now()})
                transaction.state = transaction.state.with_token(revoked)

    def _mark_used(self, record: TokenRecord, now: datetime) -> TokenRecord:
        try:
            with self._repository.transaction() as transaction:
                newest = transaction.state.tokens.get(record.id, record)
                used = newest.model_copy(update={"last_used_at": now})
                transaction.state = transaction.state.with_token(used)
        except StoreUnavailable as error:
            # A failure to store the time must not prevent the use.
            log.warning("cannot store the last use of token %r: %s", record.name, error)
            return record
        return used

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)
