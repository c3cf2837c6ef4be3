from __future__ import annotations

import threading

import bleach
import pytest


@pytest.fixture
def cleaned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the texts that bleach cleans from now on, in the test's thread.

    A store that another test opened may be reading entries yet, in a thread of its own.
    """
    texts: list[str] = []
    really = bleach.Cleaner.clean
    own = threading.get_ident()

    def recorded(self: bleach.Cleaner, text: str) -> str:
        if threading.get_ident() == own:
            texts.append(text)
        return really(self, text)

    monkeypatch.setattr(bleach.Cleaner, "clean", recorded)
    return texts
