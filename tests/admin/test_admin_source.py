"""The JSON side: the same document as text."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient
from newsroom import ENTRY, csrf, form_of
from samples import sample_document, sample_entry

from widget.store import Store

pytestmark = pytest.mark.unit


def test_the_json_side_is_the_same_document(editor: FlaskClient, drafted: Store) -> None:
    form = form_of(editor.get(f"{ENTRY}/json"))
    assert json.loads(form["document"]) == sample_document()
    form["document"] = form["document"].replace("Bring the night", "Bring the day")
    assert editor.post(f"{ENTRY}/json", data=form).status_code == 303
    assert form_of(editor.get(ENTRY))["article.title"] == "Bring the day trains back"
    stale = editor.post(
        f"{ENTRY}/json", data=form | {"document": form["document"].replace("day", "slow")}
    )
    assert stale.status_code == 409
    assert "<del>day</del><ins>slow</ins>" in stale.text
    for broken, said in (
        ('{"schema": 1', "line 1, column"),
        (form["document"].replace('"language": "en"', '"langage": "en"'), "did you mean"),
        (form["document"].replace('"night-trains"', '"other"'), "must stay"),
    ):
        answer = editor.post(f"{ENTRY}/json", data=form | {"document": broken})
        assert answer.status_code == 422
        assert said in answer.text
        assert form_of(answer)["document"] == broken
    assert drafted.head("night-trains") == 2


def said(client: FlaskClient, document: str) -> str:
    """Return what the check that runs while somebody types says of ``document``."""
    data = {"csrf": csrf(client), "document": document}
    answer = client.post(f"{ENTRY}/json/check", data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text)).strip()


def test_what_is_typed_is_checked_by_line_and_path(editor: FlaskClient, drafted: Store) -> None:
    text = drafted.revision("night-trains", 1).entry.to_json().decode()
    assert said(editor, text) == "Ready to publish"
    rows = text.split("\n")
    (at,) = (n for n, row in enumerate(rows, 1) if "https://audit.example/berths" in row)
    told = said(editor, text.replace("https://audit.example/berths", "nowhere"))
    assert told.startswith(f"1 thing to fix before publishing Line {at} $.sources[1].url is not")
    (at,) = (n for n, row in enumerate(rows, 1) if '"language"' in row)
    told = said(editor, text.replace('"language"', '"langage"'))
    assert f"Line {at} $.langage is not a key" in told
    assert told.startswith("This cannot be a draft yet Line 1 $.language is missing")
    told = said(editor, text.replace('"en",', '"en"'))
    assert told.startswith(f"This cannot be a draft yet Line {at + 1} $ is not JSON at line")
    assert "must stay" in said(editor, text.replace('"night-trains"', '"other"'))
    assert drafted.head("night-trains") == 1


def test_an_autosave_of_the_text_says_plainly_how_it_went(
    editor: FlaskClient, drafted: Store
) -> None:
    htmx = {"HX-Request": "true"}
    form = form_of(editor.get(f"{ENTRY}/json"))
    text = form["document"]
    form["document"] = text.replace("Bring the night", "Bring the day")
    saved = editor.post(f"{ENTRY}/json", data=form, headers=htmx)
    assert "data-saved" in saved.text
    assert 'name="head" value="2"' in saved.text
    assert drafted.history("night-trains")[0].note == "Autosaved"
    form |= {"head": "2", "document": text[:-3]}
    refused = editor.post(f"{ENTRY}/json", data=form, headers=htmx)
    assert "Not saved: this cannot be a draft yet" in refused.text
    drafted.save(sample_entry(article__title="Theirs"), actor="other")
    late = editor.post(f"{ENTRY}/json", data=form | {"document": text}, headers=htmx)
    assert "somebody else saved this entry" in late.text
    assert "data-saved" not in refused.text + late.text
    assert drafted.head("night-trains") == 3
