"""The commands ``draft`` and ``drafts``: output, exit status, files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from commands import done, run
from drafting_support import ARTICLE, ARTICLE_URL, AUDIT, UNION
from fake_provider import KEY, FakeProvider

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("newsroom")]

GIVEN = ("--url", ARTICLE_URL, "--kind", "opinion", "--language", "en", "--actor", "ana")


@pytest.fixture
def newsroom(fake: FakeProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder with settings, a key, an article and evidence; work in it."""
    monkeypatch.chdir(tmp_path)
    for name in [it for it in os.environ if it.startswith("INSIGHTS_")]:
        monkeypatch.delenv(name)
    Path("provider.key").write_text(KEY)
    settings(fake, "ok")
    Path("article.txt").write_text(ARTICLE)
    lines = [it.model_dump_json(include={"url", "title", "text"}) for it in (AUDIT, UNION)]
    Path("sources.jsonl").write_text("\n".join(lines))
    done("init")


def settings(fake: FakeProvider, model: str) -> None:
    Path("insights.toml").write_text(
        'store = "dir:./data"\n[[publications]]\nname = "Courier"\n'
        'origins = ["https://courier.example"]\n'
        f'[[drafting]]\nname = "sonar"\nkind = "openai"\nurl = "{fake.url}"\n'
        f'model = "{model}"\ntoken_file = "provider.key"\nseconds = 30\n'
    )


def drafted(*more: str) -> tuple[int, dict[str, object]]:
    result = run("draft", "article.txt", "--evidence", "sources.jsonl", *GIVEN, "--json", *more)
    document: dict[str, object] = json.loads(result.stdout)
    return result.exit_code, document


def test_a_file_and_evidence_become_a_draft_and_the_exit_status_is_0() -> None:
    status, document = drafted("--title", "The ferry should cost nothing")
    assert (status, document["state"], document["entry"]) == (0, "kept", "ferry-fares")
    assert document["findings"] == []
    assert set(document) >= {"run", "state", "entry", "findings", "usage"}
    shown = json.loads(done("show", "ferry-fares"))
    assert shown["provenance"]["origin"] == "ai"
    assert "ferry-fares" in done("drafts")
    assert "ferry-fares" in done("drafts", str(document["run"]))


def test_a_draft_with_findings_that_block_exits_with_3_and_is_not_published(
    fake: FakeProvider,
) -> None:
    settings(fake, "made-up-quote")
    status, document = drafted()
    assert (status, document["state"]) == (3, "kept")
    findings = document["findings"]
    assert isinstance(findings, list)
    assert set(findings[0]) == {"path", "rule", "severity", "message", "passage"}
    result = run("publish", "ferry-fares", "--actor", "ben")
    assert result.exit_code == 1
    assert findings[0]["rule"] in result.stderr


def test_a_refused_run_exits_with_4_and_a_failed_one_with_5(fake: FakeProvider) -> None:
    settings(fake, "sonar-gone")
    assert drafted()[0] == 4
    settings(fake, "busy")
    assert drafted()[0] == 5


def test_an_entry_that_exists_needs_replace() -> None:
    assert drafted()[0] == 0
    assert drafted("--entry", "ferry-fares")[0] == 4
    assert drafted("--entry", "ferry-fares", "--replace")[0] == 0
    assert drafted("--entry", "ferry-fares", "--replace", "--dry-run")[1]["entry"] is None


def test_invalid_evidence_says_where() -> None:
    Path("sources.jsonl").write_text('{"url": "https://a.example/", "titel": "x"}')
    result = run("draft", "article.txt", "--evidence", "sources.jsonl", *GIVEN)
    assert result.exit_code == 1
    assert "titel" in result.output


def test_the_connection_can_be_tested(fake: FakeProvider) -> None:
    assert "answered" in done("draft", "--test")
    settings(fake, "echo-key")
    result = run("draft", "--test")
    assert result.exit_code == 1
    assert KEY not in result.output


def test_without_a_provider_the_command_says_how_to_begin() -> None:
    Path("insights.toml").write_text('store = "dir:./data"\n')
    result = run("draft", "article.txt", *GIVEN)
    assert result.exit_code == 1
    assert "[[drafting]]" in result.output
