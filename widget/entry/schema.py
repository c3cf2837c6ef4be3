"""The JSON Schema of an entry, generated from the model."""

from __future__ import annotations

import json
from typing import Any

from widget.entry.model import Entry


def schema_document() -> bytes:
    """Return the schema as it is served; ``static/entry.schema.json`` is its copy."""
    return (json.dumps(json_schema(), indent=2) + "\n").encode()


def json_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12)."""
    schema = Entry.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
