"""OpenAI's APIs: *responses*, and *chat completions*, which all compatible servers have.

https://platform.openai.com/docs/api-reference
"""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from widget.config.settings import DraftingProvider
from widget.drafting.providers.adapter import Adapter
from widget.drafting.providers.protocol import Completion, Prompt, ProviderRefused, Usage
from widget.drafting.providers.results import (
    SCHEMA_NAME,
    completed,
    count,
    declined,
    mapping,
    objects,
    read_response,
    truncated,
)
from widget.drafting.providers.transport import RequestRejected, Transport

_UNSUPPORTED = ("response_format", "json_schema", "schema", "grammar", "structured")


class Responses(Adapter):
    """``POST /responses``, with the schema as ``text.format``."""

    def complete(
        self, prompt: Prompt, *, deadline: float, cancelled: threading.Event | None = None
    ) -> Completion:
        """Ask the model once. Raises ProviderRefused, ProviderFailed."""
        payload = {
            "model": self._model,
            "instructions": prompt.instructions,
            "input": prompt.content,
            "max_output_tokens": self._max_output_tokens,
            "store": False,
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": SCHEMA_NAME,
                    "strict": True,
                    "schema": prompt.schema,
                }
            },
        }
        answer = self._transport.send("/responses", payload, deadline=deadline, cancelled=cancelled)
        usage = mapping(answer.get("usage"))
        return read_response(
            self._transport,
            prompt,
            payload,
            answer,
            Usage(
                calls=1,
                input_tokens=count(usage.get("input_tokens")),
                output_tokens=count(usage.get("output_tokens")),
            ),
        )


class Chat(Adapter):
    """``POST /chat/completions``, with the schema as ``response_format``.

    A server that rejects the schema is asked once more with the schema in words.
    """

    def __init__(self, transport: Transport, settings: DraftingProvider) -> None:
        super().__init__(transport, settings)
        # OpenAI has renamed this field; compatible servers use the old name.
        field = "max_tokens" if settings.url else "max_completion_tokens"
        self._limit = {field: settings.max_output_tokens}

    def complete(
        self, prompt: Prompt, *, deadline: float, cancelled: threading.Event | None = None
    ) -> Completion:
        """Ask the model once. Raises ProviderRefused, ProviderFailed."""
        payload = self._payload(prompt)
        payload["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": SCHEMA_NAME, "strict": True, "schema": prompt.schema},
        }
        try:
            answer = self._transport.send(
                "/chat/completions", payload, deadline=deadline, cancelled=cancelled
            )
        except RequestRejected as error:
            if not _rejects_schema(error):
                raise
            schema = json.dumps(prompt.schema)
            words = f"Answer with one JSON object of this JSON Schema and nothing else:\n{schema}"
            prompt = replace(prompt, instructions=f"{prompt.instructions}\n\n{words}")
            payload = self._payload(prompt)
            answer = self._transport.send(
                "/chat/completions", payload, deadline=deadline, cancelled=cancelled
            )
        return self._read(prompt, payload, answer)

    def _payload(self, prompt: Prompt) -> dict[str, Any]:
        return {
            "model": self._model,
            "messages": [
                {"role": "system", "content": prompt.instructions},
                {"role": "user", "content": prompt.content},
            ],
            **self._limit,
        }

    def _read(self, prompt: Prompt, payload: dict[str, Any], answer: dict[str, Any]) -> Completion:
        name, used = self._transport.name, mapping(answer.get("usage"))
        usage = Usage(
            calls=1,
            input_tokens=count(used.get("prompt_tokens")),
            output_tokens=count(used.get("completion_tokens")),
        )
        choices = objects(answer.get("choices"))
        if not choices:
            error = answer.get("error")
            message = error if isinstance(error, str) else mapping(error).get("message")
            words = self._transport.quote(message, payload) or "no choices, and no reason"
            raise ProviderRefused(f"{name} answered 200 with an error: {words}", usage=usage)
        message, finish = mapping(choices[0].get("message")), choices[0].get("finish_reason")
        if finish == "length":
            raise truncated(name, usage)
        if message.get("refusal") or finish == "content_filter":
            raise declined(self._transport, payload, message.get("refusal"), usage)
        content = message.get("content")
        if not content and (message.get("reasoning_content") or message.get("reasoning")):
            raise ProviderRefused(
                f"{name} sent its reasoning and no answer; switch the reasoning of this model off, "
                "or raise max_output_tokens",
                usage=usage,
            )
        return completed(name, prompt, content, answer.get("model"), usage)


def _rejects_schema(error: RequestRejected) -> bool:
    statuses = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
    text = f"{error.param} {error.reason}".lower()
    return error.status in statuses and any(word in text for word in _UNSUPPORTED)
