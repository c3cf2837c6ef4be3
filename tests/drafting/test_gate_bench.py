from __future__ import annotations

import pytest

from benchmarks import gate

pytestmark = pytest.mark.unit


@pytest.mark.exhaustive
def test_the_gate_reaches_its_targets() -> None:
    missed = [target for target, reached in gate.targets(gate.measure()) if not reached]
    assert missed == []


@pytest.mark.exhaustive
def test_the_measurement_has_every_kind_and_counts_what_passes() -> None:
    found = gate.measure(every=37)  # a prime: kinds alternate
    assert {kind for kind, _ in found.promised} >= {
        "negation dropped in a quotation",
        "number changed",
        "name swapped",
        "date moved",
        "quote altered by one word",
        "quote from another source",
        "cite off by one",
        "cite missing",
        "host spoofed",
        "language changed",
        "instruction injected",
        "marker debris",
    }
    # What a deterministic check cannot see is counted, not left out.
    unseen = found.mutations["instruction injected, in other words"]
    assert not unseen.promised
    assert unseen.blocked < unseen.total
