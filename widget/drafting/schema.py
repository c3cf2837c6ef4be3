"""The JSON Schema that the model's answer must match, in the subset that all providers accept.

Strict modes want every property required and no others allowed, and reject limits of length; those
are checked when the answer is read.
"""

from __future__ import annotations

from typing import Any, get_args

from widget.drafting.proposal import Proposal, ProposedRole
from widget.entry.vocabulary import Lean


def proposal_schema() -> dict[str, Any]:
    """Return the JSON Schema of a Proposal."""
    confidence = Proposal.model_fields["confidence"].annotation
    point = _object(
        role=_choice(ProposedRole),
        text={"type": "string", "description": "Plain text without markers"},
        cites={
            "type": "array",
            "items": {"type": "integer"},
            "description": "Numbers of documents; empty for ideas",
        },
        quotes={
            "type": "array",
            "items": {"type": "string"},
            "description": "Passages that prove the point, copied exactly",
        },
    )
    return _object(
        lean=_choice(Lean),
        rationale={"type": "string"},
        confidence=_choice(confidence),
        points={"type": "array", "items": point},
    )


def _choice(literal: object) -> dict[str, Any]:
    return {"type": "string", "enum": list(get_args(literal))}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
