"""The locks: in step with what is asked for, whole, and without any index's address."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from samples import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ["build", "lint", "model", "runtime", "test", "update"]
RENEW = "run `make update`"


def asked_for(lock: str) -> Iterator[Requirement]:
    """Yield what pyproject.toml asks for and the lock has to hold."""
    if lock == "build":
        yield from map(Requirement, PROJECT["build-system"]["requires"])
    elif lock in PROJECT["dependency-groups"]:
        yield from map(Requirement, PROJECT["dependency-groups"][lock])
    else:
        yield from map(Requirement, PROJECT["project"]["dependencies"])
        yield from _extra(lock)


def _extra(name: str) -> Iterator[Requirement]:
    for text in PROJECT["project"]["optional-dependencies"].get(name, ()):
        requirement = Requirement(text)
        if requirement.name == PROJECT["project"]["name"]:
            for inner in requirement.extras:
                yield from _extra(inner)
        else:
            yield requirement


def pinned(lock: str | Path) -> dict[str, set[str]]:
    """Return the versions by name. Only pins and their hashes may stand in a lock."""
    pins: dict[str, set[str]] = {}
    # A path in place of a name stays what it is.
    text = (ROOT / "locks" / lock).with_suffix(".txt").read_text("utf-8")
    for entry in re.split(r"\n(?=\S)", text.strip()):
        if entry.startswith("#"):
            continue
        first, *hashes = (line.removesuffix("\\").strip() for line in entry.split("\n"))
        pin = re.fullmatch(r"([a-z0-9-]+)==([0-9a-z.+]+)( ; [^;]+)?", first)
        assert pin, f"{lock}.txt: {first}"
        assert hashes, f"{lock}.txt: {first} has no hash"
        for line in hashes:
            assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line), f"{lock}.txt: {line}"
        pins.setdefault(pin[1], set()).add(pin[2])
    return pins


@pytest.mark.unit
@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_whatever_is_asked_for(lock: str) -> None:
    pins = pinned(lock)
    wanted = list(asked_for(lock))
    assert wanted
    for requirement in wanted:
        versions = pins.get(canonicalize_name(requirement.name))
        assert versions, f"{lock}.txt lacks {requirement.name}: {RENEW}"
        for version in versions:
            assert requirement.specifier.contains(version), f"{requirement} is {version}: {RENEW}"


@pytest.mark.unit
def test_all_locks_agree() -> None:
    agreed: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, versions in pinned(lock).items():
            assert agreed.setdefault(name, versions) == versions, f"{name} in {lock}.txt: {RENEW}"


@pytest.mark.unit
def test_there_are_no_other_locks() -> None:
    assert sorted(path.stem for path in (ROOT / "locks").glob("*.txt")) == LOCKS


@pytest.mark.unit
def test_make_installs_what_a_lock_names_and_nothing_else() -> None:
    lines = re.findall(
        r"^\t.*(?:\$\((?:PIP|LOCKED)\)|pip install).*$", (ROOT / "Makefile").read_text(), re.M
    )
    assert len(lines) >= 5
    for line in lines:
        assert re.search(r"\$\(LOCKED\)( -r locks/\w+\.txt)+$|--no-deps --no-build-iso", line), line


@pytest.mark.unit
def test_the_bill_of_materials_names_what_the_service_runs_on() -> None:
    bill = json.loads((ROOT / "sbom.cdx.json").read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    named: dict[str, set[str]] = {}
    for component in bill["components"]:
        name, version = component["name"], component["version"]
        named.setdefault(name, set()).add(version)
        assert component["purl"] == f"pkg:pypi/{name}@{version}"
    assert named == pinned("runtime"), "run `make sbom`"


@pytest.mark.unit
def test_the_bill_of_materials_changes_with_the_packages_alone() -> None:
    bill = json.loads((ROOT / "sbom.cdx.json").read_text("utf-8"))
    assert "serialNumber" not in bill
    assert "timestamp" not in bill["metadata"]


@pytest.mark.unit
def test_node_s_lock_is_in_step_and_every_package_has_its_hash() -> None:
    asked = json.loads((ROOT / "tests" / "node" / "package.json").read_text("utf-8"))
    packages = json.loads((ROOT / "tests" / "node" / "package-lock.json").read_text("utf-8"))[
        "packages"
    ]
    assert packages.pop("")["devDependencies"] == asked["devDependencies"], RENEW
    assert packages
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


@pytest.mark.unit
def test_what_a_benchmark_compares_has_exact_versions_and_hashes() -> None:
    folder = ROOT / "benchmarks" / "others"
    asked = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    assert packages.pop("")["dependencies"] == asked
    assert asked == {name: packages[f"node_modules/{name}"]["version"] for name in asked}
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name
    assert "isso" in pinned(folder / "isso.txt")


@pytest.mark.unit
@pytest.mark.parametrize("example", ["eleventy", "react", "vue"])
def test_an_example_is_tried_with_the_packages_that_it_asks_for(example: str) -> None:
    lock = json.loads((ROOT / "tests" / "node" / "package-lock.json").read_text("utf-8"))
    asked = json.loads((ROOT / "examples" / example / "package.json").read_text("utf-8"))
    for name, wanted in {**asked.get("dependencies", {}), **asked["devDependencies"]}.items():
        at_least = [int(part) for part in wanted.removeprefix("^").split(".")]
        version = lock["packages"][f"node_modules/{name}"]["version"]
        tried = [int(part) for part in version.split(".")]
        assert tried[0] == at_least[0]
        assert tried >= at_least


@pytest.mark.process
def test_no_file_names_the_address_of_an_index() -> None:
    named = r"\"resolved\": ?\"http|index[-_]url[ =\"':]+(https?|file):"
    found = subprocess.run(
        ["git", "grep", "-lIiE", named], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert found.stdout == ""
    assert found.returncode == 1, found.stderr
