"""A new entry greets with what is still to do, not with errors; it speaks its own language."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from newsroom import ENTRY, form_of, post
from samples import sample_entry

from widget.store import Store

pytestmark = pytest.mark.unit


@pytest.fixture
def new(editor: FlaskClient) -> str:
    """Return the page of a new entry."""
    answer = post(editor, "/admin/entries", way="address", url="https://paper.example/a")
    return str(answer.headers["Location"])


def test_a_new_entry_has_no_errors_yet(editor: FlaskClient, new: str) -> None:
    page = editor.get(new).text
    assert "things still to do" in page
    assert "to fix before publishing" not in page
    assert 'class="error"' not in page
    assert "aria-invalid" not in page


def test_what_is_written_wrong_is_an_error_at_once(editor: FlaskClient, new: str) -> None:
    form = form_of(editor.get(new)) | {"sources.0.url": "no where"}
    checked = editor.post(f"{new}/check", data=form).text
    assert re.search(r"2 things to fix before publishing, \d still to do", checked)
    assert 'class="error"><a href="#f-sources-0-url"' in checked


def test_what_is_emptied_is_an_error_at_once(editor: FlaskClient, drafted: Store) -> None:
    del drafted
    form = form_of(editor.get(ENTRY)) | {"article.title": ""}
    assert "1 thing to fix" in editor.post(f"{ENTRY}/check", data=form).text


def test_after_an_attempt_to_publish_all_are_errors(editor: FlaskClient, new: str) -> None:
    compared = editor.get(f"{new}/publication").text
    found = re.search(r'href="([^"]+)">Open the editor', compared)
    assert found
    page = editor.get(found[1])
    assert "things to fix before publishing" in page.text
    assert "still to do" not in page.text
    form = form_of(page)
    assert "things to fix" in editor.post(f"{new}/check", data=form).text
    saved = editor.post(f"{new}/draft", data=form | {"article.section": "Opinion"})
    assert "still to do" not in editor.get(saved.headers["Location"]).text


def test_an_entry_that_was_live_has_errors(editor: FlaskClient, shown: Store) -> None:
    shown.save(sample_entry(article__title=""), actor="x")
    assert "1 thing to fix before publishing" in editor.get(ENTRY).text


def test_fields_have_the_language_and_the_direction_of_the_entry(
    editor: FlaskClient, store: Store
) -> None:
    store.save(sample_entry(language="ar"), actor="x")
    page = editor.get(ENTRY).text
    own = re.findall(r'<(?:input|textarea)[^>]* lang="ar" dir="rtl"[^>]* name="([^"]+)"', page)
    for name in (
        "article.title",
        "viewpoint.rationale",
        "perspectives.0.points.0.text",
        "perspectives.0.points.0.attributed_to",
        "sources.0.title",
        "sources.0.quote",
        "corrections.0.note",
    ):
        assert name in own
    assert "provenance.provider" not in own
    assert '<html lang="en" dir="ltr">' in page, "the desk's own texts"
    assert re.search(
        r'dir="ltr"[^>]* id="?f-sources-0-url|name="sources.0.url"[^>]*dir="ltr"', page
    )
