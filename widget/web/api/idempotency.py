"""``Idempotency-Key``: a repeated request gets the first response, and changes nothing again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response, abort, request

from widget.accounts import Token
from widget.errors import Breach, InvalidRequest
from widget.web.api.context import api
from widget.web.api.responses import ApiResponse

LIFETIME_SECONDS = 24 * 60 * 60

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def respond_once(key: str, token: Token, respond: Callable[[], ApiResponse]) -> Response:
    """Return the stored response for ``key``, else store and return that of ``respond``.

    Only successful responses are stored: an error changed nothing, and the same request may
    succeed later. Of two concurrent requests, the precondition of the entry admits one.
    Raises InvalidRequest if the key belongs to a different request.
    """
    if not _KEY.fullmatch(key):
        abort(HTTPStatus.BAD_REQUEST, "An Idempotency-Key has 1 to 255 visible characters.")
    place = f"{token.id}\0{key}"
    fingerprint = _fingerprint()
    stored = api().accounts.recall(place)
    if stored is None:
        response = respond()
        record = {"request": fingerprint, **_to_record(response)}
        api().accounts.remember(place, record, LIFETIME_SECONDS)
        return response.to_flask()
    if stored["request"] != fingerprint:
        message = "was used for another request; use a new key for each change"
        raise InvalidRequest([Breach("$['Idempotency-Key']", message)])
    replayed = _from_record(stored).to_flask()
    replayed.headers["Idempotency-Replayed"] = "true"
    return replayed


def _fingerprint() -> str:
    content = f"{request.method} {request.full_path}\0".encode() + request.get_data()
    return hashlib.sha256(content).hexdigest()


def _to_record(response: ApiResponse) -> dict[str, Any]:
    return {
        "body": response.body.decode(),
        "status": int(response.status),
        "head": response.head,
        "location": response.location,
    }


def _from_record(record: dict[str, Any]) -> ApiResponse:
    body: str = record["body"]
    return ApiResponse(body.encode(), record["status"], record["head"], record["location"])
