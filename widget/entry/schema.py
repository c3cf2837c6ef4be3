"""The JSON Schema of an entry, generated from the model."""

from __future__ import annotations

from typing import Any

from widget.entry.model import Entry

SCHEMA_PATH = "/schema/entry.json"


def json_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12); ``static/entry.schema.json`` is its copy."""
    schema = Entry.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
