"""The names that the service goes by: what a client calls it stands in no answer."""

from __future__ import annotations

import pytest
from flask import redirect, request
from flask.testing import FlaskClient
from werkzeug.test import Client
from wire_support import PANEL, problem_of, published

from widget.app import create_app, create_service
from widget.config import Settings
from widget.store import Store

pytestmark = pytest.mark.unit

OWN = "https://insights.example"
EVIL = "evil.example"


def client(settings: Settings, store: Store, **changes: object) -> FlaskClient:
    return create_app(settings.model_copy(update=changes), store).test_client()


@pytest.mark.parametrize("changes", [{"base_url": OWN}, {"hosts": ("insights.example",)}])
@pytest.mark.parametrize("path", [PANEL, "/fragment/night-trains", "/admin", "/no", "/embed.js"])
def test_only_listed_names_are_answered(
    settings: Settings, store: Store, changes: dict[str, object], path: str
) -> None:
    published(store)
    ours = client(settings, store, **changes)
    for host in (EVIL, "insights.example.evil.example", "xinsights.example", "192.0.2.9", ""):
        answer = ours.get(path, headers={"Host": host})
        assert answer.status_code == 421
        problem_of(answer)
        assert EVIL not in str(answer.headers) + answer.text
    for host in ("insights.example", "INSIGHTS.example:443", "localhost:8000", "[::1]:80"):
        assert ours.get(path, headers={"Host": host}).status_code != 421


def test_every_listed_name_is_answered(settings: Settings, store: Store) -> None:
    names = ("panels.example", "192.0.2.7", "2001:db8::7")
    ours = client(settings, store, base_url=OWN, hosts=names, admin_host="desk.example")
    for host in ("insights.example", "panels.example", "192.0.2.7:80", "[2001:DB8::7]"):
        assert ours.get("/embed.js", headers={"Host": host}).status_code == 200
    assert ours.get("/admin/login", headers={"Host": "desk.example"}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_may_ask_by_any_name(settings: Settings, store: Store, path: str) -> None:
    ours = client(settings, store, base_url=OWN)
    assert ours.get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_without_either_every_name_is_answered(settings: Settings, store: Store) -> None:
    published(store)
    assert client(settings, store).get(PANEL, headers={"Host": EVIL}).status_code == 200


@pytest.mark.parametrize("path", ["/admin", "/admin/", "//admin", "/admin//entries"])
def test_a_redirect_names_no_host(settings: Settings, store: Store, path: str) -> None:
    asked = {"PATH_INFO": path}  # two slashes would begin a host for the test client
    ours = client(settings, store)
    answer = ours.get("/", environ_overrides=asked, headers={"Host": EVIL})
    assert answer.headers["Location"].startswith("/admin")


def test_a_redirect_leads_to_no_other_host(settings: Settings, store: Store) -> None:
    """What begins with two slashes is a host's name."""
    app = create_app(settings, store)
    app.add_url_rule("/away", view_func=lambda: redirect(f"{request.host_url}/{EVIL}/"))
    assert app.test_client().get("/away").headers["Location"] == f"/{EVIL}/"


def test_a_forwarded_host_counts_for_nothing(settings: Settings, store: Store) -> None:
    published(store)
    forwarded = {"X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}", "X-Host": EVIL}
    answer = client(settings, store).get(PANEL, headers=forwarded)
    assert answer.status_code == 200
    assert EVIL not in answer.text


@pytest.mark.usefixtures("store")
def test_no_answer_for_another_name_is_repeated(settings: Settings) -> None:
    """Prebuilt answers are told apart by their host, whether it is listed or not."""
    service = create_service(settings.model_copy(update={"base_url": OWN}))
    ours = Client(service)
    for host, status in (("insights.example", 200), (EVIL, 421)) * 3:
        assert ours.get("/embed.js", headers={"Host": host}).status_code == status
