"""Entries, rules and waiting for the tests of the store; other processes import it too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from widget.entry import Entry, parse_entry
from widget.errors import Breach
from widget.store import Rules, Store

OpenStore = Callable[[], Store]

T = TypeVar("T")


def document(
    entry_id: str = "ferry-fares", title: str = "Make the ferry free", **changes: object
) -> bytes:
    other = changes.pop("article", {})
    assert isinstance(other, dict)
    article = {
        "url": f"https://harborcourier.example/opinion/{entry_id}",
        "title": title,
        "kind": "opinion",
        **other,
    }
    value = {
        "schema": 1,
        "id": entry_id,
        "language": "en",
        "article": article,
        "viewpoint": {"lean": "center"},
        "provenance": {"origin": "human"},
        **changes,
    }
    return json.dumps(value).encode()


def entry(
    entry_id: str = "ferry-fares", title: str = "Make the ferry free", **changes: object
) -> Entry:
    return parse_entry(document(entry_id, title, **changes))


def content_rules(candidate: Entry) -> list[Breach]:
    """Stand in for the rules for publishing: a title is a must, a section is advised."""
    found = []
    if not candidate.article.title:
        found.append(Breach("$.article.title", "is empty; give the article's title"))
    if not candidate.article.section:
        found.append(Breach("$.article.section", "is empty", "warning"))
    return found


rules = Rules(content_rules)


def until(look: Callable[[], T], *, within: float = 1.0) -> T:
    """Return what ``look`` returns once it is true; fail where it is not ``within`` seconds."""
    deadline = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not seen within {within} s"
        time.sleep(0.005)
    return seen


def put(path: Path, data: bytes) -> None:
    """Write a file as an editor does that saves by renaming."""
    temporary = path.with_name(f".{path.name}.swp")
    temporary.write_bytes(data)
    temporary.replace(path)


def settle(*paths: Path) -> None:
    """Make the times of files so old that nobody takes them for just written."""
    for path in paths:
        os.utime(path, (1_700_000_000, 1_700_000_000))


PATHS = [str(Path(__file__).parent), str(Path(__file__).parents[2])]


def start_python(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Start ``script`` in a process of its own that finds the package and this module."""
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = {PATHS}\n{script}", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for ``process`` and return what it printed; fail where it failed."""
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return output
