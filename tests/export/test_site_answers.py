"""What nginx answers with the exported configuration: as the service does."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from running import free_port
from static_site import executable, nginx

from widget import demo, panel
from widget.app import rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.export import export_site
from widget.http import responses
from widget.store import open_store

ORIGIN = "https://harborcourier.example"
pytestmark = pytest.mark.skipif(executable() is None, reason="no nginx is there")


@pytest.fixture(scope="module", params=["", "/insights"], ids=["at the root", "below a path"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("answers"), free_port()
    base = f"http://127.0.0.1:{port}{request.param}"
    out = folder / f"root{request.param}"
    settings = Settings.model_validate(
        {"store": f"dir:{folder / 'data'}", "publications": [demo.publication()]}
    )
    store = open_store(settings.store, rules(settings))
    demo.fill(Editorial(store, settings))
    export_site(store, settings, out, base)
    store.close()
    server = f"server {{ listen 127.0.0.1:{port}; root {folder}/root; include {out}/nginx.conf; }}"
    with nginx(folder / "nginx", server, f"{base}/embed.js"):
        yield base


def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, Message, str]:
    request = Request(url, method=method, headers=headers)  # noqa: S310  # loopback
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.headers, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


@pytest.mark.process
def test_a_panel_may_be_framed_by_its_publication_only(base: str) -> None:
    status, headers, body = ask(f"{base}/panel/ferry-fares")
    assert status == 200
    assert headers["Content-Security-Policy"] == f"frame-ancestors 'self' {ORIGIN}"
    assert headers["Cache-Control"] == responses.SHORT
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src &#39;sha256-" in body


@pytest.mark.process
def test_what_was_withdrawn_is_gone_and_its_notice_may_be_framed(base: str) -> None:
    status, headers, body = ask(f"{base}/panel/harbor-curfew")
    assert status == 410
    assert "This panel has been withdrawn." in body
    assert headers["Content-Security-Policy"] == "frame-ancestors *"
    assert ask(f"{base}/fragment/harbor-curfew")[0] == 200
    assert ask(f"{base}/oembed/harbor-curfew.json")[0] == 404


@pytest.mark.process
def test_what_is_unknown_is_a_readable_page_or_nothing(base: str) -> None:
    status, headers, body = ask(f"{base}/panel/never-published")
    assert (status, headers["Content-Security-Policy"]) == (404, "frame-ancestors *")
    assert "There is no panel here." in body
    assert ask(f"{base}/fragment/never-published")[0::2] == (204, "")


@pytest.mark.process
@pytest.mark.parametrize(
    ("path", "status"), [("ferry-fares", 200), ("harbor-curfew", 410), ("never-published", 404)]
)
def test_a_page_that_isolates_itself_may_frame_it(base: str, path: str, status: int) -> None:
    found, headers, _ = ask(f"{base}/panel/{path}")
    assert found == status
    assert headers.get_all("Cross-Origin-Embedder-Policy") == ["require-corp"]
    assert headers.get_all("Cross-Origin-Resource-Policy") == ["cross-origin"]


@pytest.mark.process
@pytest.mark.parametrize("folder", ["panel", "fragment"])
@pytest.mark.parametrize("name", ["ferry-fares", "harbor-curfew", "never-published"])
def test_a_slash_behind_the_id_changes_nothing(base: str, folder: str, name: str) -> None:
    status, _, body = ask(f"{base}/{folder}/{name}")
    assert ask(f"{base}/{folder}/{name}/")[0::2] == (status, body)


@pytest.mark.process
@pytest.mark.parametrize(
    "path",
    [
        "fragment/ferry-fares",
        "fragment/never-published",
        "map/7.json",
        "embed.js",
        "static/embed.css",
        f"static/{panel.loader_name(static=True)}",
        f"static/{panel.stylesheet_name()}",
        "entries.json",
    ],
)
def test_a_page_that_isolates_itself_may_load_it(base: str, path: str) -> None:
    _, headers, _ = ask(f"{base}/{path}")
    assert headers.get_all("Cross-Origin-Resource-Policy") == ["cross-origin"]


@pytest.mark.process
@pytest.mark.parametrize("path", ["/fragment/ferry-fares", "/fragment/none", "/map/7.json"])
def test_only_a_listed_origin_may_read(base: str, path: str) -> None:
    _, headers, _ = ask(base + path, Origin=ORIGIN)
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    for other in (f"{ORIGIN}.evil.example", "https://harborcourierXexample", "null"):
        _, headers, _ = ask(base + path, Origin=other)
        assert headers["Access-Control-Allow-Origin"] is None
        assert "Origin" in headers["Vary"]


@pytest.mark.process
def test_htmx_may_send_its_headers(base: str) -> None:
    status, headers, _ = ask(f"{base}/fragment/ferry-fares", "OPTIONS", Origin=ORIGIN)
    assert status == 204
    assert headers["Access-Control-Allow-Headers"] == responses.HTMX_HEADERS
    assert headers["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.process
def test_files_whose_name_says_their_content_are_kept_for_ever(base: str) -> None:
    for name in (panel.loader_name(static=True), panel.stylesheet_name()):
        _, headers, _ = ask(f"{base}/static/{name}")
        assert headers["Cache-Control"] == responses.IMMUTABLE
        assert headers["Access-Control-Allow-Origin"] == "*"
    for name, lifetime in {
        "embed.js": responses.EVERGREEN,
        "static/embed.css": responses.EVERGREEN,
        "entries.json": responses.SHORT,
        "oembed/ferry-fares.json": responses.SHORT,
    }.items():
        _, headers, _ = ask(f"{base}/{name}")
        assert headers["Cache-Control"] == lifetime
        assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.process
@pytest.mark.parametrize(
    "name", ["nginx.conf", "_headers", "vercel.json", ".htaccess", ".insights-export.json"]
)
def test_what_is_for_servers_is_not_served(base: str, name: str) -> None:
    assert ask(f"{base}/{name}")[0] == 404


@pytest.mark.unit
def test_the_configuration_does_not_change_with_the_panels(tmp_path: Path) -> None:
    settings = Settings.model_validate({"store": f"dir:{tmp_path / 'data'}"})
    store = open_store(settings.store, rules(settings))
    output = []
    for step in (lambda: None, lambda: demo.fill(Editorial(store, settings))):
        step()
        export_site(store, settings, tmp_path / "out", "https://cdn.example")
        output.append((tmp_path / "out" / "nginx.conf").read_text())
    store.close()
    assert output[0] == output[1]
