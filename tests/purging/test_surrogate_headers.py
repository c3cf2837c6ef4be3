"""Which answers a purging cache may keep, and under which keys."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from widget import demo
from widget.app import create_app, rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.store import open_store

pytestmark = pytest.mark.unit

CACHES = {
    "varnish": {"kind": "varnish", "url": "http://127.0.0.1:1"},
    "fastly": {"kind": "fastly", "service": "a", "url": "http://127.0.0.1:1"},
    "cloudflare": {"kind": "cloudflare", "zone": "a", "url": "http://127.0.0.1:1"},
}
HEADERS = {"Surrogate-Control", "Surrogate-Key", "Cache-Tag", "Cloudflare-CDN-Cache-Control"}
CACHED = {
    "/panel/ferry-fares": {"entry-ferry-fares"},
    "/panel/harbor-curfew": {"entry-harbor-curfew"},
    "/panel/never-published": {"entry-never-published"},
    "/fragment/ferry-fares": {"entry-ferry-fares"},
    "/fragment/harbor-curfew": {"entry-harbor-curfew"},
    "/fragment/never-published": {"entry-never-published"},
    "/panel/Not%20an%20id": set(),
    "/panel?url=https%3A%2F%2Fharborcourier.example%2Fx": {"url"},
    "/fragment?url=https%3A%2F%2Fharborcourier.example%2Fx": {"url"},
    "/fragment?url=nonsense": set(),
    "/corrections": {"insights-lists"},
    "/corrections.atom": {"insights-lists"},
    "/corrections/this-site.json": {"insights-lists"},
    "/sitemap.xml": {"insights-lists"},
    "/card/ferry-fares.png": {"entry-ferry-fares"},
    "/card/harbor-curfew.png": {"entry-harbor-curfew"},
}
NOT_KEPT = ["/oembed?url=https%3A%2F%2Fnowhere.example", "/healthz", "/snippet", "/nothing"]


def client(folder: Path, monkeypatch: pytest.MonkeyPatch, *kinds: str) -> FlaskClient:
    monkeypatch.setenv("FASTLY_API_TOKEN", "a")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "a")
    settings = Settings.model_validate(
        {"store": f"dir:{folder}", "purge": [CACHES[kind] for kind in kinds]}
    )
    store = open_store(settings.store, rules(settings))
    demo.fill(Editorial(store, settings))
    return create_app(settings, store).test_client()


def test_without_a_purging_cache_nothing_tells_caches_to_keep_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client(tmp_path, monkeypatch)
    for path in [*CACHED, *NOT_KEPT]:
        assert not HEADERS & set(browser.get(path).headers.keys()), path


def test_every_answer_about_an_entry_carries_its_key_and_the_one_that_all_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client(tmp_path, monkeypatch, "varnish", "cloudflare")
    for path, keys in CACHED.items():
        headers = browser.get(path).headers
        assert headers["Surrogate-Control"] == "max-age=86400", path
        assert headers["Cloudflare-CDN-Cache-Control"] == "max-age=86400"
        assert headers["Cache-Control"] == "public, max-age=30"
        named = headers["Surrogate-Key"].split()
        assert headers["Cache-Tag"].split(",") == named
        assert named[-1] == "insights"
        kinds = {"url" if key.startswith("url-") else key for key in named[:-1]}
        assert kinds == keys, path


def test_an_answer_by_address_carries_the_keys_of_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client(tmp_path, monkeypatch, "fastly")
    found = [entry.article.url for entry in demo.entries() if entry.id == "ferry-fares"]
    entry, address, shared = (
        browser.get(f"/panel?url={quote(found[0], safe='')}").headers["Surrogate-Key"].split()
    )
    assert (entry, shared) == ("entry-ferry-fares", "insights")
    assert address.startswith("url-")
    answer = browser.get(f"/oembed?url={quote(found[0], safe='')}")
    assert answer.status_code == 200
    assert answer.headers["Surrogate-Key"] == "entry-ferry-fares insights"
    assert "Cache-Tag" not in answer.headers


def test_what_no_cache_is_to_keep_says_nothing_to_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client(tmp_path, monkeypatch, "fastly", "cloudflare")
    for path in NOT_KEPT:
        assert not HEADERS & set(browser.get(path).headers.keys()), path
    stranger = {"Sec-Fetch-Dest": "iframe", "Referer": "https://elsewhere.example/"}
    refused = browser.get("/panel/ferry-fares", headers=stranger)
    assert refused.status_code == 403
    assert not HEADERS & set(refused.headers.keys())
    preflight = browser.options("/fragment/ferry-fares")
    assert not HEADERS & set(preflight.headers.keys())


def test_a_revalidated_answer_keeps_its_keys_and_varies_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client(tmp_path, monkeypatch, "varnish")
    first = browser.get("/fragment/ferry-fares")
    assert set(first.vary) == {"Accept-Encoding", "Origin"}
    again = browser.get("/fragment/ferry-fares", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["Surrogate-Key"] == first.headers["Surrogate-Key"]
