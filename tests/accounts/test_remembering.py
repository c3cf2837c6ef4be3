"""What all processes know of callers for a while: requests counted, answers kept."""

from __future__ import annotations

from itertools import count

import pytest
from accounts_support import Clock, Place
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from widget.accounts import User
from widget.accounts.service import AccountService

KEYS = count()


def test_requests_within_the_limit_pass_and_the_next_is_told_when(
    accounts: AccountService, other: AccountService, clock: Clock
) -> None:
    each = (accounts, other)
    assert [each[n % 2].hit("a", limit=3, seconds=60) for n in range(3)] == [None] * 3
    assert accounts.hit("a", limit=3, seconds=60) == pytest.approx(20)
    assert other.hit("a", limit=3, seconds=60) == pytest.approx(20)
    assert accounts.hit("b", limit=3, seconds=60) is None
    clock.advance(20)
    assert accounts.hit("a", limit=3, seconds=60) is None
    assert other.hit("a", limit=3, seconds=60) == pytest.approx(20)
    clock.advance(60)
    assert [accounts.hit("a", limit=3, seconds=60) for _ in range(3)] == [None] * 3


# The clock goes on from one example to the next, and each has a key of its own.
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    limit=st.integers(1, 50),
    seconds=st.sampled_from([1.0, 60.0, 3600.0]),
    pauses=st.lists(st.floats(0, 30), min_size=1, max_size=60),
)
def test_no_span_passes_more_than_twice_the_limit(
    accounts: AccountService, clock: Clock, limit: int, seconds: float, pauses: list[float]
) -> None:
    key = str(next(KEYS))
    passed: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        wait = accounts.hit(key, limit=limit, seconds=seconds)
        if wait is None:
            passed.append(clock())
        else:
            assert 0 < wait <= seconds
    for start in passed:
        assert sum(start <= at < start + seconds for at in passed) <= 2 * limit


def test_what_is_remembered_is_recalled_for_its_time(
    accounts: AccountService, other: AccountService, clock: Clock
) -> None:
    accounts.remember("key", {"status": 200, "body": "é"}, 60)
    assert other.recall("key") == {"status": 200, "body": "é"}
    assert other.recall("another") is None
    clock.advance(60)
    assert other.recall("key") is None


def test_what_is_remembered_comes_back_as_it_was(
    accounts: AccountService, other: AccountService
) -> None:
    payload = {"body": "a NUL \0, half a pair \ud800, é, \\u0000", "b": [1, None], "a": 1.5}
    accounts.remember("key \0 \ud800", payload, 60)
    assert other.recall("key \0 \ud800") == payload
    accounts.remember("key \0 \ud800", {}, 60)
    assert other.recall("key \0 \ud800") == {}


def test_what_expired_is_cleaned_away(
    accounts: AccountService, ana: User, clock: Clock, place: Place
) -> None:
    for number in range(10):
        accounts.remember(str(number), {}, 60)
        accounts.hit(str(number), limit=3, seconds=60)
    session_id = accounts.open_session(ana)
    assert len(place.spooled()) == 21
    clock.advance(120)
    accounts.remember("another", {}, 60)
    assert len(place.spooled()) == 2  # the session, the answer
    assert accounts.session(session_id)
