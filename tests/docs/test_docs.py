"""The documentation says what is true: settings, addresses, commands, snippets, vendored files."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path

import pytest
from doc_snippets import refreshed

from widget import panel
from widget.app import create_app
from widget.cli import COMMANDS
from widget.config import DraftingProvider, Notify, Publication, Purge, Settings
from widget.config.archive import Archive
from widget.store.directory.layout import make_folders

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
AT_THE_TOP = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
DOCS = sorted([*(ROOT / name for name in AT_THE_TOP), *(ROOT / "docs").rglob("*.md")])


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("model", [Settings, Publication, Purge, DraftingProvider, Notify, Archive])
def test_every_setting_is_documented_and_nothing_else(model: type) -> None:
    heading = {
        Settings: "## The service",
        Publication: "## A publication",
        Purge: "## A purging cache",
        DraftingProvider: "## Drafting",
        Notify: "## Notifications",
        Archive: "## An archive",
    }[model]
    section = read("docs/settings.md").split(heading)[1].split("\n## ")[0]
    documented = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert sorted(documented) == sorted(model.model_fields)  # type: ignore[attr-defined]  # both are models


def test_every_address_is_documented(tmp_path: Path) -> None:
    make_folders(str(tmp_path))
    app = create_app(Settings.model_validate({"store": f"dir:{tmp_path}"}))
    documented = read("docs/http.md")
    for rule in app.url_map.iter_rules():
        path = f"{rule.rule}?url=" if rule.defaults else rule.rule
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        for method in methods:
            assert f"{method} {path}`" in documented, f"docs/http.md lacks {method} {path}"


def test_every_command_is_documented() -> None:
    documented = re.findall(r"^\| `insights (\w+)", read("docs/commands.md"), re.MULTILINE)
    assert sorted(documented) == sorted(COMMANDS)


def test_every_option_of_a_panel_is_documented() -> None:
    source = Path(panel.__file__).with_name("options.py").read_text("utf-8")
    for option in set(re.findall(r'query\.get\("([a-z-]+)"', source)):
        assert f"`{option}" in read("docs/http.md")


def test_every_attribute_of_the_component_is_documented() -> None:
    (listed,) = re.findall(r"observedAttributes = \[(.*?)\]", read("static/embed.js"))
    for attribute in re.findall(r'"([a-z-]+)"', listed):
        assert f"| `{attribute}` |" in read("docs/embedding.md")


@pytest.mark.parametrize("page", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_snippets_are_what_the_code_makes(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text == refreshed(text), "run `make snippets`"


@pytest.mark.parametrize("page", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_the_code_that_a_document_names_exists(page: Path) -> None:
    named = re.findall(
        r"`((?:widget|templates|tests|benchmarks|locks)/[\w./-]*)`", page.read_text("utf-8")
    )
    installed = {"tests/node/node_modules"}
    assert [it for it in named if it not in installed and not (ROOT / it).exists()] == []


def test_the_readme_is_one_screen_and_a_half() -> None:
    assert len(read("README.md").splitlines()) <= 90


def test_the_readme_s_commands_are_targets() -> None:
    targets = re.findall(r"^([a-z]+):.*##", read("Makefile"), re.MULTILINE)
    for target in re.findall(r"^make (\w+)", read("README.md"), re.MULTILINE):
        assert target in targets


def test_ci_runs_the_readme_s_test_command() -> None:
    assert {"make lint", "make test"} <= set(read(".ci/run").splitlines())
    assert 'make check "PYTHON=python3.$minor"' in read(".ci/run")


def test_vendored_files_are_what_their_record_says() -> None:
    folder = ROOT / "static" / "vendor"
    recorded = json.loads((folder / "vendor.json").read_text("utf-8"))
    kept = {path.name for path in folder.iterdir()} - {"vendor.json"}
    assert kept == {it["file"] for it in recorded} | {it["licence_file"] for it in recorded}
    for it in recorded:
        assert it["version"] in it["file"]
        assert hashlib.sha256((folder / it["file"]).read_bytes()).hexdigest() == it["sha256"]


DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
HEADER = re.compile(
    r"# (\d+)\. ([^\n]+)\n\n"
    r"- Status: (accepted|superseded by \[(\d{4})\]\(\4-[\w-]+\.md\))\n"
    r"- Date: (\d{4}-\d\d-\d\d)\n\n"
)


@pytest.mark.parametrize("page", DECISIONS, ids=lambda path: path.name)
def test_every_decision_has_status_and_date_and_is_listed(page: Path) -> None:
    header = HEADER.match(page.read_text("utf-8"))
    assert header, f"{page.name} needs a title, `- Status:` and `- Date:`; see decisions/README.md"
    number, title, status, _, day = header.groups()
    assert page.name.startswith(f"{int(number):04}-")
    date.fromisoformat(day)
    row = f"| {number} | [{title}]({page.name}) | {status} | {day} |"
    assert row in read("docs/decisions/README.md")


def test_no_two_decisions_have_one_number() -> None:
    numbers = [page.name[:4] for page in DECISIONS]
    assert len(numbers) >= 19
    assert len(set(numbers)) == len(numbers)


def test_the_glossary_defines_each_term_once() -> None:
    terms = re.findall(r"^\| ([\w -]+) \| [A-Z]", read("docs/glossary.md"), re.MULTILINE)
    assert len(terms) > 50
    assert len(set(terms)) == len(terms)


def test_no_document_tells_where_it_was_written() -> None:
    for page in [*DOCS, ROOT / "CHANGELOG.md"]:
        assert not re.search(r"/(root|home|work|tmp|Users)/", page.read_text("utf-8")), page
