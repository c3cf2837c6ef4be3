from __future__ import annotations

import pytest
from wire_support import published

from widget.entry import Entry
from widget.store import Store


@pytest.fixture
def live(store: Store) -> Entry:
    return published(store)
