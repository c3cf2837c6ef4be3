"""The poller: each ready source is named once, with what is to be called for it now."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Iterator

import pytest

from widget.server import poller
from widget.server.poller import SelectorPoller

pytestmark = pytest.mark.unit

Pair = tuple[socket.socket, socket.socket]
Pollers = [SelectorPoller, *([poller.EpollPoller] if hasattr(poller, "EpollPoller") else [])]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def nothing(source: object) -> None:
    """Do nothing; only who it is matters."""


def something(source: object) -> None:
    """The same, for another event."""


@pytest.mark.parametrize("kind", Pollers)
def test_a_source_is_named_while_it_is_ready(
    kind: Callable[[], SelectorPoller], pair: Pair
) -> None:
    ours, theirs = pair
    waiting = kind()
    assert waiting.select(0) == []
    waiting.register(ours, selectors.EVENT_READ, nothing)
    assert waiting.select(0) == []
    assert waiting.select(-1.0) == []  # overdue: it must not wait for ever
    theirs.send(b"a")
    for _ in range(2):  # until it is read
        assert waiting.select(5) == [(ours, nothing)]
    ours.recv(1)
    assert waiting.select(0) == []
    theirs.close()
    assert waiting.select(5) == [(ours, nothing)]
    waiting.close()


@pytest.mark.parametrize("kind", Pollers)
def test_what_is_waited_for_can_change(kind: Callable[[], SelectorPoller], pair: Pair) -> None:
    ours, theirs = pair
    waiting = kind()
    waiting.register(ours, selectors.EVENT_WRITE, nothing)
    assert waiting.select(5) == [(ours, nothing)]
    waiting.modify(ours, selectors.EVENT_READ, something)
    assert waiting.select(0) == []
    theirs.send(b"a")
    assert waiting.select(5) == [(ours, something)]
    waiting.unregister(ours)
    assert waiting.select(0) == []
    waiting.register(ours.fileno(), selectors.EVENT_READ, nothing)
    assert waiting.select(5) == [(ours.fileno(), nothing)]
    waiting.close()


@pytest.mark.parametrize("kind", Pollers)
def test_every_ready_source_is_named(kind: Callable[[], SelectorPoller]) -> None:
    pairs = [socket.socketpair() for _ in range(20)]
    waiting = kind()
    for ours, theirs in pairs:
        waiting.register(ours, selectors.EVENT_READ, nothing)
        theirs.send(b"a")
    named = {source for source, _ in waiting.select(5)}
    assert named == {ours for ours, _ in pairs}
    waiting.close()
    for ours, theirs in pairs:
        ours.close()
        theirs.close()
