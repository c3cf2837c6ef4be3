"""The commands for reviews: submit, review, comments, assign, schedule, evidence."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import html5lib
import pytest
from commands import ID, done, run, written

from widget.accounts import open_accounts
from widget.store import Query, Row, Rules, open_store

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("newsroom")]

PASSWORD = "a long enough password"  # noqa: S105  # a test's own
DRAFTED = {
    "provenance__origin": "ai",
    "provenance__reviewed_by": None,
    "provenance__reviewed_at": None,
}
LINE = f"{PASSWORD}\n".encode()
SETTINGS = """
store = "dir:data"
[[publications]]
name = "The Paper"
origins = ["https://paper.example"]
hold.words = ["genocide"]
"""


@pytest.fixture
def newsroom(an_empty_folder: None) -> None:  # noqa: ARG001  # where it is
    """Make a store that requires reviews, with the editors ana and bo."""
    Path("insights.toml").write_text(SETTINGS)
    done("init")
    accounts = open_accounts("dir:data", create=False)
    for name in ("ana", "bo", "cy"):
        accounts.add_user(name, "editor", PASSWORD)


def drafted(**changes: object) -> None:
    done("put", "--actor", "ana", written("entry.json", **{**DRAFTED, **changes}))


def approved(by: str = "bo") -> str:
    done("submit", "--actor", "ana", ID)
    return approve(by)


def approve(by: str) -> str:
    return done(
        "review", ID, "--approve", "--checked", "all", "--user", by, "--password-stdin", stdin=LINE
    )


def secret(owner: str, name: str = "desk") -> str:
    later = datetime.now(UTC) + timedelta(days=1)
    accounts = open_accounts("dir:data", create=False)
    return accounts.create_token(name, "editor", owner=owner, expires_at=later, actor="root")[0]


def history() -> list[dict[str, object]]:
    return list(json.loads(done("history", "--json", ID)))


def record(*options: str) -> dict[str, object]:
    return dict(json.loads(done("evidence", ID, "--format", "json", *options)))


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
    assert [it["action"] for it in history()] == ["submit", "save"]
    accounts.set_publications("bo", ["The Paper"])
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


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    ("zone", "printed"),
    [
        ("UTC", "2098-12-01 09:00:00 UTC"),
        ("Europe/Berlin", "2098-12-01 09:00:00+01:00 (Europe/Berlin)"),
    ],
)
def test_a_time_without_a_zone_is_in_the_publication_s_on_every_machine(
    zone: str, printed: str
) -> None:
    Path("insights.toml").write_text(f'{SETTINGS}time_zone = "{zone}"\n')
    drafted()
    planned = done("schedule", ID, "--publish-at", "2098-12-01T09:00")
    assert planned == f"{ID}: to be published on {printed}\n"
    hour = datetime(2098, 12, 1, 9, tzinfo=ZoneInfo(zone))
    (row,) = rows()
    assert row.planned == hour
    assert done("schedule", ID, "--publish-at", hour.isoformat()) == planned


def rows() -> list[Row]:
    store = open_store("dir:data", Rules(lambda _: []), create=False)
    try:
        return store.rows(Query(), limit=9)
    finally:
        store.close()


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


def test_history_says_what_a_comment_is_about() -> None:
    drafted()
    done("comments", ID, "--add", "Who\nsays so?", "--at", "$.sources[0]", "--actor", "bo")
    done("comments", ID, "--resolve", "2", "--actor", "ana (token a-long-name)")
    resolved, comment, saved, *_ = done("history", ID).splitlines()
    assert comment.endswith("  $.sources[0]: Who says so?")
    assert resolved.endswith("  comment 2")
    assert saved.split()[3:] == ["save", "ana"]
    assert comment.index("$.sources") == resolved.index("comment 2")


def test_an_entry_is_assigned_to_a_user() -> None:
    drafted()
    assert (
        done("assign", ID, "Bo", "--due", "2027-01-31") == f"{ID}: assigned to bo, due 2027-01-31\n"
    )
    assert done("assign", ID, "--due", "2027-02-01") == f"{ID}: assigned to bo, due 2027-02-01\n"
    assert done("assign", ID) == f"{ID}: assigned to nobody\n"
    refused = run("assign", ID, "eve")
    assert refused.exit_code == 1
    assert "there is no user 'eve'" in refused.stderr
    assert run("assign", ID, "bo", "--due", "soon").exit_code == 2


def test_a_publication_is_planned_and_cancelled() -> None:
    drafted()
    result = run("schedule", ID, "--publish-at", "2099-12-01 09:00")
    assert result.stdout == f"{ID}: to be published on 2099-12-01 09:00:00 UTC\n"
    assert "only if it is approved by then (0 of 1 approvals)" in result.stderr
    gone = ["--expires-at", "2099-12-24T00:00:00+01:00", "--reason", "The offer has ended."]
    planned = done("schedule", ID, *gone)
    assert planned == (
        f"{ID}: to be published on 2099-12-01 09:00:00 UTC\n"
        f"{ID}: to be withdrawn on 2099-12-23 23:00:00 UTC: The offer has ended.\n"
    )
    assert done("schedule", ID) == planned
    assert done("schedule", ID, "--cancel") == f"{ID}: nothing is planned\n"
    assert "has passed" in run("schedule", ID, "--publish-at", "2001-01-01 00:00").stderr
    assert run("schedule", ID, "--publish-at", "2099-12-01").exit_code == 2
    assert run("schedule", "nothing").exit_code == 1


def test_what_is_no_text_is_replaced_in_what_revisions_keep() -> None:
    """Arguments may hold any bytes; a revision with such a name or note could not be written."""
    drafted()
    done("submit", "--actor", "ana\udcff", "--note", "\udcff", ID)
    options = ["--note", "\udcff", "--checked", "all", "--user", "bo", "--password-stdin"]
    done("review", ID, "--approve", *options, stdin=LINE)
    gone = ["--expires-at", "2099-01-01 00:00", "--reason", "\udcff"]
    done("schedule", ID, "--publish-at", "2098-01-01 00:00", *gone, "--actor", "\udcff")
    assert [(it["actor"], it["note"]) for it in history()[1:3]] == [("bo", "?"), ("ana?", "?")]


def test_evidence_says_who_reviewed_which_version() -> None:
    drafted()
    approved()
    done("publish", "--actor", "ana", ID)
    drafted(article__title="Another <title> & more")
    found = record()
    assert found["version"]["standing"] == "live"  # type: ignore[index]  # JSON
    assert found["version"]["revision"] == 4  # type: ignore[index]
    assert found["review"] == {"review": "proven", "needed": 1, "given": 1, "hold": ""}
    text = done("evidence", ID)
    assert "One person approved exactly this version." in text
    assert "bo (editor), proved by password, of this version" in text
    assert "- Every source was opened." in text
    later = done("evidence", ID, "--revision", "5")
    assert "Nobody has reviewed this version." in later
    assert "of another version" in later
    assert run("evidence", ID, "--revision", "99").exit_code == 1
    assert run("evidence", "nothing").exit_code == 1


def test_evidence_as_a_page_is_valid_and_escapes_everything() -> None:
    attack = "<script>alert(1)</script>"
    drafted(article__title=f"{attack}")
    done("comments", ID, "--add", attack, "--actor", attack)
    approved()
    page = done("evidence", ID, "--format", "html")
    assert "alert(1)" in page
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
    tree = parser.parse(page)
    assert not list(tree.iter("script"))
    assert not [it for it in tree.iter() if isinstance(it.tag, str) and it.get("src")]
    assert "bo (editor)" in "".join(tree.itertext())
