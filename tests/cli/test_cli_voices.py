"""The commands ``voice`` and ``counts``."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands import ID, done, run, written
from samples import PAPER, sample_bytes

from widget.record.counts import COLLECTION, Cell
from widget.storage.documents import Collection, open_documents

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("a_folder_of_its_own")]

BASE = ("--base", "https://insights.example")


def configured(text: str) -> None:
    Path("insights.toml").write_text(text)


def test_a_link_is_printed_once_and_listed_without_its_token() -> None:
    done("put", written("a.json"))
    link = done("voice", ID, "--for", "M. Lindqvist", "--days", "30", *BASE)
    assert re.fullmatch(r"https://insights\.example/voice/[\w-]{43}\n", link)
    done("voice", ID, "--for", "A. Named", "--named", "--panel", *BASE)
    listed = done("voice", ID)
    assert link.rpartition("/")[2].strip() not in listed
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    assert f"sent       author  until {until}  M. Lindqvist" in listed
    assert "named" in listed


def test_an_entry_that_there_is_not_has_no_links() -> None:
    for options in ((), ("--for", "M. Lindqvist", *BASE)):
        result = run("voice", "nothing", *options)
        assert result.exit_code == 1
        assert "there is no entry 'nothing'" in result.output


def test_publishing_by_command_asks_the_author_first() -> None:
    publication = f'[[publications]]\nname = "Paper"\norigins = ["{PAPER}"]\nreview = "optional"\n'
    configured(f'{publication}author = "asked"\n')
    name = written("a.json")
    folder = Path("many")
    folder.mkdir()
    (folder / "b.json").write_bytes(
        sample_bytes(
            id="b",
            article__url=f"{PAPER}/b",
            article__aliases=[],
            provenance__origin="human",
        )
    )
    for command in (("put", "--publish", name), ("import", "--publish", str(folder))):
        refused = run(*command)
        assert refused.exit_code == 1
        assert "--for NAME" in refused.output
    done("put", name)
    refused = run("publish", ID)
    assert refused.exit_code == 1
    assert f"insights voice {ID} --for NAME" in refused.output
    done("voice", ID, "--for", "M. Lindqvist", *BASE)
    assert "have until" in run("publish", ID).output
    assert not Path("data/live/night-trains.json").exists()


def test_a_legal_withdrawal_by_command_removes_what_stands_beside_the_entry() -> None:
    done("put", "--publish", written("a.json"))
    done("voice", ID, "--for", "M. Lindqvist", *BASE)
    fill(1, visits=20)
    assert "Lindqvist" in done("voice", ID)
    done("withdraw", ID, "--legal")
    assert "Lindqvist" not in done("voice", ID)
    documents = open_documents("dir:data")
    assert documents.count(COLLECTION) == 0
    documents.close()


def fill(days: int, **numbers: int) -> str:
    day = datetime.now(UTC).date() - timedelta(days=days)
    documents = open_documents("dir:data")
    cells = Collection(documents, COLLECTION, Cell)
    cells.put(f"{ID}/{day}", Cell(entry=ID, day=day, **numbers))
    documents.close()
    return str(day)


def test_counts_are_printed_without_small_numbers() -> None:
    done("put", "--publish", written("a.json"))
    assert "the setting counts is off" in run("counts", ID).output
    configured("counts = true\n")
    shown, hidden = (
        fill(2, visits=40, groups=31, previews=9, sources=12),
        fill(1, visits=9, groups=90),
    )
    printed = done("counts", ID, "--days", "3").splitlines()
    assert printed[0].split() == ["day", "groups", "previews", "sources"]
    assert printed[2].split() == [shown, "31", "<10", "12"]
    assert printed[3].split() == [hidden, "<10", "<10", "<10"]
    assert len(printed) == 4
    found = json.loads(done("counts", ID, "--days", "2", "--json"))
    assert found[0] == {"day": shown, "groups": 31, "previews": None, "sources": 12}
    assert run("counts", "nothing").exit_code == 1
