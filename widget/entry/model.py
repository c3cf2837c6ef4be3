"""Schema 1 as pydantic models: constraints that also hold for drafts; ``rules`` has the rest."""

from __future__ import annotations

import difflib
import json
import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    Strict,
    StringConstraints,
    ValidationError,
    model_serializer,
)
from pydantic_core import ErrorDetails, PydanticCustomError, PydanticSerializationError

from widget.entry import light_html
from widget.entry.containment import contained
from widget.entry.json_input import MAX_BYTES, child_path, read_json
from widget.entry.urls import MAX_LENGTH as MAX_URL_LENGTH
from widget.entry.vocabulary import (
    ArticleKind,
    Confidence,
    CorrectionKind,
    Lean,
    Origin,
    Role,
    SourceKind,
)
from widget.errors import Breach, InvalidEntry, Message, counted, message

MAX_PERSPECTIVES = 6
MAX_POINTS = 12
MAX_SOURCES = 99
MAX_BREACHES = 200
ID_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?$"
LANGUAGE_PATTERN = r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}$"

_ID = re.compile(ID_PATTERN.removesuffix("$"))
EntryId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN)]
Line = Annotated[str, StringConstraints(max_length=500)]
Paragraph = Annotated[str, StringConstraints(max_length=2_000)]
LightHtml = Annotated[str, StringConstraints(max_length=light_html.MAX_LENGTH)]
Url = Annotated[str, StringConstraints(max_length=MAX_URL_LENGTH)]


def _require_rfc3339(value: object) -> object:
    """Reject what is not an RFC 3339 timestamp: pydantic also accepts "1780000000"."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[Tt]", value, re.ASCII):
        return value
    raise PydanticCustomError("datetime_parsing", "is not a date with time")


def is_id(text: str) -> bool:
    """Return whether ``text`` is a valid entry id (and so a safe file name)."""
    return _ID.fullmatch(text) is not None


# Lax after the check: strict mode would accept strings from JSON input only.
Moment = Annotated[AwareDatetime, Strict(strict=False), BeforeValidator(_require_rfc3339)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _reject_boolean(value: object) -> object:
    return None if isinstance(value, bool) else value


class Article(_Part):
    """The article that the entry is about."""

    url: Url = Field(description="Canonical address, http or https; unique over all entries.")
    aliases: tuple[Url, ...] = Field(
        default=(), max_length=50, description="Other addresses of the same article."
    )
    title: Line
    authors: tuple[Line, ...] = Field(default=(), max_length=50)
    section: Line = ""
    kind: ArticleKind
    published: date | None = None


class Viewpoint(_Part):
    """Where the article stands."""

    lean: Lean
    rationale: LightHtml = Field(default="", description="Light HTML.")
    confidence: Confidence | None = None


class Point(_Part):
    """One thing that is said, with markers ``[n]`` for its sources."""

    text: LightHtml = Field(description="Light HTML with markers such as [1] or [4][5].")
    attributed_to: Line | None = None


class Perspective(_Part):
    """A group of points that readers can expand."""

    role: Role
    heading: Line | None = Field(
        default=None, description="null: the role's heading in the entry's language."
    )
    points: tuple[Point, ...] = Field(default=(), max_length=MAX_POINTS)
    none_because: Paragraph | None = Field(
        default=None,
        description="Plain text, for an empty group of different-views: why there are none.",
    )

    @model_serializer(mode="wrap")
    def _only_if_set(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Documents from before this key keep their bytes, and so their digests and approvals.
        fields: dict[str, Any] = serialize(self)
        if self.none_because is None:
            fields.pop("none_because", None)
        return fields


class Source(_Part):
    """What a marker refers to: marker ``[n]`` names the n-th source, from 1."""

    title: Line
    url: Url
    publisher: Line | None = None
    published: date | None = None
    type: SourceKind = "other"
    quote: Paragraph | None = None
    archive_url: Url | None = None


class Provenance(_Part):
    """Who made the analysis, for the disclosure."""

    origin: Origin
    provider: Line | None = None
    model: Line | None = None
    generated_at: Moment | None = None
    reviewed_by: Line | None = None
    reviewed_at: Moment | None = None


_OWN_START = b'{\n  "schema": 1,\n  "id": "'
"""What every document of our own begins with: others need not be read to tell."""
_NUL = rb"\u0000"


class Correction(_Part):
    """A change to a published entry that readers are told of."""

    at: Moment
    kind: CorrectionKind
    note: Paragraph = Field(min_length=1)


class Entry(_Part):
    """One article's entry. Immutable; ``model_copy`` makes a changed one."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, title="Insights entry", json_schema_extra={}
    )

    # Strict mode accepts true as 1 here.
    version: Annotated[Literal[1], BeforeValidator(_reject_boolean)] = Field(alias="schema")
    id: EntryId
    language: Language = Field(description="BCP 47; the direction of the text follows from it.")
    article: Article
    viewpoint: Viewpoint
    perspectives: tuple[Perspective, ...] = Field(default=(), max_length=MAX_PERSPECTIVES)
    sources: tuple[Source, ...] = Field(default=(), max_length=MAX_SOURCES)
    provenance: Provenance
    corrections: tuple[Correction, ...] = Field(default=(), max_length=100)

    def to_json(self) -> bytes:
        """Return the document as it is written to disk: UTF-8, indented.

        Every key is present, except that only a group that has ``none_because`` writes it.
        """
        try:
            return f"{self.model_dump_json(by_alias=True, indent=2)}\n".encode()
        except PydanticSerializationError:
            # Half of a surrogate pair; raises UnicodeEncodeError, which callers expect.
            value = self.model_dump(mode="json", by_alias=True)
            return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def parse_entry(data: bytes) -> Entry:
    """Read an entry from ``data`` (UTF-8 JSON). Raises InvalidEntry with every breach found."""
    return contained("parsing it", lambda: _parsed(data))


def parse_own(data: bytes) -> Entry | None:
    """Read an entry that is written exactly as ``to_json`` writes it, None for any other bytes.

    Bytes that come out as they went in need no strict reader, which takes three times as long:
    there is no duplicate key, odd number or half of a surrogate pair in them. An escaped NUL
    would come out as it went in, and is left to the strict reader.
    """
    if not data.startswith(_OWN_START) or len(data) > MAX_BYTES or _NUL in data:
        return None
    try:
        entry = Entry.model_validate_json(data)
        return entry if entry.to_json() == data else None
    except (ValidationError, UnicodeEncodeError, RecursionError):
        return None


def _parsed(data: bytes) -> Entry:
    own = parse_own(data)
    return _parsed_strictly(data) if own is None else own


def _parsed_strictly(data: bytes) -> Entry:
    value = read_json(data)
    try:
        # Serialized again: only pydantic's JSON mode reads dates strictly.
        return Entry.model_validate_json(json.dumps(value))
    except ValidationError as error:
        errors = error.errors(include_url=False)
        breaches = [_breach(detail) for detail in errors[:MAX_BREACHES]]
        if len(errors) > MAX_BREACHES:
            more = len(errors) - MAX_BREACHES
            others = counted(
                "has %(num)d more breach; fix these first",
                "has %(num)d more breaches; fix these first",
                more,
            )
            breaches.append(Breach("$", others))
        raise InvalidEntry(breaches) from error


def _breach(error: ErrorDetails) -> Breach:
    path = "$"
    for key in error["loc"]:
        path = child_path(path, key)
    return Breach(path, _problem(error) or error["msg"])


def _problem(error: ErrorDetails) -> Message | None:
    """Return pydantic's error for people, or None for one of the types that are not expected."""
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(error["loc"])
        case "missing":
            return message("is missing; add it")
        case "literal_error":
            return message("must be %(expected)s", expected=context["expected"])
        case "string_too_long":
            limit = context["max_length"]
            return message("is too long; shorten it to %(limit)d characters", limit=limit)
        case "string_too_short":
            return message("is empty; fill it in")
        case "too_long":
            limit = context["max_length"]
            return message("has too many items; at most %(limit)d are accepted", limit=limit)
        case "string_pattern_mismatch" if error["loc"] == ("id",):
            return message(
                "must be 1 to 80 lower-case letters, digits and hyphens, "
                "without a hyphen at either end"
            )
        case "string_pattern_mismatch":
            return message('must be a BCP 47 language tag such as "en" or "pt-BR"')
        case "timezone_aware":
            return message('lacks its time zone; write it like "2026-05-06T09:00:00Z"')
        case kind if kind.startswith("datetime"):
            return message('is not a date with time; write it like "2026-05-06T09:00:00Z"')
        case kind if kind.startswith("date"):
            return message('is not a date; write it like "2026-05-04", or null')
        case "string_type":
            return message("must be text in quotation marks")
        case "tuple_type":
            return message("must be a list in square brackets")
        case "model_type" | "model_attributes_type" | "dict_type":
            return message("must be an object in curly braces")
    return None


def _unknown_key(loc: tuple[int | str, ...]) -> Message:
    close = difflib.get_close_matches(str(loc[-1]), _keys_at(loc[:-1]), n=1)
    if close:
        return message("is not a key of an entry; did you mean %(key)r?", key=close[0])
    return message("is not a key of an entry; remove it")


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Entry
    parts: dict[str, type[BaseModel]] = {
        "article": Article,
        "viewpoint": Viewpoint,
        "perspectives": Perspective,
        "points": Point,
        "sources": Source,
        "provenance": Provenance,
        "corrections": Correction,
    }
    for key in loc:
        model = parts.get(str(key), model)
    return [field.alias or name for name, field in model.model_fields.items()]
