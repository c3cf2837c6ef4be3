"""Two services on one database, as on two machines: who they know and what they remember."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

import postgres
import pytest
from running import children, free_port, process, until
from samples import sample_bytes

from widget import demo
from widget.accounts.postgres import PostgresAccounts
from widget.app import rules
from widget.config import ENV_PREFIX, Settings
from widget.editorial.service import Editorial
from widget.storage.postgres import Database
from widget.store import open_store

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


@dataclass(frozen=True)
class Machine:
    """A service that runs on the database: its port, and its parent process."""

    port: int
    pid: int

    def workers(self) -> set[int]:
        """Return its workers' processes."""
        return set(children(self.pid))

    def status(self, path: str) -> int:
        """Ask over a connection of its own, so that any of the workers may answer."""
        return Browser().ask(self.port, "GET", path).status


@contextmanager
def machine(url: str, workers: int = 2, output: IO[bytes] | None = None) -> Iterator[Machine]:
    """Run ``insights serve`` on the database."""
    port = free_port()
    inherited = {key: it for key, it in os.environ.items() if not key.startswith(ENV_PREFIX)}
    own = {**inherited, f"{ENV_PREFIX}STORE": url}
    command = ["widget", "serve", "--port", str(port), "--workers", str(workers)]
    with process(command, f"http://127.0.0.1:{port}/healthz", own, output) as child:
        yield Machine(port, child.pid)


@contextmanager
def service(url: str) -> Iterator[int]:
    """Run ``insights serve`` with one worker on the database, and give its port."""
    with machine(url, 1) as one:
        yield one.port


@contextmanager
def accounts_of(url: str) -> Iterator[PostgresAccounts]:
    database = Database(url)
    try:
        database.prepare()
        yield PostgresAccounts(database)
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


@pytest.mark.database
def test_what_one_machine_knows_of_callers_the_other_knows(database_url: str, token: str) -> None:
    with service(database_url) as one, service(database_url) as other:
        browser = Browser()
        assert browser.sign_in(one) == 303
        assert browser.is_in(one)
        assert browser.is_in(other)
        stored = dict(browser.cookies)
        assert browser.post(other, "/admin/entries", "/admin/logout").status == 303
        browser.cookies = stored
        assert not browser.is_in(one), "ended on the other machine, too"
        assert not browser.is_in(other)

        program = Browser()
        requested = {
            "Authorization": f"Bearer {token}",
            "Content_Type": "application/json",
            "Idempotency_Key": "k-1",
            "If_None_Match": "*",
        }
        first = program.ask(one, "PUT", DRAFT, sample_bytes(), **requested)
        again = program.ask(other, "PUT", DRAFT, sample_bytes(), **requested)
        assert (first.status, again.status) == (201, 201)
        assert again.headers["idempotency-replayed"] == "true"
        assert json.loads(first.text) == json.loads(again.text)

        guessed = [Browser().sign_in(one, "a wrong password") for _ in range(5)]
        assert guessed == [403] * 5
        # Five more would be free there; so they wait for 1, 2, 4, 8 and 16 seconds.
        guessed = [Browser().sign_in(other, "a wrong password") for _ in range(5)]
        assert 429 in guessed

        with accounts_of(database_url) as accounts:
            accounts.revoke_token(accounts.tokens()[0].id)
        for service_ in (one, other):
            answer = program.ask(service_, "GET", DRAFT, Authorization=f"Bearer {token}")
            assert answer.status == 401


@pytest.fixture
def live_url(database_url: str) -> str:
    """Give a database in which the newspaper's entries are live."""
    settings = Settings.model_validate({"store": database_url})
    store = open_store(database_url, rules(settings))
    demo.fill(Editorial(store, settings))
    store.close()
    return database_url


@pytest.mark.database
@pytest.mark.parametrize("by_way_of", ["database_url", "pooled_url"])
@pytest.mark.usefixtures("live_url")
def test_what_is_withdrawn_at_one_machine_no_worker_of_another_serves_a_second_later(
    request: pytest.FixtureRequest, token: str, by_way_of: str
) -> None:
    """Even where a pooler swallows all notifications."""
    url = request.getfixturevalue(by_way_of)
    path, api = "/panel/ferry-fares", "/api/v1/entries/ferry-fares"
    program = Browser()
    requested = {"Authorization": f"Bearer {token}", "Content_Type": "application/json"}
    with machine(url) as one, machine(url) as other:
        # Every worker renders it and keeps it.
        assert {each.status(path) for each in (one, other) for _ in range(40)} == {200}
        head = program.ask(one.port, "GET", f"{api}/history", **requested).headers["etag"]
        reason = json.dumps({"reason": "A source was made up."}).encode()
        done = program.ask(
            one.port, "POST", f"{api}/withdrawal", reason, If_Match=head, **requested
        )
        assert done.status == 201, done.text
        withdrawn = time.monotonic()
        last_served, answers = 0.0, 0
        while time.monotonic() - withdrawn < 2:
            for each in (one, other):
                began, status = time.monotonic(), each.status(path)
                answers += 1
                if status != 410:
                    last_served = began - withdrawn
        assert last_served < 1
        assert answers > 20


@pytest.mark.database
def test_workers_that_are_replaced_serve_from_the_database(live_url: str) -> None:
    with machine(live_url) as one:
        before = one.workers()
        os.kill(one.pid, signal.SIGHUP)
        until(lambda: len(one.workers()) == 2 and not before & one.workers())
        assert {one.status("/panel/ferry-fares") for _ in range(20)} == {200}


@pytest.mark.process
def test_a_worker_that_dies_while_the_database_is_away_is_back_with_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server())
        with accounts_of(server.url):
            pass  # which makes the tables
        output = stack.enter_context(log.open("wb"))
        one = stack.enter_context(machine(server.url, output=output))
        server.stop()
        before = one.workers()
        os.kill(next(iter(before)), signal.SIGKILL)
        until(lambda: "this worker waits for it" in log.read_text())
        assert one.status("/healthz") == 200
        server.start()
        until(lambda: {one.status("/readyz") for _ in range(20)} == {200})
        until(lambda: len(one.workers()) == 2)


@pytest.mark.database
def test_while_the_database_is_away_editors_are_told_and_then_go_on() -> None:
    with postgres.server() as server:
        with accounts_of(server.url) as accounts:
            accounts.add_user("ana", "admin", PASSWORD)
        with service(server.url) as one:
            browser = Browser()
            assert browser.sign_in(one) == 303
            server.stop()
            for path in ("/admin/entries", "/api/v1/entries"):
                requested = browser.ask(one, "GET", path, Authorization="Bearer ins_x")
                assert requested.status == 503, path
                assert "Traceback" not in requested.text
            server.start()
            until(lambda: browser.is_in(one))
