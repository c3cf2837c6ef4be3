"""Anthropic's Messages API: ``POST /v1/messages``, with the schema as ``output_config.format``.

https://platform.claude.com/docs/en/build-with-claude/structured-outputs. No citations: the API
rejects them together with a schema. No sampling settings: current models reject them.
"""

from __future__ import annotations

import threading

from widget.drafting.providers.adapter import Adapter
from widget.drafting.providers.protocol import Completion, Prompt, ProviderRefused, Usage
from widget.drafting.providers.results import (
    completed,
    count,
    declined,
    mapping,
    objects,
    truncated,
)

VERSION = {"anthropic-version": "2023-06-01"}
_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class Messages(Adapter):
    """The model of the Messages API."""

    def complete(
        self, prompt: Prompt, *, deadline: float, cancelled: threading.Event | None = None
    ) -> Completion:
        """Ask the model once. Raises ProviderRefused, ProviderFailed."""
        payload = {
            "model": self._model,
            "max_tokens": self._max_output_tokens,
            "system": prompt.instructions,
            "messages": [{"role": "user", "content": prompt.content}],
            "output_config": {"format": {"type": "json_schema", "schema": prompt.schema}},
        }
        answer = self._transport.send("/messages", payload, deadline=deadline, cancelled=cancelled)
        used, name = mapping(answer.get("usage")), self._transport.name
        usage = Usage(
            calls=1,
            input_tokens=sum(count(used.get(field)) for field in _INPUT),
            output_tokens=count(used.get("output_tokens")),
        )
        reason = answer.get("stop_reason")
        if answer.get("type") == "error":
            words = self._transport.quote(mapping(answer.get("error")).get("message"), payload)
            raise ProviderRefused(
                f"{name} answered 200 with an error: {words or 'no reason given'}", usage=usage
            )
        if reason in ("max_tokens", "model_context_window_exceeded"):
            raise truncated(name, usage)
        if reason == "refusal":
            raise declined(self._transport, payload, None, usage)
        if reason not in ("end_turn", "stop_sequence"):
            raise ProviderRefused(f"{name} did not complete the request", usage=usage)
        parts = objects(answer.get("content"))
        texts = [part.get("text") for part in parts if part.get("type") == "text"]
        text = "".join(it for it in texts if isinstance(it, str))
        return completed(name, prompt, text, answer.get("model"), usage)
