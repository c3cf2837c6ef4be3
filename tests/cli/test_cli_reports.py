"""The command ``reports``."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from commands import done, run, written
from report_support import Clock, Desk
from running import until

from widget.config import Settings
from widget.store import open_store
from widget.store.rules import rules

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("a_folder_of_its_own")]


@pytest.fixture
def desk(a_folder_of_its_own: None) -> Iterator[Desk]:
    del a_folder_of_its_own
    done("put", "--publish", written("entry.json"))
    settings = Settings()
    store = open_store(settings.store, rules(settings))
    opened = Desk(settings, store, Clock())
    yield opened
    opened.documents.close()
    store.close()


def test_reports_are_listed_shown_and_decided(desk: Desk) -> None:
    key = desk.send("From 2019.\x1b[31m", point="1-1", address="mia@mail.example")
    other = desk.send("Unfair to trains.", kind="unfair")
    listed = done("reports", "list")
    assert key in listed
    assert "open" in listed
    shown = done("reports", "show", key)
    assert "Sleepers replace short flights." in shown
    assert "Now: the same" in shown
    assert "From 2019." in shown
    assert "\x1b" not in shown
    assert "Readers who want an answer: 1" in shown
    assert "mia@" not in shown
    assert run("reports", "resolve", key).exit_code == 2
    assert run("reports", "resolve", key, "--reject").exit_code == 1
    done("reports", "resolve", key, "--uphold", "--actor", "ana")
    done("reports", "resolve", other, "--reject", "--answer", "It is fair.", "--actor", "ana")
    assert done("reports", "list") == ""
    found = json.loads(done("reports", "list", "--state", "any", "--json"))
    assert {it["id"]: it["state"] for it in found} == {key: "upheld", other: "rejected"}
    assert json.loads(done("reports", "show", key, "--json"))["resolved_by"] == "ana"
    until(lambda: desk.upheld() == 1)


def test_an_answer_needs_a_mail_server(desk: Desk) -> None:
    key = desk.send("From 2019.", address="mia@mail.example")
    refused = run("reports", "answer", key, "--text", "It is corrected.")
    assert refused.exit_code == 1
    assert "no receiver of notifications sends mail" in refused.stderr
    assert desk.desk.addresses(key) == ["mia@mail.example"]


def test_what_is_no_report_is_said() -> None:
    refused = run("reports", "show", "nothing")
    assert refused.exit_code == 1
    assert "there is no report 'nothing'" in refused.stderr
