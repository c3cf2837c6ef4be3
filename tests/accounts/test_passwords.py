from __future__ import annotations

import argon2
import pytest

from widget.accounts import passwords
from widget.accounts.passwords import Passwords

pytestmark = pytest.mark.unit


def test_a_hash_has_the_parameters_that_rfc_9106_recommends_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other tests use cheaper ones (tests/conftest.py)."""
    monkeypatch.setattr(passwords, "PasswordHasher", argon2.PasswordHasher)
    real = Passwords()
    stored = real.hash("a sentence of several words")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert real.matches(stored, "a sentence of several words")
