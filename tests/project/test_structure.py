"""The code's measures, which ``python -m benchmarks structure`` prints, and their limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.structure import Structure, circles, common_package, measure, table

pytestmark = pytest.mark.unit

MAX_TOP_MODULES = 10


@pytest.fixture(scope="module")
def code() -> Structure:
    return measure()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Another checkout: two modules that import each other, and one that is too long."""
    files = {
        "__init__": "",
        "top": "from widget.one import first\n",
        "one/__init__": "",
        "one/first": "from widget.two.second import name\nimport bleach\n",
        "one/third": "import bleach.sanitizer\nimport json\n",
        "two/__init__": "",
        "two/second": "from widget.one import first\nfrom widget import top as kept\nname = kept\n",
        "long": "def made(told):\n" + "    told()\n" * 60,
    }
    for name, text in files.items():
        path = tmp_path / "widget" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_no_modules_import_each_other(code: Structure) -> None:
    assert len(code.lines) > 100
    assert circles(code.module_imports) == []


def test_no_packages_import_each_other(code: Structure) -> None:
    assert circles(code.package_imports) == []


def test_few_modules_stand_at_the_top(code: Structure) -> None:
    assert 0 < len(code.top_modules) <= MAX_TOP_MODULES


def test_a_function_fits_on_a_screen(code: Structure) -> None:
    assert [(it.name, it.lines) for it in code.long_functions] == []


def test_identifiers_are_nouns_and_not_everyday_verbs(code: Structure) -> None:
    assert {word for word, (definitions, _) in code.words.items() if definitions} == set()


def test_another_checkout_is_measured_from_its_sources(checkout: Path) -> None:
    found = measure(checkout)
    assert found.top_modules == ("long", "top")
    assert circles(found.module_imports) == [("one.first", "top", "two.second")]
    assert circles(found.package_imports) == [("one", "top", "two")]
    assert [(it.name, it.lines) for it in found.long_functions] == [("long:made", 61)]
    assert found.libraries == {"bleach": ("one.first", "one.third")}
    assert found.words["made"] == (1, 0)
    assert found.words["told"] == (1, 60)
    assert found.words["kept"] == (1, 1)
    assert found.words["known"] == (0, 0)


def test_what_is_printed_names_each_fault(checkout: Path) -> None:
    printed = table(measure(checkout))
    for part in ("2: long top", "1: long:made 61", "1: one top two", "bleach: one", "told 1 / 60"):
        assert part in printed


def test_libraries_are_placed_in_the_innermost_package() -> None:
    assert common_package(("http.codings",)) == "http.codings"
    assert common_package(("web.admin.me", "web.admin.people")) == "web.admin"
    assert common_package(("server", "server.worker")) == "server"
    assert common_package(("app", "web.admin")) == ""
