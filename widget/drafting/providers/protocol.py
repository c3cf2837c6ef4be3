"""What a provider of a language model does, and how it fails."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from widget.errors import InsightsError


class Usage(BaseModel):
    """What calls consumed, as the provider reported it. ``cost`` is in US dollars."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None

    def __add__(self, other: Usage) -> Usage:
        costs = [it for it in (self.cost, other.cost) if it is not None]
        return Usage(
            calls=self.calls + other.calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost=sum(costs) if costs else None,
        )


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request to a model. ``schema`` is the JSON Schema of the object that it returns."""

    instructions: str
    content: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """The text that a model returned, complete. ``model`` is its name as the provider gives it."""

    text: str
    model: str
    usage: Usage


class ProviderError(InsightsError):
    """A call failed. The message contains neither a key nor what was sent.

    ``usage`` is what the failed calls consumed, as far as it is known.
    """

    def __init__(self, message: str, *, usage: Usage | None = None) -> None:
        self.usage = usage or Usage()
        super().__init__(message)


class ProviderRefused(ProviderError):
    """The provider answered, and the answer is final or unusable: asking again does not help."""


class ProviderFailed(ProviderError):
    """The provider could not be reached, or stayed overloaded. Asking later may help."""


class Provider(Protocol):
    """A model behind an API. Thread-safe.

    ``deadline`` is a time of ``time.monotonic`` that covers all attempts.
    """

    def complete(
        self, prompt: Prompt, *, deadline: float, cancelled: threading.Event | None = None
    ) -> Completion:
        """Ask the model once, with at most two retries; ``cancelled`` ends the wait before one.

        Raises ProviderRefused, ProviderFailed.
        """

    def test(self, *, deadline: float) -> Completion:
        """Ask for as little as possible, to show that URL, key and model are right."""
