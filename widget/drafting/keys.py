"""The keys of providers: from a file, else from the environment; never from the settings.

A key from the environment goes only to the provider whose name the variable carries. A server that
``url`` names gets the key in ``token_file``, or none.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr

from widget.config.settings import DraftingProvider
from widget.errors import InvalidSettings

VARIABLES = {
    "perplexity": "PERPLEXITY_API_KEY",
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
}


def provider_key(provider: DraftingProvider) -> SecretStr | None:
    """Return the key of the model. None: the server at ``url`` needs none.

    Raises InvalidSettings, and its message does not contain the key.
    """
    if provider.token_file is None and provider.url is not None:
        return None
    return _key(provider.name, "token_file", provider.token_file, VARIABLES[provider.kind])


def search_key(provider: DraftingProvider) -> SecretStr | None:
    """Return the key of the search. None: the server at ``search_url`` needs none.

    Raises InvalidSettings, and its message does not contain the key.
    """
    file = provider.search_token_file
    if file is None and provider.search_url is not None:
        return None
    if file is None and provider.kind == "perplexity" and provider.url is None:
        file = provider.token_file
    return _key(provider.name, "search_token_file", file, VARIABLES["perplexity"])


def _key(name: str, setting: str, file: Path | None, variable: str) -> SecretStr:
    where = f"drafting provider {name!r}"
    if file is None:
        key = os.environ.get(variable, "").strip()
        missing = f"put the key into {variable}, or name a file that contains it, as {setting}"
    else:
        try:
            key = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            raise InvalidSettings(f"{where}: {file} cannot be read: {why}") from None
        missing = f"{file} is empty; put the key into it"
    if not key:
        raise InvalidSettings(f"{where} needs a key; {missing}")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidSettings(
            f"{where}: the key contains a space or a character outside ASCII; copy it again"
        )
    return SecretStr(key)
