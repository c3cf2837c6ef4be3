"""The editor's buttons: what is added, removed, moved and cited, and markers that follow."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from newsroom import ENTRY, form_of
from samples import one_point, parse_html, sample_entry

from widget.store import Store

pytestmark = pytest.mark.unit


def press(client: FlaskClient, **button: str) -> Any:  # noqa: ANN401
    return client.post(f"{ENTRY}/draft", data={**form_of(client.get(ENTRY)), **button})


def texts(store: Store) -> list[str]:
    draft = store.draft("night-trains")
    assert draft
    return [point.text for group in draft.entry.perspectives for point in group.points]


def test_markers_follow_sources_that_move(editor: FlaskClient, drafted: Store) -> None:
    answer = press(editor, move="sources.1.up")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("#f-sources-0-down")
    assert texts(drafted) == [
        "Sleepers replace short flights [2].",
        "<q>A bed is a seat that moves</q>, the author says [2][1].",
        "Each berth costs the public more than a seat by day [1].",
    ]
    press(editor, move="sources.0.down")
    assert texts(drafted)[0] == "Sleepers replace short flights [1]."


def test_a_source_that_is_dragged_takes_its_markers_along(
    editor: FlaskClient, store: Store
) -> None:
    sources = [{"title": f"{n}", "url": f"https://s.example/{n}"} for n in range(1, 5)]
    store.save(sample_entry(**one_point("First [1][2], last [3][4].", sources=sources)), actor="x")
    press(editor, move="sources.3.to.1")
    assert texts(store) == ["First [1][3], last [4][2]."]
    press(editor, move="sources.0.to.3")
    assert texts(store) == ["First [4][2], last [3][1]."]
    draft = store.draft("night-trains")
    assert draft
    assert [each.title for each in draft.entry.sources] == ["4", "2", "3", "1"]


@pytest.mark.parametrize(
    ("button", "focus", "words"),
    [
        ({"move": "sources.1.up"}, "f-sources-0-down", "Source 2 is number 1 of 2 now. The mark"),
        ({"move": "sources.0.to.1"}, "f-sources-1-up", "Source 1 is number 2 of 2 now. The mark"),
        (
            {"move": "perspectives.0.points.1.up"},
            "f-perspectives-0-points-0-down",
            "Group 1, point 2 is number 1 of 2 now.",
        ),
        ({"add": "sources"}, "f-sources-2-url", "Source 3 was added."),
        ({"remove": "sources.1"}, "f-sources-0-url", "Source 2 was removed. Its markers went"),
        ({"remove": "corrections.0"}, "f-corrections-add", "Correction 1 was removed."),
    ],
)
def test_what_a_button_did_is_said_and_the_focus_goes_on(
    editor: FlaskClient, drafted: Store, button: dict[str, str], focus: str, words: str
) -> None:
    """With htmx the page comes back at once, to be swapped in; else the browser is sent there."""
    form = {**form_of(editor.get(ENTRY)), **button}
    swapped = editor.post(f"{ENTRY}/draft", data=form, headers={"HX-Request": "true"})
    assert swapped.status_code == 200
    tree = parse_html(swapped.text)
    assert [it.get("id") for it in tree.iter() if it.get("autofocus") is not None] == [focus]
    (said,) = (it for it in tree.iter() if it.get("id") == "announcement")
    assert str(said.text).startswith(words)
    assert "data-saved" in swapped.text
    assert drafted.head("night-trains") == 2
    before = drafted.revision("night-trains", 1).entry
    drafted.save(before, actor="editor")
    assert press(editor, **button).headers["Location"].endswith(f"#{focus}")


def test_a_button_with_htmx_is_refused_where_somebody_else_saved(
    editor: FlaskClient, drafted: Store
) -> None:
    form = form_of(editor.get(ENTRY))
    drafted.save(sample_entry(article__title="Theirs"), actor="other")
    data = {**form, "article.title": "Mine", "move": "sources.1.up"}
    answer = editor.post(f"{ENTRY}/draft", data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert drafted.head("night-trains") == 2


def test_markers_go_with_a_source_that_is_removed(editor: FlaskClient, drafted: Store) -> None:
    press(editor, remove="sources.0")
    assert texts(drafted) == [
        "Sleepers replace short flights .",
        "<q>A bed is a seat that moves</q>, the author says [1].",
        "Each berth costs the public more than a seat by day [1].",
    ]


def test_buttons_add_remove_and_cite(editor: FlaskClient, drafted: Store) -> None:
    press(editor, add="perspectives.1.points")
    press(editor, cite="perspectives.1.points.0.1")
    press(editor, remove="perspectives.0.points.0")
    press(editor, move="perspectives.1.up")
    assert texts(drafted) == [
        "Each berth costs the public more than a seat by day [2][1].",
        "",
        "<q>A bed is a seat that moves</q>, the author says [1][2].",
    ]


def test_a_new_correction_is_kept_once_something_is_written(
    editor: FlaskClient, drafted: Store
) -> None:
    answer = press(editor, add="corrections")
    assert answer.status_code == 200
    form = form_of(answer)
    form["corrections.1.note"] = "A name was wrong."
    assert editor.post(f"{ENTRY}/draft", data=form).status_code == 303
    draft = drafted.draft("night-trains")
    assert draft
    assert [each.note for each in draft.entry.corrections] == [
        "A figure was wrong.",
        "A name was wrong.",
    ]


@pytest.mark.parametrize(
    "button",
    [
        {"move": "sources.0.up"},
        {"move": "sources.9.up"},
        {"move": "sources.x"},
        {"move": "sources.0.to.9"},
        {"move": "sources.0.to.0"},
        {"move": "sources.-1.up"},
        {"remove": "schema"},
        {"remove": "article.authors.0"},
        {"add": "article"},
        {"cite": "sources.0.1"},
    ],
)
def test_a_button_that_names_nothing_changes_nothing(
    editor: FlaskClient, drafted: Store, button: dict[str, str]
) -> None:
    assert press(editor, **button).status_code in (200, 303)
    draft = drafted.draft("night-trains")
    assert draft
    assert draft.entry == sample_entry()
