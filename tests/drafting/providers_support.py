"""Providers that ask the fake server, and the evidence that they are asked about."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fake_provider import KEY, FakeProvider

from widget.config.settings import DraftingProvider
from widget.drafting.composing import compose, instructions
from widget.drafting.evidence import Article, Document, Evidence
from widget.drafting.fence import new_nonce
from widget.drafting.providers import open_provider
from widget.drafting.providers.protocol import Completion, Prompt, Provider

APIS = ("perplexity", "responses", "chat", "anthropic")
PATHS = {
    "perplexity": "/v1/agent",
    "responses": "/v1/responses",
    "chat": "/v1/chat/completions",
    "anthropic": "/v1/messages",
}
PATIENCE = 60.0
"""Seconds for what takes no time on an idle machine."""

EVIDENCE = Evidence(
    article=Article(
        url="https://harborcourier.example/opinion/ferry-fares",
        title="Make the ferry free",
        text="By R. Okafor\n"
        "The ferry is a street that happens to float.\n"
        "Tickets bring in 2.75 million crowns a year, about 11 percent of what the ferry costs.",
        authors=("R. Okafor",),
        section="Opinion",
        published=date(2026, 5, 4),
        language="en",
    ),
    documents=tuple(
        Document(
            url=f"https://transit{number}.example/study",
            title=f"Study {number}",
            text=f"It's not permitted to sail in winter {number}. Fares paid for {number} boats.",
            publisher="Transit Board",
        )
        for number in range(1, 9)
    ),
)


def composed(evidence: Evidence = EVIDENCE) -> Prompt:
    return compose(evidence, instructions=instructions(), nonce=new_nonce())


@dataclass(frozen=True)
class Asking:
    """One API at the fake server."""

    fake: FakeProvider
    api: str
    key_file: Path

    def settings(self, model: str, **changes: Any) -> DraftingProvider:  # noqa: ANN401  # settings
        kind = self.api if self.api in ("perplexity", "anthropic") else "openai"
        api = {"api": self.api} if kind == "openai" else {}
        values = {"name": "main", "kind": kind, "url": self.fake.url, "model": model, **api}
        return DraftingProvider.model_validate({**values, "token_file": self.key_file, **changes})

    def provider(self, model: str, **changes: Any) -> Provider:  # noqa: ANN401  # settings
        return open_provider(self.settings(model, **changes))

    def complete(
        self, model: str, prompt: Prompt | None = None, *, seconds: float = PATIENCE
    ) -> Completion:
        return self.provider(model).complete(
            prompt or composed(), deadline=time.monotonic() + seconds
        )


def write_key(folder: Path) -> Path:
    file = folder / "key"
    file.write_text(f"{KEY}\n")
    return file
