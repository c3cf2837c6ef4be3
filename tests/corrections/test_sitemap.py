"""The sitemap names what is live and nothing else (sitemaps.org); robots.txt, what is for whom."""

from __future__ import annotations

import urllib.robotparser
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from corrections_support import published
from flask.testing import FlaskClient
from samples import PAPER, parse_html, sample_entry
from werkzeug.test import Client

from widget.app import create_app
from widget.config import Settings
from widget.http import response_cache
from widget.http.response_cache import ResponseCache
from widget.record import sitemap
from widget.store import Store

pytestmark = pytest.mark.unit

BASE = "https://insights.example"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(body: bytes, kind: str = "url") -> list[str]:
    """Return what a file lists. Fails where it is none by the schema of sitemaps.org."""
    root = ET.fromstring(body)  # noqa: S314  # our own
    assert root.tag == NAMESPACE + {"url": "urlset", "sitemap": "sitemapindex"}[kind]
    assert 1 <= len(root) <= 50_000
    assert len(body) < 50 * 1024 * 1024
    found = []
    for each in root:
        assert each.tag == NAMESPACE + kind
        assert [it.tag for it in each] in ([f"{NAMESPACE}loc"], [f"{NAMESPACE}loc", LASTMOD])
        if changed := each.findtext(LASTMOD):
            assert datetime.fromisoformat(changed).tzinfo is not None
        location = each.findtext(f"{NAMESPACE}loc") or ""
        assert urlsplit(location).scheme == "https"
        assert len(location) < 2_048
        found.append(location)
    return found


LASTMOD = f"{NAMESPACE}lastmod"


def panels(client: FlaskClient) -> list[str]:
    body = client.get("/sitemap.xml", base_url=BASE).data
    return [it.rpartition("/")[2] for it in locations(body) if "/panel/" in it]


def test_it_lists_what_is_live_whatever_else_there_is(store: Store, client: FlaskClient) -> None:
    published(store, "live")
    published(store, "live-with-draft")
    store.save(sample_entry(id="live-with-draft", article__url=f"{PAPER}/x"), actor="ana")
    store.save(sample_entry(id="draft", article__url=f"{PAPER}/draft"), actor="ana")
    published(store, "gone")
    assert panels(client) == ["gone", "live", "live-with-draft"]
    store.withdraw("gone", actor="ana", legal=True)
    assert panels(client) == ["live", "live-with-draft"]
    assert "gone" not in client.get("/sitemap.xml").text


def test_each_panel_names_the_url_that_is_listed_as_its_own(
    store: Store, client: FlaskClient
) -> None:
    published(store, "live")
    (listed,) = [
        it for it in locations(client.get("/sitemap.xml", base_url=BASE).data) if "/panel/" in it
    ]
    by_article = f"/panel?url={quote(f'{PAPER}/live', safe='')}&theme=dark&open=all"
    for path in (urlsplit(listed).path, by_article):
        page = client.get(path, base_url=BASE)
        assert page.status_code == 200
        links = [it for it in parse_html(page.text).iter("link") if it.get("rel") == "canonical"]
        assert [it.get("href") for it in links] == [listed]


def test_the_time_of_a_panel_is_that_of_its_publication_and_not_of_a_draft(
    store: Store, client: FlaskClient
) -> None:
    at = published(store, "live").at
    store.save(sample_entry(id="live", article__url=f"{PAPER}/x"), actor="ana")
    text = client.get("/sitemap.xml").text
    assert f"<lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod>" in text


def test_an_empty_service_has_a_valid_one(client: FlaskClient) -> None:
    body = client.get("/sitemap.xml", base_url=BASE).data
    assert locations(body) == [f"{BASE}/corrections"]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 7])
def test_more_entries_than_a_file_may_have_are_in_several(store: Store, count: int) -> None:
    names = [f"entry-{number}" for number in range(count)]
    for name in names:
        published(store, name)
    found = list(_walked(store, most=3))
    assert [it for it in found if "/panel/" in it] == [f"{BASE}/panel/{it}" for it in names]
    assert found.count(f"{BASE}/corrections") == 1
    written = dict(sitemap.all_urls(store, BASE, 3))
    exported = [
        it for name, body in written.items() if name != "sitemap.xml" for it in locations(body)
    ]
    if count > 3:
        assert exported == found
        assert locations(written["sitemap.xml"], "sitemap") == [
            f"{BASE}/{name}" for name in written if name != "sitemap.xml"
        ]
    else:
        assert list(written) == ["sitemap.xml"]
        assert locations(written["sitemap.xml"]) == found


def _walked(store: Store, *, most: int) -> Iterator[str]:
    first = sitemap.sitemap(store, BASE, most=most)
    if b"<urlset" in first:
        yield from locations(first)
        return
    for location in locations(first, "sitemap"):
        part, _, after = location.partition("?after=")
        assert part == f"{BASE}/sitemap.xml"
        yield from locations(sitemap.sitemap(store, BASE, after=after, most=most))


def test_what_is_kept_of_it_is_never_older_than_the_log(
    settings: Settings,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(sitemap, "_SETTLED", timedelta(0))
    monkeypatch.setattr(response_cache, "REVALIDATE_SECONDS", 0)
    layer = ResponseCache(create_app(settings, store).wsgi_app, 1 << 20)
    client = Client(layer)
    published(store, "one")
    for _ in range(2):
        assert "/panel/one" in client.get("/sitemap.xml").text
    assert layer.hits == 1
    published(store, "two")
    layer.changed()  # as the store tells the service
    assert "/panel/two" in client.get("/sitemap.xml").text
    store.withdraw("one", actor="ana", legal=True)
    layer.changed()
    assert "/panel/one" not in client.get("/sitemap.xml").text
    assert [it for it in caplog.records if it.levelname == "ERROR"] == []


def test_it_is_not_kept_while_another_process_could_list_less(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "_SETTLED", timedelta(hours=1))
    layer = ResponseCache(create_app(settings, store).wsgi_app, 1 << 20)
    published(store, "one")
    for _ in range(3):
        Client(layer).get("/sitemap.xml")
    assert layer.hits == 0


@pytest.mark.parametrize(("base", "root"), [(BASE, ""), (f"{BASE}/insights", "/insights")])
def test_robots_may_fetch_permalinks_and_nothing_of_the_desk(
    settings: Settings, store: Store, base: str, root: str
) -> None:
    client = create_app(settings.model_copy(update={"base_url": base}), store).test_client()
    response = client.get("/robots.txt", base_url=BASE)
    assert response.content_type == "text/plain; charset=utf-8"
    parser = urllib.robotparser.RobotFileParser()
    parser.parse(response.text.splitlines())
    assert parser.site_maps() == [f"{base}/sitemap.xml"]
    allowed = (
        "/panel/x",
        "/corrections",
        "/corrections.atom",
        "/fragment/x",
        "/embed.js",
        "/card/x.png",
    )
    refused = ("/admin", "/admin/login", "/api/v1/entries", "/snippet/x", "/doctor", "/report/x")
    for path in allowed:
        assert parser.can_fetch("Anybot", f"{BASE}{root}{path}"), path
    for path in refused:
        assert not parser.can_fetch("Anybot", f"{BASE}{root}{path}"), path


def test_fragments_are_kept_out_of_results_by_their_header(
    store: Store, client: FlaskClient
) -> None:
    published(store, "one")
    assert client.get("/fragment/one").headers["X-Robots-Tag"] == "noindex"
    assert client.get("/fragment/nothing").headers["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in client.get("/panel/one").headers
