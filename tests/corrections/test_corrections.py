"""The page of corrections and its feeds: what is in them, in which form, and what never is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import feedparser
import pytest
from corrections_support import atom_faults, corrections, json_feed_faults, published
from flask import Flask
from flask.testing import FlaskClient
from samples import PAPER, PUBLICATION, parse_html, text_of
from werkzeug.test import Client

from widget.app import create_app
from widget.config import Publication, Settings
from widget.http import response_cache
from widget.http.response_cache import ResponseCache
from widget.record.changes import Changes
from widget.store import Store

pytestmark = pytest.mark.unit

FORMS = ("", ".atom", ".json")


def corrected(store: Store, *notes: str, entry_id: str = "night-trains", **changes: object) -> None:
    published(store, entry_id, **changes)
    published(store, entry_id, corrections=corrections(*notes), **changes)


def titles(client: FlaskClient, path: str = "/corrections") -> list[str]:
    return [it["title"] for it in client.get(f"{path}.json").get_json()["items"]]


def all_texts(client: FlaskClient, slug: str = "the-paper") -> str:
    paths = ("/corrections", f"/corrections/{slug}")
    return "\n".join(client.get(f"{path}{form}").text for path in paths for form in FORMS)


def test_a_correction_a_withdrawal_and_a_restoration_are_listed_newest_first(
    store: Store, client: FlaskClient
) -> None:
    corrected(store, "A figure was wrong.")
    store.withdraw("night-trains", actor="ana", reason="It was unfair.")
    published(store, corrections=corrections("A figure was wrong.", "So was a name."))
    title = "Bring the night trains back"
    expected = [f"Shown again: {title}", f"Withdrawn: {title}", f"Corrected: {title}"]
    assert titles(client) == titles(client, "/corrections/the-paper") == expected
    read = feedparser.parse(client.get("/corrections.atom").data)
    assert (read.bozo, read.version) == (False, "atom10")
    assert [it.title for it in read.entries] == expected
    assert "A figure was wrong." in read.entries[2].content[0].value
    restored = read.entries[0].content[0].value
    assert ("So was a name." in restored, "A figure" in restored) == (True, False)
    page = text_of(parse_html(client.get("/corrections").text))
    assert all(each in page for each in [*expected, "A figure was wrong."])
    # The reason of a withdrawal that is over is in the entry's history alone.
    assert "unfair" not in all_texts(client)


def test_a_first_publication_is_no_change_and_an_empty_list_says_so(
    store: Store, client: FlaskClient
) -> None:
    published(store, corrections=corrections("Older than the panel."))
    assert titles(client) == []
    assert "Nothing has been corrected" in client.get("/corrections").text
    for body in (
        client.get("/corrections.atom").data,
        client.get("/corrections/the-paper.atom").data,
    ):
        assert atom_faults(body) == []
        assert feedparser.parse(body).bozo is False
    assert json_feed_faults(client.get("/corrections.json").data) == []


def test_each_correction_is_shown_with_the_change_that_brought_it(
    store: Store, client: FlaskClient
) -> None:
    notes = ("The first.", "The second.", "The third.", "The fourth.")
    published(store, corrections=corrections(*notes[:1]))
    published(store, corrections=corrections(*notes[:3]))
    published(store, corrections=corrections(*notes[:3]), article__title="Without a correction")
    published(store, corrections=corrections(*notes))
    newest, older = client.get("/corrections.json").get_json()["items"]
    assert [it in newest["content_html"] for it in notes] == [False, False, False, True]
    assert [it in older["content_html"] for it in notes] == [False, True, True, False]


def test_a_text_that_is_edited_later_is_shown_as_it_is_now(
    store: Store, client: FlaskClient
) -> None:
    corrected(store, "A figur was wrong.")
    published(store, corrections=corrections("A figure was wrong."))
    assert "A figure was wrong." in all_texts(client)
    assert "figur was" not in all_texts(client)
    published(store)
    assert "A figure was wrong." not in all_texts(client)
    assert "changed again since" in all_texts(client)


def test_a_withdrawn_entry_leaves_its_reason_and_no_correction(
    store: Store, client: FlaskClient
) -> None:
    corrected(store, "A figure was wrong.")
    store.withdraw("night-trains", actor="ana", reason="It was <unfair>.")
    texts = all_texts(client)
    assert "figure" not in texts
    assert "It was &lt;unfair&gt;." in client.get("/corrections").text
    assert "Withdrawn: Bring the night trains back" in texts


def test_a_legal_withdrawal_leaves_nothing_of_the_entry_in_any_form(
    store: Store, client: FlaskClient
) -> None:
    corrected(store, "Ms. Quill was never convicted.", article__title="The crimes of Ms. Quill")
    assert all_texts(client).count("Quill") > 6
    store.withdraw("night-trains", actor="ana", legal=True)
    texts = all_texts(client)
    for secret in ("Quill", "crimes", "convicted", PAPER):
        assert secret not in texts, secret
    assert "for legal reasons" in texts
    assert len(titles(client)) == 2


def test_texts_of_entries_are_escaped_in_every_form(store: Store, client: FlaskClient) -> None:
    attack = "</p><script>alert(1)</script>]]> &"
    corrected(store, f"{attack} \ufffe", article__title=f"Trains {attack}")
    page = client.get("/corrections").text
    assert "<script" not in page.lower()
    item = client.get("/corrections.json").get_json()["items"][0]
    assert "<script" not in item["content_html"]
    body = client.get("/corrections.atom").data
    assert atom_faults(body) == []
    assert "<script" not in feedparser.parse(body, sanitize_html=False).entries[0].content[0].value
    store.withdraw("night-trains", actor="ana", reason=f"{attack} \x1b \x0b \x00")
    assert "<script" not in client.get("/corrections").text.lower()
    assert atom_faults(client.get("/corrections.atom").data) == []


def test_an_item_keeps_its_id_for_ever_and_is_marked_as_updated(
    settings: Settings, store: Store, client: FlaskClient
) -> None:
    corrected(store, "A figure was wrong.")
    first = client.get("/corrections.json").get_json()["items"][0]
    published(store, corrections=corrections("A number was wrong."))
    moved = create_app(
        settings.model_copy(update={"base_url": "https://elsewhere.example/in"}), store
    )
    second = moved.test_client().get("/corrections.json").get_json()["items"][0]
    assert second["id"] == first["id"]
    assert second["date_published"] == first["date_published"]
    assert second["date_modified"] > first["date_modified"]
    assert second["url"] == "https://elsewhere.example/in/panel/night-trains"


def two_publications(settings: Settings) -> Settings:
    arabic = Publication(
        name="صحيفة الميناء", origins=("https://port.example",), language="ar", review="optional"
    )
    return settings.model_copy(update={"publications": (PUBLICATION, arabic)})


def test_each_publication_has_a_page_and_feeds_of_its_own(settings: Settings, store: Store) -> None:
    client = create_app(two_publications(settings), store).test_client()
    corrected(store, "In the paper.")
    corrected(
        store, "In the port.", entry_id="port", language="en", article__url="https://port.example/x"
    )
    assert len(titles(client)) == 2
    paths = {"the-paper": "In the paper.", "صحيفة-الميناء": "In the port."}
    for slug, note in paths.items():
        (item,) = client.get(f"/corrections/{slug}.json").get_json()["items"]
        assert note in item["content_html"]
        assert atom_faults(client.get(f"/corrections/{slug}.atom").data) == []
        assert f"/corrections/{quote(slug)}" in client.get("/corrections").text
    page = client.get("/corrections/صحيفة-الميناء").text
    assert '<html lang="ar" dir="rtl">' in page
    assert '<span lang="en" dir="ltr">In the port.</span>' in page
    assert client.get("/corrections/nobody").status_code == 404
    assert client.get("/corrections/nobody.atom").status_code == 404


def test_pages_hold_each_change_once_while_new_ones_arrive(
    store: Store, client: FlaskClient
) -> None:
    for number in range(52):
        corrected(store, f"Note {number}.", entry_id=f"entry-{number}")
    for path in ("/corrections", "/corrections/the-paper"):
        seen: list[str] = []
        url: str | None = f"{path}.json"
        while url:
            feed = client.get(url).get_json()
            assert len(feed["items"]) <= 50
            seen += [it["id"] for it in feed["items"]]
            corrected(store, "Another.", entry_id=f"later-{path.count('/')}-{len(seen)}")
            url = feed.get("next_url")
        assert len(seen) == len(set(seen))
        assert len(seen) >= 52


def test_atom_pages_lead_to_one_another_and_back(store: Store, client: FlaskClient) -> None:
    for number in range(52):
        corrected(store, f"Note {number}.", entry_id=f"entry-{number}")
    visited: list[list[str]] = []
    url, links = "/corrections.atom", {}
    while url:
        body = client.get(url).data
        assert atom_faults(body) == []
        read = feedparser.parse(body)
        links = {it.rel: it.href for it in read.feed.links}
        assert links["first"] == "http://localhost/corrections.atom"
        visited.append([it.id for it in read.entries])
        url = links.get("next")
    assert [len(it) for it in visited] == [50, 2]
    assert links["previous"] == "http://localhost/corrections.atom"
    page = client.get("/corrections").text
    assert '<link rel="next"' in page
    assert '<a rel="next"' in page
    assert 'rel="prev"' not in page


def test_the_pages_of_one_publication_lead_back_the_way_they_came(
    settings: Settings, store: Store
) -> None:
    several = two_publications(settings)
    changes = Changes(store, several)
    for number in range(7):
        corrected(store, "Mine.", entry_id=f"mine-{number}")
        corrected(
            store, "Port.", entry_id=f"port-{number}", article__url=f"https://port.example/{number}"
        )
    pages = [changes.page(PUBLICATION, size=2)]
    while pages[-1].older is not None:
        pages.append(changes.page(PUBLICATION, size=2, before=pages[-1].older))
    found = [[it.line.entry for it in page.changes] for page in pages]
    assert found == [["mine-6", "mine-5"], ["mine-4", "mine-3"], ["mine-2", "mine-1"], ["mine-0"]]
    assert [it.newer is None for it in pages] == [True, False, False, False]
    for page, newer in zip(pages[1:], pages, strict=False):
        assert page.newer is not None
        assert changes.page(PUBLICATION, size=2, before=page.newer or None).changes == newer.changes


@pytest.mark.parametrize("path", ["/corrections", "/corrections/the-paper"])
def test_feeds_are_valid_and_found_from_the_page(
    store: Store, client: FlaskClient, path: str
) -> None:
    corrected(store, "A figure was wrong.")
    store.withdraw("night-trains", actor="ana", reason="It was unfair.")
    assert atom_faults(client.get(f"{path}.atom").data) == []
    assert json_feed_faults(client.get(f"{path}.json").data) == []
    page = parse_html(client.get(path).text)
    found = {it.get("type"): it.get("href") for it in page.iter() if it.get("rel") == "alternate"}
    assert found == {
        "application/atom+xml": f"http://localhost{path}.atom",
        "application/feed+json": f"http://localhost{path}.json",
    }
    for form in (".atom", ".json"):
        response = client.get(f"{path}{form}")
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert f'<http://localhost{path}{form}>; rel="self"' in response.headers["Link"]


@pytest.mark.parametrize("form", FORMS)
def test_a_copy_is_confirmed_by_its_etag_and_by_its_time(
    settings: Settings, store: Store, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget.http.responses._DISTINGUISHABLE", timedelta(hours=1))
    corrected(store, "A figure was wrong.")
    client = create_app(settings, store).test_client()
    path = f"/corrections{form}"
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    # A second change could come in the same second: a time would not tell the two apart.
    assert "Last-Modified" not in first.headers
    monkeypatch.setattr("widget.http.responses.datetime", _Later)
    later = client.get(path)
    since = {"If-Modified-Since": later.headers["Last-Modified"]}
    assert client.get(path, headers=since).status_code == 304
    published(store, corrections=corrections("A figure was wrong.", "And a name."))
    changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "And a name." in changed.text


@pytest.mark.parametrize("form", FORMS)
def test_the_cache_ahead_of_flask_confirms_no_copy_that_is_old(
    settings: Settings,
    store: Store,
    form: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("widget.http.responses.datetime", _Later)
    monkeypatch.setattr(response_cache, "REVALIDATE_SECONDS", 0)
    layer = ResponseCache(create_app(settings, store).wsgi_app, 1 << 20)
    client, path = Client(layer), f"/corrections{form}"
    corrected(store, "A figure was wrong.")
    since = {"If-Modified-Since": client.get(path).headers["Last-Modified"]}
    # The 304 must not be what others get.
    assert client.get(path, headers=since).status_code == 304
    assert "A figure was wrong." in client.get(path).text
    assert layer.hits == 1
    store.withdraw("night-trains", actor="ana", legal=True)
    layer.changed()  # as the store tells the service
    assert "figure" not in client.get(path).text
    assert [it for it in caplog.records if it.levelname == "ERROR"] == []


class _Later(datetime):
    """A clock that is a minute ahead."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:
        del tz
        return datetime.fromtimestamp(datetime(2099, 1, 1, tzinfo=UTC).timestamp(), UTC)


def test_a_page_that_does_not_exist_and_a_number_that_is_none_do_no_harm(
    store: Store, client: FlaskClient
) -> None:
    corrected(store, "A figure was wrong.")
    for query in ("before=x", "before=-1", "before=", "before=99999999999999999999", "before=²"):
        assert len(client.get(f"/corrections.json?{query}").get_json()["items"]) == 1
    assert client.get("/corrections.json?before=1").get_json()["items"] == []


def test_the_hub_is_named_in_both_feeds_and_the_header(settings: Settings, store: Store) -> None:
    corrected(store, "A figure was wrong.")
    hub = "https://hub.example/ping"
    update = {"websub_hub": hub, "base_url": "https://insights.example"}
    client = create_app(settings.model_copy(update=update), store).test_client()
    for form in FORMS:
        response = client.get(f"/corrections{form}", base_url="https://insights.example")
        assert f'<{hub}>; rel="hub"' in response.headers["Link"]
        assert hub in response.text
    assert json_feed_faults(client.get("/corrections.json").data) == []


def test_it_is_below_the_path_where_the_service_is_mounted(
    settings: Settings, store: Store
) -> None:
    corrected(store, "A figure was wrong.")
    base = "https://courier.example/insights"
    app: Flask = create_app(settings.model_copy(update={"base_url": base}), store)
    feed = json.loads(app.test_client().get("/corrections.json").data)
    assert feed["feed_url"] == f"{base}/corrections.json"
    assert f'href="{base}/corrections.atom"' in app.test_client().get("/corrections").text
