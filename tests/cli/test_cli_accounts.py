"""The commands for users and tokens, and the first admin."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ID, done, run, written
from samples import ROOT, sample_document

pytestmark = pytest.mark.usefixtures("a_folder_of_its_own")

PASSWORD = b"a long enough password\n"


@pytest.mark.unit
def test_init_makes_the_first_admin_and_no_second() -> None:
    said = done("init", "--admin", "ana", "--password-stdin", stdin=PASSWORD)
    assert said.endswith("ana: created with the role admin\n")
    assert json.loads(done("user", "list", "--json")) == [
        {
            "name": "ana",
            "role": "admin",
            "disabled": False,
            "invited": False,
            "signed_in_at": None,
            "publications": [],
            "language": "",
            "time_zone": "",
        }
    ]
    result = run("init", "--admin", "eve", "--password-stdin", stdin=PASSWORD)
    assert result.exit_code == 1
    assert "ana is an admin already" in result.stderr
    assert "sign in" not in done("init")
    assert done("user", "list") == "ana  admin\n"


@pytest.mark.unit
def test_init_takes_no_weak_password_and_no_password_for_nobody() -> None:
    result = run("init", "--admin", "ana", "--password-stdin", stdin=b"short\n")
    assert result.exit_code == 1
    assert "insights: the password has 5 characters; at least 10 are needed" in result.stderr
    assert done("user", "list") == ""
    assert run("init", "--password-stdin", stdin=PASSWORD).exit_code == 2


@pytest.mark.unit
def test_a_name_that_is_taken_is_refused_before_a_password_is_asked_for() -> None:
    done("user", "add", "ana", "--password-stdin", stdin=PASSWORD)
    result = run("user", "add", "ana", stdin=b"")
    assert result.exit_code == 1
    assert result.output == "insights: the user 'ana' already exists\n"
    result = run("user", "passwd", "bo", stdin=b"")
    assert result.exit_code == 1
    assert result.output == "insights: there is no user 'bo'\n"


@pytest.mark.process
def test_without_a_terminal_a_password_is_not_asked_for() -> None:
    command = [sys.executable, "-m", "widget", "user", "add", "ana"]
    result = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input="",
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert result.returncode == 1
    assert "--password-stdin" in result.stderr
    assert "Warning" not in result.stderr


@pytest.mark.unit
def test_a_password_is_asked_for_twice_and_not_shown() -> None:
    twice = PASSWORD * 2
    assert "a long" not in done("user", "add", "ana", "--role", "publisher", stdin=twice)
    assert "a long" not in done("user", "passwd", "ana", stdin=b"another long one\n" * 2)
    typo = PASSWORD + b"another long one\n"
    assert run("user", "add", "bo", stdin=typo).exit_code == 1
    assert done("user", "list") == "ana  publisher\n"


@pytest.mark.unit
def test_users_are_kept_out_let_in_and_given_roles() -> None:
    done("user", "add", "ana", "--password-stdin", stdin=PASSWORD)
    assert done("user", "role", "ana", "publisher") == "ana: has the role publisher now\n"
    assert done("user", "disable", "ana") == "ana: disabled; all sessions ended\n"
    assert done("user", "list") == "ana  publisher  disabled\n"
    assert done("user", "enable", "ana") == "ana: enabled\n"
    assert done("user", "list") == "ana  publisher\n"
    for command in (
        ("passwd", "bo", "--password-stdin"),
        ("disable", "bo"),
        ("role", "bo", "admin"),
    ):
        result = run("user", *command, stdin=PASSWORD)
        assert (result.exit_code, result.stderr) == (1, "insights: there is no user 'bo'\n")


@pytest.mark.unit
@pytest.mark.parametrize("command", [("disable", "ana"), ("role", "ana", "editor")])
def test_the_last_admin_is_not_taken_away(command: tuple[str, ...]) -> None:
    done("user", "add", "ana", "--role", "admin", "--password-stdin", stdin=PASSWORD)
    result = run("user", *command)
    assert result.exit_code == 1
    assert "and ana is the last one; make another user admin first" in result.stderr
    assert done("user", "list") == "ana  admin\n"


TOKEN = ("token", "create", "--name", "cms", "--for", "ana", "--role", "editor", "--expires")


@pytest.mark.unit
def test_a_token_is_printed_alone_once_and_can_be_revoked() -> None:
    assert "there is no user 'ana'" in run(*TOKEN, "90d").stderr
    done("user", "add", "ana", "--password-stdin", stdin=PASSWORD)
    made = run(*TOKEN, "2099-01-31")
    secret = made.stdout.strip()
    assert secret.startswith("ins_")
    assert "cms: editor for ana until 2099-01-31 23:59 UTC" in made.stderr
    (token,) = json.loads(done("token", "list", "--json"))
    assert token["owner"] == "ana"
    assert re.search(r"ana/cms +editor +until 2099-01-31", done("token", "list"))
    assert secret not in done("token", "list") + done("token", "list", "--json")
    assert done("token", "revoke", token["id"]) == f"{token['id']}: revoked\n"
    assert "revoked" in done("token", "list")


@pytest.mark.unit
@pytest.mark.parametrize("when", ["", "0d", "90", "90m", "tomorrow", "2026-13-01", "99999d"])
def test_an_expiry_that_is_no_time_is_a_usage_error(when: str) -> None:
    result = run(*TOKEN, when)
    assert result.exit_code == 2
    assert "is neither a duration such as 90d nor a date" in result.stderr


@pytest.mark.unit
def test_an_expiry_in_the_past_is_refused() -> None:
    result = run(*TOKEN, "2020-01-01")
    assert result.exit_code == 1
    assert "would be of no use" in result.stderr


@pytest.mark.unit
def test_with_four_eyes_a_command_publishes_only_what_another_saved() -> None:
    Path("insights.toml").write_text("four_eyes = true\n")
    done("put", written("a.json"), "--actor", "ana")
    result = run("publish", ID, "--actor", "ana")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{ID}: ana saved this draft last")
    assert done("publish", ID, "--actor", "bo") == f"{ID}: published as revision 2\n"
    result = run("put", "--publish", "a.json", "--actor", "bo")
    assert result.exit_code == 1
    assert json.loads(done("list", "--json"))[0]["state"] == "live+draft"
    result = run("publish", ID, "--actor", "Bo (token ci)")
    assert (result.exit_code, "bo saved this draft last" in result.stderr) == (1, True)


@pytest.mark.unit
@pytest.mark.parametrize("form", ["one document", "an array", "lines"])
def test_with_four_eyes_no_import_publishes_what_it_saves(form: str) -> None:
    Path("insights.toml").write_text("four_eyes = true\n")
    documents = [
        sample_document(
            id=name, article__url=f"https://paper.example/{name}", provenance__origin="human"
        )
        for name in "ab"
    ]
    text = {
        "one document": json.dumps(documents[0]),
        "an array": json.dumps(documents),
        "lines": "\n".join(json.dumps(document) for document in documents),
    }[form].encode()
    refused = run("import", "--publish", "--actor", "ana", "-", stdin=text)
    assert refused.exit_code == 1
    assert "let somebody else publish it" in refused.stderr
    assert json.loads(done("list", "--json")) == []
    done("import", "--actor", "ana", "-", stdin=text)
    assert run("publish", "a", "--actor", "ana").exit_code == 1
    assert done("publish", "a", "--actor", "ben").startswith("a: published")


@pytest.mark.unit
def test_a_user_works_for_the_publications_that_are_named() -> None:
    Path("insights.toml").write_text(
        'store = "dir:data"\n[[publications]]\nname = "The Paper"\n'
        'origins = ["https://paper.example"]\n[[publications]]\nname = "The Courier"\n'
        'origins = ["https://courier.example"]\n'
    )
    add = ("user", "add", "bo", "--password-stdin")
    created = done(*add, "--publication", "The Courier", stdin=PASSWORD)
    assert "bo: created with the role editor for The Courier" in created
    assert done("user", "list") == "bo  editor     works for The Courier\n"
    changed = done("user", "publications", "bo", "The Paper", "The Courier")
    assert "bo: works for The Paper, The Courier now" in changed
    (user,) = json.loads(done("user", "list", "--json"))
    assert user["publications"] == ["The Paper", "The Courier"]
    refused = run("user", "publications", "bo", "The Times")
    assert refused.exit_code == 1
    assert "there is no publication 'The Times'; there are: The Paper, The Cour" in refused.stderr
    assert "bo: works for all publications now" in done("user", "publications", "bo")
    assert done("user", "list") == "bo  editor\n"
