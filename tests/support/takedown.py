"""The ways in which a newsroom takes a panel down, at a service that runs."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener, urlopen

from running import Running

from widget.accounts import open_accounts


def signed_in(place: Running, name: str = "pia") -> OpenerDirector:
    """Return a browser, without scripts, of a publisher."""
    accounts = open_accounts(f"dir:{place.data}")
    user = accounts.user(name) or accounts.add_user(name, "publisher", "a long pass phrase")
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    browser.addheaders.append(("Cookie", f"insights={accounts.open_session(user)}"))
    return browser


def by_page(place: Running, entry_id: str) -> None:
    browser = signed_in(place)
    url = f"{place.service}/admin/entries/{entry_id}/withdrawal"
    with browser.open(url) as page:
        token = re.search(r'name="csrf" value="([^"]+)"', page.read().decode())
    assert token
    form = urlencode({"csrf": token[1], "reason": "A source was made up."}).encode()
    browser.open(Request(url, data=form)).close()  # noqa: S310  # loopback


def bearer_of(place: Running) -> dict[str, str]:
    """Return the header of a program that may publish."""
    accounts = open_accounts(f"dir:{place.data}")
    until = datetime.now(UTC) + timedelta(hours=1)
    if accounts.user("desk") is None:
        accounts.add_user("desk", "publisher")
    name = f"desk {secrets.token_hex(4)}"  # a name is there once
    secret, _ = accounts.create_token(
        name, "publisher", owner="desk", expires_at=until, actor="test"
    )
    return {"Authorization": f"Bearer {secret}"}


def by_api(place: Running, entry_id: str) -> None:
    url = f"{place.service}/api/v1/entries/{entry_id}"
    bearer = bearer_of(place)
    with urlopen(Request(url, headers=bearer)) as answer:  # noqa: S310  # loopback
        head = answer.headers["ETag"]
    headers = {**bearer, "If-Match": head, "Content-Type": "application/json"}
    body = json.dumps({"reason": "A source was made up."}).encode()
    urlopen(Request(f"{url}/withdrawal", data=body, headers=headers)).close()  # noqa: S310  # loopback


def command(place: Running, *words: str) -> str:
    """Run a command beside the service; return what it says."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("INSIGHTS_")},
        **place.environment,
        "INSIGHTS_PUBLICATIONS": f"[{place.publication.model_dump_json()}]",
    }
    done = subprocess.run(
        [sys.executable, "-m", "widget", "--store", f"dir:{place.data}", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def by_command(place: Running, entry_id: str) -> None:
    command(place, "withdraw", entry_id, "--legal")


def by_file(place: Running, entry_id: str) -> None:
    (place.data / "live" / f"{entry_id}.json").unlink()


WAYS: dict[str, Callable[[Running, str], None]] = {
    "page": by_page,
    "api": by_api,
    "command": by_command,
    "file": by_file,
}


# The same for a new version. Its draft is there already, but for the file, which becomes it.


def publish_by_page(place: Running, entry_id: str) -> None:
    browser = signed_in(place)
    url = f"{place.service}/admin/entries/{entry_id}/publication"
    with browser.open(url) as page:
        text = page.read().decode()
    found = {name: re.search(rf'name="{name}" value="([^"]+)"', text) for name in ("csrf", "head")}
    form = urlencode({name: match[1] for name, match in found.items() if match}).encode()
    browser.open(Request(url, data=form)).close()  # noqa: S310  # loopback


def publish_by_api(place: Running, entry_id: str) -> None:
    url = f"{place.service}/api/v1/entries/{entry_id}"
    bearer = bearer_of(place)
    with urlopen(Request(f"{url}/draft", headers=bearer)) as answer:  # noqa: S310  # loopback
        head = answer.headers["ETag"]
    headers = {**bearer, "If-Match": head, "Content-Type": "application/json"}
    urlopen(Request(f"{url}/publication", data=b"{}", headers=headers)).close()  # noqa: S310  # loopback


def publish_by_command(place: Running, entry_id: str) -> None:
    command(place, "publish", entry_id)


def publish_by_file(place: Running, entry_id: str) -> None:
    draft = place.data / "drafts" / f"{entry_id}.json"
    beside = place.data / f"{entry_id}.new"
    beside.write_bytes(draft.read_bytes())
    beside.replace(place.data / "live" / f"{entry_id}.json")


PUBLISHING: dict[str, Callable[[Running, str], None]] = {
    "page": publish_by_page,
    "api": publish_by_api,
    "command": publish_by_command,
    "file": publish_by_file,
}
