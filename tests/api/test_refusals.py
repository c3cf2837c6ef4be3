"""What the API refuses, and how it says so."""

from __future__ import annotations

import pytest
from api_support import ENTRIES, ENTRY, ID, Caller, problem_of, published, saved
from samples import sample_bytes

from widget.config import Settings
from widget.store import Store

pytestmark = pytest.mark.unit


def test_a_draft_is_of_the_entry_that_the_address_names(cms: Caller, store: Store) -> None:
    body = sample_bytes(id="another")
    response = cms("PUT", f"{ENTRY}/draft", body, knows=None, If_None_Match="*")
    (error,) = problem_of(response, 422)["errors"]
    assert error["path"] == "$.id"
    assert store.ids() == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "$"),
        (b"{", "$"),
        (b"\xff", "$"),
        (b"[]", "$"),
        (b'{"revision": "1"}', "$.revision"),
        (b'{"revision": 0}', "$.revision"),
        (b'{"revision": true}', "$.revision"),
        (b'{"revision": 1e400}', "$.revision"),
        (b'{"revision": 1, "revision": 2}', "$.revision"),
        (b'{"revision": 1, "note": ""}', "$.note"),
        (b"{}", "$.revision"),
        (b"[" * 100_000, "$"),
    ],
)
def test_a_body_that_is_not_what_is_asked_for_is_told(
    cms: Caller, store: Store, body: bytes, path: str
) -> None:
    saved(cms)
    errors = problem_of(cms("POST", f"{ENTRY}/restorations", body), 422)["errors"]
    assert [error["path"] for error in errors] == [path]
    assert store.head(ID) == 1


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_says_that_it_is_json(cms: Caller, store: Store, kind: str) -> None:
    response = cms.client.put(
        f"{ENTRY}/draft",
        data=sample_bytes(),
        headers={"Authorization": f"Bearer {cms.secret}", "If-None-Match": "*"},
        content_type=kind,
    )
    problem_of(response, 415)
    assert store.ids() == []


def test_a_body_that_is_too_long_is_refused(cms: Caller) -> None:
    long = sample_bytes(article__section="x" * 600_000)
    problem_of(cms("PUT", f"{ENTRY}/draft", long, knows=None, If_None_Match="*"), 413)
    long = sample_bytes(article__section="x" * 530_000)
    response = cms("PUT", f"{ENTRY}/draft", long, knows=None, If_None_Match="*")
    assert "bytes long" in problem_of(response, 422)["errors"][0]["message"]


@pytest.mark.parametrize(
    "path",
    [
        f"{ENTRIES}/unknown",
        f"{ENTRIES}/UNKNOWN",
        f"{ENTRIES}/%00",
        f"{ENTRIES}/unknown/draft",
        f"{ENTRIES}/unknown/history",
        f"{ENTRIES}/unknown/revisions/1",
        f"{ENTRY}/revisions/2",
        f"{ENTRY}/revisions/0",
        f"{ENTRY}/revisions/-1",
        f"{ENTRY}/revisions/x",
        f"{ENTRY}/revisions/{'9' * 5000}",
        f"{ENTRY}/revisions/%D9%A1",
        f"{ENTRIES}/",
        "/api/v1",
        "/api/v2/entries",
    ],
)
def test_what_is_not_there_is_a_problem(cms: Caller, path: str) -> None:
    saved(cms)
    problem_of(cms("GET", path), 404)


def test_a_method_that_an_address_has_not_is_a_problem(cms: Caller) -> None:
    for method in ("POST", "PATCH", "OPTIONS"):
        response = cms(method, ENTRY)
        problem_of(response, 405)
        assert "GET" in response.headers["Allow"]


def test_a_damaged_accounts_file_lets_nobody_in_and_readers_see_their_panels(
    cms: Caller, settings: Settings
) -> None:
    published(cms)
    with open(f"{settings.store.removeprefix('dir:')}/accounts.json", "w") as file:
        file.write("{")
    assert "accounts.json" in problem_of(cms("GET", ENTRY), 503)["detail"]
    assert cms.client.get(f"/panel/{ID}").status_code == 200
