"""The structure that ``python -m benchmarks structure`` measures stays within its limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from samples import ROOT

from benchmarks import structure
from benchmarks.structure import FUNCTION_LINES, Structure


@pytest.fixture(scope="module")
def measured() -> Structure:
    return structure.measure(ROOT)


def test_no_modules_or_packages_import_one_another_in_a_circle(measured: Structure) -> None:
    assert measured.module_circles == []
    assert measured.room_circles == []


def test_no_function_is_longer_than_a_screen(measured: Structure) -> None:
    assert measured.long_functions == {}


def test_few_modules_stand_outside_a_package(measured: Structure) -> None:
    assert 0 < len(measured.top_modules) <= 10


def test_words_of_no_meaning_are_no_identifiers(measured: Structure) -> None:
    assert measured.definitions == {}


def checkout(root: Path, **modules: str) -> Path:
    """Write a package; ``a__b`` is the module ``b`` of the package ``a``."""
    (root / "widget").mkdir()
    (root / "widget" / "__init__.py").touch()
    for name, text in modules.items():
        path = root / "widget" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(text)
    return root


def test_a_circle_of_modules_and_packages_is_found(tmp_path: Path) -> None:
    root = checkout(
        tmp_path,
        a__one="from widget.b import two",
        b__two="def late():\n    import widget.a.one",
        c__three="import widget.a.one",
    )
    found = structure.measure(root)
    assert found.module_circles == [["a.one", "b.two"]]
    assert found.room_circles == [["a", "b"]]
    assert found.arrows == [("a", "b"), ("b", "a"), ("c", "a")]
    assert found.rooms == ["a", "b", "c"]


def test_a_package_and_what_it_holds_are_no_circle(tmp_path: Path) -> None:
    root = checkout(tmp_path, a__one="from widget import a", b="")
    (root / "widget/a/__init__.py").write_text("from widget.a.one import thing")
    found = structure.measure(root)
    assert found.room_circles == []
    assert found.top_modules == ["b"]


def test_long_functions_and_the_longest_module_are_found(tmp_path: Path) -> None:
    lines = [f"    x = {number}" for number in range(FUNCTION_LINES)]
    long = "\n".join(["def long():", *lines])
    short = "\n".join(["def short():", *lines[1:]])
    found = structure.measure(checkout(tmp_path, one=long, two=short))
    assert found.long_functions == {"one.long": FUNCTION_LINES + 1}
    assert "longest module       one, 61 lines" in structure.report(found)


def test_words_that_are_no_identifiers_are_counted(tmp_path: Path) -> None:
    text = '"""known"""\n\ndef told(known, was_made):\n    return known\n\nclass KeptOne: ...\n'
    found = structure.measure(checkout(tmp_path, one=text))
    assert found.definitions == {"told": 1, "known": 1}
    assert found.uses == {"told": 1, "known": 2}
    assert found.word_parts == {"made": 1, "kept": 1}


def test_the_place_of_a_library_is_found(tmp_path: Path) -> None:
    root = checkout(
        tmp_path, a__one="import click, os", a__two="from click import echo", b="import flask"
    )
    found = structure.measure(root)
    assert found.libraries == {"click": {"a.one", "a.two"}, "flask": {"b"}}
    assert structure.place(found.libraries["click"]) == "a"
    assert structure.place({"a.one", "b"}) == "2 modules"
