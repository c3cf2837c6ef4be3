"""A short run of what ``make bench ARGS=attacks`` does with a hundred thousand texts."""

from __future__ import annotations

import pytest

from benchmarks import attacks

pytestmark = pytest.mark.unit


def test_no_attack_raises_in_any_field_or_way() -> None:
    found = attacks.measure(1_500, processes=1)
    assert found["raised"] == []
    assert found["texts"] == 1_500
    assert all(number > 0 for number in found["by way"].values())
    assert found["entries refused"] < 3  # most are entries, so that they come as far as rendering
    assert found["worst ratio"] < 24  # eight times a text
    assert "raised 0" in attacks.table(found)
