"""Panels and their addresses: served, taken down, edited by hand, refused to strange hosts."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from samples import PAPER, parse_html, sample_document, sample_entry, with_class
from wire_support import (
    ARTICLE,
    FRAGMENT,
    ID,
    PANEL,
    SHORT,
    panel_text,
    published,
)

from widget import assets
from widget.app import create_app, create_service
from widget.config import Publication, Settings
from widget.entry import Entry
from widget.i18n import languages
from widget.panel import Options, message_frame, render
from widget.panel import templating as reader_templating
from widget.store import Store
from widget.web import templating as desk_templating

pytestmark = pytest.mark.unit

# The panel and its addresses


@pytest.mark.usefixtures("live")
def test_a_panel_is_served_under_its_id(client: FlaskClient) -> None:
    response = client.get(PANEL)
    assert response.status_code == 200
    assert response.content_type == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == SHORT
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert f"frame-ancestors 'self' {PAPER}" in response.headers["Content-Security-Policy"]
    assert "Bring the night trains back" in panel_text(response)
    assert f'href="http://localhost{PANEL}"' in response.text


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("way", ["panel", "fragment"])
@pytest.mark.parametrize(
    "url",
    [
        ARTICLE,
        f"{ARTICLE}/",
        f"{ARTICLE}?utm_source=mail&fbclid=1#comments",
        "http://www.paper.example/opinion/night-trains",
        f"{PAPER}/2026/night-trains",
        f"{PAPER}/2026/night-trains?utm_campaign=x",
    ],
)
def test_a_panel_is_found_by_its_articles_addresses(
    client: FlaskClient, way: str, url: str
) -> None:
    response = client.get(f"/{way}?url={quote(url, safe='')}")
    assert response.status_code == 200
    assert "Bring the night trains back" in panel_text(response)


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    "path",
    [
        "/panel/unknown",
        "/panel/NIGHT-TRAINS",
        "/panel/%00",
        "/panel/%ED%A0%80",
        "/panel",
        "/panel?url=",
        "/panel?url=no-address",
        "/panel?url=http://[",
        f"/panel?url={ARTICLE}-2",
        f"/panel?url={ARTICLE}%3Fpage%3D2",
    ],
)
def test_what_is_unknown_is_a_readable_page_that_anyone_may_frame(
    client: FlaskClient, path: str
) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "There is no panel here." in panel_text(response)
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert response.headers["Cache-Control"] == SHORT


def test_a_draft_is_no_panel(client: FlaskClient, store: Store) -> None:
    store.save(sample_entry(), actor="ana")
    assert client.get(PANEL).status_code == 404
    assert client.get(FRAGMENT).status_code == 204
    assert client.get(f"/panel?url={ARTICLE}").status_code == 404


@pytest.mark.usefixtures("live")
def test_options_in_the_address_change_the_panel(client: FlaskClient) -> None:
    response = client.get(f"{PANEL}?theme=dark&lang=es&open=ideas")
    (panel,) = with_class(parse_html(response.text), "insights")
    assert (panel.get("data-theme"), panel.get("lang")) == ("dark", "es")
    assert client.get(f"{PANEL}?theme=pink").data == client.get(PANEL).data


def test_the_permanent_link_is_under_the_services_own_address(
    settings: Settings, store: Store
) -> None:
    published(store)
    behind = settings.model_copy(update={"base_url": "https://insights.example"})
    response = create_app(behind, store).test_client().get(PANEL)
    assert f'href="https://insights.example{PANEL}"' in response.text


# Taken down


def contents(entry: Entry) -> set[str]:
    """Return how all begins that an entry says, but for its article's title and address."""
    said: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)
        elif isinstance(value, str) and len(value) > 12:
            said.add(value[:18])

    document = json.loads(entry.to_json())
    del document["article"]
    collect(document)
    assert len(said) > 10
    return said


@pytest.mark.parametrize("way", ["panel", "fragment"])
def test_withdrawn_content_is_gone_at_the_next_request(
    client: FlaskClient, store: Store, live: Entry, way: str
) -> None:
    before = client.get(f"/{way}/{ID}")
    shown = {text for text in contents(live) if text in before.text}
    assert len(shown) > 10
    store.withdraw(ID, actor="ana", reason="A claim was wrong.")
    for path in (f"/{way}/{ID}", f"/{way}?url={ARTICLE}", f"/{way}?url={PAPER}/2026/night-trains"):
        after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
        assert after.status_code == (410 if way == "panel" else 200)
        assert "A claim was wrong." in panel_text(after)
        assert after.headers["Cache-Control"] == SHORT
        assert not {text for text in contents(live) if text in after.text}


def test_a_notice_may_be_framed_by_anyone(client: FlaskClient, store: Store) -> None:
    published(store)
    store.withdraw(ID, actor="ana", legal=True)
    response = client.get(PANEL)
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "for legal reasons" in panel_text(response)


def test_what_is_published_again_is_served_again(client: FlaskClient, store: Store) -> None:
    published(store)
    first = client.get(PANEL)
    store.withdraw(ID, actor="ana", reason="x")
    assert client.get(PANEL).status_code == 410
    published(store)
    again = client.get(PANEL)
    assert (again.status_code, again.data) == (200, first.data)


def test_a_second_withdrawal_is_told_with_its_own_reason(client: FlaskClient, store: Store) -> None:
    for reason in ("The first reason.", "The second reason."):
        published(store)
        store.withdraw(ID, actor="ana", reason=reason)
        assert reason in panel_text(client.get(PANEL))


# Edits by hand


@pytest.fixture
def edit(settings: Settings) -> Callable[..., None]:
    """Write a live file as an editor does: at once, by renaming."""
    folder = Path(settings.store.removeprefix("dir:")) / "live"

    def write(**changes: object) -> None:
        temporary = folder / f".{ID}.json.swp"
        temporary.write_text(json.dumps(sample_document(**changes)), "utf-8")
        temporary.replace(folder / f"{ID}.json")

    return write


def test_an_edit_by_hand_is_served(
    client: FlaskClient, live: Entry, edit: Callable[..., None]
) -> None:
    before = client.get(PANEL)
    edit(article__title="A title by hand")
    after = client.get(PANEL)
    assert live.article.title in before.text
    assert "A title by hand" in panel_text(after)
    assert after.headers["ETag"] != before.headers["ETag"]


@pytest.mark.usefixtures("live")
def test_an_unsafe_edit_by_hand_comes_out_sanitized(
    client: FlaskClient, edit: Callable[..., None]
) -> None:
    script = '<script>alert("by hand")</script><img src=x onerror=alert(1)>'
    edit(perspectives__0__points__0__text=f"By hand {script} [1].")
    for path in (PANEL, FRAGMENT):
        response = client.get(path)
        assert "By hand alert(" in panel_text(response)
        (panel,) = with_class(parse_html(response.text), "insights")
        assert not list(panel.iter("script"))
        assert not list(panel.iter("img"))


@pytest.mark.usefixtures("live")
def test_an_edit_by_hand_that_breaks_a_rule_leaves_what_was_live(
    client: FlaskClient, edit: Callable[..., None]
) -> None:
    before = client.get(PANEL)
    edit(sources__0__url="javascript:alert(1)")
    assert client.get(PANEL).data == before.data
    assert client.get("/readyz").text == "ok\nproblems 1\n"


# Refused frames


def in_a_frame_on(page: str) -> dict[str, str]:
    return {"Sec-Fetch-Dest": "iframe", "Referer": page}


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("language", languages())
def test_a_frame_that_is_refused_tells_readers_nothing_technical(
    client: FlaskClient, language: str
) -> None:
    elsewhere = in_a_frame_on("https://other.example/opinion/x?y")
    response = client.get(f"{PANEL}?lang={language}", headers=elsewhere)
    assert response.status_code == 403
    text = panel_text(response)
    assert 40 < len(text) < 250
    assert not re.search(r"\.example|\.toml|origins|Sleepers|[\[\]=]", text)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")


@pytest.mark.usefixtures("live")
def test_a_frame_that_is_refused_tells_developers_what_to_add_and_names_no_other_site(
    client: FlaskClient,
) -> None:
    response = client.get(PANEL, headers=in_a_frame_on("https://other.example/opinion/x?y"))
    said = response.text.partition("console.warn(")[2].partition(")</script>")[0]
    assert "https://other.example is not among the origins of The Paper" in said
    assert "insights.toml" in said
    assert PAPER not in response.text
    assert "Sleepers" not in response.text


def test_what_goes_to_the_console_stays_in_its_script() -> None:
    """A publication may be called anything."""
    named = Publication(name="</script><b>'\"\\\u2028")
    console = f"x {named.name}"
    page = message_frame("refused", named, Options(), console=console)
    (script,) = parse_html(page.body.decode()).iter("script")
    said = script.text.partition("console.warn(")[2].removesuffix(")")
    assert json.loads(said) == console
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert page.policy
    assert f"script-src 'sha256-{digest}'" in page.policy


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        in_a_frame_on(f"{PAPER}/opinion/x"),
        in_a_frame_on("http://localhost/snippet/x"),
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Dest": "document", "Referer": "https://other.example/"},
        {"Referer": "https://other.example/"},
        in_a_frame_on("http://["),
        in_a_frame_on("http://x.example:99999/"),
    ],
)
def test_the_panel_is_refused_only_where_the_browser_names_a_strange_host(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    response = client.get(PANEL, headers=headers)
    assert response.status_code == 200
    assert "Sleepers" in response.text


@pytest.mark.usefixtures("store")
def test_a_service_compiles_the_panel_s_templates_before_its_first_reader(
    settings: Settings,
) -> None:
    render._environment.cache_clear()
    create_service(settings)
    cache = render._environment().cache
    assert cache is not None
    assert "frame.html" in {name for _, name in cache}


def test_an_upgrade_in_place_changes_no_template_of_a_running_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "folder", lambda _: tmp_path)
    (tmp_path / "panel").mkdir()
    page = tmp_path / "panel" / "page.html"
    for environment in (
        reader_templating.environment("panel", lambda _: "en"),
        desk_templating.environment("panel"),
    ):
        page.write_text("old")
        assert environment.get_template("page.html").render() == "old"
        page.write_text("{{ what_only_new_code_gives }}")
        os.utime(page, (1, 1))
        assert environment.get_template("page.html").render() == "old"
