from __future__ import annotations

import pytest
from doctor_support import ID, Surgery
from samples import sample_entry

from widget.config import Settings
from widget.store import Store


@pytest.fixture
def published(store: Store) -> Store:
    store.save(sample_entry(), actor="test")
    store.publish(ID, actor="test")
    return store


@pytest.fixture
def doctor(settings: Settings, published: Store) -> Surgery:
    return Surgery(settings, published)
