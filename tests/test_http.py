"""What goes over the wire: addresses, statuses, headers, caching, who may read it."""

# ruff: noqa: ARG002  # the store that cannot be reached takes what the protocol gives it

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import brotli
import pytest
from flask.testing import FlaskClient
from samples import PAPER, parse_html, sample_document, sample_entry, text_of, with_class
from werkzeug.test import TestResponse

from widget.app import create_app
from widget.assets import versioned
from widget.config import Settings
from widget.entry import Entry, schema_document
from widget.errors import StoreUnavailable
from widget.store import Draft, Live, Problem, Revision, Store, Withdrawn

ID = "night-trains"
PANEL = f"/panel/{ID}"
FRAGMENT = f"/fragment/{ID}"
ARTICLE = f"{PAPER}/opinion/night-trains"
SHORT = "public, max-age=30"
HERE = {"Origin": PAPER}


def published(store: Store, **changes: object) -> Entry:
    entry = sample_entry(**changes)
    store.save(entry, actor="ana")
    store.publish(entry.id, actor="ana")
    return entry


@pytest.fixture
def live(store: Store) -> Entry:
    return published(store)


def problem_of(response: TestResponse) -> dict[str, Any]:
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    document = json.loads(response.data)
    assert document["status"] == response.status_code
    assert document["title"]
    assert document["detail"]
    return dict(document)


def panel_text(response: TestResponse) -> str:
    (panel,) = with_class(parse_html(response.text), "insights")
    return text_of(panel)


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


# Fragments, across origins

HTMX_2 = {"HX-Request", "HX-Current-URL", "HX-Target", "HX-Trigger", "HX-Trigger-Name"}
HTMX_4 = {"HX-Request", "HX-Current-URL", "HX-Target", "HX-Source", "HX-Request-Type"}


@pytest.mark.usefixtures("live")
def test_a_listed_origin_reads_the_fragment_and_is_named_exactly(client: FlaskClient) -> None:
    response = client.get(FRAGMENT, headers=HERE)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == PAPER
    assert "Origin" in response.vary
    assert response.headers["Cache-Control"] == SHORT
    assert "Content-Security-Policy" not in response.headers


@pytest.mark.usefixtures("live")
def test_without_an_origin_a_fragment_is_for_servers_and_still_varies(client: FlaskClient) -> None:
    response = client.get(FRAGMENT)
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Origin" in response.vary


def test_an_unknown_fragment_is_204_so_that_nothing_is_swapped_in(client: FlaskClient) -> None:
    for path in ("/fragment/unknown", "/fragment", "/fragment?url=https://x.example/"):
        response = client.get(path, headers=HERE)
        assert (response.status_code, response.data) == (204, b"")
        assert response.headers["Access-Control-Allow-Origin"] == PAPER
        assert response.headers["Cache-Control"] == SHORT
        assert "Origin" in response.vary


@pytest.mark.parametrize("path", [FRAGMENT, "/fragment", "/fragment?url=x"])
def test_a_preflight_allows_all_that_htmx_2_and_4_send(client: FlaskClient, path: str) -> None:
    response = client.options(path, headers=HERE)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == PAPER
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    allowed = set(response.headers["Access-Control-Allow-Headers"].split(", "))
    assert allowed >= HTMX_2 | HTMX_4
    assert "Origin" in response.vary


def test_a_preflight_from_nowhere_allows_no_origin(client: FlaskClient) -> None:
    response = client.options(FRAGMENT)
    assert response.status_code == 204
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "origin",
    [
        "https://other.example",
        "http://paper.example",
        "https://paper.example:8443",
        "https://paper.example.evil.example",
        "http://localhost:8001",
        "null",
        "http://[",
    ],
)
def test_an_origin_that_is_not_listed_is_told_the_line_to_add(
    client: FlaskClient, origin: str, method: str
) -> None:
    response = client.open(FRAGMENT, method=method, headers={"Origin": origin})
    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Origin" in response.vary
    if method == "GET":
        detail = problem_of(response)["detail"]
        assert detail.startswith(f"{origin} is not among the origins of The Paper")
        assert detail.endswith(f'origins = ["{PAPER}", "{origin}"]')
        assert "Sleepers" not in response.text


def test_an_origin_reads_only_its_own_publications_fragments(
    settings: Settings, store: Store
) -> None:
    published(store)
    other = settings.publications[0].model_copy(
        update={"name": "The Other", "origins": ("https://other.example",)}
    )
    both = settings.model_copy(update={"publications": (*settings.publications, other)})
    client = create_app(both, store).test_client()
    response = client.get(FRAGMENT, headers={"Origin": "https://other.example"})
    assert response.status_code == 403
    assert "The Paper" in problem_of(response)["detail"]


@pytest.mark.usefixtures("live")
def test_the_services_own_pages_may_read_fragments(client: FlaskClient) -> None:
    response = client.get(FRAGMENT, headers={"Origin": "http://localhost"})
    assert response.status_code == 200


@pytest.mark.parametrize("path", [PANEL, FRAGMENT, "/embed.js", "/schema/entry.json", "/healthz"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.usefixtures("live")
def test_nothing_sets_a_cookie_or_allows_credentials(
    client: FlaskClient, path: str, method: str
) -> None:
    response = client.open(path, method=method, headers=HERE | {"Cookie": "a=b"})
    assert response.status_code in (200, 204)
    assert "Set-Cookie" not in response.headers
    assert "Access-Control-Allow-Credentials" not in response.headers


# Refused frames


def in_a_frame_on(page: str) -> dict[str, str]:
    return {"Sec-Fetch-Dest": "iframe", "Referer": page}


@pytest.mark.usefixtures("live")
def test_a_host_that_is_not_listed_sees_which_line_to_add(client: FlaskClient) -> None:
    response = client.get(PANEL, headers=in_a_frame_on("https://other.example/opinion/x?y"))
    assert response.status_code == 403
    text = panel_text(response)
    assert "https://other.example is not among the origins of The Paper" in text
    assert f'origins = ["{PAPER}", "https://other.example"]' in text
    assert "Sleepers" not in text
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")


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


# Codings and validators


DECODE: dict[str | None, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    None: bytes,
}


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("path", [PANEL, FRAGMENT, "/embed.js", "/schema/entry.json"])
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("*;q=0", None),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("deflate", None),
        ("*", "br"),
        ("", None),
        (None, None),
    ],
)
def test_the_body_comes_in_the_coding_that_is_liked_best(
    client: FlaskClient, path: str, accepted: str | None, coding: str | None
) -> None:
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    response = client.get(path, headers=headers)
    assert response.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in response.vary
    assert DECODE[coding](response.data) == client.get(path).data


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("path", [PANEL, FRAGMENT, "/embed.js", "/schema/entry.json"])
def test_a_validator_is_strong_and_of_one_coding(client: FlaskClient, path: str) -> None:
    tags = {}
    for coding in ("br", "gzip", "identity"):
        headers = {"Accept-Encoding": coding}
        tag, weak = client.get(path, headers=headers).get_etag()
        assert not weak
        assert tag
        tags[coding] = tag
        again = client.get(path, headers={**headers, "If-None-Match": f'"{tag}"'})
        assert (again.status_code, again.data) == (304, b"")
        assert again.get_etag() == (tag, False)
        assert again.headers["Cache-Control"] == SHORT
        assert "Accept-Encoding" in again.vary
    assert len(set(tags.values())) == 3
    crossed = {"Accept-Encoding": "br", "If-None-Match": f'"{tags["gzip"]}"'}
    assert client.get(path, headers=crossed).status_code == 200


@pytest.mark.usefixtures("live")
def test_a_304_to_another_origin_still_names_that_origin(client: FlaskClient) -> None:
    tag = client.get(FRAGMENT, headers=HERE).headers["ETag"]
    response = client.get(FRAGMENT, headers=HERE | {"If-None-Match": tag})
    assert response.status_code == 304
    assert response.headers["Access-Control-Allow-Origin"] == PAPER
    assert "Origin" in response.vary


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    "path", [PANEL, FRAGMENT, "/panel/unknown", "/embed.js", "/schema/entry.json", "/nowhere"]
)
def test_head_is_get_without_the_body(client: FlaskClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.data == b""
    assert head.status_code == got.status_code
    assert head.headers == got.headers


# Files and schema


def test_the_loader_names_a_stylesheet_that_is_immutable(client: FlaskClient) -> None:
    loader = client.get("/embed.js")
    assert loader.headers["Cache-Control"] == SHORT
    assert loader.content_type == "text/javascript; charset=utf-8"
    (path,) = re.findall(r"/static/panel\.[0-9a-f]{10}\.css", loader.text)
    stylesheet = client.get(path)
    assert stylesheet.status_code == 200
    assert stylesheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert stylesheet.headers["Access-Control-Allow-Origin"] == "*"
    assert stylesheet.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "__PANEL_CSS__" not in loader.text


def test_a_versioned_name_changes_with_the_content(client: FlaskClient) -> None:
    loader = client.get("/embed.js").data
    assert client.get(f"/static/{versioned('embed.js', loader)}").data == loader
    assert client.get(f"/static/{versioned('embed.js', loader + b' ')}").status_code == 404
    assert versioned("embed.js", b"a") != versioned("embed.js", b"b")
    assert re.fullmatch(r"embed\.[0-9a-f]{10}\.js", versioned("embed.js", b"a"))


def test_the_stylesheet_for_strict_hosts_stays_under_its_name(client: FlaskClient) -> None:
    response = client.get("/static/embed.css")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == SHORT
    assert response.text.startswith("@layer insights{")


@pytest.mark.parametrize("name", ["panel.css", "..%2fpyproject.toml", "entry.schema.json"])
def test_other_files_are_not_served(client: FlaskClient, name: str) -> None:
    response = client.get(f"/static/{name}")
    assert problem_of(response)["status"] == 404


def test_the_schema_is_served_to_anyone(client: FlaskClient) -> None:
    response = client.get("/schema/entry.json")
    assert response.data == schema_document()
    assert response.content_type == "application/schema+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


# Errors


@pytest.mark.parametrize("path", ["/", "/nowhere", "/panel/a/b", "/panel/", "/static/"])
def test_an_unknown_path_is_a_problem(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert problem_of(response)["status"] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", [PANEL, FRAGMENT, "/embed.js"])
def test_a_method_that_changes_something_is_not_allowed(
    client: FlaskClient, path: str, method: str
) -> None:
    response = client.open(path, method=method)
    assert problem_of(response)["status"] == 405
    assert "GET" in response.headers["Allow"]


class Unreachable:
    """A store whose machine is gone."""

    def _gone(self) -> StoreUnavailable:
        return StoreUnavailable("The store cannot be reached.")

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        raise self._gone()

    def find(self, url: str) -> str | None:
        raise self._gone()

    def draft(self, entry_id: str) -> Draft | None:
        raise self._gone()

    def ids(self) -> list[str]:
        raise self._gone()

    def head(self, entry_id: str) -> int:
        raise self._gone()

    def history(self, entry_id: str) -> list[Revision]:
        raise self._gone()

    def revision(self, entry_id: str, number: int) -> Revision:
        raise self._gone()

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        raise self._gone()

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        raise self._gone()

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        raise self._gone()

    def withdraw(
        self,
        entry_id: str,
        *,
        actor: str,
        reason: str = "",
        legal: bool = False,
        head: int | None = None,
    ) -> Revision:
        raise self._gone()

    def problems(self) -> list[Problem]:
        raise self._gone()

    def close(self) -> None:
        pass


@pytest.fixture
def cut_off(settings: Settings) -> FlaskClient:
    store: Store = Unreachable()
    return create_app(settings, store).test_client()


def test_without_its_store_a_frame_says_so_and_is_not_kept(cut_off: FlaskClient) -> None:
    for path in (PANEL, f"/panel?url={ARTICLE}"):
        response = cut_off.get(path)
        assert response.status_code == 503
        assert "The panel cannot be shown now." in panel_text(response)
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Retry-After"] == "5"
        assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")


def test_without_its_store_a_fragment_and_readiness_are_problems(cut_off: FlaskClient) -> None:
    for path in (FRAGMENT, "/readyz"):
        response = cut_off.get(path)
        assert problem_of(response)["status"] == 503
        assert response.headers["Retry-After"] == "5"


def test_without_its_store_the_process_is_up(cut_off: FlaskClient) -> None:
    for path in ("/healthz", "/embed.js", "/schema/entry.json"):
        assert cut_off.get(path).status_code == 200


def test_readiness_counts_what_is_set_aside(client: FlaskClient) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.text) == (200, "ok\nproblems 0\n")
    assert response.headers["Cache-Control"] == "no-store"
