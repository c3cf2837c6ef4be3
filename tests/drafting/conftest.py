from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_provider import KEY, FakeProvider, fake_provider
from providers_support import APIS, Asking, write_key


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_provider() as running:
        yield running


@pytest.fixture(params=APIS)
def asking(request: pytest.FixtureRequest, fake: FakeProvider, tmp_path: Path) -> Asking:
    """Ask the fake server by each API in turn."""
    return Asking(fake, request.param, write_key(tmp_path))


@pytest.fixture
def chat(fake: FakeProvider, tmp_path: Path) -> Asking:
    """Ask the fake server as one that is compatible with OpenAI's."""
    return Asking(fake, "chat", write_key(tmp_path))


@pytest.fixture(autouse=True)
def _no_key_leaks(
    request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Fail a test after which the provider's key stands in a log, a store or a run."""
    yield
    if "fake" not in request.fixturenames:
        return
    assert KEY not in caplog.text
    for path in tmp_path.rglob("*"):
        if path.is_file() and (content := path.read_bytes()).strip() != KEY.encode():
            assert KEY.encode() not in content, path
