"""The setting that says where copies of sources go."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from widget.config import Settings
from widget.config.archive import Archive

pytestmark = pytest.mark.unit


def test_no_copies_are_made_by_default() -> None:
    assert Settings().archive is None


@pytest.mark.parametrize(("given", "problem"), [
    ({"kind": "save-page-now"}, "needs key_file"),
    ({"kind": "warc"}, "needs folder"),
    ({"kind": "warc", "folder": "w", "key_file": "k"}, "has no key_file"),
    ({"kind": "save-page-now", "key_file": "k", "folder": "w"}, "has no folder"),
    ({"kind": "save-page-now", "key_file": "k", "url": "ftp://a.example"}, "url"),
    ({"kind": "tape"}, "kind"),
    ({"kind": "warc", "folder": "w", "key": "secret"}, "key"),
])  # fmt: skip
def test_what_does_not_fit_the_kind_is_refused(given: dict[str, str], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Archive.model_validate(given)


def test_both_kinds_are_read() -> None:
    archive = Archive(kind="save-page-now", key_file=Path("k"), url="https://archive.example/")
    assert archive.url == "https://archive.example"
    assert Archive(kind="warc", folder=Path("w")).public_url is None
