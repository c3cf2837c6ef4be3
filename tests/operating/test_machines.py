"""Two services on one database, as on two machines: who they know and what they remember."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

import postgres
import pytest
from running import free_port, process, until
from samples import sample_bytes

from widget.accounts.tables import DatabaseAccounts
from widget.config import ENV_PREFIX
from widget.database import Database

PASSWORD = "a long enough password"  # noqa: S105  # of nobody
DRAFT = "/api/v1/entries/night-trains/draft"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Browser:
    """Somebody with cookies, whom a load balancer sends to any of the services."""

    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, service: int, method: str, path: str, body: bytes = b"", **headers: str
    ) -> Answer:
        connection = HTTPConnection("127.0.0.1", service, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read().decode())
        finally:
            connection.close()

    def post(self, service: int, page: str, path: str, **fields: str) -> Answer:
        """Send the form that stands on ``page``."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.ask(service, "GET", page).text)
        assert token
        form = urlencode({"csrf": token[1], **fields}).encode()
        kind = "application/x-www-form-urlencoded"
        return self.ask(service, "POST", path, form, Content_Type=kind)

    def sign_in(self, service: int, password: str = PASSWORD) -> int:
        answer = self.post(service, "/admin/login", "/admin/login", name="ana", password=password)
        return answer.status

    def is_in(self, service: int) -> bool:
        return self.ask(service, "GET", "/admin/entries").status == 200


@contextmanager
def service(url: str) -> Iterator[int]:
    """Run ``insights serve`` on the database, and give its port."""
    port = free_port()
    inherited = {key: it for key, it in os.environ.items() if not key.startswith(ENV_PREFIX)}
    own = {**inherited, f"{ENV_PREFIX}STORE": url}
    command = ["widget", "serve", "--port", str(port), "--workers", "1"]
    with process(command, f"http://127.0.0.1:{port}/healthz", own):
        yield port


@contextmanager
def accounts_of(url: str) -> Iterator[DatabaseAccounts]:
    database = Database(url)
    try:
        database.prepare()
        yield DatabaseAccounts(database)
    finally:
        database.close()


@pytest.fixture
def token(database_url: str) -> str:
    """Make a user, and a token that may publish."""
    with accounts_of(database_url) as accounts:
        accounts.add_user("ana", "admin", PASSWORD)
        later = datetime.now(UTC) + timedelta(days=1)
        secret, _ = accounts.create_token("ci", "admin", owner="ana", expires_at=later, actor="x")
        return secret


def test_what_one_machine_knows_of_callers_the_other_knows(database_url: str, token: str) -> None:
    with service(database_url) as one, service(database_url) as other:
        browser = Browser()
        assert browser.sign_in(one) == 303
        assert browser.is_in(one)
        assert browser.is_in(other)
        kept = dict(browser.cookies)
        assert browser.post(other, "/admin/entries", "/admin/logout").status == 303
        browser.cookies = kept
        assert not browser.is_in(one), "ended on the other machine, too"
        assert not browser.is_in(other)

        program = Browser()
        asked = {
            "Authorization": f"Bearer {token}",
            "Content_Type": "application/json",
            "Idempotency_Key": "k-1",
            "If_None_Match": "*",
        }
        first = program.ask(one, "PUT", DRAFT, sample_bytes(), **asked)
        again = program.ask(other, "PUT", DRAFT, sample_bytes(), **asked)
        assert (first.status, again.status) == (201, 201)
        assert again.headers["idempotency-replayed"] == "true"
        assert json.loads(first.text) == json.loads(again.text)

        found = [Browser().sign_in(service, "a wrong password") for service in (one, other) * 4]
        assert found[:5] == [403] * 5
        assert 429 in found
        assert Browser().sign_in(one) == Browser().sign_in(other) == 429

        with accounts_of(database_url) as accounts:
            accounts.revoke_token(accounts.tokens()[0].id)
        for service_ in (one, other):
            answer = program.ask(service_, "GET", DRAFT, Authorization=f"Bearer {token}")
            assert answer.status == 401


def test_while_the_database_is_away_editors_are_told_and_then_go_on() -> None:
    with postgres.server() as server:
        with accounts_of(server.url) as accounts:
            accounts.add_user("ana", "admin", PASSWORD)
        with service(server.url) as one:
            browser = Browser()
            assert browser.sign_in(one) == 303
            server.stop()
            for path in ("/admin/entries", "/api/v1/entries"):
                asked = browser.ask(one, "GET", path, Authorization="Bearer ins_x")
                assert asked.status == 503, path
                assert "Traceback" not in asked.text
            server.start()
            until(lambda: browser.is_in(one), 60)
