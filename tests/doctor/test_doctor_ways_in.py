"""The doctor's page and its command, as people use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest
from click.testing import CliRunner
from doctor_support import COMPONENT, ID, URL, page
from flask.testing import FlaskClient
from hosting import Host, hosting
from samples import PAPER, sample_entry

from widget.app import create_app, rules
from widget.cli import main
from widget.config import Settings
from widget.store import Store, open_store
from widget.web.kit.doctor import MOST_HTML

pytestmark = pytest.mark.unit

HERE = COMPONENT.replace("https://insights.example", "http://localhost")


def post(client: FlaskClient, **form: str) -> tuple[int, str]:
    answer = client.post("/doctor", data=form, content_type="multipart/form-data")
    return answer.status_code, answer.text


@pytest.mark.usefixtures("published")
def test_a_pasted_page_is_examined(client: FlaskClient) -> None:
    html = page(HERE)
    status, text = post(client, html=html, headers="", url=URL.replace("https", "http"))
    assert status == 200
    assert "http://paper.example is not among the origins of The Paper" in text
    assert "origins = [&#34;https://paper.example&#34;, &#34;http://paper.example&#34;]" in text
    status, text = post(client, html=html, headers="Content-Security-Policy: script-src 'self'")
    assert "script-src &#39;self&#39; http://localhost</pre>" in text


@pytest.mark.usefixtures("published")
def test_a_pasted_page_in_order(client: FlaskClient) -> None:
    html = page(HERE.replace("http:", "https:"))
    assert "Nothing stops the panel." in post(client, html=html)[1]


def test_what_was_typed_is_kept_and_shown_as_text(client: FlaskClient) -> None:
    attack = "</textarea><script>alert(1)</script>"
    status, text = post(client, html=attack, headers=attack, url="https://x.example/?<b>")
    assert status == 422
    assert "<script>alert" not in text
    assert "?<b>" not in text
    assert text.count("&lt;/textarea&gt;&lt;script&gt;alert(1)") == 2


def test_what_cannot_be_examined_is_said(client: FlaskClient) -> None:
    assert post(client, html=" ")[0] == 422
    status, text = post(client, html="x", url="ftp://x")
    assert (status, "The address is not absolute" in text) == (422, True)
    for size in (MOST_HTML + 1, 450_000):
        status, text = post(client, html="x" * size)
        assert (status, "larger than 256 kB" in text) == (413, True)


def test_the_page_runs_nothing_inline_and_is_kept_nowhere(client: FlaskClient) -> None:
    answer = client.get("/doctor")
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'aria-current="page">Doctor' in answer.text
    assert 'href="/doctor"' in client.get("/snippet").text


def test_a_draft_s_existence_is_not_told_to_anyone(client: FlaskClient, store: Store) -> None:
    store.save(sample_entry(), actor="test")
    message = [post(client, html=page(HERE.replace(ID, name)))[1] for name in (ID, "nothing")]
    assert "draft" not in message[0]
    assert message[0].count(f"No panel {ID} is live") == 1
    assert message[1].count("No panel nothing is live") == 1


@pytest.fixture
def site() -> Iterator[Host]:
    with hosting() as started:
        yield started


@pytest.fixture
def at_site(site: Host, tmp_path: Path) -> Iterator[tuple[Settings, Store]]:
    """A service whose publication lives at a host site on loopback, with one panel."""
    settings = Settings.model_validate(
        {
            "store": f"dir:{tmp_path / 'data'}",
            "publications": [
                {"name": "The Paper", "origins": [PAPER, site.origin], "review": "optional"}
            ],
        }
    )
    store = open_store(settings.store, rules(settings))
    store.save(sample_entry(), actor="test")
    store.publish(ID, actor="test")
    yield settings, store
    store.close()


def test_a_page_is_fetched_by_its_address(site: Host, at_site: tuple[Settings, Store]) -> None:
    client = create_app(*at_site).test_client()
    path = site.add(page(HERE), {"Content-Security-Policy": "connect-src 'self'"})
    answer = client.get("/doctor", query_string={"url": f"{site.origin}{path}"})
    assert answer.status_code == 200
    assert "One thing stops the panel." in answer.text
    assert "connect-src &#39;self&#39; http://localhost</pre>" in answer.text


def test_a_page_that_is_not_fetched_says_why(client: FlaskClient) -> None:
    answer = client.get("/doctor", query_string={"url": "http://169.254.169.254/latest/"})
    assert answer.status_code == 422
    assert "http://169.254.169.254 is not among the origins" in answer.text
    assert 'value="http://169.254.169.254/latest/"' in answer.text


def test_who_fetches_too_much_is_told_to_wait(client: FlaskClient) -> None:
    answers = (client.get("/doctor?url=https://nowhere.example/") for _ in range(200))
    allowed = list(takewhile(lambda it: it.status_code != 429, answers))
    # At most one more for each three seconds that a slow machine takes.
    assert 20 <= len(allowed) < 199
    answer = client.get("/doctor?url=https://nowhere.example/")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.mimetype == "text/html"
    assert "paste the page" in answer.text
    assert post(client, html="<p>")[0] == 200, "pasting costs no turn"


# The command


def run(*arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments, input=stdin)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def configured(
    site: Host, at_site: tuple[Settings, Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Host:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "insights.toml").write_text(
        f'store = "{at_site[0].store}"\nbase_url = "https://insights.example"\n'
        f'[[publications]]\nname = "The Paper"\norigins = ["{PAPER}", "{site.origin}"]\n',
        "utf-8",
    )
    return site


@pytest.mark.usefixtures("configured")
def test_the_command_reads_a_file_or_standard_input(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(page(COMPONENT), "utf-8")
    code, out, _ = run("doctor", "page.html")
    assert (code, out) == (0, f"Found the web component of {ID}.\nNothing stops the panel.\n")
    (tmp_path / "headers").write_text("HTTP/2 200\ncontent-security-policy: script-src 'self'\n")
    code, out, _ = run("doctor", "-", "--headers", "headers", stdin=page(COMPONENT))
    assert code == 1
    assert "STOPS  The page's policy stops the loader" in out
    assert "    script-src 'self' https://insights.example\n" in out
    assert out.endswith("One thing stops the panel.\n")


@pytest.mark.usefixtures("configured")
def test_the_command_s_json(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(page(COMPONENT.replace(ID, "trams")), "utf-8")
    code, out, _ = run("doctor", "page.html", "--url", URL, "--json")
    message = json.loads(out)
    assert code == 1
    assert (message["stops"], message["verdict"]) == (1, "One thing stops the panel.")
    (found,) = message["findings"]
    assert (found["code"], found["severity"], found["line"]) == ("entry-unknown", "stop", 8)


def test_the_command_fetches_an_address(configured: Host) -> None:
    path = configured.add(page(COMPONENT))
    code, out, _ = run("doctor", configured.origin + path)
    assert (code, out.splitlines()[-1]) == (0, "Nothing stops the panel.")
    code, _, err = run("doctor", "https://elsewhere.example/?secret")
    assert code == 1
    assert err.startswith("insights: https://elsewhere.example is not among the origins")
