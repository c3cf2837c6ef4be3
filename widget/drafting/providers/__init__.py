"""The providers of language models, one module each."""

from __future__ import annotations

from urllib.parse import urlsplit

from widget.config.settings import DraftingProvider
from widget.drafting.keys import provider_key
from widget.drafting.providers.anthropic import VERSION, Messages
from widget.drafting.providers.openai import Chat, Responses
from widget.drafting.providers.perplexity import Agent
from widget.drafting.providers.protocol import Provider
from widget.drafting.providers.transport import Transport

BASES = {
    "perplexity": "https://api.perplexity.ai",
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com/v1",
}


def open_provider(settings: DraftingProvider) -> Provider:
    """Return the adapter of a provider; nothing is sent yet.

    Raises InvalidSettings where the key is missing or cannot be read.
    """
    anthropic = settings.kind == "anthropic"
    transport = Transport(
        name=settings.name,
        base=_base(settings),
        key=provider_key(settings),
        key_header="x-api-key" if anthropic else "Authorization",
        headers=VERSION if anthropic else None,
    )
    if anthropic:
        return Messages(transport, settings)
    if settings.kind == "perplexity":
        return Agent(transport, settings)
    api = settings.api or ("chat" if settings.url else "responses")
    return Chat(transport, settings) if api == "chat" else Responses(transport, settings)


def _base(settings: DraftingProvider) -> str:
    """Return the base of the paths; a URL without a path gets the version that all APIs have."""
    if settings.url is None:
        return BASES[settings.kind]
    versioned = settings.kind == "perplexity" or urlsplit(settings.url).path
    return settings.url if versioned else f"{settings.url}/v1"
