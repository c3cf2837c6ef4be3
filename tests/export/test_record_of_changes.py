"""The exported site has the corrections, their feeds, the sitemap and the cards, too."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import feedparser
import pytest
from samples import PAPER, PUBLICATION, sample_entry

from widget.config import Publication, Settings
from widget.export import export_site
from widget.record import changes
from widget.store import Store

pytestmark = pytest.mark.unit

BASE = "https://cdn.example/insights"
ARABIC = Publication(name="صحيفة", origins=("https://port.example",), language="ar")
NOTE = {"at": "2026-05-06T09:00:00Z", "kind": "correction", "note": "A figure was wrong."}


def corrected(store: Store, name: str, origin: str = PAPER) -> None:
    for notes in ([], [NOTE]):
        entry = sample_entry(
            id=name, article__url=f"{origin}/{name}", article__aliases=[], corrections=notes
        )
        store.save(entry, actor="ana")
        store.publish(name, actor="ana")


def exported(store: Store, settings: Settings, out: Path) -> dict[str, bytes]:
    export_site(store, settings, out, BASE)
    return {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()
    }


def local(url: str) -> str:
    assert url.startswith(f"{BASE}/")
    return url.removeprefix(f"{BASE}/")


def test_every_page_of_every_feed_is_a_file_that_leads_to_the_next(
    store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes.Changes.page, "__kwdefaults__", {"before": None, "size": 2})
    several = settings.model_copy(update={"publications": (PUBLICATION, ARABIC)})
    for number in range(4):
        corrected(store, f"entry-{number}")
    corrected(store, "port", "https://port.example")
    found = exported(store, several, tmp_path / "site")
    for path, count in (("corrections", 5), ("corrections/the-paper", 4), ("corrections/صحيفة", 1)):
        seen = []
        url: str | None = f"{BASE}/{path}.json"
        while url:
            feed = json.loads(found[local(url)])
            seen += [it["url"] for it in feed["items"]]
            url = feed.get("next_url")
        assert len(seen) == len(set(seen)) == count
        read = feedparser.parse(found[f"{path}.atom"])
        assert read.bozo is False
        for link in read.feed.links:
            assert urlsplit(link.href).query == ""
            assert link.rel == "hub" or _exists(found, link.href)
        assert b"http-equiv" in found[f"{path}.html"]
    assert "corrections.html" in found
    assert b'<html lang="ar" dir="rtl">' in found["corrections/صحيفة.html"]


def _exists(found: dict[str, bytes], url: str) -> bool:
    return unquote(local(url)) in found


def test_a_withdrawal_leaves_no_text_in_any_file_and_no_card(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    corrected(store, "secret")
    corrected(store, "other")
    before = exported(store, settings, out)
    assert before["card/secret.png"].startswith(b"\x89PNG")
    assert b"/panel/secret<" in before["sitemap.xml"]
    store.withdraw("secret", actor="ana", legal=True)
    store.withdraw("other", actor="ana", reason="It was unfair.")
    after = exported(store, settings, out)
    assert not [it for it in after if it.startswith("card/")]
    assert b"/panel/" not in after["sitemap.xml"]
    feeds = b"".join(body for path, body in after.items() if path.startswith("corrections"))
    assert b"figure" not in feeds
    assert b"for legal reasons" in feeds
    assert b"It was unfair." in feeds


def test_a_second_export_writes_none_of_it_anew(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    corrected(store, "one")
    exported(store, settings, tmp_path / "site")
    assert export_site(store, settings, tmp_path / "site", BASE).written == 0
