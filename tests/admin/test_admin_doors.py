"""Who is let into the editors' pages, from where, and with which headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import ENTRY, csrf, signed_in

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import DraftingProvider, Settings
from widget.drafting.evidence import Article, Evidence
from widget.drafting.runs import DraftRequest, new_run, open_runs
from widget.record.reports import Report, report_records
from widget.storage.documents import open_documents
from widget.store import Live, Store, Withdrawn

pytestmark = pytest.mark.unit


RUN = "0123456789abcdef"
REPORT = f"night-trains.{RUN}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings with a provider, so that the pages for drafting are there, too."""
    provider = DraftingProvider(name="sonar", kind="perplexity", model="perplexity/sonar")
    return settings.model_copy(update={"drafting": (provider,)})


@pytest.fixture(autouse=True)
def run(settings: Settings, store: Store) -> None:
    """Keep one run with its evidence."""
    del store
    runs = open_runs(settings.store)
    request = DraftRequest(provider="sonar", article_url="https://courier.example/night-trains")
    runs.add(new_run(request, actor="ana").model_copy(update={"id": RUN}), per_hour=1)
    article = Article(url=request.article_url, title="Night trains", text="Trains at night.")
    runs.keep_evidence(RUN, Evidence(article=article))


@pytest.fixture(autouse=True)
def report(settings: Settings, store: Store) -> Iterator[None]:
    """Keep one report."""
    del store
    documents = open_documents(settings.store)
    now = datetime.now(UTC)
    report_records(documents).put(
        REPORT, Report(entry="night-trains", kind="wrong", first_at=now, last_at=now)
    )
    yield
    documents.close()


def routes(app: Flask) -> Iterator[tuple[str, str, str | None]]:
    """Yield each editors' route: its method, an address, the role that it needs."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/admin"):
            continue
        path = rule.rule.replace("<entry_id>", "night-trains").replace("<secret>", "x")
        path = (
            path.replace("<report_id>", REPORT)
            .replace("<run_id>", RUN)
            .replace("<int:number>", "0")
        )
        needed = getattr(app.view_functions[rule.endpoint], "needed", "editor")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, path, needed


def test_every_page_refuses_whoever_is_not_signed_in(app: Flask, shown: Store) -> None:
    del shown
    walked = [each for each in routes(app) if each[2] is not None]
    assert len(walked) > 15
    for method, path, _ in walked:
        answer = app.test_client().open(path, method=method)
        if method == "GET":
            assert answer.status_code == 303, path
            assert answer.headers["Location"].startswith("/admin/login?next="), path
        else:
            assert answer.status_code == 401, path


def test_every_page_refuses_whoever_lacks_the_role(
    app: Flask, shown: Store, editor: FlaskClient
) -> None:
    token = csrf(editor)
    higher = [each for each in routes(app) if each[2] in ("publisher", "admin")]
    assert {path.rpartition("/")[2] for _, path, _ in higher} >= {
        "publication",
        "withdrawal",
        "restorations",
    }
    for method, path, _ in higher:
        answer = editor.open(path, method=method, data={"csrf": token, "legal": "yes"})
        assert answer.status_code == 403, path
    assert isinstance(shown.live("night-trains"), Live)


def test_only_signing_in_is_open_to_anyone(app: Flask) -> None:
    free = {path for _, path, needed in routes(app) if needed is None}
    assert free == {"/admin/login", "/admin/link", "/admin/password"}


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        ({}, False),
        ({"X-CSRF-Token": "wrong"}, False),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://localhost:81"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
    ],
)
def test_every_unsafe_route_refuses_a_missing_token_and_a_foreign_origin(
    app: Flask, accounts: Accounts, shown: Store, headers: dict[str, str], right: bool
) -> None:
    client = signed_in(app, accounts, "admin")
    head = shown.head("night-trains")
    data = {"csrf": csrf(client)} if right else {}
    for method, path, _ in routes(app):
        if method != "GET":
            answer = client.open(path, method=method, headers=headers, data=data)
            assert answer.status_code == 403, path
    assert shown.head("night-trains") == head
    assert client.get("/admin/entries").status_code == 200, "still signed in"


def test_a_token_may_come_as_a_header(publisher: FlaskClient, shown: Store) -> None:
    answer = publisher.post(
        f"{ENTRY}/withdrawal",
        data={"legal": "yes"},
        headers={"X-CSRF-Token": csrf(publisher), "Origin": "http://localhost"},
    )
    assert answer.status_code == 303
    assert isinstance(shown.live("night-trains"), Withdrawn)


def test_the_service_s_own_address_counts_as_its_origin_behind_a_proxy(
    settings: Settings, shown: Store, accounts: Accounts
) -> None:
    own = settings.model_copy(update={"base_url": "https://insights.example"})
    client = signed_in(create_app(own, shown, accounts), accounts, "publisher")
    here = {"Origin": "https://insights.example"}
    data = {"legal": "yes", "csrf": csrf(client)}
    answer = client.post(f"{ENTRY}/withdrawal", data=data, headers=here)
    assert answer.status_code == 303


def test_every_answer_carries_the_headers_and_no_script_of_its_own(
    app: Flask, publisher: FlaskClient, shown: Store
) -> None:
    del shown
    for method, path, _ in routes(app):
        if method != "GET":
            continue
        answer = publisher.get(path)
        assert answer.status_code in (200, 303, 403), path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        framed = path.endswith("/preview") or "/evidence/" in path
        framers = "'self'" if framed else "'none'"
        assert policy.endswith(f"frame-ancestors {framers}"), path
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        if not path.endswith("/preview"):
            inline = r"<script(?![^>]* src=)|<style|<[^<>]*\s(?:style|on\w+)="
            assert not re.search(inline, answer.text)


def test_another_host_name_than_the_admins_has_no_such_pages(
    settings: Settings, store: Store, accounts: Accounts
) -> None:
    own = settings.model_copy(update={"admin_host": "desk.example"})
    client = create_app(own, store, accounts).test_client()
    assert client.get("/admin/login", headers={"Host": "insights.example"}).status_code == 404
    assert client.get("/admin/login", headers={"Host": "desk.example:8000"}).status_code == 200
