"""Fragments, across origins: who may read them, and what htmx may send along."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from samples import PAPER
from wire_support import (
    FRAGMENT,
    HERE,
    PANEL,
    SHORT,
    problem_of,
    published,
)

from widget.app import create_app
from widget.config import Settings
from widget.store import Store

pytestmark = pytest.mark.unit

# Fragments, across origins

HTMX_2 = {"HX-Request", "HX-Current-URL", "HX-Target", "HX-Trigger", "HX-Trigger-Name"}
HTMX_4 = {"HX-Request", "HX-Current-URL", "HX-Target", "HX-Source", "HX-Request-Type"}


@pytest.mark.usefixtures("live")
def test_a_listed_origin_reads_the_fragment_and_is_named_exactly(client: FlaskClient) -> None:
    response = client.get(FRAGMENT, headers=HERE)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == PAPER
    assert "Origin" in response.vary
    assert response.headers["Cache-Control"] == SHORT
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("live")
def test_without_an_origin_a_fragment_is_for_servers_and_still_varies(client: FlaskClient) -> None:
    response = client.get(FRAGMENT)
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Origin" in response.vary


def test_an_unknown_fragment_is_204_so_that_nothing_is_swapped_in(client: FlaskClient) -> None:
    for path in ("/fragment/unknown", "/fragment", "/fragment?url=https://x.example/"):
        response = client.get(path, headers=HERE)
        assert (response.status_code, response.data) == (204, b"")
        assert response.headers["Access-Control-Allow-Origin"] == PAPER
        assert response.headers["Cache-Control"] == SHORT
        assert "Origin" in response.vary


@pytest.mark.parametrize("path", [FRAGMENT, "/fragment", "/fragment?url=x"])
def test_a_preflight_allows_all_that_htmx_2_and_4_send(client: FlaskClient, path: str) -> None:
    response = client.options(path, headers=HERE)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == PAPER
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    allowed = set(response.headers["Access-Control-Allow-Headers"].split(", "))
    assert allowed >= HTMX_2 | HTMX_4
    assert "Origin" in response.vary


def test_a_preflight_from_nowhere_allows_no_origin(client: FlaskClient) -> None:
    response = client.options(FRAGMENT)
    assert response.status_code == 204
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "origin",
    [
        "https://other.example",
        "http://paper.example",
        "https://paper.example:8443",
        "https://paper.example.evil.example",
        "http://localhost:8001",
        "null",
        "http://[",
    ],
)
def test_an_origin_that_is_not_listed_is_told_what_to_add_and_of_no_other(
    client: FlaskClient, origin: str, method: str
) -> None:
    response = client.open(FRAGMENT, method=method, headers={"Origin": origin})
    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Origin" in response.vary
    if method == "GET":
        detail = problem_of(response)["detail"]
        assert detail.startswith(f"{origin} is not among the origins of The Paper")
        assert f'add "{origin}" to' in detail
        assert f'"{PAPER}"' not in detail
        assert "Sleepers" not in response.text


def test_an_origin_reads_only_its_own_publications_fragments(
    settings: Settings, store: Store
) -> None:
    published(store)
    other = settings.publications[0].model_copy(
        update={"name": "The Other", "origins": ("https://other.example",)}
    )
    both = settings.model_copy(update={"publications": (*settings.publications, other)})
    client = create_app(both, store).test_client()
    response = client.get(FRAGMENT, headers={"Origin": "https://other.example"})
    assert response.status_code == 403
    assert "The Paper" in problem_of(response)["detail"]


@pytest.mark.usefixtures("live")
def test_the_services_own_pages_may_read_fragments(client: FlaskClient) -> None:
    response = client.get(FRAGMENT, headers={"Origin": "http://localhost"})
    assert response.status_code == 200


@pytest.mark.parametrize("path", [PANEL, FRAGMENT, "/embed.js", "/schema/entry.json", "/healthz"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.usefixtures("live")
def test_nothing_sets_a_cookie_or_allows_credentials(
    client: FlaskClient, path: str, method: str
) -> None:
    response = client.open(path, method=method, headers=HERE | {"Cookie": "a=b"})
    assert response.status_code in (200, 204)
    assert "Set-Cookie" not in response.headers
    assert "Access-Control-Allow-Credentials" not in response.headers


# What a host sends along without meaning to

TOKEN = "token-of-the-host"  # noqa: S105  # a test's own


def test_a_preflight_lets_no_header_of_the_host_s_own_through(client: FlaskClient) -> None:
    """So that the browser keeps a token back that the host adds to every request of its own."""
    asked = {**HERE, "Access-Control-Request-Headers": "x-csrf-token, authorization"}
    allowed = client.options(FRAGMENT, headers=asked).headers["Access-Control-Allow-Headers"]
    assert [name for name in allowed.lower().split(", ") if not name.startswith("hx-")] == []


@pytest.mark.usefixtures("live")
def test_what_comes_anyway_changes_nothing_and_is_not_logged(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    for path in (FRAGMENT, PANEL):
        plain = client.get(path, headers=HERE)
        sent = {**HERE, "X-CSRF-Token": TOKEN, "HX-Current-URL": f"{PAPER}/?session={TOKEN}"}
        answer = client.get(path, query_string={"csrf": TOKEN}, headers=sent)
        assert (answer.status_code, answer.data) == (200, plain.data)
        assert TOKEN not in str(answer.headers)
    assert caplog.records
    assert TOKEN not in "".join(f"{record.getMessage()}{vars(record)}" for record in caplog.records)
