"""The JSON Schema: generated from the model, and saying the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from samples import EXAMPLES, REMOVED, ROOT, sample_document, sample_entry

from widget.entry import json_schema, schema_document
from widget.errors import InvalidEntry

pytestmark = pytest.mark.unit

VALIDATOR = Draft202012Validator(json_schema())


def test_the_schema_in_the_tree_is_the_generated_one() -> None:
    assert (ROOT / "static" / "entry.schema.json").read_bytes() == schema_document()


def test_the_schema_is_a_schema_of_2020_12() -> None:
    schema = json.loads(schema_document())
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == "Insights entry"


def test_every_part_of_the_schema_refuses_unknown_keys() -> None:
    schema = json_schema()
    parts = [schema, *schema["$defs"].values()]
    assert len(parts) == 8
    assert all(part["additionalProperties"] is False for part in parts)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_schema_accepts_every_entry_of_the_newspaper(path: Path) -> None:
    assert VALIDATOR.is_valid(json.loads(path.read_bytes()))


def test_the_schema_accepts_what_the_model_writes() -> None:
    assert VALIDATOR.is_valid(json.loads(sample_entry().to_json()))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("schema", 2),
        ("schema", "1"),
        ("schema", REMOVED),
        ("id", "Not An Id"),
        ("id", "a" * 81),
        ("language", "en_US"),
        ("article__url", REMOVED),
        ("article__title", 7),
        ("article__title", "x" * 501),
        ("article__kind", "blog"),
        ("article__aliases", "https://x.example"),
        ("viewpoint__lean", "middle"),
        ("viewpoint__rationale", "x" * 5001),
        ("perspectives", [{"role": "ideas"}] * 7),
        ("perspectives__0__role", "gossip"),
        ("perspectives__0__points__0__text", None),
        ("perspectives__0__points", [{"text": "x"}] * 13),
        ("sources__0__type", "tweet"),
        ("sources__0__url", REMOVED),
        ("sources__0__sha", "x"),
        ("provenance__origin", "alien"),
        ("corrections__0__note", ""),
        ("unknown", 1),
    ],
)
def test_the_schema_and_the_model_refuse_the_same(place: str, value: object) -> None:
    assert not VALIDATOR.is_valid(sample_document(**{place: value}))
    with pytest.raises(InvalidEntry):
        sample_entry(**{place: value})
