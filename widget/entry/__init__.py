"""The entry: the JSON document about one article (schema 1)."""

from widget.entry.json_input import read_json
from widget.entry.limits import cost_breach
from widget.entry.model import (
    Article,
    Correction,
    Entry,
    Perspective,
    Point,
    Provenance,
    Source,
    Viewpoint,
    parse_entry,
    parse_own,
)
from widget.entry.rules import check
from widget.entry.schema import json_schema, schema_document
from widget.entry.withdrawn import Withdrawn

__all__ = [
    "Article",
    "Correction",
    "Entry",
    "Perspective",
    "Point",
    "Provenance",
    "Source",
    "Viewpoint",
    "Withdrawn",
    "check",
    "cost_breach",
    "json_schema",
    "parse_entry",
    "parse_own",
    "read_json",
    "schema_document",
]
