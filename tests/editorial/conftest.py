from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from copying_support import OpenUrl
from databases import copied

from widget.storage.postgres import connection


@pytest.fixture
def fresh(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[OpenUrl]:
    """What gives the URL of a new empty store of a kind."""
    with ExitStack() as stack:
        count = iter(range(9))

        def make(kind: str) -> str:
            if kind == "dir":
                return f"dir:{tmp_path / f'store{next(count)}'}"
            url = stack.enter_context(copied(request.getfixturevalue("database_template")))
            stack.callback(connection._shared.close)  # what commands leave to the process's end
            return url

        yield make
