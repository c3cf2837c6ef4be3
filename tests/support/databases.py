"""Databases with their tables made, one for each test at the price of a copy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import postgres
import psycopg

from widget.storage.postgres import Database

_numbers = count(1)


@contextmanager
def templates() -> Iterator[str]:
    """Give the URL of a migrated database to copy, on some server, until the block ends."""
    with postgres.some_server() as server, postgres.database(server) as template:
        database = Database(template)
        try:
            database.prepare()
        finally:
            database.close()
        yield template


@contextmanager
def copied(template: str) -> Iterator[str]:
    """Make a copy of the database ``template``, and drop it when the block ends."""
    name = f"insights_copy_{os.getpid()}_{next(_numbers)}"
    original = urlsplit(template).path.removeprefix("/")
    with psycopg.connect(_beside(template, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"')
    try:
        yield _beside(template, name)
    finally:
        with psycopg.connect(_beside(template, "postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _beside(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
