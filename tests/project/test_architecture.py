"""The code's own order: imports point one way, and each library stands at one door."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from samples import ROOT

pytestmark = pytest.mark.unit

# From the ground up; a module imports from its own part of a row, and from rows above it.
ROWS = (
    ("errors", "assets", "logs", "metrics"),
    ("i18n", "storage"),
    ("entry",),
    ("net", "pages"),
    ("config",),
    ("panel",),
    ("store",),
    ("accounts",),
    ("editorial", "purging"),
    ("http",),
    ("doctor", "notifying"),
    ("drafting",),
    ("sources",),
    ("record",),
    ("export",),
    ("web.templating", "web.security_events", "web.context"),
    ("web.hosts", "web.health", "web.observability"),
    ("web.reader",),
    ("reader", "web.surrogate_keys", "web.records", "web.reader_events", "web.source_checks"),
    ("web.api",),
    ("web.kit",),
    ("web.admin",),
    ("app",),
    ("server",),
    ("demo", "demo_model"),
    ("cli",),
    ("__main__", "wsgi"),
)

# The one module or package that a library is imported in, and why there.
DOORS: dict[str, str | tuple[str, ...]] = {
    "idna": "entry.hostnames",  # one spelling of a host, everywhere
    "zxcvbn": "accounts.password_strength",  # its list of common passwords
    "argon2": "accounts.passwords",  # the one place where passwords are compared
    "bleach": "entry.light_html",  # text becomes Markup nowhere else
    "tinycss2": ("panel.styles", "drafting.page_styles"),  # our stylesheet; a page's
    "protego": "sources.robots",  # an extra
    "pypdf": "sources.pdf_process",  # an extra
    "webencodings": "net.page_fetcher",
    "trafilatura": "drafting.extraction",  # an extra
    "lxml": "drafting.extraction",
    "gunicorn": "server",  # the production server
    "resvg_py": "panel.card",  # an extra, as the next
    "fontTools": "panel.card_fonts",
    "brotli": "http.codings",  # content codings
    "gzip": "http.codings",
    "zstandard": "http.codings",
    "babel": "i18n",  # catalogs, dates, directions
    "rcssmin": ("panel.styles", "record.pages"),
    "fcntl": "storage.lock",
    "sqlite3": (
        "store.directory.search_index",
        "store.directory.text_search",
        "storage.documents.sqlite",
    ),  # a derived index, and records beside entries; see docs/decisions/0008 and 0032
    "ssl": ("net.http_client", "net.smtp_client"),  # the places that send requests and mail
    "smtplib": "net.smtp_client",
    "standardwebhooks": "notifying.receivers",  # an extra
    "urllib3": "net.http_client",
    "pydantic_settings": "config",
    "psycopg_pool": "storage.postgres.connection",
    "cryptography": "record.signing",  # an extra; the key of the log
}

MODULES = sorted((ROOT / "widget").rglob("*.py"))


def name_of(path: Path) -> str:
    """Return such as ``panel.view``; a package has its own name, ``widget`` has none."""
    return (
        ".".join(path.relative_to(ROOT / "widget").with_suffix("").parts)
        .removesuffix("__init__")
        .rstrip(".")
    )


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"), str(path))))


@cache
def imports(path: Path) -> tuple[str, ...]:
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    """Yield the full names that a module imports, wherever in it; all are absolute."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def part_of(name: str) -> tuple[int, str] | None:
    """Return the row and the part that ``name`` belongs to, None for the package itself."""
    for row, parts in enumerate(ROWS):
        for part in parts:
            if name == part or name.startswith(f"{part}."):
                return row, part
    return None


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_only_to_the_rows_above(path: Path) -> None:
    own = part_of(name_of(path))
    for imported in imports(path):
        package, _, inner = imported.partition(".")
        if package != "widget" or inner == "__version__":
            continue
        if inner.startswith("web."):
            assert part_of(inner), f"{inner} is in no row"
        target = part_of(inner)
        assert target is not None, f"{inner} is in no row"
        assert own is not None, f"widget/__init__.py imports {inner}"
        assert target == own or target[0] < own[0], f"{own[1]} imports {target[1]}"


def test_every_module_is_in_a_row() -> None:
    placeless = {name_of(path) for path in MODULES if part_of(name_of(path)) is None}
    assert placeless == {"", "web"}


@pytest.mark.parametrize(("library", "door"), DOORS.items())
def test_a_library_is_imported_at_one_door(library: str, door: str | tuple[str, ...]) -> None:
    allowed = (door,) if isinstance(door, str) else door
    doors = [
        name_of(path)
        for path in MODULES
        if any(name == library or name.startswith(f"{library}.") for name in imports(path))
    ]
    assert doors
    assert all(any(name == it or name.startswith(f"{it}.") for it in allowed) for name in doors), (
        doors
    )


def test_files_are_replaced_by_one_module() -> None:
    """The journal renames and links files itself: each step of a change is one it can finish."""
    movers = {"storage.atomic", "store.directory.journal", "store.directory.batch_writer"}
    allowed = {"os.fsync": {"storage.atomic"}}
    allowed |= dict.fromkeys(("os.rename", "os.replace", "os.link"), movers)
    for path in MODULES:
        for node in nodes(path):
            call = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            if call in allowed:
                assert name_of(path) in allowed[call], f"{name_of(path)}:{node.lineno}: {call}"


def test_the_url_of_a_store_is_parsed_in_one_module() -> None:
    """No other module compares a scheme, or cuts the path off."""
    for path in MODULES:
        for node in nodes(path):
            if isinstance(node, ast.Compare) and name_of(path) != "storage.url":
                texts = [it.value for it in node.comparators if isinstance(it, ast.Constant)]
                assert "dir" not in texts, f"{name_of(path)}:{node.lineno}"


def test_the_search_index_has_one_owner() -> None:
    users = [
        name_of(path)
        for path in MODULES
        if any(it.startswith("widget.store.directory.search_index.") for it in imports(path))
    ]
    assert users == ["store.directory.index_sync"]


def test_the_stores_do_not_import_each_other() -> None:
    """What both need stands beside them; only ``open_store`` knows both."""
    for path in MODULES:
        own = name_of(path)
        for ours, theirs in (("directory", "postgres"), ("postgres", "directory")):
            if own.startswith(f"store.{ours}"):
                imported = [it for it in imports(path) if it.startswith(f"widget.store.{theirs}")]
                assert not imported, own


def test_markup_arises_in_one_module() -> None:
    for path in MODULES:
        calls = [
            node
            for node in nodes(path)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Markup"
            and (node.args or node.keywords)
        ]
        assert bool(calls) == (name_of(path) == "entry.light_html"), path


def test_nothing_goes_around_the_door_of_markup() -> None:
    for path in MODULES:
        for name in imports(path):
            if name.startswith(("markupsafe", "flask.Markup", "jinja2.utils")):
                assert name in ("markupsafe.Markup", "markupsafe.escape"), path


def test_what_is_marked_as_trusted_is_marked_in_few_places() -> None:
    """Who calls ``markup.trusted`` vouches for its argument; a new place is to be looked at."""
    callers = {
        name_of(path)
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr == "trusted"
    }
    assert callers == {
        "demo",
        "panel.render",
        "panel.snippets",
        "panel.words",
        "record.pages",
        "record.words",
        "web.kit.snippets",
        "web.reader.report_page",
        "web.reader.voice_page",
    }


def test_no_template_says_safe() -> None:
    templates = sorted([*(ROOT / "templates").rglob("*"), *(ROOT / "examples").rglob("*.html")])
    texts = {path: path.read_text("utf-8") for path in templates if path.is_file()}
    assert len(texts) > 10
    for path, text in texts.items():
        assert not re.search(r"\|\s*safe\b|autoescape\s+false", text), path


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_whoever_opens_a_store_says_whether_it_may_be_made(path: Path) -> None:
    """Else a mistyped address would make a store: only ``init``, ``demo`` and ``copy`` do."""
    openers = {"open_store", "open_accounts", "open_database"}
    for node in nodes(path):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            if name in openers:
                named = {keyword.arg for keyword in node.keywords}
                assert "create" in named, f"{path}:{node.lineno}: {name} without create="


STORE_OPENERS = {"app", "cli.context", "reader"}
# ``purging`` only asks the store to look for hand edits.
STORE_USERS = {
    "app",
    "editorial.service",
    "editorial.review",
    "editorial.planning",
    "editorial.annotating",
    "editorial.asking",
    "editorial.comments",
    "editorial.scoped_store",
    "purging",
    "purging.leader",
}
CHANGES = {"save", "discard", "publish", "withdraw", "restore", "put", "adopt", "change_workflow"}
CALLERS = ("web", "cli", "demo")


def outside_the_store() -> list[Path]:
    return [path for path in MODULES if part_of(name_of(path)) != part_of("store")]


def test_only_editorial_gets_a_store_that_can_write() -> None:
    """All others get an ``EntryReader``, which the type checker lets nobody write to."""
    openers, users = set(), set()
    for path in outside_the_store():
        for imported in imports(path):
            assert imported != "widget.store", f"{path}: import names, not the package"
            package, _, name = imported.rpartition(".")
            if package.startswith("widget.store"):
                assert not re.fullmatch(r"\w+Store", name), f"{path}: imports {name}"
                if name == "open_store":
                    openers.add(name_of(path))
                if name == "Store":
                    users.add(name_of(path))
    assert openers == STORE_OPENERS
    assert users == STORE_USERS


def receiver(call: ast.Attribute) -> str:
    """Return ``b`` for ``a.b.save()`` and for ``b().save()``."""
    value = call.value.func if isinstance(call.value, ast.Call) else call.value
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def test_entries_are_changed_only_through_editorial() -> None:
    found = set()
    for path in MODULES:
        if not name_of(path).startswith(CALLERS):
            continue
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                method = node.func.attr
                if method in CHANGES:
                    where = f"{path}:{node.lineno}: {receiver(node.func)}.{method}"
                    assert receiver(node.func) == "editorial", f"{where} bypasses Editorial"
                    found.add(method)
    assert found >= {"save", "discard", "publish", "withdraw", "restore", "put"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_short_enough_to_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_no_two_test_modules_share_a_name() -> None:
    """Without packages pytest imports them by name alone, and refuses the second."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
