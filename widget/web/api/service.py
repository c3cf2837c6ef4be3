"""What a handler of the API is given, and what it gives back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Request, abort
from pydantic import BaseModel, ValidationError

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import read_json
from widget.entry.json_input import child_path
from widget.errors import Breach, InvalidEntry, InvalidRequest, NotFound
from widget.store import EntryReader, Revision

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Service:
    """What the API works on."""

    settings: Settings
    editorial: Editorial


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is JSON, ``head`` the revision that the entry's ETag names."""

    body: bytes
    status: int = HTTPStatus.OK
    head: int | None = None
    location: str | None = None


def answer(value: object, **rest: Any) -> Answer:  # noqa: ANN401  # the other fields of Answer
    """Return ``value``, a model or what ``json`` can write, as an answer."""
    if isinstance(value, BaseModel):
        return Answer(value.model_dump_json(by_alias=True).encode(), **rest)
    return Answer(json.dumps(value, ensure_ascii=False).encode(), **rest)


@dataclass(frozen=True, slots=True)
class Call:
    """One request by somebody who may make it."""

    service: Service
    request: Request
    actor: str
    path: Mapping[str, str] = field(default_factory=dict)

    @property
    def editorial(self) -> Editorial:
        """Changes entries."""
        return self.service.editorial

    @property
    def store(self) -> EntryReader:
        """Read access to the entries."""
        return self.editorial.entries

    @property
    def entry_id(self) -> str:
        """The entry that the address names."""
        return self.path["entry_id"]

    def data(self) -> bytes:
        """Return the body, which must say that it is JSON."""
        data = self.request.get_data()
        if data and self.request.mimetype != "application/json":
            abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON, as application/json.")
        return data

    def body(self, model: type[_Model], *, optional: bool = False) -> _Model:
        """Read the body. Raises InvalidRequest."""
        data = self.data()
        try:
            value = {} if optional and not data else read_json(data)
        except InvalidEntry as error:
            raise InvalidRequest(error.breaches) from error
        return _validated(model, value)

    def query(self, model: type[_Model]) -> _Model:
        """Read the query. Raises InvalidRequest."""
        given = self.request.args.to_dict(flat=False)
        twice = [
            Breach(child_path("$", name), "is given twice")
            for name in given
            if len(given[name]) > 1
        ]
        if twice:
            raise InvalidRequest(twice)
        try:
            return model.model_validate_strings({name: only for name, (only,) in given.items()})
        except ValidationError as error:
            raise InvalidRequest(_breaches(error)) from error

    def head(self, *, new: bool = False) -> int:
        """Return the newest revision, which the request must know (RFC 9110, section 13.1.1).

        428 where it names none, 412 where it names another one; raises NotFound where there is
        no entry. A ``new`` entry is one that ``If-None-Match: *`` says nobody has.
        """
        if "If-Match" not in self.request.headers:
            if new and self.request.if_none_match.star_tag:
                if self.store.head(self.entry_id):
                    abort(HTTPStatus.PRECONDITION_FAILED, "There is an entry of this id already.")
                return 0
            wanted = "If-Match with the ETag that you read" + (
                ", or If-None-Match: * for a new entry" if new else ""
            )
            abort(HTTPStatus.PRECONDITION_REQUIRED, f"Send {wanted}.")
        head = self.store.head(self.entry_id)
        if not head and not new:
            raise NotFound(f"there is no entry {self.entry_id!r}")
        if not head or not self.request.if_match.contains(str(head)):
            abort(
                HTTPStatus.PRECONDITION_FAILED,
                f"The newest revision of {self.entry_id!r} is {head}, and the request knows "
                "another; read it again.",
            )
        return head

    def changed(self, revision: Revision, *, status: int = HTTPStatus.CREATED) -> Answer:
        """Return the answer to a change, with the warnings of what was saved or published."""
        location = f"/api/v1/entries/{self.entry_id}/revisions/{revision.number}"
        found: list[Breach] = []
        if revision.action in ("save", "publish"):
            found = self.editorial.check(revision.entry)
        warnings = [breach for breach in found if breach.severity == "warning"]
        return answer(
            {**summary(revision), "warnings": breach_records(warnings)},
            status=status,
            head=revision.number,
            location=location if status == HTTPStatus.CREATED else None,
        )


def summary(revision: Revision) -> dict[str, object]:
    """Return ``revision`` without its entry, as JSON."""
    return {
        "number": revision.number,
        "at": revision.at.isoformat().replace("+00:00", "Z"),
        "actor": revision.actor,
        "action": revision.action,
        "note": revision.note,
        "legal": revision.legal,
    }


def breach_records(breaches: list[Breach]) -> list[dict[str, Any]]:
    """Return ``breaches`` as JSON."""
    return [asdict(breach) for breach in breaches]


def _validated(model: type[_Model], value: object) -> _Model:
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise InvalidRequest(_breaches(error)) from error


def _breaches(error: ValidationError) -> list[Breach]:
    breaches = []
    for detail in error.errors():
        path = "$"
        for key in detail["loc"]:
            path = child_path(path, key)
        message = (
            "is not known; remove it" if detail["type"] == "extra_forbidden" else detail["msg"]
        )
        breaches.append(Breach(path, message))
    return breaches
