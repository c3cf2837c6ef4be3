"""What the adapters of all APIs share."""

from __future__ import annotations

import threading

from widget.config.settings import DraftingProvider
from widget.drafting.providers.protocol import Completion, Prompt
from widget.drafting.providers.results import TEST_PROMPT
from widget.drafting.providers.transport import Transport


class Adapter:
    """One API of one provider: a ``Provider``, whose ``complete`` each API has of its own."""

    def __init__(self, transport: Transport, settings: DraftingProvider) -> None:
        self._transport = transport
        self._model = settings.model
        self._max_output_tokens = settings.max_output_tokens

    def complete(
        self, prompt: Prompt, *, deadline: float, cancelled: threading.Event | None = None
    ) -> Completion:
        """Ask the model once. Raises ProviderRefused, ProviderFailed."""
        raise NotImplementedError

    def test(self, *, deadline: float) -> Completion:
        """Ask for as little as possible."""
        return self.complete(TEST_PROMPT, deadline=deadline)
