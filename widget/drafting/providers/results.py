"""What the adapters share: usage, and checks of what came back."""

from __future__ import annotations

from typing import Any

from widget.drafting.providers.protocol import Completion, Prompt, ProviderRefused, Usage
from widget.drafting.providers.transport import Transport

CHARACTERS_PER_TOKEN = 6
"""No usual tokenizer needs fewer tokens for prose than one for six characters."""
MIN_CHECKED = 6_000
"""Shorter prompts, in characters, fit into every context window and are not checked."""

TEST_PROMPT = Prompt(
    instructions='Answer with the JSON object {"ok": true} and nothing else.',
    content="This is a test of the connection.",
    schema={
        "type": "object",
        "properties": {"ok": {"type": "boolean"}},
        "required": ["ok"],
        "additionalProperties": False,
    },
)
SCHEMA_NAME = "proposal"


def count(value: object) -> int:
    """Return a number of tokens; 0 where the provider reports none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def amount(value: object) -> float | None:
    """Return a cost; None where the provider reports none."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0 <= value < float("inf") else None  # type: ignore[arg-type,operator]  # a number


def mapping(value: object) -> dict[str, Any]:
    """Return ``value`` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """Return the JSON objects of an array."""
    return [it for it in value if isinstance(it, dict)] if isinstance(value, list) else []


def completed(name: str, prompt: Prompt, text: object, model: object, usage: Usage) -> Completion:
    """Return the completion, or raise ProviderRefused where it cannot be complete."""
    if not isinstance(text, str) or not text.strip():
        raise ProviderRefused(f"{name} answered without any text", usage=usage)
    expected = (len(prompt.instructions) + len(prompt.content)) // CHARACTERS_PER_TOKEN
    size = expected * CHARACTERS_PER_TOKEN
    if size >= MIN_CHECKED and 0 < usage.input_tokens < expected:
        raise ProviderRefused(
            f"{name} read only {usage.input_tokens:,} tokens of a prompt of at least "
            f"{expected:,}: it cut the prompt without saying so. Give the model a larger context "
            "(Ollama: OLLAMA_CONTEXT_LENGTH, or num_ctx in a Modelfile; llama.cpp: -c)",
            usage=usage,
        )
    return Completion(text, model if isinstance(model, str) and model else "unnamed", usage)


def read_response(
    transport: Transport,
    prompt: Prompt,
    payload: dict[str, Any],
    answer: dict[str, Any],
    usage: Usage,
) -> Completion:
    """Return the text of a *response* object, which Perplexity's Agent API returns, too."""
    name, status = transport.name, answer.get("status")
    error = mapping(answer.get("error"))
    if error or status in ("failed", "cancelled"):
        words = transport.quote(error.get("message"), payload)
        state = status if status in ("failed", "cancelled") else "failed"
        reason = f": {words}" if words else " without a reason"
        raise ProviderRefused(f"{name} reports that the request {state}{reason}", usage=usage)
    if status == "incomplete":
        cause = mapping(answer.get("incomplete_details")).get("reason")
        if cause == "max_output_tokens":
            raise truncated(name, usage)
        words = transport.quote(cause, payload) or "no reason given"
        raise ProviderRefused(f"{name} stopped before the end: {words}", usage=usage)
    if status != "completed":
        raise ProviderRefused(f"{name} did not complete the request", usage=usage)
    texts = []
    for item in objects(answer.get("output")):
        if item.get("type") == "message":
            for part in objects(item.get("content")):
                if part.get("type") == "refusal":
                    raise declined(transport, payload, part.get("refusal"), usage)
                if part.get("type") == "output_text" and isinstance(part.get("text"), str):
                    texts.append(part["text"])
    return completed(name, prompt, "".join(texts), answer.get("model"), usage)


def truncated(name: str, usage: Usage) -> ProviderRefused:
    """Return the error of an answer that ended at the limit, even if it looks complete."""
    return ProviderRefused(
        f"{name} reached max_output_tokens before the answer was complete; raise it", usage=usage
    )


def declined(
    transport: Transport, payload: dict[str, Any], words: object, usage: Usage
) -> ProviderRefused:
    """Return the error of a model that declines the task."""
    reason = transport.quote(words, payload)
    return ProviderRefused(
        f"The model at {transport.name} declines to answer" + (f": {reason}" if reason else ""),
        usage=usage,
    )
