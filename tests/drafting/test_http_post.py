"""One long request: resolved, connected and verified within one deadline."""

from __future__ import annotations

import socket
import time

import pytest
from fake_provider import FakeProvider
from https import over_https
from running import free_port

from widget.net.http_client import InvalidCertificate, NotConnected, post

pytestmark = pytest.mark.unit


def send(url: str) -> int:
    deadline = time.monotonic() + 60
    return post(url, headers={}, body=b"{}", deadline=deadline, max_bytes=1_000).status


def test_nothing_is_sent_where_nobody_listens() -> None:
    with pytest.raises(NotConnected):
        send(f"http://127.0.0.1:{free_port()}/v1/messages")


def test_a_name_without_an_address_is_named() -> None:
    with pytest.raises(NotConnected, match="cannot be resolved"):
        send("http://nowhere.invalid/v1/messages")


def test_a_certificate_that_nobody_vouches_for_is_refused(fake: FakeProvider) -> None:
    port = int(fake.url.rpartition(":")[2])
    with over_https(port) as secure, pytest.raises(InvalidCertificate):
        send(f"https://localhost:{secure}/v1/messages")
    assert fake.requests == []


def test_a_deadline_covers_a_server_that_does_not_accept() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        begin = time.monotonic()
        with pytest.raises(TimeoutError):
            post(url, headers={}, body=b"x", deadline=begin + 0.5, max_bytes=9)
        assert time.monotonic() - begin < 30
