"""What caches are sent is what their documentation asks for, and what they answer is believed."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from purging_support import Interface, ReceivedRequest, interface, varnish_says
from running import free_port

from widget.config import Purge, Settings
from widget.errors import InvalidSettings
from widget.purging import caches
from widget.purging.caches import MAX_BYTES, Cache, PurgeFailed, open_cache

pytestmark = pytest.mark.unit

SECRET = "a-token-that-nobody-may-read"  # noqa: S105  # made up


def fastly_says(received: ReceivedRequest) -> tuple[int, dict[str, str], bytes]:
    """Answer as the API reference has it: a map of each key to its purge's id."""
    assert (received.method, received.path) == ("POST", "/service/SU1Z0isxPaozGVKXdv0eY/purge")
    assert received.headers["fastly-key"] == SECRET
    assert received.headers["accept"] == "application/json"
    assert "fastly-soft-purge" not in received.headers
    assert not received.body
    ids = dict.fromkeys(received.keys, "108-1391560174-974124")
    return 200, {"Content-Type": "application/json"}, json.dumps(ids).encode()


def cloudflare_says(received: ReceivedRequest) -> tuple[int, dict[str, str], bytes]:
    """Answer as the API reference has it."""
    path = "/client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/purge_cache"
    assert (received.method, received.path) == ("POST", path)
    assert received.headers["authorization"] == f"Bearer {SECRET}"
    assert received.headers["content-type"] == "application/json"
    assert list(json.loads(received.body)) == ["tags"]
    message = {"success": True, "errors": [], "messages": [], "result": {"id": "023e105f4ecef8ad"}}
    return 200, {"Content-Type": "application/json"}, json.dumps(message).encode()


SAYS = {"varnish": varnish_says, "fastly": fastly_says, "cloudflare": cloudflare_says}
MORE: dict[str, dict[str, str]] = {
    "varnish": {},
    "fastly": {"service": "SU1Z0isxPaozGVKXdv0eY"},
    "cloudflare": {"zone": "023e105f4ecef8ad9ca31a8372d0c353"},
}


@pytest.fixture(params=SAYS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FASTLY_API_TOKEN", SECRET)
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", SECRET)
    name: str = request.param
    return name


@pytest.fixture
def place(kind: str) -> Iterator[Interface]:
    with interface(SAYS[kind]) as served:
        yield served


def cache_at(kind: str, url: str) -> Cache:
    return open_cache(Purge.model_validate({"kind": kind, "url": url, **MORE[kind]}))


def test_keys_are_purged_as_the_documentation_says(kind: str, place: Interface) -> None:
    cache_at(kind, place.base).purge(["entry-ferry-fares", "url-0123456789abcdef0123"])
    (received,) = place.requests
    assert received.keys == {"entry-ferry-fares", "url-0123456789abcdef0123"}


def test_all_answers_are_purged_by_the_key_that_they_share(kind: str, place: Interface) -> None:
    cache_at(kind, place.base).purge_all()
    (received,) = place.requests
    assert received.keys == {"insights"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_a_refusal_is_no_confirmation(kind: str, place: Interface, status: int) -> None:
    place.answer = lambda _: (status, {"Retry-After": "7"}, b"{}")
    with pytest.raises(PurgeFailed, match=f"answered {status}") as caught:
        cache_at(kind, place.base).purge(["entry-a"])
    assert caught.value.retry_after == 7
    assert SECRET not in str(caught.value)


def test_an_answer_that_confirms_nothing_is_no_confirmation(kind: str, place: Interface) -> None:
    for message in (b"", b"ok", b"[]", b'{"success": false}', b"<h1>Welcome to nginx!</h1>"):
        place.answer = lambda _, message=message: (200, {}, message)  # type: ignore[misc]
        with pytest.raises(PurgeFailed):
            cache_at(kind, place.base).purge(["entry-a"])


def test_a_redirect_is_not_followed_with_the_token(kind: str, place: Interface) -> None:
    with interface(SAYS[kind]) as elsewhere:
        place.answer = lambda _: (307, {"Location": elsewhere.base}, b"")
        with pytest.raises(PurgeFailed, match="answered 307"):
            cache_at(kind, place.base).purge(["entry-a"])
        assert not elsewhere.requests


def test_a_cache_that_is_down_is_said_to_be(kind: str) -> None:
    with pytest.raises(PurgeFailed, match="refuses the connection"):
        cache_at(kind, f"http://127.0.0.1:{free_port()}").purge(["entry-a"])


def test_a_connection_is_kept_open_for_the_next_purge(kind: str, place: Interface) -> None:
    cache = cache_at(kind, place.base)
    for _ in range(3):
        cache.purge(["entry-a"])
    assert len(place.requests) == 3
    assert len({received.port for received in place.requests}) == 1


def test_a_response_without_end_is_no_confirmation(kind: str, place: Interface) -> None:
    place.answer = lambda _: (200, {}, b" " * (MAX_BYTES + 1))
    with pytest.raises(PurgeFailed, match="too large"):
        cache_at(kind, place.base).purge(["entry-a"])


def test_a_trickle_is_no_confirmation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes within the time of a read; all of them together do not."""
    monkeypatch.setattr(caches, "ANSWER_SECONDS", 0.3)
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65_536)
            with suppress(OSError):  # the purger hangs up, as it should
                self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not over.wait(0.02):
                    self.request.sendall(b"z")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            with pytest.raises(PurgeFailed, match=r"did not answer within 0\.3 s"):
                cache_at("varnish", f"http://127.0.0.1:{server.server_address[1]}").purge(["a"])
        finally:
            over.set()
            server.shutdown()


# Tokens and settings


def test_the_token_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FASTLY_API_TOKEN", raising=False)
    (tmp_path / "token").write_text(f"{SECRET}\n")
    with interface(fastly_says) as place:
        purge = {"kind": "fastly", "url": place.base, **MORE["fastly"]}
        open_cache(Purge.model_validate({**purge, "token_file": tmp_path / "token"})).purge(
            ["entry-a"]
        )
        assert len(place.requests) == 1


@pytest.mark.parametrize("text", [None, "", "two\nlines", "ünicode"])
def test_a_token_that_cannot_be_used_is_refused_and_not_printed(
    tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "token"
    if text is not None:
        path.write_text(text, "utf-8")
    purge = Purge.model_validate({"kind": "fastly", **MORE["fastly"], "token_file": path})
    with pytest.raises(InvalidSettings, match=r"^purge: ") as caught:
        open_cache(purge)
    assert not text or text not in str(caught.value)


def test_without_a_token_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN", raising=False)
    with pytest.raises(InvalidSettings, match="CLOUDFLARE_API_TOKEN"):
        open_cache(Purge.model_validate({"kind": "cloudflare", **MORE["cloudflare"]}))


@pytest.mark.parametrize(
    ("kind", "needed"), [("varnish", "url"), ("fastly", "service"), ("cloudflare", "zone")]
)
def test_each_kind_says_what_it_needs(kind: str, needed: str) -> None:
    with pytest.raises(ValueError, match=f"kind '{kind}' needs {needed}"):
        Settings.model_validate({"purge": [{"kind": kind}]})
