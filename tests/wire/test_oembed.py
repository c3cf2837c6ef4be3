"""oEmbed 1.0: what editors such as WordPress ask, and what they may embed."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
import pytest
from flask.testing import FlaskClient
from samples import PAPER, sample_entry

from widget import demo
from widget.store import Store

pytestmark = pytest.mark.unit

ID = "night-trains"
BASE = "http://localhost"
PANEL = f"{BASE}/panel/{ID}"


@pytest.fixture(autouse=True)
def _published(store: Store) -> None:
    store.save(sample_entry(), actor="test")
    store.publish(ID, actor="test")


def asked(client: FlaskClient, url: str = PANEL, **query: str) -> dict[str, Any]:
    answer = client.get("/oembed", query_string={"url": url, **query})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json"
    document: dict[str, Any] = answer.get_json()
    return document


def iframe(html: str) -> dict[str, str]:
    tree = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    (found,) = tree.iter("iframe")
    return dict(found.attrib)


def test_a_panel_is_a_rich_document(client: FlaskClient) -> None:
    said = asked(client)
    assert said["version"] == "1.0"
    assert said["type"] == "rich"
    assert said["title"] == "Insights (AI-generated): Bring the night trains back"
    assert said["author_name"] == "M. Lindqvist"
    assert said["provider_name"] == "The Paper"
    assert iframe(said["html"])["src"] == PANEL
    assert iframe(said["html"])["height"] == str(said["height"])


def test_nothing_but_a_quotation_and_a_frame_is_in_the_html(client: FlaskClient) -> None:
    tree = html5lib.parseFragment(
        asked(client)["html"], treebuilder="etree", namespaceHTMLElements=False
    )
    assert {element.tag for element in tree.iter()} == {
        "DOCUMENT_FRAGMENT",
        "blockquote",
        "a",
        "div",
        "iframe",
    }


@pytest.mark.parametrize(
    "url",
    [
        f"{PAPER}/opinion/night-trains",
        f"{PAPER}/2026/night-trains?utm_source=x",
        f"{BASE}/panel?url={PAPER}/opinion/night-trains",
        f"https://localhost/panel/{ID}/",
    ],
)
def test_the_article_s_addresses_lead_to_its_panel(client: FlaskClient, url: str) -> None:
    assert iframe(asked(client, url)["html"])["src"] == PANEL


def test_the_address_s_options_are_kept(client: FlaskClient) -> None:
    src = iframe(asked(client, f"{PANEL}?theme=dark&open=ideas&x=y")["html"])["src"]
    assert src == f"{PANEL}?theme=dark&open=ideas"


def test_the_consumer_s_room_is_kept_to(client: FlaskClient) -> None:
    wide, narrow = asked(client), asked(client, maxwidth="300")
    assert wide["width"] == 640
    assert narrow["width"] == 300
    assert narrow["height"] > wide["height"]
    assert "max-width:300px" in iframe(narrow["html"])["style"]
    low = asked(client, maxheight="200")
    assert low["height"] == 200
    style = iframe(low["html"])["style"]
    assert "height:200px" in style
    assert "min-height" not in style
    assert "frame-sizing" not in style
    assert asked(client, maxwidth="0", maxheight="tall") == wide


def test_the_same_in_xml(client: FlaskClient) -> None:
    answer = client.get("/oembed", query_string={"url": PANEL, "format": "xml"})
    assert answer.mimetype == "text/xml"
    root = ET.fromstring(answer.data)  # noqa: S314  # our own
    assert root.tag == "oembed"
    assert {it.tag: it.text for it in root} == {k: str(v) for k, v in asked(client).items()}


@pytest.mark.parametrize(
    ("url", "query", "status"),
    [
        ("", {}, 400),
        ("nonsense", {}, 404),
        (f"{BASE}/panel/never-published", {}, 404),
        (f"{BASE}/nothing/here", {}, 404),
        (f"{PAPER}/news/other", {}, 404),
        ("http://[", {}, 404),
        (PANEL, {"format": "yaml"}, 501),
        (f"{BASE}/admin/entries/{ID}", {}, 401),
        (f"{BASE}/api/v1/entries/{ID}", {}, 401),
    ],
)
def test_what_cannot_be_embedded(
    client: FlaskClient, url: str, query: dict[str, str], status: int
) -> None:
    answer = client.get("/oembed", query_string={"url": url, **query})
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_a_withdrawn_panel_and_a_draft_are_not_embedded_anew(
    client: FlaskClient, store: Store
) -> None:
    other = sample_entry(id="other", article__url=f"{PAPER}/opinion/other", article__aliases=[])
    store.save(other, actor="test")
    store.withdraw(ID, actor="test", reason="A mistake.")
    for url in (PANEL, f"{PAPER}/opinion/night-trains", f"{BASE}/panel/other"):
        assert client.get("/oembed", query_string={"url": url}).status_code == 404


def test_the_permalink_s_head_says_where_to_ask(client: FlaskClient) -> None:
    """WordPress reads link elements in the head's first 150 KB."""
    page = client.get(f"/panel/{ID}").text
    found = re.findall(r'<link rel="alternate" type="(.*?)" href="http://localhost(.*?)">', page)
    kinds = {kind: client.get(address.replace("&amp;", "&")) for kind, address in found}
    assert kinds["application/json+oembed"].get_json() == asked(client)
    assert kinds["text/xml+oembed"].mimetype == "text/xml"


def test_the_demo_s_articles_say_where_to_ask() -> None:
    page = demo.newspaper(BASE).test_client().get("/opinion/ferry-fares").text
    address = "https%3A%2F%2Fharborcourier.example%2Fopinion%2Fferry-fares"
    assert (
        f'<link rel="alternate" type="application/json+oembed" href="{BASE}/oembed?url={address}">'
        in page
    )
