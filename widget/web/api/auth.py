"""Who may call the API: bearer tokens, their rate limit, and roles."""

from __future__ import annotations

from flask import request

from widget.accounts import Role, Token, at_least
from widget.editorial.actors import token_actor
from widget.errors import Denied, Forbidden, Throttled
from widget.web import security_events
from widget.web.api.context import api

REQUESTS_PER_MINUTE = 600


def authenticate() -> Token:
    """Return the token of this request. Raises Denied or Throttled."""
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise Denied("send a token: Authorization: Bearer ins_…")
    token = api().accounts.token(given.token)
    if token is None:
        security_events.record("token-refused", actor="unknown")
        raise Denied("this token is unknown, expired or revoked")
    _throttle(token)
    return token


def _throttle(token: Token) -> None:
    wait = api().accounts.hit(f"token\0{token.id}", limit=REQUESTS_PER_MINUTE, seconds=60)
    if wait is not None:
        security_events.record("token-throttled", actor=token_actor(token.owner, token.name))
        message = f"this token may make {REQUESTS_PER_MINUTE} requests a minute"
        raise Throttled(message, retry_after=wait)


def authorize(token: Token, role: Role, *, purpose: str) -> None:
    """Raise Forbidden unless ``token`` has ``role`` or a higher one."""
    if not at_least(token.role, role):
        actor = token_actor(token.owner, token.name)
        security_events.record("access-refused", actor=actor, detail=f"needs {role}")
        raise Forbidden(
            f"this token's role is {token.role}; to {purpose}, a token needs the role {role}"
        )
