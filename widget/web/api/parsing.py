"""What a request contains: its body, its query, and the revision that its author has seen."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TypeVar

from flask import abort, request
from pydantic import BaseModel, ValidationError

from widget.entry import Entry, parse_entry, read_json
from widget.entry.json_input import child_path
from widget.errors import Breach, InvalidEntry, InvalidRequest, NotFound
from widget.web.api.context import entries

_Model = TypeVar("_Model", bound=BaseModel)


def json_data() -> bytes:
    """Return the body. Responds 415 unless its media type is JSON."""
    data = request.get_data()
    if data and request.mimetype != "application/json":
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON, as application/json.")
    return data


def entry(entry_id: str) -> Entry:
    """Return the entry in the body. Raises InvalidEntry."""
    found = parse_entry(json_data())
    if found.id != entry_id:
        raise InvalidEntry([Breach("$.id", f"must be {entry_id!r}, as in the URL")])
    return found


def body(model: type[_Model], *, optional: bool = False) -> _Model:
    """Return the body as ``model``. Raises InvalidRequest."""
    data = json_data()
    try:
        value = {} if optional and not data else read_json(data)
    except InvalidEntry as error:
        raise InvalidRequest(error.breaches) from error
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise InvalidRequest(_breaches(error)) from error


def query(model: type[_Model]) -> _Model:
    """Return the query as ``model``. Raises InvalidRequest."""
    given = request.args.to_dict(flat=False)
    repeated = [
        Breach(child_path("$", name), "is given twice; keep one of them")
        for name in given
        if len(given[name]) > 1
    ]
    if repeated:
        raise InvalidRequest(repeated)
    try:
        return model.model_validate_strings({name: only for name, (only,) in given.items()})
    except ValidationError as error:
        raise InvalidRequest(_breaches(error)) from error


def expected_head(entry_id: str, *, may_be_new: bool = False) -> int:
    """Return the newest revision, if the request names it as If-Match (RFC 9110, 13.1.1).

    Responds 428 if the request has no precondition, and 412 if it names another revision. With
    ``may_be_new``, ``If-None-Match: *`` means 0: there must be no such entry.
    Raises NotFound if there is no entry.
    """
    head = entries().head(entry_id)
    if "If-Match" not in request.headers:
        if may_be_new and request.if_none_match.star_tag:
            if head:
                abort(HTTPStatus.PRECONDITION_FAILED, f"The entry {entry_id!r} exists already.")
            return 0
        new = ", or If-None-Match: * for a new entry" if may_be_new else ""
        abort(HTTPStatus.PRECONDITION_REQUIRED, f"Send If-Match with the ETag that you read{new}.")
    if not head and not may_be_new:
        raise NotFound(f"there is no entry {entry_id!r}")
    if not head or not request.if_match.contains(str(head)):
        abort(
            HTTPStatus.PRECONDITION_FAILED,
            f"The newest revision of {entry_id!r} is {head}, and If-Match names another one; "
            "read the entry again.",
        )
    return head


def _breaches(error: ValidationError) -> list[Breach]:
    return [
        Breach(
            _json_path(detail["loc"]),
            "is not a known field; remove it"
            if detail["type"] == "extra_forbidden"
            else detail["msg"],
        )
        for detail in error.errors()
    ]


def _json_path(keys: tuple[int | str, ...]) -> str:
    path = "$"
    for key in keys:
        path = child_path(path, key)
    return path
