"""Whose word counts about a request: that of trusted proxies alone, by their addresses."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client
from wire_support import PANEL

from widget.app import create_app, create_service
from widget.config import Settings
from widget.http.proxies import RESERVED_PATHS, Forwarding
from widget.server.request_head import RequestHeadParser
from widget.store import Store

pytestmark = pytest.mark.unit

PROXY, CLIENT = "10.0.0.5", "203.0.113.9"
SPOOFED = {
    "X-Forwarded-For": "198.51.100.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=198.51.100.1;proto=https;host=evil.example",
}


def corrected(
    *trusted: str,
    peer: str = PROXY,
    path: str = "/panel/a",
    base_url: str | None = None,
    **said: str,
) -> dict[str, Any]:
    """Return the environment of a request from ``peer`` whose headers are ``said``."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "HTTP_HOST": "inner:8000",
        "REMOTE_ADDR": peer,
        "wsgi.url_scheme": "http",
        **{f"HTTP_{name.upper()}": value for name, value in said.items()},
    }
    Forwarding(trusted, base_url).apply(environ)
    return environ


def seen(environ: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return the client's address, scheme, host and path as the service then has them."""
    names = ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST")
    address, scheme, host = (environ[name] for name in names)
    return address, scheme, host, environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]


SAID = {
    "x_forwarded_for": CLIENT,
    "x_forwarded_proto": "https",
    "x_forwarded_host": "panels.example",
    "x_forwarded_prefix": "/insights",
}
UNCHANGED = ("http", "inner:8000", "/panel/a")


def test_by_default_nobody_is_believed() -> None:
    assert seen(corrected(peer="127.0.0.1", **SAID)) == ("127.0.0.1", *UNCHANGED)


def test_who_is_not_listed_is_not_believed() -> None:
    assert seen(corrected("10.0.0.6", "::1", "unix", **SAID)) == (PROXY, *UNCHANGED)


@pytest.mark.parametrize("trusted", ["10.0.0.5", "10.0.0.0/8", "0.0.0.0/0"])
def test_a_listed_proxy_is_believed(trusted: str) -> None:
    expected = (CLIENT, "https", "panels.example", "/insights/panel/a")
    assert seen(corrected(trusted, **SAID)) == expected


def test_the_address_is_that_of_the_nearest_hop_that_is_not_trusted() -> None:
    """What a client wrote itself stands on the left, and is not believed."""
    chain = f"198.51.100.1, {CLIENT}, 10.0.0.6"
    found = corrected(
        "10.0.0.0/8",
        x_forwarded_for=chain,
        x_forwarded_proto="ftp, https, http",
        x_forwarded_host="evil.example, panels.example, inner.example",
    )
    assert seen(found) == (CLIENT, "https", "panels.example", "/panel/a")
    assert corrected(PROXY, x_forwarded_for=chain)["REMOTE_ADDR"] == "10.0.0.6"


def test_where_all_are_trusted_the_furthest_is_the_client() -> None:
    assert (
        corrected("10.0.0.0/8", x_forwarded_for="10.0.0.7, 10.0.0.6")["REMOTE_ADDR"] == "10.0.0.7"
    )


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:DB8:0::7]", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("203.0.113.9:4711", CLIENT),
        ("::ffff:203.0.113.9", CLIENT),
    ],
)
def test_addresses_of_both_kinds_with_and_without_a_port(written: str, address: str) -> None:
    assert corrected("fd00::/8", peer="fd00::1", x_forwarded_for=written)["REMOTE_ADDR"] == address


def test_ipv4_over_an_ipv6_socket_is_ipv4() -> None:
    assert corrected(PROXY, peer=f"::ffff:{PROXY}", x_forwarded_for=CLIENT)["REMOTE_ADDR"] == CLIENT
    assert corrected(peer=f"::ffff:{CLIENT}")["REMOTE_ADDR"] == CLIENT


def test_a_unix_socket_is_trusted_by_name() -> None:
    assert corrected("unix", peer="", x_forwarded_for=CLIENT)["REMOTE_ADDR"] == CLIENT
    assert corrected(PROXY, peer="", x_forwarded_for=CLIENT)["REMOTE_ADDR"] == ""


@pytest.mark.parametrize(
    "forwarded",
    [
        f"for={CLIENT};proto=https;host=panels.example",
        f'For="{CLIENT}:4711"; Proto=HTTPS; Host="panels.example"',
        f"for=198.51.100.1;host=evil.example, for={CLIENT};proto=https;host=panels.example",
        # A quote that a client left open takes nothing of what the proxy wrote behind it.
        f'for="198.51.100.1, for="{CLIENT}";proto=https;host=panels.example',
    ],
)
def test_the_standard_header_says_the_same(forwarded: str) -> None:
    found = seen(corrected(PROXY, forwarded=forwarded))
    assert found == (CLIENT, "https", "panels.example", "/panel/a")


def test_beside_the_usual_headers_the_standard_one_is_the_clients_own() -> None:
    found = corrected(PROXY, forwarded="for=198.51.100.1;host=evil.example", x_forwarded_for=CLIENT)
    assert seen(found) == (CLIENT, *UNCHANGED)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        *((("x_forwarded_for"), it) for it in ("unknown", "_hidden", "1.2.3", "", ",", "a" * 9000)),
        *((("x_forwarded_proto"), it) for it in ("javascript", "", "https:", "ws")),
        *((("x_forwarded_host"), it) for it in ("a b", "a/b", "a@b", "[::1", "", "é.example")),
        *(
            (("x_forwarded_prefix"), it)
            for it in ("//evil.example", "/a/../b", "evil", "/a b", "/a?b", "/a\\b", "/", "/é")
        ),
        *((("forwarded"), it) for it in ("for", 'for="', "for=;;", "=", "for=unknown", "for=[::1")),
    ],
)
def test_what_is_no_sane_value_counts_for_nothing(header: str, value: str) -> None:
    assert seen(corrected(PROXY, **{header: value})) == (PROXY, *UNCHANGED)


@given(st.dictionaries(st.sampled_from([*SAID, "forwarded"]), st.text(max_size=60)))
def test_no_value_whatever_raises(said: dict[str, str]) -> None:
    address, scheme, host, path = seen(corrected("0.0.0.0/0", "::/0", **said))
    assert address
    assert scheme in ("http", "https")
    assert host
    assert path.endswith("/panel/a")
    assert not path.startswith("//")


@pytest.mark.parametrize("path", ["/panel/a", "/insights/panel/a"])
def test_a_base_url_with_a_path_holds_whether_the_proxy_cuts_it_off_or_not(path: str) -> None:
    found = corrected(path=path, base_url="https://paper.example/insights")
    assert (found["SCRIPT_NAME"], found["PATH_INFO"]) == ("/insights", "/panel/a")


def test_only_a_whole_part_of_the_path_is_cut_off() -> None:
    found = corrected(path="/insightful", base_url="https://paper.example/insights")
    assert found["PATH_INFO"] == "/insightful"


def test_the_mount_of_a_server_stands() -> None:
    environ = {"PATH_INFO": "/panel/a", "SCRIPT_NAME": "/mounted", "REMOTE_ADDR": CLIENT}
    Forwarding(base_url="https://paper.example/insights").apply(environ)
    assert environ["SCRIPT_NAME"] == "/mounted"


def test_every_path_of_the_service_is_refused_as_a_place_for_it(app: Flask) -> None:
    first = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} - {""}
    assert first <= RESERVED_PATHS


def test_views_such_as_the_login_are_told_the_clients_address(
    settings: Settings, store: Store
) -> None:
    trusting = settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    for its, address in ((trusting, "198.51.100.1"), (settings, "127.0.0.1")):
        app = create_app(its, store)
        app.add_url_rule("/address", view_func=lambda: str(request.remote_addr))
        assert app.test_client().get("/address", headers=SPOOFED).text == address


def test_kept_answers_are_told_apart_by_what_a_proxy_says(
    settings: Settings, store: Store, live: object
) -> None:
    del store, live
    trusting = settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    client = Client(create_service(trusting))
    for prefix in ("/insights", "/other", "/insights"):
        said = {"X-Forwarded-Prefix": prefix}
        answer = client.get(PANEL, headers=said, environ_base={"REMOTE_ADDR": "127.0.0.1"})
        assert f'href="http://localhost{prefix}/panel/' in answer.text
    stranger = client.get(PANEL, headers=SPOOFED, environ_base={"REMOTE_ADDR": CLIENT})
    assert "evil" not in stranger.text


def test_what_the_loop_reads_by_itself_is_told_apart_likewise() -> None:
    heads, found = RequestHeadParser(Forwarding([PROXY])), {}
    for peer in (PROXY, CLIENT, PROXY):  # what was remembered of one holds for no other
        for prefix in (b"/insights", b"/other"):
            line = b"X-Forwarded-Prefix: " + prefix
            read = heads.read(
                b"GET /panel/a HTTP/1.1\r\nHost: inner\r\n" + line + b"\r\n\r\n", peer
            )
            assert read is not None
            found[peer, prefix] = read.request_key.key
    assert len(set(found.values())) == 3
    assert found[CLIENT, b"/insights"] == found[CLIENT, b"/other"]
