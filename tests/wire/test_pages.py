"""What a browser gets where nothing else is: a start page, and errors as pages."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from samples import parse_html, text_of
from wire_support import ID, problem_of

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.errors import StoreUnavailable, Throttled
from widget.store import Store

pytestmark = pytest.mark.unit

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def links(text: str) -> set[str]:
    return {link.get("href") for link in parse_html(text).iter("a")}


def test_the_start_page_shows_the_ways_on_and_no_entry(client: FlaskClient, live: object) -> None:
    del live
    answer = client.get("/")
    assert answer.status_code == 200
    assert links(answer.text) >= {"/snippet", "/doctor", "/admin/", "/openapi.json"}
    assert ID not in answer.text
    assert "night trains" not in answer.text.lower()


def test_only_the_admin_host_shows_the_editors_pages(
    settings: Settings, store: Store, accounts: Accounts
) -> None:
    split = settings.model_copy(update={"admin_host": "desk.example"})
    client = create_app(split, store, accounts).test_client()
    assert "/admin/" in links(client.get("/", base_url="https://desk.example").text)
    readers = client.get("/", base_url="https://panels.example").text
    assert not any("admin" in link for link in links(readers))
    assert "desk.example" not in readers
    hidden = client.get("/admin/entries", base_url="https://panels.example", headers=BROWSER)
    nothing = client.get("/nothing", base_url="https://panels.example", headers=BROWSER)
    assert (hidden.status_code, hidden.text) == (404, nothing.text)


@pytest.mark.parametrize("path", ["/nothing", "/admin/nothing", "/admin/entries/new/x", "/a/b/c"])
def test_a_browser_that_is_lost_gets_a_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Accept" in answer.headers["Vary"]
    page = parse_html(answer.text)
    assert page.get("lang") == "en"
    assert [text_of(it) for it in page.iter("h1")] == ["Not Found"]
    assert page.find(".//main") is not None
    assert links(answer.text) >= {"/", "/snippet", "/doctor"}


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/problem+json"])
def test_a_program_that_is_lost_gets_problem_details(
    client: FlaskClient, accept: str | None
) -> None:
    answer = client.get("/nothing", headers={"Accept": accept} if accept else {})
    assert answer.status_code == 404
    problem_of(answer)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/oembed", "/static/x.js", "/fragment/a/b"])
def test_what_programs_ask_for_has_problem_details_whatever_they_accept(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code in (400, 404)
    problem_of(answer)


def test_a_method_that_is_not_there_is_a_page_that_says_which_are(client: FlaskClient) -> None:
    answer = client.post("/panel/night-trains", headers=BROWSER)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "Method Not Allowed" in answer.text


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (Throttled("too many of them", retry_after=7), 429, "Too Many Requests"),
        (StoreUnavailable("the store is away"), 503, "Service Unavailable"),
        (RuntimeError("a fault of ours"), 500, "Internal Server Error"),
    ],
)
def test_what_goes_wrong_is_a_page_with_what_was_said(
    app: Flask, error: Exception, status: int, title: str
) -> None:
    def fail() -> str:
        raise error

    app.add_url_rule("/fails", view_func=fail)
    answer = app.test_client().get("/fails", headers=BROWSER)
    assert answer.status_code == status
    assert title in answer.text
    assert "a fault of ours" not in answer.text
    if status != 500:
        assert str(error).capitalize() in answer.text
        assert int(answer.headers["Retry-After"]) > 0
    if status >= 500:
        assert answer.headers["X-Request-ID"] in answer.text
    problem_of(app.test_client().get("/fails"))


def test_what_is_too_large_is_a_page(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10
    answer = app.test_client().post("/doctor", data={"html": "x" * 10**6}, headers=BROWSER)
    assert answer.status_code == 413
    assert answer.content_type.startswith("text/html")


def test_pages_are_below_the_path_of_base_url(
    settings: Settings, store: Store, accounts: Accounts
) -> None:
    below = settings.model_copy(update={"base_url": "https://paper.example/insights"})
    client = create_app(below, store, accounts).test_client()
    moved = client.get("/insights")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/insights/")
    for path in ("/", "/insights/", "/nothing", "/insights/admin/nothing"):
        found = links(client.get(path, headers=BROWSER).text) - {"#main"}
        assert len(found) >= 3
        assert all(link.startswith("/insights/") for link in found), path
