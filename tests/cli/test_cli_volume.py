"""How much commands print: --quiet, --verbose, and each failure of many."""

from __future__ import annotations

import logging

import pytest
from commands import ID, done, run, written

from widget import logs
from widget.cli import main

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("a_folder_of_its_own")]


def test_quiet_prints_what_was_asked_for_and_no_confirmation() -> None:
    result = run("--quiet", "put", "--publish", written("a.json"))
    assert (result.exit_code, result.output) == (0, "")
    assert ID in done("-q", "list")
    result = run("-q", "snippet", ID)
    assert "Warning:" not in result.stderr
    assert "<iframe" in result.stdout
    assert run("-q", "import", "a.json").output == ""


def test_quiet_prints_errors() -> None:
    result = run("--quiet", "publish", "nothing")
    assert result.exit_code == 1
    assert "nothing" in result.stderr


def test_verbose_logs_to_standard_error_what_is_done() -> None:
    result = run("--verbose", "list")
    assert "DEBUG insights.cli: store dir:" in result.stderr
    assert "insights.toml" in result.stderr
    assert result.stdout == ""
    assert run("list").stderr == ""


def test_both_are_a_usage_error() -> None:
    result = run("--quiet", "--verbose", "list")
    assert result.exit_code == 2
    assert "not both" in result.stderr


def test_a_command_leaves_logging_as_it_was() -> None:
    before = (list(logging.getLogger().handlers), logging.getLogger("insights").level)
    run("--verbose", "list")
    assert (list(logging.getLogger().handlers), logging.getLogger("insights").level) == before


def test_a_logged_error_has_no_traceback_at_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    end = logs.begin_command(logging.DEBUG, service=None)
    try:
        try:
            raise ValueError("odd")
        except ValueError:
            logging.getLogger("insights.test").exception("a step failed")
    finally:
        end()
    assert capsys.readouterr().err == "ERROR insights.test: a step failed (ValueError: odd)\n"


@pytest.mark.parametrize(
    ("level", "expected"),
    [(None, "IWE"), (logging.ERROR, "E"), (logging.DEBUG, "DIWE")],
)
def test_the_service_logs_as_its_command_says(
    level: int | None, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    handlers, was = list(root.handlers), root.level
    end = logs.begin_command(logging.WARNING, service=level)
    try:
        logs.configure("text")
        log = logging.getLogger("insights.test")
        for write in (log.debug, log.info, log.warning, log.error):
            write("x")
    finally:
        end()
        root.handlers[:] = handlers
        root.setLevel(was)
    lines = capsys.readouterr().err.splitlines()
    assert "".join(line[0] for line in lines) == expected


def test_the_options_stand_in_the_help() -> None:
    assert main.params
    assert "--quiet" in done("--help")


def test_put_reports_each_failure_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHTS_FOUR_EYES", "true")
    paths = [written(f"{name}.json", id=name) for name in ("one", "two", "three")]
    result = run("put", "--publish", "--actor", "ana", *paths)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert [line.partition(": ")[0] for line in lines] == paths
    assert all("four_eyes" in line for line in lines)
    assert [line.split()[0] for line in done("list").splitlines()] == ["one", "three", "two"]


def test_publish_and_withdraw_go_on_behind_a_failure() -> None:
    done("put", written("a.json"))
    result = run("publish", "nothing", ID)
    assert result.exit_code == 1
    assert result.stderr.startswith("nothing: ")
    assert f"{ID}: published" in result.stdout
    result = run("withdraw", "--legal", "nothing", ID)
    assert result.exit_code == 1
    assert f"{ID}: withdrawn" in result.stdout
