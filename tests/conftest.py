from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pooler
import pytest
from argon2 import PasswordHasher
from databases import copied, templates
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from samples import PUBLICATION
from werkzeug.routing import Rule

from widget.accounts import Accounts, open_accounts, passwords
from widget.app import create_app, rules
from widget.config import Settings
from widget.server.garbage import collect_rarely
from widget.storage.documents import Documents, open_documents
from widget.store import Store, open_store
from widget.store.directory.layout import make_folders

# A shell starts jobs in the background with SIGINT ignored, and every command that a test starts
# would inherit that: one that is to end by Ctrl-C would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline and no database: what fails must fail for its input, on a slow machine, too.
hypothesis_settings.register_profile(
    "insights",
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("insights")


# A real hash takes a tenth of a second and 64 MiB. The services that tests start use real ones, and
# tests/accounts/test_passwords.py tests their parameters.
passwords.PasswordHasher = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)  # type: ignore[assignment,misc]  # a test double of the library's default


# Hundreds of tests make an application of their own, and most of what it costs is that werkzeug
# compiles two functions for each of its rules. They depend on nothing but these values.
compile_builder = Rule._compile_builder
builders: dict[object, Callable[..., tuple[str, str]]] = {}


def compile_builder_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    defaults = tuple((rule.defaults or {}).items())
    key = (rule.rule, tuple(rule._trace), defaults, append_unknown)
    if key not in builders:
        builders[key] = compile_builder(rule, append_unknown)
    return builders[key]


Rule._compile_builder = compile_builder_once  # type: ignore[method-assign]


MEMORY = Path("/dev/shm")  # noqa: S108  # pytest creates a private folder in it


def pytest_configure(config: pytest.Config) -> None:
    """Let unit tests alone write to memory: a store waits for the disk with every change."""
    if not config.option.markexpr.startswith("unit"):
        return
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 << 30:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_finish() -> None:
    """Collect garbage as rarely as a worker of the service does, and nothing of what is loaded.

    In a process with all tests and their modules a quarter of the processor's time went there.
    """
    collect_rarely()


@pytest.fixture
def an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in list(os.environ):
        if variable.upper().startswith("INSIGHTS_"):
            monkeypatch.delenv(variable)


@pytest.fixture
def a_folder_of_its_own(an_empty_folder: None) -> None:  # noqa: ARG001  # it is where we are
    """Go to a folder where ``dir:./data``, which is the default, is an empty store."""
    make_folders("data")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {"store": f"dir:{tmp_path / 'data'}", "publications": [PUBLICATION]}
    )


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings.store, rules(settings))
    yield opened
    opened.close()


@pytest.fixture
def accounts(settings: Settings) -> Accounts:
    return open_accounts(settings.store)


@pytest.fixture
def app(settings: Settings, store: Store, accounts: Accounts) -> Flask:
    return create_app(settings, store, accounts)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def database_template() -> Iterator[str]:
    with templates() as url:
        yield url


@pytest.fixture
def database_url(database_template: str) -> Iterator[str]:
    """Give the URL of a database of the test's own, its tables made."""
    with copied(database_template) as url:
        yield url


@pytest.fixture(params=["dir", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty store: a test that asks for it runs once with each kind."""
    if request.param == "dir":
        folder = tmp_path / "data"
        folder.mkdir()
        return f"dir:{folder}"
    url: str = request.getfixturevalue("database_url")
    return url


@pytest.fixture
def documents(store_url: str) -> Iterator[Documents]:
    """Give the records beside the entries of the store at ``store_url``."""
    opened = open_documents(store_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def pooler_url(database_template: str) -> Iterator[str]:
    if pooler.PROGRAM is None:
        pytest.skip("no PgBouncer is there; `make test` installs one in CI")
    with pooler.running(database_template) as url:
        yield url


@pytest.fixture
def pooled_url(database_url: str, pooler_url: str) -> str:
    """Return the URL of the test's own database by way of a pooler in transaction mode."""
    return pooler.through(pooler_url, database_url)
