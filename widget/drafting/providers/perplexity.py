"""Perplexity's Agent API: ``POST /v1/agent``.

Without tools: the evidence comes from our own search. https://docs.perplexity.ai
"""

from __future__ import annotations

import threading

from widget.drafting.providers.adapter import Adapter
from widget.drafting.providers.protocol import Completion, Prompt, Usage
from widget.drafting.providers.results import (
    SCHEMA_NAME,
    amount,
    count,
    mapping,
    read_response,
)


class Agent(Adapter):
    """The model of the Agent API. It rejects unknown fields, so that only needed ones are sent."""

    def complete(
        self, prompt: Prompt, *, deadline: float, cancelled: threading.Event | None = None
    ) -> Completion:
        """Ask the model once. Raises ProviderRefused, ProviderFailed."""
        payload = {
            "model": self._model,
            "instructions": prompt.instructions,
            "input": prompt.content,
            "max_output_tokens": self._max_output_tokens,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": SCHEMA_NAME, "schema": prompt.schema},
            },
        }
        answer = self._transport.send("/v1/agent", payload, deadline=deadline, cancelled=cancelled)
        used = mapping(answer.get("usage"))
        usage = Usage(
            calls=1,
            input_tokens=count(used.get("input_tokens")),
            output_tokens=count(used.get("output_tokens")),
            cost=amount(mapping(used.get("cost")).get("total_cost")),
        )
        # A failed run is HTTP 200, too.
        return read_response(self._transport, prompt, payload, answer, usage)
