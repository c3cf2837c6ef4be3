"""The command ``sources``, with sources on a server of the test's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ID, done, run, written
from small_web import Page, SmallWeb, small_web
from small_web_cases import QUOTE, page

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("a_folder_of_its_own")]


@pytest.fixture
def web(a_folder_of_its_own: None) -> Iterator[SmallWeb]:
    """Serve sources at an origin of a publication: no other may be on loopback."""
    del a_folder_of_its_own
    with small_web() as served:
        Path("insights.toml").write_text(
            f'[[publications]]\nname = "The Paper"\nreview = "optional"\n'
            f'origins = ["https://paper.example", "http://localhost:{served.port}"]\n'
        )
        yield served


def publish(web: SmallWeb, answer: Page) -> str:
    url = web.add("localhost", "/report", answer)
    changes = {"sources__0__url": url, "sources__0__quote": QUOTE, "sources__1__url": f"{url}#2"}
    done("put", "--publish", written("entry.json", **changes))
    return url


def test_sources_are_checked_and_listed(web: SmallWeb) -> None:
    url = publish(web, page(f"<p>{QUOTE}</p>"))
    assert done("sources", "list") == "No source was checked yet.\n"
    printed = done("sources", "check", ID)
    assert printed.splitlines() == [
        f"{ID}  [1] ok 200, quote found  {url}",
        f"{ID}  [2] ok 200  {url}#2",
    ]
    assert done("sources", "list") == printed
    assert done("sources", "list", "--bad") == "No source is bad.\n"
    (record,) = json.loads(done("sources", "list", "--json")).values()
    assert [it["checks"][0]["quote"] for it in record["sources"]] == ["found", "none"]
    assert QUOTE not in json.dumps(record)
    assert "sources" in done("history", ID), "what readers see is a change of its own"


def test_a_source_that_does_not_answer_is_said_by_the_exit_status(web: SmallWeb) -> None:
    url = publish(web, Page(b"Gone.", "410 Gone"))
    found = run("sources", "check", ID)
    assert found.exit_code == 3
    assert f"[1] gone 410, quote unread  {url}  (It answered 410 Gone.)" in found.stdout
    assert run("sources", "check", "--all").exit_code == 3
    assert done("sources", "list", "--bad") == "No source is bad.\n", "nothing confirms it yet"


def test_all_that_is_live_is_checked_and_trouble_printed(web: SmallWeb) -> None:
    publish(web, page(f"<p>{QUOTE}</p>"))
    done("put", written("draft.json", id="draft", article__url="https://paper.example/draft",
                        article__aliases=[]))  # fmt: skip
    assert done("sources", "check", "--all") == ""
    found = json.loads(done("sources", "check", "--all", "--json"))
    assert list(found) == [ID]


def test_an_entry_that_is_not_there_fails_and_the_others_are_checked(web: SmallWeb) -> None:
    publish(web, page(f"<p>{QUOTE}</p>"))
    found = run("sources", "check", "nothing", ID)
    assert found.exit_code == 1
    assert "nothing: 'nothing' has neither a live version nor a draft" in found.stderr
    assert "[1] ok 200, quote found" in found.stdout


@pytest.mark.parametrize("arguments", [(), (ID, "--all")])
def test_entries_are_named_or_all(web: SmallWeb, arguments: tuple[str, ...]) -> None:
    assert web.port
    found = run("sources", "check", *arguments)
    assert found.exit_code == 2
    assert "--all" in found.stderr


def test_a_withdrawal_for_legal_reasons_removes_the_checks(web: SmallWeb) -> None:
    url = publish(web, page(f"<p>{QUOTE}</p>"))
    done("sources", "check", ID)
    done("withdraw", "--legal", ID)
    assert done("sources", "list") == "No source was checked yet.\n"
    assert run("sources", "check", ID).exit_code == 1
    for file in Path("data").glob("records.sqlite3*"):
        assert url.encode() not in file.read_bytes(), file


def test_the_checks_are_in_the_record_of_the_review(web: SmallWeb) -> None:
    url = publish(web, page(f"<p>{QUOTE}</p>"))
    assert "newest checks" not in done("evidence", ID)
    done("sources", "check", ID)
    text = done("evidence", ID)
    assert f"ok 200, quote found  {url}" in text
    assert "quote found" in text
    first, second = json.loads(done("evidence", ID, "--format", "json"))["sources"]
    assert (first["number"], first["quote"], second["quote"]) == (1, "found", "none")
    assert len(first["sha256"]) == 64
    assert first["sha256"] in text
    assert first["sha256"] in done("evidence", ID, "--format", "html")
