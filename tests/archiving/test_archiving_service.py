"""A service that runs: from a publication to the archived copy and the changed article."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from running import Running, running, until
from samples import sample_entry
from save_page_now import KEY, TIMESTAMP, FakeArchive

from widget.accounts import open_accounts
from widget.entry import Entry, parse_entry
from widget.sources.articles.record import ArticleRecord, article_records
from widget.storage.documents import open_documents
from widget.store import Annotations, Live

pytestmark = pytest.mark.process

ID = "night-trains"
TEXT = [
    "Night trains are the future of travel, and everybody who takes one knows it by heart.",
    "Last year 4.2 million people took one. That is twice as many as in the year before it.",
    "The state should buy carriages for them. It has bought worse things for far more money.",
]


def page(*paragraphs: str) -> str:
    return (
        "<!doctype html><html lang=en><title>Night trains</title><main><article>"
        f"<h1>Night trains</h1>{''.join(f'<p>{it}</p>' for it in paragraphs)}</article></main>"
    )


class Desk:
    """Somebody who publishes over the API, and what readers and the store then have."""

    def __init__(self, place: Running) -> None:
        self._place = place
        accounts = open_accounts(place.settings.store)
        accounts.add_user("ana", "publisher", "correct horse battery staple")
        later = datetime.now(UTC) + timedelta(days=1)
        self._secret, _ = accounts.create_token(
            "desk", "publisher", owner="ana", expires_at=later, actor="root"
        )

    def call(self, method: str, path: str, body: bytes = b"", etag: str = "") -> str:
        """Send a request; returns the ETag of the answer."""
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        headers |= {"If-Match": etag} if etag else {"If-None-Match": "*"}
        url = f"{self._place.service}/api/v1/entries/{ID}{path}"
        request = urllib.request.Request(url, body or None, headers, method=method)  # noqa: S310  # loopback
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # as above
            found: str = answer.headers.get("ETag") or ""
            return found

    def publish(self, entry: Entry) -> None:
        """Save and publish an entry."""
        etag = self.call("PUT", "/draft", entry.to_json())
        self.call("POST", "/publication", b"{}", etag)

    def annotations(self) -> Annotations:
        """Return what readers see beside the entry."""
        store = self._place.store()
        live = store.live(ID)
        store.close()
        return live.annotations if isinstance(live, Live) else Annotations()

    def article(self) -> ArticleRecord | None:
        """Return what is recorded of its article."""
        documents = open_documents(self._place.settings.store)
        found = article_records(documents).get(ID)
        documents.close()
        return found


def entry_about(article: str, source: str) -> Entry:
    document: dict[str, Any] = json.loads(sample_entry(id=ID).to_json())
    document["article"] |= {"url": article, "aliases": []}
    document["sources"] = [{**it, "url": source, "quote": TEXT[1]} for it in document["sources"]]
    return parse_entry(json.dumps(document).encode())


def test_a_source_is_archived_and_an_article_is_read(tmp_path: Path, archive: FakeArchive) -> None:
    key = tmp_path / "key"
    key.write_text(KEY.replace(":", "\n"))
    environment = {
        "INSIGHTS_SOURCES": json.dumps({"round": "daily", "contact": "desk@paper.example"}),
        "INSIGHTS_ARCHIVE": json.dumps(
            {"kind": "save-page-now", "url": archive.url, "key_file": str(key)}
        ),
    }
    archive.polls = 1
    with running(tmp_path / "data", environment=environment) as place:
        article = place.host.origin + place.host.add(page(*TEXT))
        source = place.host.origin + place.host.add(page(TEXT[1]))
        desk = Desk(place)
        desk.publish(entry_about(article, source))
        until(lambda: bool((record := desk.article()) and record.sha256))
        desk.call("POST", "/source-checks", b"{}")
        copy = f"{archive.url}/web/{TIMESTAMP}/{source}"
        until(lambda: [it.archive_url for it in desk.annotations().sources] == [copy])
        assert archive.captures == [source]
        changed = page(TEXT[0], TEXT[1].replace("twice", "thrice"), TEXT[2]).encode()
        place.host.pages[article.removeprefix(place.host.origin)] = (changed, {})
        desk.call("POST", "/source-checks", b"{}")
        until(lambda: desk.annotations().article_changed_on is not None)
