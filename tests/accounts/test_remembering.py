"""What all processes know of callers for a while: requests counted, answers kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from accounts_support import Clock, files
from hypothesis import given
from hypothesis import strategies as st

from widget.accounts import DirAccounts, User


def test_requests_within_the_limit_pass_and_the_next_is_told_when(
    accounts: DirAccounts, other: DirAccounts, clock: Clock
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


@given(
    limit=st.integers(1, 50),
    seconds=st.sampled_from([1.0, 60.0, 3600.0]),
    pauses=st.lists(st.floats(0, 30), min_size=1, max_size=60),
)
def test_no_span_passes_more_than_twice_the_limit(
    tmp_path_factory: pytest.TempPathFactory, limit: int, seconds: float, pauses: list[float]
) -> None:
    clock = Clock()
    accounts = DirAccounts(str(tmp_path_factory.mktemp("hits")), clock=clock)
    passed: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        wait = accounts.hit("k", limit=limit, seconds=seconds)
        if wait is None:
            passed.append(clock())
        else:
            assert 0 < wait <= seconds
    for start in passed:
        assert sum(start <= at < start + seconds for at in passed) <= 2 * limit


def test_what_is_remembered_is_recalled_for_its_time(
    accounts: DirAccounts, other: DirAccounts, clock: Clock
) -> None:
    accounts.remember("key", {"status": 200, "body": "é"}, 60)
    assert other.recall("key") == {"status": 200, "body": "é"}
    assert other.recall("another") is None
    clock.advance(60)
    assert other.recall("key") is None


def test_what_expired_is_cleaned_away(
    accounts: DirAccounts, ana: User, clock: Clock, folder: Path
) -> None:
    for number in range(10):
        accounts.remember(str(number), {}, 60)
        accounts.hit(str(number), limit=3, seconds=60)
    session_id = accounts.open_session(ana)
    (folder / "sessions" / ".left-over").write_text("")
    clock.advance(120)
    accounts.remember("another", {}, 60)
    assert len(files(folder / "sessions")) == 4  # the lock, the left-over, the session, the answer
    assert accounts.session(session_id)
