"""The commands for reviews: submit, review, comments."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from commands import ID, done, run, written
from reviews_support import (
    DRAFTED,
    LINE,
    PASSWORD,
    approve,
    approved,
    drafted,
    history,
    newsroom,
    record,
    secret,
)

from widget.accounts import open_accounts

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("newsroom")]

__all__ = ["newsroom"]  # the fixture


def test_from_draft_to_live_by_two_persons() -> None:
    drafted()
    refused = run("publish", "--actor", "ana", ID)
    assert refused.exit_code == 1
    assert f"run `insights submit {ID}`" in refused.stderr
    assert f"another person runs `insights review {ID} --approve`" in refused.stderr
    assert f"insights review {ID}" in done("submit", "--actor", "ana", "--note", "Soon.", ID)
    printed = approve("bo")
    assert "Bring the night trains back" in printed
    assert "New: nothing of it is live." in printed
    assert "approved by bo as revision 3" in printed
    assert f"It can be published now: insights publish {ID}" in printed
    done("publish", "--actor", "ana", ID)
    assert [(it["action"], it["actor"]) for it in reversed(history())] == [
        ("save", "ana"),
        ("submit", "ana"),
        ("approve", "bo"),
        ("publish", "ana"),
    ]


def test_what_is_in_review_is_not_submitted_again() -> None:
    drafted()
    done("submit", "--actor", "ana", ID)
    refused = run("publish", ID).stderr
    assert "insights submit" not in refused
    assert f"insights review {ID} --approve" in refused


@pytest.mark.parametrize("command", ["put", "import"])
def test_publishing_in_one_step_says_what_comes_next(command: str) -> None:
    path = written("entry.json", **DRAFTED)
    refused = run(command, "--publish", "--actor", "ana", path)
    assert refused.exit_code == 1
    assert ("save it without --publish; " in refused.stderr) == (command == "import")
    assert f"run `insights submit {ID}`" in refused.stderr


def test_a_review_shows_the_version_that_it_approves() -> None:
    drafted()
    approved()
    done("publish", ID)
    drafted(article__title="Bring them all back")
    shown = done("review", ID)
    assert "Bring them all back" in shown
    assert "Revision 5, saved by ana, draft" in shown
    assert "Approvals: 0 of 1 needed" in shown
    assert "  $.article.title (" in shown
    digest = re.search(r"^SHA-256 ([0-9a-f]{64})$", shown, re.MULTILINE)
    assert digest
    assert digest[1] == record("--revision", "5")["version"]["sha256"]  # type: ignore[index]  # JSON


@pytest.mark.parametrize(
    "decision", [["--approve", "--checked", "all"], ["--return", "--note", "No"]]
)
def test_nobody_reviews_without_a_proof(decision: list[str]) -> None:
    drafted()
    refused = run("review", ID, *decision)
    assert refused.exit_code == 1
    assert "--user NAME" in refused.stderr
    assert "INSIGHTS_TOKEN" in refused.stderr
    assert run("review", ID, *decision, "--actor", "bo").exit_code == 2
    wrong = run("review", ID, *decision, "--user", "bo", "--password-stdin", stdin=b"guessed it\n")
    assert wrong.exit_code == 1
    assert "let nobody in" in wrong.stderr
    assert [it["action"] for it in history()] == ["save"]


def test_who_saved_last_does_not_approve() -> None:
    drafted()
    refused = run(
        *("review", ID, "--approve", "--checked", "all", "--user", "Ana", "--password-stdin"),
        stdin=LINE,
    )
    assert refused.exit_code == 1
    assert "ana saved this draft last and cannot approve it" in refused.stderr


def test_a_token_proves_its_owner_and_is_printed_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    drafted()
    token = secret("bo")
    monkeypatch.setenv("INSIGHTS_TOKEN", token)
    result = run("--verbose", "review", ID, "--approve", "--checked", "all")
    assert result.exit_code == 0, result.output
    assert token not in result.output
    (approval,) = record()["approvals"]  # type: ignore[misc]  # JSON
    assert (approval["reviewer"], approval["proof"]) == ("bo", "token")
    assert history()[0]["actor"] == "bo (token desk)"


def test_a_person_reviews_only_for_the_publications_that_they_work_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drafted()
    done("submit", "--actor", "ana", ID)
    accounts = open_accounts("dir:data", create=False)
    accounts.set_publications("bo", ["The Courier"])
    approve = ("review", ID, "--approve", "--checked", "all")
    refused = run(*approve, "--user", "bo", "--password-stdin", stdin=LINE)
    assert refused.exit_code == 1
    assert f"{ID!r} has no draft" in refused.stderr
    monkeypatch.setenv("INSIGHTS_TOKEN", secret("bo"))
    assert run(*approve).exit_code == 1
    assert run("review", ID, "--return", "--note", "No").exit_code == 1
    assert run("history", ID).exit_code == 1
    accounts.set_publications("bo", ["The Paper"])
    assert [it["action"] for it in history()] == ["submit", "save"]
    assert "approved by bo" in done(*approve)


def test_a_token_that_is_not_valid_proves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    drafted()
    monkeypatch.setenv("INSIGHTS_TOKEN", "ins_nothing")
    refused = run("review", ID, "--approve", "--checked", "all")
    assert refused.exit_code == 1
    assert "unknown, expired or revoked" in refused.stderr
    assert "ins_nothing" not in refused.output


def test_a_token_from_before_tokens_had_owners_proves_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drafted()
    monkeypatch.setenv("INSIGHTS_TOKEN", secret("bo"))
    path = Path("data/accounts.json")
    document = json.loads(path.read_bytes())
    document["tokens"][0]["owner"] = None
    path.write_text(json.dumps(document))
    refused = run("review", ID, "--approve", "--checked", "all")
    assert refused.exit_code == 1
    assert "belongs to no user" in refused.stderr


def test_an_approval_needs_the_whole_checklist() -> None:
    drafted()
    bare = run("review", ID, "--approve", "--user", "bo", "--password-stdin", stdin=LINE)
    assert bare.exit_code == 2
    assert "Every source was opened." in bare.stderr
    half = ["--checked", "sources, quotes", "--user", "bo", "--password-stdin"]
    refused = run("review", ID, "--approve", *half, stdin=LINE)
    assert refused.exit_code == 1
    assert "lacks 'law'" in refused.stderr


def test_a_password_is_asked_for_once_and_not_shown() -> None:
    drafted()
    result = run("review", ID, "--approve", "--checked", "all", "--user", "bo", stdin=LINE)
    assert result.exit_code == 0, result.output
    assert result.output.count("Password for bo") == 1
    assert PASSWORD not in result.output


def test_nobody_hides_lines_from_a_reviewer() -> None:
    """What others wrote could move a terminal's cursor, and print over what is approved."""
    # Click removes colours where there is no terminal, and leaves a backspace.
    drafted(provenance__model="q-4\x08")
    done("comments", ID, "--add", "\x08\x08Fine.", "--actor", "bo\x08")
    for command in ("comments", "history", "evidence", "review"):
        assert "\x08" not in done(command, ID), command
    assert "\ufffd\ufffdFine." in done("comments", ID)


def test_a_return_says_why() -> None:
    drafted()
    done("submit", "--actor", "ana", ID)
    assert run("review", ID, "--return").exit_code == 2
    options = ["--note", "The second source says otherwise.", "--user", "bo", "--password-stdin"]
    assert "returned to ana" in done("review", ID, "--return", *options, stdin=LINE)
    assert history()[0]["note"] == "The second source says otherwise."
    assert history()[0]["actor"] == "bo"
    assert "returned" in done("review", ID)


def test_what_is_held_needs_two_and_says_so() -> None:
    drafted(article__title="What a genocide is called")
    assert "0 of 2 needed (held for 'genocide')" in done("review", ID)
    assert "It needs 1 more: somebody else runs" in approved("bo")
    assert run("publish", ID).exit_code == 1
    assert "It can be published now" in approve("cy")
    assert done("publish", ID)


def test_what_people_edited_after_a_model_is_submitted_and_approved() -> None:
    """Its reviewer is a must for readers, and the approval writes it."""
    drafted(provenance__origin="ai-edited")
    approved()
    done("publish", ID)


def test_comments_are_added_listed_and_resolved() -> None:
    drafted()
    done("comments", ID, "--add", "Who says so?", "--at", "$.sources[0]", "--actor", "bo")
    done("comments", ID, "--add", "Well written.", "--actor", "bo")
    done("comments", ID, "--resolve", "3", "--actor", "ana")
    printed = done("comments", ID)
    assert "on $.sources[0]: Who sleeps on trains" in printed
    assert "bo  (open)" in printed
    assert "(resolved by ana)" in printed
    listed = json.loads(done("comments", ID, "--json"))
    assert [(it["number"], it["path"], it["resolved_by"]) for it in listed] == [
        (2, "$.sources[0]", None),
        (3, "", "ana"),
    ]
    refused = run("comments", ID, "--add", "Where?", "--at", "$.sources[9]")
    assert refused.exit_code == 1
    assert "names no point and no source" in refused.stderr
    assert run("comments", "nothing").exit_code == 1


def test_a_draft_is_returned_with_several_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    drafted()
    monkeypatch.setenv("INSIGHTS_TOKEN", secret("bo"))
    given = ("--comment", "$.sources[0]", "Who says so?", "--comment", "", "Shorter, please.")
    assert "returned to ana" in done("review", ID, "--return", *given)
    printed = done("comments", ID)
    assert "   2.1  " in printed
    assert "Shorter, please." in printed
    returned = done("history", ID).splitlines()[0]
    assert returned.endswith("$.sources[0]: Who says so? · Shorter, please.")
    done("comments", ID, "--resolve", "2.1", "--actor", "ana")
    assert [it["resolved_by"] for it in json.loads(done("comments", ID, "--json"))] == ["ana", None]
    assert record()["comments"][1]["name"] == "2.2"  # type: ignore[index]  # JSON
    nothing = run("review", ID, "--return")
    assert "--note or --comment" in nothing.stderr


def test_history_says_what_a_comment_is_about() -> None:
    drafted()
    done("comments", ID, "--add", "Who\nsays so?", "--at", "$.sources[0]", "--actor", "bo")
    done("comments", ID, "--resolve", "2", "--actor", "ana (token a-long-name)")
    resolved, comment, saved, *_ = done("history", ID).splitlines()
    assert comment.endswith("  $.sources[0]: Who says so?")
    assert resolved.endswith("  comment 2")
    assert saved.split()[3:] == ["save", "ana"]
    assert comment.index("$.sources") == resolved.index("comment 2")


def test_what_is_no_text_is_replaced_in_what_revisions_keep() -> None:
    """Arguments may hold any bytes; a revision with such a name or note could not be written."""
    drafted()
    done("submit", "--actor", "ana\udcff", "--note", "\udcff", ID)
    options = ["--note", "\udcff", "--checked", "all", "--user", "bo", "--password-stdin"]
    done("review", ID, "--approve", *options, stdin=LINE)
    gone = ["--expires-at", "2099-01-01 00:00", "--reason", "\udcff"]
    done("schedule", ID, "--publish-at", "2098-01-01 00:00", *gone, "--actor", "\udcff")
    assert [(it["actor"], it["note"]) for it in history()[1:3]] == [("bo", "?"), ("ana?", "?")]
