"""Nothing of a reader is in the store: every byte of it is read after reports were sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from report_support import ID, Clock, Desk

from widget.app import create_app
from widget.config import Settings
from widget.record import report_keys
from widget.store import Store

pytestmark = pytest.mark.database

NETWORKS = ("203.0.113.77", "2001:db8:77:1::9")
AGENT = "Browser-of-Mia/77"
COOKIE = "cookie-of-mia-77"
ADDRESS = "mia77@mail.example"


def bytes_of(url: str) -> Iterator[bytes]:
    """Yield every file of a store, or every table of its database."""
    if url.startswith("dir:"):
        for path in sorted(Path(url.removeprefix("dir:")).rglob("*")):
            if path.is_file():
                yield path.read_bytes()
        return
    with psycopg.connect(url, autocommit=True) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        assert ("document",) in names
        for (name,) in names:
            query = f'COPY "{name}" TO STDOUT'  # a table's name
            with connection.cursor().copy(query.encode()) as found:  # type: ignore[arg-type]  # as bytes
                yield b"".join(bytes(it) for it in found)


def contains(url: str, *texts: str) -> list[str]:
    data = b"\n".join(bytes_of(url))
    return [it for it in texts if it.encode() in data]


def hashes(text: str) -> list[str]:
    return [hashlib.new(name, text.encode()).hexdigest()[:16] for name in ("sha256", "md5", "sha1")]


@pytest.fixture
def sent(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send reports through the service, from two networks behind a proxy."""
    monkeypatch.setattr(report_keys, "MIN_SECONDS", 0)
    behind = settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    client = create_app(behind, store).test_client()
    client.set_cookie("insights", COOKIE)
    for number, network in enumerate(NETWORKS):
        headers = {"User-Agent": AGENT, "X-Forwarded-For": network, "Accept-Language": "gsw-77"}
        page = client.get(f"/report/{ID}?point=1-1", headers=headers)
        found = re.search(r'name="token" value="([^"]+)"', page.text)
        assert found
        fields = {
            "token": found[1],
            "kind": "wrong",
            "text": f"It is from 201{number}.",
            "address": ADDRESS if number else "",
        }
        answer = client.post(f"/report/{ID}?point=1-1", headers=headers, data=fields)
        assert answer.status_code == 303


@pytest.mark.usefixtures("sent")
def test_no_byte_of_the_store_is_a_reader_s(
    settings: Settings, desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    url = settings.store
    assert contains(url, "It is from 2010."), "what readers wrote is there"
    assert contains(url, ADDRESS), "and the address of whoever wants an answer"
    prefixes = ("203.0.113", "2001:db8:77")
    folded = [
        it for text in (*NETWORKS, "203.0.113.0/24", "2001:db8:77::/48") for it in hashes(text)
    ]
    never = (*NETWORKS, *prefixes, AGENT, COOKIE, "gsw-77", *folded)
    assert contains(url, *never) == []
    assert not [it for it in never if it in caplog.text]
    (listed,) = desk.desk.page().items
    desk.desk.answer(listed.id, "It is corrected.", send=lambda *_: None)
    assert contains(url, ADDRESS, *hashes(ADDRESS)) == []
    clock.now += report_keys.DAY
    secrets = [it.body for it in desk.documents.page("report-keys", prefix="network/", limit=9)]
    limits = [it.key for it in desk.documents.page("report-limits", limit=9) if "/" in it.key]
    assert len(secrets) == 1
    assert len(limits) == len(NETWORKS)
    desk.removal.run()
    gone = [re.findall("[0-9a-f]{64}", it)[0] for it in secrets]
    gone += [it.partition("/")[2] for it in limits]
    assert contains(url, *gone) == [], "a day later nobody can tell which networks they were"
