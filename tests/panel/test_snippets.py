"""What publishers paste: every way, what it asks of the page, and the pages that build it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import get_args

import html5lib
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from samples import PAPER, PUBLICATION, ROOT, sample_entry

from widget import panel
from widget.cli import main
from widget.config import colours
from widget.i18n import languages
from widget.panel import WAYS, Choices, Host, Options, Theme, Way
from widget.panel.options import HEADING_LEVELS, OPENABLE
from widget.store import Store
from widget.web.kit.snippets import WAYS as DESCRIBED

pytestmark = pytest.mark.unit

BASE = "https://insights.example"
ID = "night-trains"
COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
OPTIONS = st.builds(
    Options,
    theme=st.sampled_from([None, *get_args(Theme)]),
    language=st.sampled_from([None, *languages()]),
    heading_level=st.sampled_from([None, *HEADING_LEVELS]),
    open=st.frozensets(st.sampled_from(OPENABLE)),
    accent=st.none() | COLOURS,
    instance=st.none() | st.from_regex(r"[a-z0-9]{1,16}", fullmatch=True),
)
CHOICES = st.builds(
    Choices,
    way=st.sampled_from(WAYS),
    host=st.sampled_from(get_args(Host)),
    pinned=st.booleans(),
    options=OPTIONS,
)


def made(way: Way, **choices: object) -> panel.Snippet:
    chosen = Choices(way=way, **choices)  # type: ignore[arg-type]  # a test's own
    return panel.snippet(sample_entry(), PUBLICATION, chosen, base=BASE)


@pytest.fixture
def published(store: Store) -> Store:
    store.save(sample_entry(), actor="test")
    store.publish(ID, actor="test")
    return store


@given(CHOICES)
def test_choices_survive_the_way_through_an_address(choices: Choices) -> None:
    assert Choices.from_query(choices.to_query()) == choices


@given(COLOURS, st.sampled_from(get_args(colours.Paper)))
def test_every_accent_becomes_legible(colour: str, paper: colours.Paper) -> None:
    there = colours.legible(colour, paper)
    assert colours.contrast(there, colours.PAPER[paper]) >= colours.MIN_CONTRAST
    if colours.contrast(colour, colours.PAPER[paper]) >= colours.MIN_CONTRAST:
        assert there == colour


@given(CHOICES)
def test_every_snippet_is_well_formed_and_asks_only_this_service(choices: Choices) -> None:
    snippet = panel.snippet(sample_entry(), PUBLICATION, choices, base=BASE)
    tree = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False).parseFragment(
        snippet.body
    )
    for element in tree.iter():
        for name in ("src", "href", "data-hx-get"):
            assert element.get(name, BASE).startswith(BASE)
        assert "style" not in element.attrib or choices.host != "strict"
        assert not any(name.startswith("on") for name in element.attrib)
    assert set(re.findall(r"https?://[^\s;]+", snippet.policy)) == {BASE}


@pytest.mark.parametrize("way", [way for way in WAYS if way != "site"])
def test_a_snippet_says_where_the_article_stands_when_nothing_runs(way: Way) -> None:
    body = made(way).body
    assert f'<a href="{BASE}/panel/{ID}" lang="en">' in body
    assert "Insights (AI-generated): Bring the night trains back." in body
    assert "Center-left point of view" in body


def test_the_documented_policies_are_what_the_snippets_ask_for() -> None:
    documented = dict(
        re.findall(r"```csp-(\w+)\n(.*?)\n```", (ROOT / "docs/embedding.md").read_text("utf-8"))
    )
    for way in ("frame", "component", "htmx2", "oembed"):
        name = "htmx" if way == "htmx2" else way
        assert documented[name] == made(way).policy  # type: ignore[arg-type]  # ways


def test_a_pinned_loader_is_what_its_hash_says(client: FlaskClient) -> None:
    body = panel.snippet(
        sample_entry(), PUBLICATION, Choices(way="component", pinned=True), base="http://localhost"
    ).body
    found = re.search(
        r'src="http://localhost(\S+)" integrity="(\S+)" crossorigin="anonymous"', body
    )
    assert found
    answer = client.get(found[1])
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.data == panel.loader()
    assert found[2] == panel.integrity()


def test_a_loader_of_another_version_still_gets_styles(client: FlaskClient) -> None:
    answer = client.get("/static/panel.0123456789.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=30"
    assert client.get("/static/panel.css").status_code == 404


def test_an_include_s_address_is_written_as_nginx_reads_it() -> None:
    body = made("include", options=Options(theme="dark", open=frozenset({"ideas"}))).body
    assert f'virtual="/insights/fragment/{ID}?theme=dark&open=ideas"' in body


@pytest.mark.parametrize("way", WAYS)
def test_an_instance_goes_where_ids_are_in_the_page_s_own_document(way: Way) -> None:
    body = made(way, options=Options(instance="teaser2")).body
    assert ("?instance=teaser2" in body) == (way in ("htmx2", "htmx4", "include"))


def test_one_htmx_snippet_serves_both_generations() -> None:
    """So that a site may move from 2 to 4 with what stands in its articles."""
    assert made("htmx2").body == made("htmx4").body


def test_every_way_is_described() -> None:
    assert set(DESCRIBED) == set(WAYS)


# The builder


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("way", WAYS)
def test_the_builder_shows_what_to_paste(client: FlaskClient, way: Way) -> None:
    query = {"as": way, "theme": "dark", "open": ["ideas", "sources"], "host": "strict"}
    page = client.get(f"/snippet/{ID}", query_string=query)
    assert page.status_code == 200
    tree = html5lib.parse(page.text, treebuilder="etree", namespaceHTMLElements=False)
    shown = {it.get("id"): "".join(it.itertext()) for it in tree.iter("pre")}
    options = Options(theme="dark", open=frozenset({"ideas", "sources"}))
    wanted = panel.snippet(
        sample_entry(),
        PUBLICATION,
        Choices(way=way, host="strict", options=options),
        base="http://localhost",
    )
    assert shown["paste-body"] == wanted.body
    assert shown.get("paste-head", "") == wanted.head
    assert shown["paste-policy"] == wanted.policy
    assert len(list(tree.iter("iframe"))) == 3


@pytest.mark.usefixtures("published")
def test_the_builder_s_pages_run_nothing_inline_and_are_framed_by_nobody_else(
    client: FlaskClient,
) -> None:
    policy = client.get(f"/snippet/{ID}").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    host = client.get(f"/snippet/{ID}/host?as=component&host=strict")
    assert "unsafe" not in host.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in host.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("published")
def test_an_article_s_address_leads_to_its_builder(client: FlaskClient) -> None:
    answer = client.get("/snippet", query_string={"url": f"{PAPER}/opinion/night-trains/"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/snippet/{ID}")
    unknown = client.get("/snippet", query_string={"url": f"{PAPER}/opinion/<b>"})
    assert unknown.status_code == 404
    assert "No panel is live for" in unknown.text
    assert "<b>" not in unknown.text


def test_there_is_nothing_to_embed_before_publishing_and_after_withdrawing(
    client: FlaskClient, published: Store
) -> None:
    published.withdraw(ID, actor="test", reason="A mistake.")
    for path, status in ((f"/snippet/{ID}", 410), ("/snippet/unknown", 404)):
        for page in (path, f"{path}/host"):
            answer = client.get(page)
            assert (answer.status_code, answer.mimetype) == (status, "text/html")


# The command


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.usefixtures("published")
def test_the_command_prints_what_the_builder_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for way, host in itertools.product(WAYS, get_args(Host)):
        choices = Choices(way=way, host=host, options=Options(accent="#ffee00"))
        code, out, err = run(
            "--store", f"dir:{tmp_path / 'data'}", "snippet", ID, "--as", way,
            "--host", host, "--accent", "#FFEE00", "--base", f"{BASE}/",
        )  # fmt: skip
        wanted = panel.snippet(sample_entry(), PUBLICATION, choices, base=BASE)
        assert (code, out) == (0, f"{wanted.head}\n\n{wanted.body}\n".lstrip())
        assert err == f"Content-Security-Policy: {wanted.policy}\n"


def test_the_command_says_why_there_is_no_snippet(
    published: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = ["--store", f"dir:{tmp_path / 'data'}", "snippet"]
    base = ("--base", "https://panels.example")
    said = run(*store, "unknown", *base)[2]
    assert said == "insights: 'unknown' is not live; publish it first\n"
    assert "needs the ID of an entry" in run(*store, "--as", "frame")[2]
    assert "is not a colour" in run(*store, ID, "--accent", "red")[2]
    published.withdraw(ID, actor="test", legal=True)
    assert "was withdrawn" in run(*store, ID)[2]
    assert run(*store)[1].startswith("<insights-widget")


@pytest.mark.parametrize("way", WAYS)
def test_a_loader_comes_over_the_connection_that_its_fetches_need(way: Way) -> None:
    """Browsers keep connections with and without credentials apart; the component has none."""
    line = 'src="https://insights.example/embed.js" crossorigin="anonymous" async>'
    assert (line in made(way).body) == (way in ("component", "site"))
