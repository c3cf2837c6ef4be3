"""The public log over HTTP: its page, its lines, the checkpoint, its signature, the key."""

from __future__ import annotations

import hashlib
import html
import re
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from log_keys import key_file
from samples import PUBLICATION, parse_html, text_of
from wire_support import ID, SHORT, published

from widget.app import create_app
from widget.config import Settings
from widget.entry import Entry
from widget.errors import InvalidSettings
from widget.record.checkpoint import Checkpoint
from widget.record.log_page import LINES
from widget.record.signing import is_signed
from widget.store import Store
from widget.web.reader import log

pytestmark = pytest.mark.unit

BASE = "https://panels.example"


@pytest.fixture
def signed(settings: Settings, store: Store, tmp_path: Path) -> FlaskClient:
    update = {"base_url": BASE, "log_key_file": key_file(tmp_path / "key")}
    client = create_app(settings.model_copy(update=update), store).test_client()
    client.environ_base["HTTP_HOST"] = "panels.example"
    return client


def many(store: Store, count: int) -> None:
    for _ in range(count // 2):
        published(store)
        store.withdraw(ID, actor="ana")


def test_lines_are_sent_as_they_were_hashed(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LINES", 4)
    many(store, 10)
    response = client.get("/log.jsonl")
    assert response.status_code == 200
    assert response.content_type == "application/x-ndjson"
    assert response.headers["Cache-Control"] == SHORT
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    found = b""
    path = "/log.jsonl"
    while True:
        response = client.get(path)
        found += response.data
        if "Link" not in response.headers:
            break
        match = re.fullmatch(r'<(log\.jsonl\?after=\d+)>; rel="next"', response.headers["Link"])
        assert match
        path = f"/{match[1]}"
    assert path == "/log.jsonl?after=8"
    lines = found.splitlines()
    assert lines == [it.encode() for it in store.log_lines(after=0, limit=99)]
    for before, line in pairwise(lines):
        assert hashlib.sha256(before).hexdigest().encode() in line
    for odd in ("?after=x", "?after=-1", "?after=", "?after=²"):
        assert client.get(f"/log.jsonl{odd}").data == client.get("/log.jsonl").data
    assert client.get("/log.jsonl?after=10").data == b""


def test_the_checkpoint_is_five_lines_that_change_with_the_log_alone(
    client: FlaskClient, store: Store
) -> None:
    empty = client.get("/log/checkpoint")
    assert empty.content_type == "text/plain; charset=utf-8"
    assert empty.text == f"insights log\nhttp://localhost\n0\n{'0' * 64}\n-\n"
    many(store, 2)
    response = client.get("/log/checkpoint")
    # No cache may keep it longer than its signature.
    assert response.headers["Cache-Control"] == "no-cache"
    last = store.log_lines(after=1, limit=1)[0]
    found = Checkpoint.decode(response.data)
    assert (found.base, found.lines, found.last) == ("http://localhost", 2, last.digest())
    assert found.at == last.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert client.get("/log/checkpoint").data == response.data
    many(store, 2)
    assert client.get("/log/checkpoint").data != response.data
    assert client.get("/log/checkpoint?lines=2").data == response.data
    assert client.get("/log/checkpoint?lines=0").data == empty.data
    assert client.get("/log/checkpoint?lines=99").status_code == 404


def test_without_a_key_the_log_is_not_signed_and_says_so(client: FlaskClient) -> None:
    for path in ("/log/checkpoint.sig", "/log/key.pem"):
        response = client.get(path)
        assert response.status_code == 404
        assert "not signed" in response.json["detail"]
    page = client.get("/log").text
    assert "It is not signed" in page
    assert "openssl" not in page


def test_the_signature_is_that_of_exactly_the_checkpoint(signed: FlaskClient, store: Store) -> None:
    many(store, 4)
    key = signed.get("/log/key.pem").data
    assert key.startswith(b"-----BEGIN PUBLIC KEY-----\n")
    for query in ("", "?lines=0", "?lines=3"):
        checkpoint = signed.get(f"/log/checkpoint{query}").data
        assert checkpoint.splitlines()[1] == BASE.encode()
        signature = signed.get(f"/log/checkpoint.sig{query}").data
        assert len(signature) == 64
        assert is_signed(checkpoint, signature, key)
    assert not is_signed(signed.get("/log/checkpoint").data, signature, key)
    assert b"PRIVATE" not in key


def test_a_service_does_not_start_with_a_key_that_it_cannot_use(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    update = {"base_url": BASE, "log_key_file": tmp_path / "missing.pem"}
    with pytest.raises(InvalidSettings, match=r"missing\.pem cannot be read"):
        create_app(settings.model_copy(update=update), store)


def test_the_page_explains_the_log_and_lists_its_newest_lines(
    signed: FlaskClient, store: Store
) -> None:
    assert "There is no line yet." in signed.get("/log").text
    many(store, 4)
    published(store)
    response = signed.get("/log")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == SHORT
    policy = response.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    rows = re.findall(r"<tr><td>.*?</tr>", response.text, re.DOTALL)
    texts = [text_of(parse_html(f"<table>{row}</table>")) for row in rows]
    assert len(texts) == 5
    assert texts[0].startswith("5")
    assert "Shown again" in texts[0]
    assert "Withdrawn" in texts[1]
    assert all(ID in it for it in texts)
    assert f"curl -s {BASE}/panel/{ID}.json | sha256sum" in html.unescape(response.text)
    assert signed.get("/log/").headers["Location"] == "../log"


def test_pages_of_lines_follow_each_other_by_number(client: FlaskClient, store: Store) -> None:
    many(store, 2 * LINES + 10)
    seen: list[int] = []
    path: str | None = "/log"
    while path:
        text = client.get(path).text
        seen += map(int, re.findall(r'after=\d+">(\d+)</a></td>', text))
        older = re.search(r'rel="next" href="http://localhost([^"]+)"', text)
        path = html.unescape(older[1]) if older else None
    assert seen == list(range(2 * LINES + 10, 0, -1))
    assert 'rel="prev"' in client.get("/log?before=20").text
    assert "There is no line yet." in client.get("/log?before=1").text


def test_nothing_of_a_text_is_in_the_log_also_after_a_legal_withdrawal(
    signed: FlaskClient, store: Store, live: Entry
) -> None:
    store.withdraw(ID, actor="Ana Actor", reason="Secret Reason", legal=True)
    words = [live.article.title, live.article.url, "Ana Actor", "Secret Reason"]
    words += [it.text for group in live.perspectives for it in group.points]
    for path in ("/log", "/log.jsonl", "/log/checkpoint", f"/panel/{ID}.json"):
        text = signed.get(path).text
        assert not [it for it in words if it in text]
        assert "ana" not in re.findall(r"\w+", text.lower())


def test_the_page_speaks_the_language_of_the_first_publication(
    settings: Settings, store: Store
) -> None:
    arabic = PUBLICATION.model_copy(update={"language": "ar"})
    client = create_app(settings.model_copy(update={"publications": (arabic,)}), store)
    assert '<html lang="ar" dir="rtl">' in client.test_client().get("/log").text
