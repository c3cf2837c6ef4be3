"""Rate limits: how many requests pass at once, over time and concurrently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.errors import Throttled
from widget.net.rate_limiter import RateLimiter, gcra

pytestmark = pytest.mark.unit


def test_requests_are_limited_over_time_and_concurrently() -> None:
    now = 0.0
    limiter = RateLimiter(limit=2, seconds=60, at_once=1, message="later", clock=lambda: now)
    with limiter.slot(), pytest.raises(Throttled, match="later"), limiter.slot():
        raise AssertionError("two at once")
    with limiter.slot():
        pass
    now = 10.0
    with pytest.raises(Throttled) as caught, limiter.slot():
        raise AssertionError("three in a minute")
    assert caught.value.retry_after == 20
    now = 30.5
    with limiter.slot():
        pass
    with pytest.raises(Throttled), limiter.slot():
        raise AssertionError("four in a minute")
    now = 90.5
    for _ in range(2):
        with limiter.slot():
            pass


def test_a_slot_is_free_again_after_an_error() -> None:
    limiter = RateLimiter(limit=9, seconds=60, at_once=1, message="later")
    with pytest.raises(ZeroDivisionError), limiter.slot():
        raise ZeroDivisionError
    with limiter.slot():
        pass


@given(
    st.integers(1, 30),
    st.floats(0.5, 3600),
    st.lists(st.floats(0, 100), min_size=1, max_size=100),
)
def test_no_span_allows_more_than_the_limit_and_its_even_spread(
    limit: int, seconds: float, pauses: list[float]
) -> None:
    now = due = 0.0
    passed: list[float] = []
    for pause in pauses:
        now += pause
        decision = gcra(due, now, limit=limit, seconds=seconds)
        due = decision.due
        if not decision.wait:
            passed.append(now)
    for first, start in enumerate(passed):
        for last, end in enumerate(passed[first:], first):
            most = limit + (end - start + 1e-3) * limit / seconds
            assert last - first + 1 <= most
