"""Who may call the API, how often, and what a repeated request is answered with."""

from __future__ import annotations

import hashlib
import re
from http import HTTPStatus
from typing import Any

from flask import Response, abort, request

from widget.accounts import Accounts, Token, at_least
from widget.editorial.actors import by_token
from widget.entry.json_input import MAX_BYTES
from widget.errors import Breach, Conflict, Denied, Forbidden, InvalidRequest, Throttled
from widget.web import security_events
from widget.web.api.routes import Route
from widget.web.api.service import Answer, Call, Service

REQUESTS_PER_MINUTE = 600
REMEMBER_SECONDS = 24 * 60 * 60

_MARGIN_BYTES = 64 * 1024
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Guard:
    """A route as Flask calls it: token, limit, role, repetition, then what the route does."""

    def __init__(self, service: Service, accounts: Accounts, route: Route) -> None:
        self._service = service
        self._accounts = accounts
        self._route = route

    def __call__(self, **path: str) -> Response:
        """Answer the request."""
        token = self._token()
        if not at_least(token.role, self._route.role):
            actor = by_token(token.owner, token.name)
            security_events.record(
                "access-refused", actor=actor, detail=f"needs {self._route.role}"
            )
            raise Forbidden(
                f"this token's role is {token.role}; to {self._route.summary.lower()}, "
                f"a token needs the role {self._route.role}"
            )
        # Above what an entry may have, so that its own message says so.
        request.max_content_length = MAX_BYTES + _MARGIN_BYTES
        if request.method in ("PUT", "POST") and "Idempotency-Key" in request.headers:
            return self._once(token, path)
        return self._response(self._answer(token, path))

    def _token(self) -> Token:
        given = request.authorization
        if given is None or given.type != "bearer" or not given.token:
            raise Denied("send a token: Authorization: Bearer ins_…")
        token = self._accounts.token(given.token)
        if token is None:
            security_events.record("token-refused", actor="unknown")
            raise Denied("this token is unknown, expired or revoked")
        wait = self._accounts.hit(f"token\0{token.id}", limit=REQUESTS_PER_MINUTE, seconds=60)
        if wait is not None:
            security_events.record("token-throttled", actor=by_token(token.owner, token.name))
            message = f"this token may make {REQUESTS_PER_MINUTE} requests a minute"
            raise Throttled(message, retry_after=wait)
        return token

    def _answer(self, token: Token, path: dict[str, str]) -> Answer:
        call = Call(self._service, request, by_token(token.owner, token.name), path)
        try:
            return self._route.handle(call)
        except Forbidden:
            entry_id = path.get("entry_id", "")
            security_events.record(
                "access-refused", actor=call.actor, subject=entry_id, detail="four_eyes"
            )
            raise
        except Conflict as error:
            # The precondition held when it was looked at, and no longer when it mattered.
            abort(HTTPStatus.PRECONDITION_FAILED, str(error))

    def _once(self, token: Token, path: dict[str, str]) -> Response:
        """Answer a request that has an Idempotency-Key.

        Only what succeeded is kept: an error changed nothing, and the same request may fare
        better the next time. Of two at once the precondition lets one through.
        """
        key = request.headers["Idempotency-Key"]
        if not _KEY.fullmatch(key):
            abort(HTTPStatus.BAD_REQUEST, "An Idempotency-Key has 1 to 255 visible characters.")
        place = f"{token.id}\0{key}"
        asked = f"{request.method} {request.full_path}\0".encode() + request.get_data()
        fingerprint = hashlib.sha256(asked).hexdigest()
        kept = self._accounts.recall(place)
        if kept is None:
            answer = self._answer(token, path)
            self._accounts.remember(
                place, {"request": fingerprint, **_as_json(answer)}, REMEMBER_SECONDS
            )
            return self._response(answer)
        if kept["request"] != fingerprint:
            message = "was used for another request; make a new key for each change"
            raise InvalidRequest([Breach("$['Idempotency-Key']", message)])
        response = self._response(_from_json(kept))
        response.headers["Idempotency-Replayed"] = "true"
        return response

    def _response(self, answer: Answer) -> Response:
        response = Response(answer.body, answer.status, content_type="application/json")
        response.headers["Cache-Control"] = "no-store"  # drafts among them
        if answer.location:
            response.headers["Location"] = request.script_root + answer.location
        if answer.head is not None:
            response.set_etag(str(answer.head))
            reads = request.method in ("GET", "HEAD")
            if reads and request.if_none_match.contains_weak(str(answer.head)):
                response.status_code = HTTPStatus.NOT_MODIFIED
                response.set_data(b"")
        return response


def _as_json(answer: Answer) -> dict[str, Any]:
    return {
        "body": answer.body.decode(),
        "status": int(answer.status),
        "head": answer.head,
        "location": answer.location,
    }


def _from_json(kept: dict[str, Any]) -> Answer:
    return Answer(kept["body"].encode(), kept["status"], kept["head"], kept["location"])
