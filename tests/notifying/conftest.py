from __future__ import annotations

from collections.abc import Iterator

import pytest
from notifying_support import OK, Hook, Received, Reply, hook


@pytest.fixture
def place() -> Iterator[Hook]:
    """Run a receiver that confirms everything."""

    def answer(_: Received) -> Reply:
        return OK

    with hook(answer) as running:
        yield running
