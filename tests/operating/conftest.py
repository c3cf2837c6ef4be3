"""Connections for the tests of the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from raw_http import Connect, Connection


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Give connections that are closed in the end."""
    with ExitStack() as stack:

        def opened(port: int) -> Connection:
            connection = Connection(port)
            stack.enter_context(connection.socket)
            return connection

        yield opened
