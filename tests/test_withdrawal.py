"""A withdrawn entry is served by no worker one second later, however it was withdrawn."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import pytest
from running import Running, running

from widget.accounts import open_accounts

WORKERS = 3
WAYS = {
    "page": "ferry-fares",
    "api": "fish-market",
    "command": "shore-power",
    "file": "rent-ceiling",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), workers=WORKERS) as started:
        yield started


def by_page(place: Running, entry_id: str) -> None:
    accounts = open_accounts(f"dir:{place.data}")
    user = accounts.add_user("pia", "publisher", "a long pass phrase")
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    browser.open(f"{place.service}/admin/sign-in/{accounts.sign_in_link(user)}").close()
    url = f"{place.service}/admin/entries/{entry_id}/withdrawal"
    with browser.open(url) as page:
        token = re.search(r'name="csrf" value="([^"]+)"', page.read().decode())
    assert token
    form = urlencode({"csrf": token[1], "reason": "A source was made up."}).encode()
    browser.open(Request(url, data=form)).close()  # noqa: S310  # loopback


def by_api(place: Running, entry_id: str) -> None:
    accounts = open_accounts(f"dir:{place.data}")
    until = datetime.now(UTC) + timedelta(hours=1)
    secret, _ = accounts.create_token("desk", "publisher", expires_at=until, actor="test")
    url = f"{place.service}/api/v1/entries/{entry_id}"
    bearer = {"Authorization": f"Bearer {secret}"}
    with urlopen(Request(url, headers=bearer)) as answer:  # noqa: S310  # loopback
        head = answer.headers["ETag"]
    headers = {**bearer, "If-Match": head, "Content-Type": "application/json"}
    body = json.dumps({"reason": "A source was made up."}).encode()
    urlopen(Request(f"{url}/withdrawal", data=body, headers=headers)).close()  # noqa: S310  # loopback


def by_command(place: Running, entry_id: str) -> None:
    command = [sys.executable, "-m", "widget", "--store", f"dir:{place.data}", "withdraw"]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("INSIGHTS_")},
        "INSIGHTS_PUBLICATIONS": f"[{place.publication.model_dump_json()}]",
    }
    subprocess.run([*command, entry_id, "--legal"], check=True, env=environment)


def by_file(place: Running, entry_id: str) -> None:
    (place.data / "live" / f"{entry_id}.json").unlink()


def status(place: Running, entry_id: str) -> int:
    """Ask over a connection of its own, so that any of the workers may answer."""
    connection = HTTPConnection(urlsplit(place.service).netloc, timeout=10)
    connection.request("GET", f"/panel/{entry_id}")
    answer = connection.getresponse().status
    connection.close()
    return answer


@pytest.mark.parametrize("way", WAYS)
def test_no_worker_serves_it_one_second_later(place: Running, way: str) -> None:
    entry_id = WAYS[way]
    # Every worker renders it and keeps it.
    assert {status(place, entry_id) for _ in range(20 * WORKERS)} == {200}
    {"page": by_page, "api": by_api, "command": by_command, "file": by_file}[way](place, entry_id)
    withdrawn = time.monotonic()
    last_served, asked = 0.0, 0
    while time.monotonic() - withdrawn < 2:
        began = time.monotonic()
        asked += 1
        if status(place, entry_id) != 410:
            last_served = began - withdrawn
    assert last_served < 1
    assert asked > 20 * WORKERS
