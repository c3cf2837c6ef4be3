"""A reviewer at a terminal is asked for each item of the checklist, and for the password."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ID, done, written
from samples import ROOT

from widget.accounts import open_accounts
from widget.editorial.review import CHECKLIST_WORDS

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("a_folder_of_its_own")]

PASSWORD = "a long enough password"  # noqa: S105  # a test's own
PATIENCE = 60


class Terminal:
    """A command at a terminal of its own, whose output is read up to what it asks."""

    def __init__(self, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        # A password is asked for at the controlling terminal, whatever standard input is.
        command = ["setsid", "--ctty", "--wait", sys.executable, "-m", "widget", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        )
        os.close(theirs)
        self.printed = ""

    def answer(self, question: str, text: str) -> None:
        """Type ``text`` once ``question`` is there."""
        while question not in self.printed:
            assert self._read(), self.printed
        self.printed = self.printed.partition(question)[2]
        os.write(self._ours, f"{text}\n".encode())

    def end(self) -> int:
        """Return the exit status; ``printed`` has what came after the last question."""
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait(PATIENCE)

    def _read(self) -> bool:
        assert select.select([self._ours], [], [], PATIENCE)[0], self.printed
        try:
            data = os.read(self._ours, 4096)
        except OSError:  # Linux: nobody has the other end open
            data = b""
        self.printed += data.decode()
        return bool(data)


@pytest.fixture(autouse=True)
def drafted(a_folder_of_its_own: None) -> None:  # noqa: ARG001  # where it is
    open_accounts("dir:data", create=False).add_user("bo", "editor", PASSWORD)
    Path("insights.toml").write_text('store = "dir:data"\n')
    done("put", "--actor", "ana", written("entry.json", provenance__origin="ai"))


def test_each_item_of_the_checklist_is_asked_for_and_the_password_is_not_shown() -> None:
    terminal = Terminal("review", ID, "--approve", "--user", "bo")
    for words in CHECKLIST_WORDS.values():
        terminal.answer(words, "y")
    terminal.answer("Password for bo", PASSWORD)
    assert terminal.end() == 0, terminal.printed
    assert PASSWORD not in terminal.printed
    assert "approved by bo as revision 2" in terminal.printed


def test_what_is_not_confirmed_is_not_approved() -> None:
    terminal = Terminal("review", ID, "--approve", "--user", "bo")
    for item, words in CHECKLIST_WORDS.items():
        terminal.answer(words, "n" if item == "quotes" else "y")
    terminal.answer("Password for bo", PASSWORD)
    assert terminal.end() == 1
    assert "$.checked: lacks 'quotes'" in terminal.printed
    assert "save" in done("history", ID)
    assert "approve" not in done("history", ID)
