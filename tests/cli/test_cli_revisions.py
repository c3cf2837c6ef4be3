"""The commands for history, comparison, restoring, editing, and for many entries at once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result
from samples import one_point, sample_bytes, sample_entry

from widget.cli import main
from widget.entry import parse_entry
from widget.store.directory.layout import make_folders

PUBLICATIONS = '[{"name": "Paper", "origins": ["https://paper.example"], "review": "optional"}]'


class Command(Protocol):
    def __call__(
        self, *arguments: str, text: str | bytes | None = None, status: int = 0
    ) -> Result: ...


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    make_folders("data")
    make_folders("other")
    monkeypatch.setenv("INSIGHTS_PUBLICATIONS", PUBLICATIONS)

    def command(*arguments: str, text: str | bytes | None = None, status: int = 0) -> Result:
        result = CliRunner().invoke(main, list(arguments), input=text)
        assert result.exit_code == status, result.output
        return result

    return command


ENTRY = sample_entry()
CHANGED = ENTRY.model_copy(
    update={"article": ENTRY.article.model_copy(update={"title": "Another title altogether"})}
)


def twice(run: Command) -> None:
    """Publish an entry, and keep a changed draft of it."""
    run("put", "--publish", "--actor", "ada", "-", text=ENTRY.to_json())
    run("put", "--actor", "ben", "--note", "A better title", "-", text=CHANGED.to_json())


@pytest.mark.unit
def test_history_says_who_did_what_when_and_why(run: Command) -> None:
    twice(run)
    lines = run("history", ENTRY.id).output.splitlines()
    assert lines[0].split()[0] == "3"
    assert "A better title" in lines[0]
    told = json.loads(run("history", "--json", ENTRY.id).output)
    assert [(it["number"], it["action"], it["actor"]) for it in told] == [
        (3, "save", "ben"),
        (2, "publish", "ada"),
        (1, "save", "ada"),
    ]


@pytest.mark.unit
def test_history_of_an_unknown_entry_is_an_error_in_words(run: Command) -> None:
    assert "there is no entry 'nothing'" in run("history", "nothing", status=1).output


@pytest.mark.unit
def test_diff_compares_live_with_draft_word_by_word(run: Command) -> None:
    twice(run)
    said = run("diff", ENTRY.id).output
    assert said.startswith("$.article.title")
    assert "[-" in said
    assert "{+Another title altogether+}" in said or "{+Another" in said
    assert run("diff", ENTRY.id, "1", "2").output == "no difference\n"
    assert run("diff", ENTRY.id, "3", "draft").output == "no difference\n"
    assert "is not a revision" in run("diff", ENTRY.id, "yesterday", status=1).output


@pytest.mark.unit
def test_restore_makes_a_revision_the_draft_and_nothing_live(run: Command) -> None:
    twice(run)
    run("restore", ENTRY.id, "1")
    assert parse_entry(run("show", "--draft", ENTRY.id).stdout_bytes) == ENTRY
    assert "there is no revision 99" in run("restore", ENTRY.id, "99", status=1).output


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a program that puts the contents of a file in place of what it is given."""
    typed = tmp_path / "typed.json"
    program = tmp_path / "editor"
    program.write_text(f'#!/bin/sh\ncat "{typed}" > "$1"\n')
    program.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(program))
    monkeypatch.setenv("VISUAL", str(program))
    return typed


@pytest.mark.process
def test_edit_keeps_what_the_editor_leaves_as_the_draft(run: Command, editor: Path) -> None:
    run("put", "--publish", "-", text=ENTRY.to_json())
    editor.write_bytes(CHANGED.to_json())
    assert "saved as a draft" in run("edit", ENTRY.id).output
    assert parse_entry(run("show", "--draft", ENTRY.id).stdout_bytes) == CHANGED


@pytest.mark.process
def test_edit_loses_nothing_that_was_typed(run: Command, editor: Path, tmp_path: Path) -> None:
    run("put", "--publish", "-", text=ENTRY.to_json())
    editor.write_text('{"half": "an entry')
    said = run("edit", ENTRY.id, text="n\n", status=1).output
    assert "is not JSON at line 1" in said
    (kept,) = tmp_path.glob(f"{ENTRY.id}.unsaved-*.json")
    assert kept.read_text() == '{"half": "an entry'


@pytest.mark.process
def test_edit_without_a_terminal_and_an_editor_says_what_to_do(
    run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    twice(run)
    assert "set EDITOR" in run("edit", ENTRY.id, status=1).output


@pytest.mark.process
def test_edit_without_a_change_makes_no_revision(run: Command, editor: Path) -> None:
    run("put", "--publish", "-", text=ENTRY.to_json())
    editor.write_bytes(ENTRY.to_json())
    assert "nothing changed" in run("edit", ENTRY.id).output
    assert len(run("history", ENTRY.id).output.splitlines()) == 2


def many(count: int) -> list[bytes]:
    """Return as many publishable documents, each with an id and an address of its own."""
    return [
        sample_bytes(
            id=f"entry-{n}", article__url=f"https://paper.example/{n}", article__aliases=[]
        )
        for n in range(count)
    ]


@pytest.mark.unit
@pytest.mark.parametrize("shape", ["array", "lines", "files"])
def test_import_takes_arrays_lines_and_files(run: Command, tmp_path: Path, shape: str) -> None:
    documents = many(3)
    folder = tmp_path / "in"
    folder.mkdir()
    compact = [json.dumps(json.loads(document)) for document in documents]
    if shape == "array":
        (folder / "all.json").write_text("[" + ",\n ".join(compact) + "]\n")
    elif shape == "lines":
        (folder / "all.jsonl").write_text("\n".join(compact) + "\n")
    else:
        for number, document in enumerate(documents):
            (folder / f"{number}.json").write_bytes(document)
    assert "3 published, 0 refused" in run("import", "--publish", str(folder)).output
    assert len(json.loads(run("list", "--json").output)) == 3


@pytest.mark.unit
def test_import_refuses_one_entry_wholly_and_takes_the_others(run: Command, tmp_path: Path) -> None:
    good, _ = many(2)
    dangling = sample_bytes(
        id="dangling", article__url="https://paper.example/d", **one_point("No such [9].")
    )
    broken = b'{"schema": NaN'
    lines = b"\n".join(json.dumps(json.loads(it)).encode() for it in (good, dangling))
    (tmp_path / "in.jsonl").write_bytes(lines + b"\n" + broken + b"\n")
    said = run("import", "--publish", "in.jsonl", status=1).output
    assert "1 published, 2 refused" in said
    assert "in.jsonl:2: $.perspectives[0].points[0].text: cites source [9]" in said
    assert "in.jsonl:3: $: is not JSON" in said
    assert [it["id"] for it in json.loads(run("list", "--json").output)] == ["entry-0"]


@pytest.mark.unit
def test_a_cut_array_imports_what_is_whole_and_says_where_it_ends(
    run: Command, tmp_path: Path
) -> None:
    whole = json.dumps(json.loads(many(1)[0]))
    (tmp_path / "cut.json").write_text(f"[{whole}, {whole[:200]}")
    said = run("import", "cut.json", status=1).output
    assert "1 saved as drafts, 1 refused" in said
    assert "cut.json[1]: $: is not JSON" in said


@pytest.mark.unit
def test_a_deeply_nested_array_is_refused_without_a_traceback(run: Command, tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text("[" * 100_000)
    assert "is nested" in run("import", "deep.json", status=1).output


@pytest.mark.unit
def test_what_export_writes_import_reads(run: Command, tmp_path: Path) -> None:
    for document in many(3):
        run("put", "--publish", "-", text=document)
    run("put", "-", text=sample_bytes(id="only-draft", article__url="https://paper.example/x"))
    run("export", "--as", "entries", "all.jsonl")
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) == 3
    assert len(run("export", "--as", "entries", "--drafts").output.splitlines()) == 4
    run("--store", "dir:./other", "import", "--publish", "all.jsonl")
    exported = run("--store", "dir:./other", "export", "--as", "entries").output
    assert exported == (tmp_path / "all.jsonl").read_text()


@pytest.mark.unit
def test_import_leaves_nothing_of_what_another_entry_s_address_keeps_from_going_live(
    run: Command, tmp_path: Path
) -> None:
    first, _ = many(2)
    same = sample_bytes(
        id="same-address", article__url="https://paper.example/0", article__aliases=[]
    )
    (tmp_path / "first.json").write_bytes(first)
    (tmp_path / "same.json").write_bytes(same)
    said = run("import", "--publish", "first.json", "same.json", status=1).output
    assert "same.json: $.article.url: is already the URL of the entry 'entry-0'" in said
    states = {it["id"]: it["state"] for it in json.loads(run("list", "--json").output)}
    assert states == {"entry-0": "live"}


@pytest.mark.unit
def test_export_writes_static_files_and_says_how_many(run: Command, tmp_path: Path) -> None:
    run("put", "--publish", "-", text=sample_bytes())
    said = run("export", "site", "--base", "https://cdn.example/").output
    assert re.search(r"^\d+ written, 0 unchanged, 0 removed$", said, re.MULTILINE)
    assert (tmp_path / "site" / "panel" / "night-trains.html").is_file()
    said = run("export", "site", "--base", "https://cdn.example").output
    assert re.search(r"^0 written, \d+ unchanged, 0 removed$", said, re.MULTILINE)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, "Give the folder for the static files: OUT"),
        (["site"], 2, "Give the URL of the files: --base"),
        (["site", "--base", "cdn"], 1, "the site's address 'cdn' is not absolute"),
        (["site", "--drafts"], 2, "--drafts requires --as entries"),
        (["--as", "entries", "--base", "https://x.example"], 2, "--base is for static files"),
    ],
)
def test_an_export_that_cannot_be_meant_says_what_to_do(
    run: Command, arguments: list[str], status: int, said: str
) -> None:
    assert said in " ".join(run("export", *arguments, status=status).output.split())
