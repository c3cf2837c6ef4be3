"""The contributor's door is true: paths, targets, hooks, project URLs, the newest release."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from urllib.parse import urlsplit

import pytest
from samples import ROOT

from widget import __version__

pytestmark = pytest.mark.unit

PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_every_path_in_the_guide_exists() -> None:
    named = re.findall(r"`((?:[\w-]+/)+[\w.-]*|\w+\.md|\.ci/run)`", PAGE)
    assert len(named) > 20
    installed = {"tests/node/node_modules"}
    assert [path for path in named if path not in installed and not (ROOT / path).exists()] == []


def test_the_guide_s_commands_are_targets() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", PAGE, re.MULTILINE))
    assert {"demo", "lint", "test"} <= named <= TARGETS


def test_the_hooks_call_the_makefile_and_download_nothing() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert set(re.findall(r"repo: (\S+)", hooks)) == {"local"}
    assert set(re.findall(r"language: (\S+)", hooks)) == {"system"}
    entries = re.findall(r"entry: (.+)", hooks)
    assert entries
    assert {it.removeprefix("make ") for it in entries} <= TARGETS


def test_the_project_s_urls_share_one_host() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {"Repository", "Documentation", "Issues", "Changelog"} <= set(project["urls"])
    assert len({urlsplit(url).netloc for url in project["urls"].values()}) == 1


def test_the_changelog_s_newest_release_is_this_version() -> None:
    page = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    newest = re.fullmatch(r"\[([\d.]+)\] - (\d{4}-\d\d-\d\d)", headings[1])
    assert newest
    assert newest[1] == __version__
    date.fromisoformat(newest[2])
    for name in ("Unreleased", newest[1]):
        assert f"\n[{name}]: https://" in page
