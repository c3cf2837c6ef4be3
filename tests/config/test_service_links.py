"""Variables that Kubernetes and Docker make of a neighbour's name are no settings."""

from __future__ import annotations

import logging

import pytest

from widget.config import load_settings, service_links
from widget.errors import InvalidSettings

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("a_folder_of_its_own")]

# As a Service named "insights" with two ports, and one named "insights-web", put them into pods.
KUBERNETES = {
    "INSIGHTS_SERVICE_HOST": "10.0.0.7",
    "INSIGHTS_SERVICE_PORT": "8000",
    "INSIGHTS_SERVICE_PORT_HTTP": "8000",
    "INSIGHTS_PORT": "tcp://10.0.0.7:8000",
    "INSIGHTS_PORT_8000_TCP": "tcp://10.0.0.7:8000",
    "INSIGHTS_PORT_8000_TCP_PROTO": "tcp",
    "INSIGHTS_PORT_8000_TCP_PORT": "8000",
    "INSIGHTS_PORT_8000_TCP_ADDR": "10.0.0.7",
    "INSIGHTS_PORT_53_UDP_ADDR": "10.0.0.7",
    "INSIGHTS_WEB_SERVICE_HOST": "10.0.0.8",
    "INSIGHTS_WEB_PORT": "tcp://[fd00::8]:80",
    "INSIGHTS_WEB_PORT_80_TCP_ADDR": "fd00::8",
}
DOCKER = {
    "INSIGHTS_PORT": "tcp://172.17.0.5:8000",
    "INSIGHTS_PORT_8000_TCP_PORT": "8000",
    "INSIGHTS_NAME": "/web/insights",
    "INSIGHTS_ENV_PATH": "/usr/bin",
}


@pytest.fixture(autouse=True)
def nothing_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_links, "_reported", set())


@pytest.mark.parametrize("links", [KUBERNETES, DOCKER], ids=["Kubernetes", "Docker"])
def test_links_are_passed_over_and_named_once(
    links: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in links.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INSIGHTS_WORKERS", "3")
    with caplog.at_level(logging.WARNING, "insights.config"):
        assert load_settings().port == 8000
        assert load_settings().workers == 3
    (said,) = caplog.messages
    assert said.startswith(", ".join(sorted(links)))
    assert "WORKERS" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INSIGHTS_PORT", "eighty"),
        ("INSIGHTS_PORT", "http://10.0.0.7"),
        ("INSIGHTS_SERVICE_HOSTS", "10.0.0.7"),
        ("INSIGHTS_ENV_PATH", "/usr/bin"),  # without a link beside it
        ("INSIGHTS_NAME", "/web/insights"),
        ("INSIGHTS_PORT_WEB", "8000"),
    ],
)
def test_what_only_looks_like_a_link_is_still_an_error(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings, match=r"(?i)port|is not a setting"):
        load_settings()


def test_a_publications_name_is_a_setting_beside_links(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in DOCKER.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INSIGHTS_PUBLICATIONS__0__NAME", "/courier")
    assert load_settings().publications[0].name == "/courier"


def test_a_port_of_the_command_line_holds_beside_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHTS_PORT", KUBERNETES["INSIGHTS_PORT"])
    assert load_settings(port=9000).port == 9000
