"""Each answer has its header fields of security, whatever it answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from newsroom import post, signed_in
from werkzeug.test import TestResponse
from wire_support import FRAGMENT, HERE, PANEL, published

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.store import Store

pytestmark = pytest.mark.unit

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
FILLED = {"entry_id": "night-trains", "number": "1", "secret": "x", "name": "embed.css"}


def judged(answer: TestResponse, what: object) -> None:
    fields = answer.headers
    assert fields["X-Content-Type-Options"] == "nosniff", what
    policy = fields["Content-Security-Policy"]
    assert "default-src 'none'" in policy, what
    assert "frame-ancestors " in policy, what
    assert fields["Referrer-Policy"] in {
        *("no-referrer", "same-origin", "strict-origin-when-cross-origin"),
    }, what
    assert fields.getlist("Content-Security-Policy") == [policy], what
    assert fields["Cache-Control"], what
    if policy.endswith("frame-ancestors 'none'"):
        assert fields["X-Frame-Options"] == "DENY", what
    if answer.mimetype == "text/html":
        assert "camera=()" in fields["Permissions-Policy"], what
        assert fields["Cross-Origin-Opener-Policy"] == "same-origin", what


def paths(app: Flask) -> Iterator[str]:
    """Yield each address of the service once with what is there, and once with nonsense."""
    for rule in app.url_map.iter_rules():
        for values in (FILLED, {}):
            path = rule.rule
            for name in rule.arguments:
                for written in (f"<{name}>", f"<int:{name}>", f"<path:{name}>"):
                    path = path.replace(written, values.get(name, "7"))
            assert "<" not in path, path
            yield path
    yield from (
        "/",
        "/nowhere",
        "/admin",
        "/static/",
        "/api/v1/",
        "/%00",
        "//a.example/",
        "/panel/a/b",
    )


@pytest.mark.exhaustive
@pytest.mark.usefixtures("live")
def test_every_address_answers_every_method_with_them(app: Flask, accounts: Accounts) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    editor = signed_in(app, accounts, "admin")
    asked = list(dict.fromkeys(paths(app)))
    assert len(asked) > 50
    for path in asked:
        for method in METHODS:
            for client in (app.test_client(), editor):
                if method == "POST" and path.endswith("/logout"):
                    continue  # the editor stays
                answer = client.open(path, method=method)
                judged(answer, (method, path, answer.status))
                assert answer.status_code < 500, (method, path)


@pytest.mark.usefixtures("live")
def test_answers_that_are_no_pages_have_them(app: Flask) -> None:
    client = app.test_client()
    for path in (PANEL, FRAGMENT, "/embed.js", "/static/embed.css"):
        whole = client.get(path)
        again = client.get(path, headers={"If-None-Match": whole.headers["ETag"]})
        assert again.status_code == 304
        judged(again, path)
        same = ("Content-Security-Policy", "Cache-Control", "Referrer-Policy")
        assert all(again.headers[name] == whole.headers[name] for name in same)
    judged(client.options(FRAGMENT, headers=HERE), "preflight")
    judged(client.get(FRAGMENT, headers={"Origin": "https://stranger.example"}), "refused")
    framed = {"Sec-Fetch-Dest": "iframe", "Referer": "https://stranger.example/"}
    judged(client.get(PANEL, headers=framed), "refused frame")
    judged(client.post("/doctor", data={"html": "x" * 2_000_000}), "413")


@pytest.mark.usefixtures("live")
def test_what_breaks_has_them_too(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken() -> None:
        raise RuntimeError("on purpose")

    app.view_functions["health.healthz"] = broken
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 500
    judged(answer, "500")


@pytest.mark.usefixtures("live")
def test_where_a_frame_was_wanted_an_error_may_be_framed(app: Flask) -> None:
    """Else a reader sees that the browser refuses to connect."""
    client = app.test_client()
    assert "frame-ancestors *" in client.post(PANEL).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in client.post("/oembed").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("changes", "scheme", "said"),
    [
        ({}, "https", None),
        ({"hsts_seconds": 31536000}, "https", "max-age=31536000"),
        ({"hsts_seconds": 31536000}, "http", None),
        ({"hsts_seconds": 60, "base_url": "https://localhost"}, "http", "max-age=60"),
        ({"hsts_seconds": 60, "base_url": "http://localhost"}, "http", None),
    ],
)
def test_browsers_are_told_to_keep_to_https_where_that_is_wanted(
    settings: Settings, store: Store, changes: dict[str, object], scheme: str, said: str | None
) -> None:
    published(store)
    client = create_app(settings.model_copy(update=changes), store).test_client()
    for path in (PANEL, "/nowhere", "/admin/login"):
        answer = client.get(path, base_url=f"{scheme}://localhost")
        assert answer.headers.get("Strict-Transport-Security") == said


@pytest.mark.usefixtures("live")
def test_what_is_private_is_kept_nowhere(app: Flask, accounts: Accounts) -> None:
    editor = signed_in(app, accounts, "admin")
    for path in ("/admin/entries", "/admin/me", "/admin/nowhere"):
        assert editor.get(path).headers["Cache-Control"] == "no-store"
    for path in ("/api/v1/entries", "/api/v1/entries/night-trains/draft"):
        assert app.test_client().get(path).headers["Cache-Control"] == "no-store"


def test_a_browser_forgets_the_pages_at_sign_out(app: Flask, accounts: Accounts) -> None:
    """But no cookie of the publisher's other services."""
    answer = post(signed_in(app, accounts, "editor"), "/admin/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
