"""The reader's blueprint in an application of somebody else's, and what the service imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from samples import PAPER, ROOT
from werkzeug.test import TestResponse
from wire_support import ARTICLE, FRAGMENT, ID, PANEL, problem_of

from widget import reader
from widget.config import Settings
from widget.entry import Entry
from widget.errors import InvalidSettings, StoreUnavailable

EXAMPLE = ROOT / "examples" / "flask"
OWN = "http://localhost"
BASE = f"{OWN}/insights"


@pytest.fixture
def site(settings: Settings, live: Entry) -> FlaskClient:
    del live
    app = Flask("site")
    app.register_blueprint(reader.blueprint(settings.store, settings), url_prefix="/insights")
    return app.test_client()


def headers_of(response: TestResponse) -> dict[str, str]:
    changed = ("Content-Length", "ETag", "Date")
    return {name: value for name, value in response.headers if name not in changed}


@pytest.mark.unit
def test_panels_and_all_that_they_load_are_below_the_prefix(
    site: FlaskClient, client: FlaskClient
) -> None:
    for path in ("/embed.js", FRAGMENT, f"/fragment?url={ARTICLE}", PANEL, "/schema/entry.json"):
        mounted, own = site.get(f"/insights{path}"), client.get(path)
        assert mounted.status_code == 200
        expected = own.text
        for here, there in ((OWN, BASE), (quote(OWN, safe=""), quote(BASE, safe=""))):
            expected = expected.replace(here, there)
        assert mounted.text == expected
        assert headers_of(mounted) == headers_of(own)
    assert f"{BASE}/panel/{ID}" in site.get(f"/insights{FRAGMENT}").text


@pytest.mark.unit
def test_oembed_knows_the_panels_below_the_prefix(site: FlaskClient) -> None:
    document = site.get(f"/insights/oembed?url={BASE}/panel/{ID}").get_json()
    assert f"{BASE}/panel/{ID}" in document["html"]


@pytest.mark.unit
def test_errors_are_the_blueprints_own_and_the_rest_the_applications(site: FlaskClient) -> None:
    problem_of(site.get("/insights/static/nothing.js"))
    assert site.get("/insights/panel/unknown").status_code == 404
    refused = site.get(f"/insights{FRAGMENT}", headers={"Origin": "https://stranger.example"})
    assert "origins" in problem_of(refused)["detail"]
    for path in ("/", "/admin/login", "/insights/admin/login", "/insights/api/v1/entries"):
        response = site.get(path)
        assert (response.status_code, response.mimetype) == (404, "text/html")
        assert "Content-Security-Policy" not in response.headers


@pytest.mark.unit
def test_it_is_registered_once(settings: Settings, live: Entry) -> None:
    del live
    app, routes = Flask("site"), reader.blueprint(settings.store, settings)
    app.register_blueprint(routes, url_prefix="/insights")
    with pytest.raises(InvalidSettings, match="once"):
        app.register_blueprint(routes, url_prefix="/other", name="other")


@pytest.mark.unit
def test_a_store_that_does_not_exist_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        reader.blueprint(f"dir:{tmp_path / 'nothing'}")
    assert not list(tmp_path.iterdir())


MOUNTED = """
import mounted
client = mounted.create_app("{store}").test_client()
print(client.get("/articles/night-trains").text)
print(client.get("/insights/panel/night-trains").status_code)
"""


@pytest.mark.process
@pytest.mark.usefixtures("live")
@pytest.mark.process
def test_the_example_shows_a_panel_of_its_own_store(settings: Settings) -> None:
    code = MOUNTED.format(store=settings.store)
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=EXAMPLE,
        capture_output=True,
        check=True,
        text=True,
    )
    *page, status = found.stdout.splitlines()
    assert status == "200"
    assert "/insights/panel/night-trains" in "\n".join(page)
    assert "/insights/embed.js" in "\n".join(page)


WINGS = {
    "widget.doctor",
    "widget.drafting",
    "widget.export",
    "widget.notifying",
    "widget.purging",
    "widget.storage.postgres",
    "widget.store.postgres",
    "cryptography",
    "fontTools",
    "psycopg",
    "resvg_py",
    "smtplib",
    "standardwebhooks",
    "trafilatura",
    "urllib3",
}
IMPORTED = """
import json, sys
from widget.config import Settings
{code}
print(json.dumps(sorted(sys.modules)))
"""


def imported_by(code: str, folder: str) -> set[str]:
    found = subprocess.run(
        [sys.executable, "-c", IMPORTED.format(code=code)],
        cwd=ROOT,
        env={"INSIGHTS_STORE": folder},
        capture_output=True,
        check=True,
        text=True,
    )
    return set(json.loads(found.stdout))


@pytest.mark.process
@pytest.mark.usefixtures("accounts", "live")
@pytest.mark.process
def test_a_default_service_imports_no_wing_that_it_does_not_use(settings: Settings) -> None:
    code = "from widget.app import create_service\ncreate_service(Settings())"
    assert not imported_by(code, settings.store) & WINGS


@pytest.mark.process
@pytest.mark.usefixtures("live")
@pytest.mark.process
def test_the_blueprint_imports_nothing_of_editors_and_programs(settings: Settings) -> None:
    code = f"from widget import reader\nreader.blueprint({settings.store!r})"
    imported = imported_by(code, settings.store)
    others = WINGS | {"widget.accounts", "widget.editorial", "widget.app", "widget.server"}
    assert not imported & others
    assert {it for it in imported if it.startswith("widget.web.")} <= {
        "widget.web.context",
        *(it for it in imported if it.startswith("widget.web.reader")),
    }


@pytest.mark.process
@pytest.mark.usefixtures("accounts", "live")
@pytest.mark.process
def test_a_wing_is_imported_where_it_is_used(settings: Settings) -> None:
    code = (
        "from widget.app import create_app\n"
        "client = create_app(Settings()).test_client()\n"
        f"assert client.get('/doctor?url={PAPER}/').status_code == 422"
    )
    imported = imported_by(code, settings.store) & WINGS
    assert imported == {"widget.doctor"} or imported == {"widget.doctor", "urllib3"}


@pytest.mark.process
@pytest.mark.usefixtures("accounts", "live")
def test_a_service_reads_a_catalog_when_a_reader_needs_it_and_no_other(settings: Settings) -> None:
    code = (
        "from widget import i18n\n"
        "from widget.app import create_app\n"
        "client = create_app(Settings()).test_client()\n"
        "assert i18n.translations.cache_info().currsize == 0\n"
        "assert client.get('/panel/night-trains?lang=de').status_code == 200\n"
        "assert i18n.translations.cache_info().currsize == 1"
    )
    assert imported_by(code, settings.store)
