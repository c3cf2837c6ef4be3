"""The command ``evidence``: what proves a review."""

from __future__ import annotations

import html5lib
import pytest
from commands import ID, done, run
from reviews_support import approved, drafted, newsroom, record

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("newsroom")]

__all__ = ["newsroom"]  # the fixture


def test_evidence_says_who_reviewed_which_version() -> None:
    drafted()
    approved()
    done("publish", "--actor", "ana", ID)
    drafted(article__title="Another <title> & more")
    found = record()
    assert found["version"]["standing"] == "live"  # type: ignore[index]  # JSON
    assert found["version"]["revision"] == 4  # type: ignore[index]
    assert found["review"] == {"review": "proven", "needed": 1, "given": 1, "hold": ""}
    text = done("evidence", ID)
    assert "One person approved exactly this version." in text
    assert "bo (editor), proved by password, of this version" in text
    assert "- Every source was opened." in text
    later = done("evidence", ID, "--revision", "5")
    assert "Nobody has reviewed this version." in later
    assert "of another version" in later
    assert run("evidence", ID, "--revision", "99").exit_code == 1
    assert run("evidence", "nothing").exit_code == 1


def test_evidence_as_a_page_is_valid_and_escapes_everything() -> None:
    attack = "<script>alert(1)</script>"
    drafted(article__title=f"{attack}")
    done("comments", ID, "--add", attack, "--actor", attack)
    approved()
    page = done("evidence", ID, "--format", "html")
    assert "alert(1)" in page
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
    tree = parser.parse(page)
    assert not list(tree.iter("script"))
    assert not [it for it in tree.iter() if isinstance(it.tag, str) and it.get("src")]
    assert "bo (editor)" in "".join(tree.itertext())
