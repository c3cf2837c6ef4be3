"""Panels put into pages by servers: the examples of SSI and ESI, in real nginx and Varnish."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from caching import example, varnish
from running import free_port, process
from samples import ROOT
from static_site import executable, nginx

from widget import demo, panel
from widget.app import rules
from widget.config import ENV_PREFIX, Settings
from widget.editorial.service import Editorial
from widget.export import export_site
from widget.store import open_store

PUBLIC = "https://insights.example"
LINK = f'<a href="{PUBLIC}/panel/'

pytestmark = [
    pytest.mark.skipif(executable() is None, reason="no nginx is there"),
]


def read(url: str) -> str:
    with urlopen(url, timeout=20) as answer:  # noqa: S310  # loopback
        text: str = answer.read().decode()
        return text


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service over the demo's entries: host and port."""
    folder, port = tmp_path_factory.mktemp("service"), free_port()
    settings = Settings.model_validate({"store": f"dir:{folder}"})
    store = open_store(settings.store, rules(settings))
    demo.fill(Editorial(store, settings))
    store.close()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ENV_PREFIX)}
    environment |= {f"{ENV_PREFIX}STORE": f"dir:{folder}", f"{ENV_PREFIX}BASE_URL": PUBLIC}
    command = ["widget", "serve", "--port", str(port), "--workers", "1"]
    with process(command, f"http://127.0.0.1:{port}/healthz", environment):
        yield f"127.0.0.1:{port}"


@contextmanager
def ssi(folder: Path, service: str) -> Iterator[str]:
    """Run nginx with examples/ssi/nginx.conf."""
    here = f"127.0.0.1:{free_port()}"
    config = example(
        "ssi/nginx.conf",
        ("127.0.0.1:8000", service),
        ("127.0.0.1:8080", here),
        ("/srv/site", str(folder / "root")),
    )
    (folder / "root" / "index.html").write_text("up")
    with nginx(folder / "nginx", config, f"http://{here}/"):
        yield f"http://{here}"


def pages(root: Path, kind: str) -> None:
    """Write the example's page, and the same for entries that were withdrawn, or never were."""
    root.mkdir(parents=True)
    article = (ROOT / "examples" / kind / "article.html").read_text("utf-8")
    for name in ("ferry-fares", "harbor-curfew", "never-published"):
        (root / f"{name}.html").write_text(article.replace("ferry-fares", name))


def are_included(site: str) -> None:
    shown = read(f"{site}/ferry-fares.html")
    assert '<section class="insights"' in shown
    assert "<svg" in shown
    assert "This panel has been withdrawn." in read(f"{site}/harbor-curfew.html")
    unknown = read(f"{site}/never-published.html")
    assert "<section" not in unknown
    for text in (shown, unknown):
        assert "<p>The article.</p>" in text
        assert "include" not in text.split("The article.")[1]


@pytest.mark.unit
def test_the_example_of_ssi_is_what_the_snippet_says() -> None:
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    snippet = panel.snippet(entry, demo.publication(), "include", base=PUBLIC)
    article = (ROOT / "examples" / "ssi" / "article.html").read_text("utf-8")
    assert snippet.body.splitlines()[-1] in article


@pytest.mark.process
def test_nginx_includes_panels_from_the_service(tmp_path: Path, service: str) -> None:
    pages(tmp_path / "root", "ssi")
    with ssi(tmp_path, service) as site:
        are_included(site)
        assert LINK in read(f"{site}/never-published.html")
        assert (
            read(f"{site}/ferry-fares.html").count(
                ">Insights (AI-generated): Make the ferry free</a>"
            )
            == 0
        )


@pytest.mark.process
def test_nginx_shows_the_link_while_the_service_is_down(tmp_path: Path) -> None:
    pages(tmp_path / "root", "ssi")
    with ssi(tmp_path, f"127.0.0.1:{free_port()}") as site:
        text = read(f"{site}/ferry-fares.html")
    assert LINK in text
    assert "502" not in text


@pytest.mark.process
def test_nginx_includes_panels_from_the_exported_site(tmp_path: Path) -> None:
    settings = Settings.model_validate({"store": f"dir:{tmp_path / 'data'}"})
    store = open_store(settings.store, rules(settings))
    demo.fill(Editorial(store, settings))
    root, port = tmp_path / "root", free_port()
    pages(root, "ssi")
    export_site(store, settings, root / "insights", f"{PUBLIC}/insights")
    store.close()
    server = (
        f"server {{ listen 127.0.0.1:{port}; root {root}; location / {{ ssi on; }} "
        f"include {root}/insights/nginx.conf; }}"
    )
    with nginx(tmp_path / "nginx", server, f"http://127.0.0.1:{port}/insights/embed.js"):
        are_included(f"http://127.0.0.1:{port}")
        assert LINK in read(f"http://127.0.0.1:{port}/never-published.html")


def at_port(written: str, own: str) -> tuple[str, str]:
    return f'.port = "{written}"', f'.port = "{own.rpartition(":")[2]}"'


@pytest.mark.process
@pytest.mark.parametrize("up", [True, False], ids=["service up", "service down"])
def test_varnish_includes_panels(tmp_path: Path, service: str, *, up: bool) -> None:
    root, port = tmp_path / "root", free_port()
    pages(root, "esi")
    (root / "index.html").write_text("up")
    behind = f"127.0.0.1:{port}"
    with ExitStack() as stack:
        server = f"server {{ listen {behind}; root {root}; }}"
        stack.enter_context(nginx(tmp_path / "nginx", server, f"http://{behind}/"))
        origin = service if up else f"127.0.0.1:{free_port()}"
        vcl = example("esi/default.vcl", at_port("8080", behind), at_port("8000", origin))
        here = f"127.0.0.1:{free_port()}"
        stack.enter_context(varnish(tmp_path / "varnish", vcl, here))
        site = f"http://{here}"
        if up:
            are_included(site)
        text = read(f"{site}/ferry-fares.html")
        assert "<p>The article.</p>" in text
        assert ('<section class="insights"' in text) == up
        assert "503" not in text
        assert "esi:" not in text
