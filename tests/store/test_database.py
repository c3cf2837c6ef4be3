"""What PostgreSQL keeps and refuses, and how its tables are made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from click.testing import CliRunner
from store_support import document, entry, finish, rules, start_python

from widget.cli import main
from widget.errors import InvalidEntry, InvalidSettings, StoreUnavailable
from widget.store import Live, Query, Store, open_store
from widget.store.postgres import PostgresStore, entry_tables

ID = "ferry-fares"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url, rules)
    yield opened
    opened.close()


def emptied(database_url: str, *statements: str) -> str:
    """Return a database without its tables, after ``statements``."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        for statement in statements:
            connection.execute(statement)
    return database_url


@pytest.mark.database
def test_processes_that_start_at_once_make_the_tables_once(database_url: str) -> None:
    emptied(database_url)
    script = (
        "import sys, store_support as s\n"
        "from widget.store import open_store\n"
        "store = open_store(sys.argv[1], s.rules)\n"
        "print(store.ids())\n"
        "store.close()\n"
    )
    processes = [start_python(script, database_url) for _ in range(3)]
    assert [finish(process) for process in processes] == ["[]\n"] * 3
    with psycopg.connect(database_url) as connection:
        stored = connection.execute("SELECT name FROM migration ORDER BY name").fetchall()
    folder = Path(__file__).parents[2] / "widget" / "storage" / "postgres" / "migrations"
    assert [name for (name,) in stored] == sorted(path.name for path in folder.glob("*.sql"))


@pytest.mark.database
def test_a_database_of_a_newer_release_is_refused_in_words(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO migration (name) VALUES ('9999-later.sql')")
    with pytest.raises(StoreUnavailable, match=r"newer release of Insights \(9999-later\.sql\)"):
        open_store(database_url, rules)


@pytest.mark.database
def test_a_database_that_does_not_keep_every_character_is_refused(database_url: str) -> None:
    parts = urlsplit(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = f"{parts.path[1:]}_ascii"
        connection.execute(
            f"CREATE DATABASE \"{name}\" ENCODING 'SQL_ASCII' TEMPLATE template0"
            " LC_COLLATE 'C' LC_CTYPE 'C'"
        )
        with pytest.raises(StoreUnavailable, match="SQL_ASCII"):
            open_store(urlunsplit(parts._replace(path=f"/{name}")), rules)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.database
def test_a_user_who_may_only_read_and_write_rows_is_enough_once_the_tables_are_made(
    database_url: str,
) -> None:
    name = f"writer_{os.getpid()}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN")
        connection.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}"
        )
        parts = urlsplit(database_url)
        place = parts.netloc.rpartition("@")[2]
        lesser = open_store(urlunsplit(parts._replace(netloc=f"{name}@{place}")), rules)
        lesser.save(entry(), actor="ana")
        lesser.publish(ID, actor="ana")
        assert isinstance(lesser.live(ID), Live)
        lesser.close()
        connection.execute(f"DROP OWNED BY {name}")
        connection.execute(f"DROP ROLE {name}")


@pytest.mark.database
@pytest.mark.parametrize("odd", ["\0", "\ud800", "a\udfff"])
def test_what_the_database_cannot_keep_is_refused_in_words(store: Store, odd: str) -> None:
    with pytest.raises(InvalidEntry) as caught:
        store.save(entry(), actor="ana", note=odd)
    assert caught.value.breaches[0].path == "$.note"
    with pytest.raises(InvalidEntry):
        store.save(entry(), actor=odd)
    stored = entry()
    stored = stored.model_copy(update={"article": stored.article.model_copy(update={"title": odd})})
    with pytest.raises(InvalidEntry):
        store.save(stored, actor="ana")
    assert store.ids() == []
    assert store.find(f"https://harborcourier.example/{odd}") is None
    for query in (Query(search=odd), Query(section=odd), Query(language=odd)):
        assert store.rows(query, limit=1) == []
        assert store.counts(query).found == 0


@pytest.mark.database
@pytest.mark.parametrize("long", ["ΐ" * 500, "🚢" * 500, "".join(map(chr, range(0x4E00, 0x4FF4)))])
def test_the_longest_title_and_section_can_be_kept_and_sorted_by(store: Store, long: str) -> None:
    for name in ("one", "two"):
        store.save(entry(name, long, article={"section": long}), actor="ana")
    first, second = store.rows(Query(sort="title"), limit=9)
    assert (first.title, first.section) == (long, long)
    assert store.rows(Query(sort="title"), limit=9, after=(long.casefold(), "one")) == [second]
    assert store.counts(Query(section=long)).found == 2


@pytest.mark.database
def test_what_lists_show_adds_up_whatever_happened(store: Store, database_url: str) -> None:
    for number in range(150):
        name = f"entry-{number % 7}"
        store.save(entry(name, article={"section": f"S{number % 3}"}), actor="ana")
        if number % 2:
            store.publish(name, actor="ana")
        if number % 5 == 0:
            store.discard(store.save(entry(name), actor="ana").entry.id, actor="ana")
        if number % 11 == 1:
            store.withdraw(name, actor="ana")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(entry_tables.SUM_COUNTS)
        columns = "state, waiting, lean, section, language"
        counted = f"SELECT {columns}, count(*) FROM entry WHERE state <> '' GROUP BY {columns}"  # noqa: S608  # no input
        rows = connection.execute(counted).fetchall()
        assert sorted(connection.execute("SELECT * FROM kind").fetchall()) == sorted(rows)
        listed = connection.execute("SELECT id FROM entry WHERE state <> ''").fetchall()
        assert sorted(connection.execute("SELECT id FROM words").fetchall()) == sorted(listed)
    for query in (Query(), Query(state="live"), Query(state="draft"), Query(section="S1")):
        assert store.counts(query).found == len(store.rows(query, limit=100))


@pytest.mark.database
def test_an_entry_that_cannot_be_read_any_more_is_said_and_leaves_the_others_alone(
    store: Store, database_url: str
) -> None:
    for name in (ID, "other"):
        store.save(entry(name), actor="ana")
        store.publish(name, actor="ana")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE revision SET entry = entry || '{\"schema\": 2}' WHERE entry_id = %s", (ID,)
        )
    with pytest.raises(StoreUnavailable, match="revision 2 of 'ferry-fares'"):
        store.live(ID)
    assert isinstance(store.live("other"), Live)
    assert [revision.number for revision in store.history(ID)] == []
    found = [each.where for each in store.problems(thorough=True)]
    assert sorted(found) == ["revision 1 of 'ferry-fares'", "revision 2 of 'ferry-fares'"]


@pytest.mark.database
def test_commands_take_the_url_of_a_database(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "ferry.json"
    file.write_bytes(document())
    run = CliRunner()
    for command in (["put", str(file)], ["list"], ["show", ID]):
        done = run.invoke(main, ["--store", database_url, *command], catch_exceptions=False)
        assert done.exit_code == 0, done.output
    assert "Make the ferry free" in done.output


@pytest.mark.unit
@pytest.mark.parametrize("url", ["postgresql://[", "postgresql://ana:s3cret@h/d?nonsense=1"])
def test_a_url_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        open_store(url, rules)
    assert "s3cret" not in str(caught.value)


@pytest.mark.process
def test_without_its_library_a_database_is_refused_with_what_to_install(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "sys.modules['psycopg'] = None\n"
        "from widget.errors import InvalidSettings\n"
        "from widget.store import Rules, open_store\n"
        "open_store('dir:' + sys.argv[1], Rules(lambda _: [])).close()\n"
        "try:\n"
        "    open_store('postgresql://h/d', Rules(lambda _: []))\n"
        "except InvalidSettings as error:\n"
        "    print(error)\n"
    )
    output = finish(start_python(script, str(tmp_path)))
    assert "pip install 'insights-widget[postgres]'" in output


@pytest.mark.database
def test_what_is_committed_is_on_disk_whatever_the_databases_own_setting(
    store: Store, database_url: str
) -> None:
    assert isinstance(store, PostgresStore)
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    with psycopg.connect(database_url) as connection:
        entry_tables.lock(connection, ID)  # type: ignore[arg-type]  # any connection will do
        found = connection.execute("SHOW synchronous_commit").fetchone()
    assert found == ("on",)
