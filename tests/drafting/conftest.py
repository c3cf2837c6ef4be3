from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_provider import FakeProvider, fake_provider
from providers_support import APIS, Asking, write_key


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_provider() as running:
        yield running


@pytest.fixture(params=APIS)
def asking(request: pytest.FixtureRequest, fake: FakeProvider, tmp_path: Path) -> Asking:
    """Ask the fake server by each API in turn."""
    return Asking(fake, request.param, write_key(tmp_path))


@pytest.fixture
def chat(fake: FakeProvider, tmp_path: Path) -> Asking:
    """Ask the fake server as one that is compatible with OpenAI's."""
    return Asking(fake, "chat", write_key(tmp_path))
