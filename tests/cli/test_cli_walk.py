"""Every command, called as it should not be: it ends in words, with exit status 1 or 2.

The commands and their parameters are discovered, so that none can be forgotten.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from commands import done, written
from samples import ROOT

from widget.cli import main

pytestmark = pytest.mark.usefixtures("a_folder_of_its_own")

Command = tuple[str, ...]


def leaves(group: click.Group, path: Command = ()) -> Iterator[tuple[Command, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(leaves(main))
ALL = pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
UNENDING = {("serve",), ("demo",)}
"""Where their options are right, these run until they are stopped."""

PATIENCE = 60
BINARY = bytes(range(256))
LONG = "x" * 100_000
BAD = ("missing", "folder", "binary", "empty", LONG, "", "-", "\udcff", "a\nb")


@pytest.fixture(autouse=True)
def bad_files(a_folder_of_its_own: None) -> None:  # noqa: ARG001  # it is where we are
    Path("folder").mkdir()
    Path("folder/entry.json").mkdir()
    Path("binary").write_bytes(BINARY)
    Path("empty").touch()
    # What a required parameter is filled with is there, so that commands do not end at once.
    done("put", "--publish", written("good", id="1", article__title="Brücken für alle"))
    Path("good").rename("1")
    done("init", "--admin", "1", "--password-stdin", stdin=b"correct horse battery staple")
    Path("insights.toml").unlink()


def filling(parameter: click.Parameter) -> str:
    """Return a value that a required parameter takes."""
    if isinstance(parameter.type, click.Choice):
        return str(parameter.type.choices[0])
    return "1"


def arguments(command: click.Command, target: click.Parameter | None, value: str) -> list[str]:
    """Return what to give ``command``: ``value`` for ``target``, else what is required."""
    options, positional = [], []
    for parameter in command.params:
        given = value if parameter is target else filling(parameter)
        if parameter is not target and not parameter.required:
            continue
        if isinstance(parameter, click.Option):
            options += [f"{parameter.opts[0]}={given}"]
        else:
            positional.append(given)
    return [*options, "--", *positional]


def called(*given: str, stdin: bytes = b"") -> Result:
    result = CliRunner().invoke(main, given, input=stdin, prog_name="insights")
    return ended_in_words(result, given)


def ended_in_words(result: Result, given: tuple[str, ...]) -> Result:
    short = [it[:50] for it in given]
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise AssertionError(short) from result.exception
    assert result.exit_code in (0, 1, 2, 3), short  # 3: it found what it looks for
    assert "Traceback" not in result.output, short
    if result.exit_code:
        assert result.output.strip(), short
    return result


@pytest.mark.unit
@pytest.mark.exhaustive
@ALL
def test_whatever_a_parameter_is_given_the_command_ends_in_words(path: Command) -> None:
    command = COMMANDS[path]
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.is_flag:
            continue
        for value in BAD:
            if path in UNENDING and _would_run(parameter, value):
                continue
            for stdin in (b"", BINARY) if value == "-" else (b"",):
                called(*path, *arguments(command, parameter, value), stdin=stdin)


@pytest.mark.exhaustive
@pytest.mark.unit
@ALL
def test_each_flag_with_binary_input_ends_in_words(path: Command) -> None:
    command = COMMANDS[path]
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.is_flag and path not in UNENDING:
            called(*path, parameter.opts[0], *arguments(command, None, ""), stdin=BINARY)


def _would_run(parameter: click.Parameter, value: str) -> bool:
    """Say whether ``value`` may be right: ``demo --data`` makes folders, ``serve`` any host."""
    return parameter.name == "data" or (parameter.name == "host" and value in ("", "-"))


@pytest.mark.exhaustive
@pytest.mark.unit
@ALL
def test_settings_that_cannot_be_read_end_in_words(path: Command) -> None:
    if path == ("demo",):
        return  # it reads none
    for value in ("missing", "folder", "binary", LONG):
        if path == ("init",) and value in ("missing", LONG):
            continue  # it makes them
        result = called("--config", value, *path, *arguments(COMMANDS[path], None, ""))
        assert result.exit_code in (1, 2)


@pytest.mark.exhaustive
@pytest.mark.unit
@ALL
def test_a_mistyped_option_is_a_usage_error(path: Command) -> None:
    result = called(*path, "--mistypd")
    assert result.exit_code == 2
    assert "No such option" in result.stderr


# As processes, where this process cannot show it


def process(
    *given: str, prefix: tuple[str, ...] = (), **environment: str
) -> subprocess.Popen[bytes]:
    plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "USER": "ana"}
    return subprocess.Popen(
        [*prefix, sys.executable, "-W", "error", "-m", "widget", *given],
        env={**plain, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.process
def test_in_the_c_locale_and_without_a_home_titles_are_printed() -> None:
    child = process("list", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", LC_ALL="C")
    out, err = child.communicate(timeout=PATIENCE)
    assert (child.returncode, err) == (0, b"")
    assert "Brücken für alle" in out.decode()


@pytest.mark.process
def test_in_another_locale_json_is_utf_8() -> None:
    child = process("list", "--json", PYTHONIOENCODING="latin-1")
    out, _ = child.communicate(timeout=PATIENCE)
    assert "Brücken für alle" in out.decode()
    child = process("check", "b€d", PYTHONIOENCODING="latin-1")
    _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 2
    assert b"Traceback" not in err


@pytest.mark.process
def test_whoever_closes_standard_output_sees_no_traceback() -> None:
    child = process("history", "1")
    assert child.stdout
    assert child.stderr
    with child:
        child.stdout.close()
        err = child.stderr.read()
        assert child.wait(PATIENCE) in (0, 1)
        assert err == b""


@pytest.mark.process
def test_a_full_disk_is_told_without_a_traceback() -> None:
    child = process("list", prefix=("sh", "-c", 'exec "$@" > /dev/full', "sh"))
    _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 1
    assert err == b"insights: No space left on device\n"


@pytest.mark.process
def test_ctrl_c_ends_a_command_with_130() -> None:
    child = process("put", "-")
    assert child.stderr
    # It waits for standard input once it has opened the store.
    with child, process("--verbose", "put", "-") as opened:
        assert opened.stderr
        for line in opened.stderr:
            if b"store dir:" in line:
                break
        opened.send_signal(signal.SIGINT)
        err = opened.stderr.read()
        assert opened.wait(PATIENCE) == 130
        assert b"Interrupted." in err
        assert b"Traceback" not in err
        child.send_signal(signal.SIGINT)
        err = child.stderr.read()
        # While modules load the signal itself ends it, which a shell shows as 130, too.
        assert child.wait(PATIENCE) in (130, -signal.SIGINT)
        assert b"Traceback" not in err


@pytest.mark.process
def test_an_editor_that_waits_for_keys_does_not_hang_without_a_terminal() -> None:
    editor = Path("editor")
    editor.write_text("#!/bin/sh\nread line && exit 0\nexit 3\n")
    editor.chmod(0o755)
    child = process("edit", "1", EDITOR=str(editor.absolute()))
    assert child.stderr
    with child:  # its standard input stays open, as that of a service manager may
        assert child.wait(PATIENCE) == 1
        assert b"exited with status 3" in child.stderr.read()


@pytest.mark.process
def test_an_editor_that_cannot_be_run_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for editor in ("/nowhere/editor", "'unbalanced", "/"):
        monkeypatch.setenv("EDITOR", editor)
        monkeypatch.delenv("VISUAL", raising=False)
        result = called("edit", "1")
        assert result.exit_code == 1
        assert "cannot be run" in result.stderr
