"""Addresses with a slash too many, as link tools and publishing systems write them."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from wire_support import ARTICLE, FRAGMENT, HERE, ID, PANEL, panel_text

from widget.config import Settings

pytestmark = pytest.mark.unit


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    ("asked", "right"),
    [
        (f"{PANEL}/", PANEL),
        (f"{PANEL}/?theme=dark&open=ideas%2Csources", f"{PANEL}?theme=dark&open=ideas%2Csources"),
        (f"/panel/?url={ARTICLE}", f"/panel?url={ARTICLE}"),
        ("/panel/", "/panel"),
        ("/panel/unknown/", "/panel/unknown"),
        (f"/snippet/{ID}/", f"/snippet/{ID}"),
        ("/snippet/", "/snippet"),
    ],
)
def test_it_leads_to_the_address_without(client: FlaskClient, asked: str, right: str) -> None:
    response = client.get(asked)
    assert response.status_code == 308
    assert urljoin(f"https://insights.example{asked}", response.headers["Location"]) == (
        f"https://insights.example{right}"
    )
    assert response.headers["Cache-Control"] == "public, max-age=30"


@pytest.mark.usefixtures("live")
def test_it_leads_there_under_a_path_of_the_service_s_own(client: FlaskClient) -> None:
    response = client.get(f"{PANEL}/", base_url="https://paper.example/insights")
    leads = urljoin(f"https://paper.example/insights{PANEL}/", response.headers["Location"])
    assert leads == f"https://paper.example/insights{PANEL}"


@pytest.mark.usefixtures("live")
def test_no_other_host_can_be_led_to(client: FlaskClient) -> None:
    for asked in ("/panel/%2F%2Fevil.example/", "/panel/https:%2F%2Fevil.example/", "/panel/../x/"):
        response = client.get(asked)
        if "Location" in response.headers:
            leads = urljoin("https://insights.example/panel/x/", response.headers["Location"])
            assert urlsplit(leads).hostname in ("insights.example", "localhost")


@pytest.mark.usefixtures("live")
def test_a_fragment_is_the_same_with_a_slash(client: FlaskClient) -> None:
    for asked, right in (
        (f"{FRAGMENT}/", FRAGMENT),
        (f"/fragment/?url={ARTICLE}", f"/fragment?url={ARTICLE}"),
    ):
        slashed, plain = client.get(asked, headers=HERE), client.get(right, headers=HERE)
        assert (slashed.status_code, slashed.data) == (200, plain.data)
        assert slashed.headers["Access-Control-Allow-Origin"] == HERE["Origin"]
        assert client.open(asked, method="OPTIONS", headers=HERE).status_code == 204
    assert client.get("/fragment/unknown/").status_code == 204


@pytest.mark.usefixtures("live")
def test_oembed_knows_the_panel_by_an_address_with_a_slash(
    client: FlaskClient, settings: Settings
) -> None:
    base = settings.base_url or "http://localhost"
    plain = client.get("/oembed", query_string={"url": f"{base}{PANEL}"})
    slashed = client.get("/oembed", query_string={"url": f"{base}{PANEL}/"})
    assert (slashed.status_code, slashed.json) == (200, plain.json)


def test_what_lies_below_a_panel_is_a_readable_page(client: FlaskClient) -> None:
    for asked in (f"{PANEL}/feed", "/panel/a/b/"):
        response = client.get(asked)
        assert response.status_code == 404
        assert "There is no panel here." in panel_text(response)
        assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")
        assert response.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
