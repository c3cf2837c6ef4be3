"""The command ``insights``: what it prints, and what it exits with."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import click
import pytest
from commands import ID, done, process, run, written
from samples import EXAMPLES, PAPER, ROOT, sample_bytes

from widget import __version__
from widget.cli import COMMANDS, main
from widget.config import load_settings
from widget.demo import entries
from widget.store.directory.layout import make_folders

pytestmark = pytest.mark.usefixtures("a_folder_of_its_own")


# check


@pytest.mark.unit
def test_check_is_silent_about_entries_that_may_be_published() -> None:
    assert done("check", written("good.json")) == ""
    assert done("check", str(EXAMPLES[0].parent)) == ""


@pytest.mark.unit
def test_check_prints_a_line_for_each_breach_and_exits_with_1() -> None:
    path = written("bad.json", article__kind="news", sources__0__url="")
    result = run("check", path)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        (
            "bad.json: $.article.kind: is 'news'; This site shows panels only beside: "
            "opinion, editorial, column, letter, review, analysis, commentary"
        ),
        "bad.json: $.sources[0].url: is empty; give an address that begins with https://",
    ]


@pytest.mark.unit
def test_check_prints_a_warning_as_one_and_exits_with_0() -> None:
    path = written("odd.json", viewpoint__rationale="<h1>x</h1>")
    assert done("check", path) == (
        "odd.json: $.viewpoint.rationale: warning: contains HTML that is not allowed; "
        "it would be shown as: x\n"
    )


@pytest.mark.unit
def test_check_reads_folders_files_and_standard_input() -> None:
    written("entries/b.json", id="No")
    written("entries/a.json", id="Neither")
    Path("entries/notes.txt").write_text("x")
    result = run("check", "entries", "-", stdin=b"{")
    assert result.exit_code == 1
    files = [line.partition(": ")[0] for line in result.stdout.splitlines()]
    assert files == [str(Path("entries/a.json")), str(Path("entries/b.json")), "-"]


@pytest.mark.unit
def test_check_says_the_same_as_json_for_tools() -> None:
    path = written("bad.json", article__title="", viewpoint__rationale="<h1>x</h1>")
    result = run("check", "--json", path)
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "file": "bad.json",
            "path": "$.article.title",
            "message": "is empty; give the article's title",
            "severity": "error",
        },
        {
            "file": "bad.json",
            "path": "$.viewpoint.rationale",
            "message": "contains HTML that is not allowed; it would be shown as: x",
            "severity": "warning",
        },
    ]
    assert json.loads(done("check", "--json", written("good.json"))) == []


@pytest.mark.unit
def test_check_holds_an_entry_to_its_publications_rules() -> None:
    Path("insights.toml").write_text(
        f'[[publications]]\nname = "P"\norigins = ["{PAPER}"]\nsections = ["Letters"]\n'
    )
    result = run("check", written("a.json"))
    assert result.stdout == (
        "a.json: $.article.section: is 'Opinion'; P shows panels only in: Letters\n"
    )


@pytest.mark.unit
def test_a_file_that_is_not_there_is_a_usage_error() -> None:
    result = run("check", "nowhere.json")
    assert result.exit_code == 2
    assert "nowhere.json" in result.stderr


# put, publish, withdraw, list, show


@pytest.mark.unit
def test_an_entry_goes_from_a_file_to_readers_and_away_again() -> None:
    assert done("put", written("a.json")) == f"{ID}: saved as a draft\n"
    title = "Bring the night trains back"
    assert done("list") == f"{ID}  draft            {title}\n"
    assert done("publish", ID) == f"{ID}: published as revision 2\n"
    assert json.loads(done("show", ID)) == json.loads(Path("a.json").read_bytes())
    assert done("list") == f"{ID}  live             {title}\n"
    done("put", written("a.json", article__title="A new title"))
    assert done("list") == f"{ID}  live+draft       A new title\n"
    assert json.loads(done("show", ID))["article"]["title"] == "A new title"
    assert json.loads(done("show", ID, "--live"))["article"]["title"] == title
    assert done("withdraw", ID, "--reason", "A claim was wrong.") == (
        f"{ID}: withdrawn as revision 4\n"
    )
    assert done("list") == f"{ID}  withdrawn+draft  A new title\n"
    assert run("show", ID, "--live").stderr.endswith(": A claim was wrong.\n")


@pytest.mark.unit
def test_put_reads_standard_input_and_publishes_where_asked() -> None:
    by_people = sample_bytes(provenance__origin="human")
    assert done("put", "-", "--publish", stdin=by_people) == f"{ID}: published\n"
    assert json.loads(done("list", "--json")) == [
        {
            "id": ID,
            "state": "live",
            "title": "Bring the night trains back",
            "url": f"{PAPER}/opinion/night-trains",
        }
    ]


@pytest.mark.unit
def test_put_of_a_folder_with_a_broken_file_keeps_all_others() -> None:
    folder = Path("entries")
    folder.mkdir()
    Path("insights.toml").write_text('[[publications]]\nreview = "optional"\n')
    for path in EXAMPLES:
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "broken.json").write_text("{")
    result = run("put", str(folder), "--publish")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{folder / 'broken.json'}: $: is not JSON at line 1, column 2")
    assert len(result.stderr.splitlines()) == 1
    kept = [line.partition(":")[0] for line in result.stdout.splitlines()]
    assert kept == [entry.id for entry in entries()]
    assert [row["state"] for row in json.loads(done("list", "--json"))] == ["live"] * len(EXAMPLES)


@pytest.mark.unit
def test_what_breaks_a_rule_is_kept_as_a_draft_and_not_published() -> None:
    result = run("put", "--publish", written("a.json", article__kind="news"))
    assert result.exit_code == 1
    assert "a.json: $.article.kind: is 'news'" in result.stderr
    assert [row["state"] for row in json.loads(done("list", "--json"))] == ["draft"]
    result = run("publish", ID)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{ID}: $.article.kind: is 'news'")


@pytest.mark.unit
def test_withdrawing_needs_a_reason_that_readers_are_told() -> None:
    done("put", "--publish", written("a.json"))
    result = run("withdraw", ID)
    assert result.exit_code == 2
    assert "Give readers a --reason, or use --legal." in result.stderr
    assert json.loads(done("list", "--json"))[0]["state"] == "live"
    assert done("withdraw", ID, "--legal") == f"{ID}: withdrawn as revision 3\n"
    assert run("show", ID).stderr.endswith(": legal reasons\n")


@pytest.mark.unit
@pytest.mark.parametrize(
    "arguments",
    [
        ("publish", "unknown"),
        ("withdraw", "unknown", "--legal"),
        ("show", "unknown"),
        ("show", "unknown", "--draft"),
    ],
)
def test_an_unknown_entry_is_an_error_in_one_line(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(("insights: ", "unknown: "))
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


@pytest.mark.unit
def test_the_actor_and_the_note_are_kept_in_the_history() -> None:
    done("put", written("a.json"), "--actor", "ana", "--note", "First words")
    revision = json.loads(Path(f"data/revisions/{ID}/000001.json").read_bytes())
    assert (revision["actor"], revision["note"]) == ("ana", "First words")


@pytest.mark.unit
def test_a_file_that_the_store_sets_aside_is_told_beside_the_list() -> None:
    done("put", "--publish", written("a.json"))
    Path("data/live/broken.json").write_text("{")
    result = run("list")
    assert result.exit_code == 0
    assert result.stdout.startswith(ID)
    assert "broken.json: $: is not JSON at line 1, column 2" in result.stderr


@pytest.mark.unit
def test_another_store_is_used_where_the_command_line_names_it() -> None:
    make_folders("elsewhere")
    done("--store", "dir:./elsewhere", "put", written("a.json"))
    assert Path("elsewhere/drafts/night-trains.json").is_file()
    assert not Path("data/drafts/night-trains.json").exists()


# init, settings, help


@pytest.mark.unit
def test_init_makes_settings_that_say_the_defaults_and_a_store() -> None:
    assert done("init").splitlines() == [
        "insights.toml: created; set your publication's name and origins in it",
        "dir:./data: ready",
        "Nobody can sign in yet. Create the first admin: insights init --admin NAME",
    ]
    assert Path("insights.toml").read_bytes() == (ROOT / "examples/insights.toml").read_bytes()
    assert Path("data/live").is_dir()
    assert load_settings().publications[0].name == "This site"


@pytest.mark.unit
def test_init_overwrites_nothing() -> None:
    Path("insights.toml").write_text("port = 8123\n")
    done("put", "--publish", written("a.json"))
    assert done("init").startswith("insights.toml: exists; not changed\n")
    assert Path("insights.toml").read_text() == "port = 8123\n"
    assert len(json.loads(done("list", "--json"))) == 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (
            "prot = 1\n",
            "insights: insights.toml: prot: is not a setting; docs/settings.md lists the keys\n",
        ),
        ("port = \n", "insights: insights.toml: is not valid TOML: "),
        ('store = "redis:x"\n', "insights: store: 'redis:x' names no store; write \"dir:PATH\""),
    ],
)
def test_settings_that_cannot_be_used_are_named_and_exit_with_1(toml: str, message: str) -> None:
    Path("insights.toml").write_text(toml)
    for command in (("list",), ("init",), ("serve",)):
        result = run(*command)
        assert result.exit_code == 1
        assert result.stderr.startswith(message)


@pytest.mark.unit
def test_a_settings_file_that_is_named_and_missing_is_an_error() -> None:
    result = run("--config", "nowhere.toml", "list")
    assert result.exit_code == 1
    assert result.stderr == "insights: nowhere.toml: cannot be read: No such file or directory\n"


@pytest.mark.unit
def test_a_store_that_cannot_be_opened_is_an_error() -> None:
    Path("file").write_text("a file")
    result = run("--store", "dir:file", "list")
    assert result.exit_code == 1
    assert result.stderr.startswith("insights: ")


@pytest.mark.unit
def test_every_command_explains_itself() -> None:
    assert set(COMMANDS) == {
        "assign",
        "notify",
        "check",
        "comments",
        "counts",
        "copy",
        "demo",
        "diff",
        "doctor",
        "draft",
        "drafts",
        "edit",
        "evidence",
        "export",
        "history",
        "import",
        "init",
        "list",
        "log",
        "publish",
        "put",
        "reports",
        "restore",
        "review",
        "schedule",
        "serve",
        "show",
        "snippet",
        "sources",
        "submit",
        "token",
        "user",
        "voice",
        "withdraw",
    }
    for name, entry in COMMANDS.items():
        command = main.get_command(click.Context(main), name)
        assert command is not None
        assert command.get_short_help_str(1000) == entry.summary
        assert done(name, "--help").startswith(f"Usage: insights {name}")
        assert name in done("--help")


# As a process of its own


@pytest.mark.process
def test_the_module_runs_as_the_command() -> None:
    result = process("--version")
    assert (result.returncode, result.stdout) == (0, f"insights, version {__version__}\n")


@pytest.mark.process
def test_a_process_reads_the_environment_and_shows_no_traceback() -> None:
    result = process("list", INSIGHTS_PROT="1")
    assert result.returncode == 1
    assert (
        result.stderr == "insights: INSIGHTS_PROT: is not a setting; did you mean INSIGHTS_PORT?\n"
    )
    result = process("list", INSIGHTS_PUBLICATIONS='[{"nam": "x"}]')
    assert result.returncode == 1
    assert result.stderr.startswith("insights: INSIGHTS_PUBLICATIONS: publications[0].nam: ")


@pytest.mark.process
def test_two_processes_share_a_store() -> None:
    assert process("put", written("a.json"), "--publish").returncode == 0
    assert json.loads(process("show", ID).stdout)["id"] == ID


@pytest.mark.process
def test_serve_refuses_a_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = process("serve", "--port", port)
    assert result.returncode == 1
    assert result.stderr == (
        f"insights: Port {port} is already in use. Choose another with --port.\n"
    )
