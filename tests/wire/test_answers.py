"""Answers on the wire: codings, validators, files, errors, a store that is away."""

# ruff: noqa: ARG002  # the store that cannot be reached takes what the protocol gives it

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import brotli
import pytest
import zstandard
from flask.testing import FlaskClient
from samples import PAPER
from wire_support import (
    ARTICLE,
    FRAGMENT,
    HERE,
    PANEL,
    SHORT,
    panel_text,
    problem_of,
)

from widget.accounts import Accounts
from widget.app import create_app
from widget.assets import versioned
from widget.config import Settings
from widget.entry import Entry, schema_document
from widget.errors import StoreUnavailable
from widget.store import Draft, Live, Problem, Revision, Store, Withdrawn

pytestmark = pytest.mark.unit

# Codings and validators


DECODE: dict[str | None, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "zstd": zstandard.decompress,
    "gzip": gzip.decompress,
    None: bytes,
}


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("path", [PANEL, FRAGMENT, "/embed.js", "/schema/entry.json"])
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("gzip, zstd", "zstd"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("*;q=0", None),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("deflate", None),
        ("*", "br"),
        ("", None),
        (None, None),
    ],
)
def test_the_body_comes_in_the_coding_that_is_liked_best(
    client: FlaskClient, path: str, accepted: str | None, coding: str | None
) -> None:
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    response = client.get(path, headers=headers)
    assert response.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in response.vary
    assert DECODE[coding](response.data) == client.get(path).data


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("path", [PANEL, FRAGMENT, "/embed.js", "/schema/entry.json"])
def test_a_validator_is_strong_and_of_one_coding(client: FlaskClient, path: str) -> None:
    tags = {}
    for coding in ("br", "zstd", "gzip", "identity"):
        headers = {"Accept-Encoding": coding}
        response = client.get(path, headers=headers)
        tag, weak = response.get_etag()
        assert not weak
        assert tag
        tags[coding] = tag
        again = client.get(path, headers={**headers, "If-None-Match": f'"{tag}"'})
        assert (again.status_code, again.data) == (304, b"")
        assert again.get_etag() == (tag, False)
        assert again.headers["Cache-Control"] == response.headers["Cache-Control"]
        assert "Accept-Encoding" in again.vary
    assert len(set(tags.values())) == 4
    crossed = {"Accept-Encoding": "br", "If-None-Match": f'"{tags["gzip"]}"'}
    assert client.get(path, headers=crossed).status_code == 200


@pytest.mark.usefixtures("live")
def test_a_304_to_another_origin_still_names_that_origin(client: FlaskClient) -> None:
    tag = client.get(FRAGMENT, headers=HERE).headers["ETag"]
    response = client.get(FRAGMENT, headers=HERE | {"If-None-Match": tag})
    assert response.status_code == 304
    assert response.headers["Access-Control-Allow-Origin"] == PAPER
    assert "Origin" in response.vary


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    "path", [PANEL, FRAGMENT, "/panel/unknown", "/embed.js", "/schema/entry.json", "/nowhere"]
)
def test_head_is_get_without_the_body(client: FlaskClient, path: str) -> None:
    same = {"X-Request-ID": "0af7651916cd43dd"}
    got, head = client.get(path, headers=same), client.head(path, headers=same)
    assert head.data == b""
    assert head.status_code == got.status_code
    assert head.headers == got.headers


# Files and schema


def test_the_loader_names_a_stylesheet_that_is_immutable(client: FlaskClient) -> None:
    loader = client.get("/embed.js")
    assert loader.headers["Cache-Control"] == f"{SHORT}, stale-while-revalidate=86400"
    assert loader.content_type == "text/javascript; charset=utf-8"
    (path,) = re.findall(r"/static/panel\.[0-9a-f]{10}\.css", loader.text)
    stylesheet = client.get(path)
    assert stylesheet.status_code == 200
    assert stylesheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert stylesheet.headers["Access-Control-Allow-Origin"] == "*"
    assert stylesheet.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "__PANEL_CSS__" not in loader.text


def test_a_versioned_name_changes_with_the_content(client: FlaskClient) -> None:
    loader = client.get("/embed.js").data
    assert client.get(f"/static/{versioned('embed.js', loader)}").data == loader
    assert client.get(f"/static/{versioned('embed.js', loader + b' ')}").status_code == 404
    assert versioned("embed.js", b"a") != versioned("embed.js", b"b")
    assert re.fullmatch(r"embed\.[0-9a-f]{10}\.js", versioned("embed.js", b"a"))


def test_the_stylesheet_for_strict_hosts_stays_under_its_name(client: FlaskClient) -> None:
    response = client.get("/static/embed.css")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == f"{SHORT}, stale-while-revalidate=86400"
    assert response.text.startswith("@layer insights{")


@pytest.mark.parametrize("name", ["panel.css", "..%2fpyproject.toml", "entry.schema.json"])
def test_other_files_are_not_served(client: FlaskClient, name: str) -> None:
    response = client.get(f"/static/{name}")
    assert problem_of(response)["status"] == 404


def test_the_schema_is_served_to_anyone(client: FlaskClient) -> None:
    response = client.get("/schema/entry.json")
    assert response.data == schema_document()
    assert response.content_type == "application/schema+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


# Errors


@pytest.mark.parametrize("path", ["/nowhere", "/static/"])
def test_an_unknown_path_is_a_problem(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert problem_of(response)["status"] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", [PANEL, FRAGMENT, "/embed.js"])
def test_a_method_that_changes_something_is_not_allowed(
    client: FlaskClient, path: str, method: str
) -> None:
    response = client.open(path, method=method)
    assert problem_of(response)["status"] == 405
    assert "GET" in response.headers["Allow"]


class Unreachable:
    """A store whose machine is gone."""

    def _gone(self) -> StoreUnavailable:
        return StoreUnavailable("The store cannot be reached.")

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        raise self._gone()

    def find(self, url: str) -> str | None:
        raise self._gone()

    def draft(self, entry_id: str) -> Draft | None:
        raise self._gone()

    def ids(self) -> list[str]:
        raise self._gone()

    def head(self, entry_id: str) -> int:
        raise self._gone()

    def history(self, entry_id: str) -> list[Revision]:
        raise self._gone()

    def revision(self, entry_id: str, number: int) -> Revision:
        raise self._gone()

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        raise self._gone()

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        raise self._gone()

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        raise self._gone()

    def withdraw(
        self,
        entry_id: str,
        *,
        actor: str,
        reason: str = "",
        legal: bool = False,
        head: int | None = None,
    ) -> Revision:
        raise self._gone()

    def problems(self) -> list[Problem]:
        raise self._gone()

    def close(self) -> None:
        pass


@pytest.fixture
def cut_off(settings: Settings, accounts: Accounts) -> FlaskClient:
    store: Store = Unreachable()
    return create_app(settings, store, accounts).test_client()


def test_without_its_store_a_frame_says_so_and_is_not_kept(cut_off: FlaskClient) -> None:
    for path in (PANEL, f"/panel?url={ARTICLE}"):
        response = cut_off.get(path)
        assert response.status_code == 503
        assert "The panel cannot be shown now." in panel_text(response)
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Retry-After"] == "5"
        assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")
        assert response.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_without_its_store_a_fragment_and_readiness_are_problems(cut_off: FlaskClient) -> None:
    for path in (FRAGMENT, "/readyz"):
        response = cut_off.get(path)
        assert problem_of(response)["status"] == 503
        assert response.headers["Retry-After"] == "5"


def test_without_its_store_the_process_is_up(cut_off: FlaskClient) -> None:
    for path in ("/healthz", "/embed.js", "/schema/entry.json"):
        assert cut_off.get(path).status_code == 200


def test_readiness_counts_what_is_set_aside(client: FlaskClient) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.text) == (200, "ok\nproblems 0\n")
    assert response.headers["Cache-Control"] == "no-store"
