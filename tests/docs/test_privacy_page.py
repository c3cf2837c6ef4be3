"""docs/privacy.md and docs/readers.md say what the code does, and nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from samples import ROOT

from widget.accounts import protocol as accounts
from widget.accounts import throttle
from widget.config import Publication, Settings
from widget.net.networks import prefix_of
from widget.record import counts, report_keys, reports, voices
from widget.sources.record import MAX_CHECKS
from widget.web.reader.counts import MAX_BODY

pytestmark = pytest.mark.unit

PAGE = (ROOT / "docs" / "privacy.md").read_text("utf-8")
AUTHOR = (ROOT / "docs" / "author.md").read_text("utf-8")
READERS = (ROOT / "docs" / "readers.md").read_text("utf-8")


def rows(heading: str) -> dict[str, str]:
    """Return the rows of the table under a heading cell, each by its first cell."""
    table = PAGE.split(f"| {heading} |")[1].split("\n\n")[0]
    cells = re.findall(r"^\| ([^|]+) \| (.+) \|$", table, re.MULTILINE)
    return {first.strip("`"): rest for first, rest in cells if not first.startswith("-")}


def collections(folder: Path) -> set[str]:
    """Return the names of all collections of records that the code opens."""
    found = set()
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split("[")[0] == "Collection":
                name = node.args[1]
                if isinstance(name, ast.Name):
                    found.add(str(constants[name.id]))
                else:
                    found.add(str(ast.literal_eval(name)))
    return found


def test_every_collection_of_records_is_listed_and_no_other() -> None:
    found = collections(ROOT / "widget")
    assert {voices.COLLECTION, counts.COLLECTION} <= found
    assert set(rows("collection")) == found


def test_a_new_collection_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text('X = "one"\nCollection(d, X, M)\nCollection[M](d, "two", M)')
    assert collections(tmp_path) == {"one", "two"}


def days(seconds: float) -> str:
    return f"{seconds / 86_400:.0f} days"


def hours(seconds: float) -> str:
    number = seconds / 3_600
    return f"{number:.0f} hour{'' if number == 1 else 's'}"


def test_the_times_are_those_of_the_code() -> None:
    stored, beside = rows("what"), rows("collection")
    assert hours(accounts.IDLE_SECONDS) in stored["sessions"]
    assert hours(accounts.ABSOLUTE_SECONDS) in stored["sessions"]
    assert days(accounts.DEVICE_SECONDS) in stored["known browsers"]
    assert hours(throttle.FORGET_SECONDS) in stored["failed sign-ins"]
    assert f"{voices.KEEP_DAYS} days after the link ends" in beside["voices"]
    default = Settings.model_fields["counts_days"].default
    assert f"`counts_days`, {default} days by default" in beside["counts"]
    assert f"kept for `counts_days`, {default} by default" in PAGE
    assert f"newest {MAX_CHECKS} checks" in beside["sources"]
    assert f"{reports.REPORT_DAYS} days" in beside["reports"]
    assert f"{reports.ADDRESS_DAYS} days" in beside["report-addresses"]
    assert report_keys._DAYS == {"form": 1, "network": 0}, "days beside its own"


def test_the_prefix_of_a_network_is_the_one_on_the_page() -> None:
    assert "/24 of IPv4, /48 of IPv6" in rows("what")["failed sign-ins"]
    assert prefix_of("192.0.2.77").endswith("/24")
    assert prefix_of("2001:db8:1:2::3").endswith("/48")


def test_the_numbers_of_counts_are_those_of_the_code() -> None:
    assert f"A number below {counts.FEWEST} is shown to nobody" in PAGE
    assert f"fewer than {counts.FEWEST} such visits" in PAGE
    assert f"each {counts.FLUSH_SECONDS:.0f} seconds" in PAGE
    assert Settings.model_fields["counts"].default is False
    assert f"at most {MAX_BODY} bytes" in (ROOT / "docs" / "http.md").read_text("utf-8")


def test_the_numbers_of_links_are_those_of_the_code() -> None:
    assert f"{voices.DAYS} unless you choose otherwise, at most {voices.MAX_DAYS}" in AUTHOR
    assert f"at most {voices.MAX_OBJECTION:,} characters" in AUTHOR
    assert f"at most {voices.MAX_REPLY:,} characters" in AUTHOR
    assert f"removed {voices.KEEP_DAYS} days after it ends" in AUTHOR
    assert Publication.model_fields["author"].default == "optional"


def test_what_a_visit_sends_is_what_readers_are_told() -> None:
    assert set(counts.Visit.model_fields) == {"entry", "groups", "previews", "sources"}
    assert "how many groups, previews of sources and sources" in " ".join(READERS.split())
    script = (ROOT / "static" / "count.js").read_text("utf-8")
    sent = re.search(r"JSON\.stringify\(\{(.*?)\}\)", script)
    assert sent
    assert re.findall(r"(\w+):", sent[1]) == ["entry", "groups", "previews", "sources"]
    for word in ('credentials: "omit"', 'referrerPolicy: "no-referrer"', "globalPrivacyControl"):
        assert word in script


@pytest.mark.parametrize("path", sorted((ROOT / "static").glob("*.js")), ids=lambda it: it.name)
def test_no_script_for_readers_stores_anything(path: Path) -> None:
    if path.name.startswith("admin"):
        return
    used = r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.open|serviceWorker"
    assert not re.search(used, path.read_text("utf-8"))


def test_a_record_of_a_count_has_no_field_for_a_reader() -> None:
    fields = {"entry", "day", "visits", "groups", "previews", "sources"}
    assert set(counts.Cell.model_fields) == fields
