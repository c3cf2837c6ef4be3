"""Reports in both stores, beside one live entry, with a clock that tests move."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from report_support import Clock, Desk
from samples import PUBLICATION, sample_entry

from widget.config import Settings
from widget.store import Store, open_store
from widget.store.rules import rules


@pytest.fixture
def settings(store_url: str) -> Settings:
    return Settings.model_validate({"store": store_url, "publications": [PUBLICATION]})


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings.store, rules(settings))
    opened.save(sample_entry(), actor="ana")
    opened.publish("night-trains", actor="ana")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(settings: Settings, store: Store, clock: Clock) -> Iterator[Desk]:
    opened = Desk(settings, store, clock)
    yield opened
    opened.documents.close()
