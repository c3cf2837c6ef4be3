"""Lists and whole analyses that are pasted into the editor, without a script."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from newsroom import ENTRY, form_of
from samples import one_point, sample_entry

from widget.store import Store

pytestmark = pytest.mark.unit

ANALYSIS = """\
Ideas expressed in the piece

• Night trains spare a hotel\u200b bill.
• They leave from the middle of town.

Different views on the topic

• A berth costs more than a seat [1].
• Tracks are repaired by night[2][3].

Sources
[1] The cost of a berth https://audit.example/berths
[2] Nights on the line https://rail.example/nights
[3] Who repairs what https://rail.example/repairs
"""


def paste(client: FlaskClient, place: str, text: str, **fields: str) -> Any:  # noqa: ANN401
    form = form_of(client.get(ENTRY)) | {"paste": place, f"pasted.{place}": text} | fields
    return client.post(f"{ENTRY}/draft", data=form)


def newest(store: Store) -> Any:  # noqa: ANN401
    draft = store.draft("night-trains")
    assert draft
    return draft.entry


def texts(store: Store) -> list[list[str]]:
    return [[it.text for it in group.points] for group in newest(store).perspectives]


def blank() -> Any:  # noqa: ANN401
    return sample_entry(
        perspectives=[
            {"role": "ideas", "points": [{"text": ""}]},
            {"role": "different-views", "points": [{"text": ""}]},
        ],
        sources=[{"title": "", "url": "", "type": "other"}],
    )


def test_a_whole_analysis_fills_an_empty_entry(editor: FlaskClient, store: Store) -> None:
    store.save(blank(), actor="x")
    answer = paste(editor, "perspectives", ANALYSIS)
    assert "Added 4 points and 3 sources. 1 invisible character was removed." in answer.text
    assert texts(store) == [
        ["Night trains spare a hotel bill.", "They leave from the middle of town."],
        ["A berth costs more than a seat [1].", "Tracks are repaired by night[2][3]."],
    ]
    assert [it.title for it in newest(store).sources] == [
        "The cost of a berth",
        "Nights on the line",
        "Who repairs what",
    ]


def test_a_source_that_is_there_already_is_cited_and_not_repeated(
    editor: FlaskClient, drafted: Store
) -> None:
    answer = paste(editor, "perspectives.1.points", ANALYSIS[ANALYSIS.index("• A berth") :])
    assert "Added 2 points and 2 sources." in answer.text
    assert texts(drafted)[1][-1] == "Tracks are repaired by night[3][4]."
    assert len(newest(drafted).sources) == 4


def test_a_list_goes_behind_the_point_it_is_pasted_into(editor: FlaskClient, store: Store) -> None:
    store.save(sample_entry(**one_point("First [1]."), sources=[]), actor="x")
    paste(editor, "perspectives.0.points", "- Third")
    paste(editor, "perspectives.0.points.0", "- Second\n- And a half")
    assert texts(store)[0] == ["First [1].", "Second", "And a half", "Third"]


def test_what_names_no_place_changes_nothing(editor: FlaskClient, drafted: Store) -> None:
    for place in ("", "sources.0", "perspectives.9.points", "perspectives.0.points.99", "article"):
        paste(editor, place, ANALYSIS)
    assert newest(drafted) == sample_entry()


def test_a_paste_is_undone_and_done_again(editor: FlaskClient, drafted: Store) -> None:
    pasted = form_of(paste(editor, "perspectives", ANALYSIS))
    after = newest(drafted)
    undone = editor.post(f"{ENTRY}/draft", data=pasted | {"history": "undo"})
    assert newest(drafted) == sample_entry()
    assert "Undone: Added 4 points and 2 sources" in undone.text
    editor.post(f"{ENTRY}/draft", data=form_of(undone) | {"history": "redo"})
    assert newest(drafted) == after


@pytest.mark.parametrize(
    "button",
    [
        {"remove": "sources.0"},
        {"remove": "sources.1"},
        {"remove": "perspectives.0"},
        {"remove": "perspectives.0.points.1"},
        {"remove": "corrections.0"},
        {"move": "sources.0.down"},
        {"move": "perspectives.0.down"},
        {"add": "perspectives"},
        {"add": "perspectives.0.points.0"},
        {"cite": "perspectives.0.points.0.2"},
    ],
)
@pytest.mark.parametrize("script", [True, False])
def test_what_a_button_did_is_undone(
    editor: FlaskClient, drafted: Store, button: dict[str, str], script: bool
) -> None:
    """Without a script the browser is redirected; what was typed with the press comes back, too."""
    headers = {"HX-Request": "true"} if script else {}
    typed = {"sources.0.title": "Typed", "perspectives.0.points.1.text": "Typed [1][2]."}
    form = form_of(editor.get(ENTRY)) | typed | button
    answer = editor.post(f"{ENTRY}/draft", data=form, headers=headers, follow_redirects=True)
    before = newest(drafted)
    assert 'value="undo"' in answer.text
    later = form_of(answer) | {"article.title": "Typed afterwards", "history": "undo"}
    editor.post(f"{ENTRY}/draft", data=later, headers=headers)
    wanted = sample_entry(
        article__title="Typed afterwards",
        sources__0__title="Typed",
        perspectives__0__points__1__text="Typed [1][2].",
    )
    assert newest(drafted) == wanted
    assert before != wanted


def test_nothing_is_to_be_undone_once_somebody_saved(editor: FlaskClient, drafted: Store) -> None:
    form = form_of(editor.get(ENTRY)) | {"remove": "sources.0"}
    place = editor.post(f"{ENTRY}/draft", data=form).headers["Location"]
    assert 'value="undo"' in editor.get(place).text
    drafted.save(sample_entry(article__title="Theirs"), actor="other")
    assert 'value="undo"' not in editor.get(place).text


@pytest.mark.parametrize(
    "done",
    [
        "{",
        "[" * 50_000,
        "7",
        json.dumps([["words", [{"remove": "sources", "at": 99}]]]),
        json.dumps([["words", [{"remove": "sources", "at": 0}, {"remove": "x", "at": 0}]]]),
        json.dumps([["words", [{"insert": "sources", "at": 0, "item": {"a": [{}]}}]]]),
        json.dumps([["words", [{"insert": "perspectives", "at": 0, "item": 7}]]]),
        json.dumps([["words", [{"set": "schema", "to": "2"}]]]),
        json.dumps([["words", [{"move": "sources", "at": "0", "to": None}]]]),
        json.dumps([["words", [{}]]]),
    ],
)
def test_changes_that_are_none_change_nothing(
    editor: FlaskClient, drafted: Store, done: str
) -> None:
    form = form_of(editor.get(ENTRY)) | {"done": done, "history": "undo"}
    assert editor.post(f"{ENTRY}/draft", data=form).status_code == 200
    assert newest(drafted) == sample_entry()


def test_missing_sources_are_added_up_to_the_highest_marker(
    editor: FlaskClient, store: Store
) -> None:
    store.save(sample_entry(**one_point("Cites [1], [3] and [6]."), sources=[]), actor="x")
    page = editor.get(ENTRY)
    assert "Add the 6 missing sources" in page.text
    form = form_of(page) | {"add": "missing-sources"}
    answer = editor.post(f"{ENTRY}/draft", data=form)
    assert answer.headers["Location"].endswith("#f-sources-0-url")
    assert len(newest(store).sources) == 6
    assert "missing source" not in editor.get(ENTRY).text


def test_an_empty_source_that_is_cited_keeps_its_number(editor: FlaskClient, store: Store) -> None:
    blank_source = {"title": "", "url": "", "type": "other"}
    store.save(sample_entry(**one_point("Cites [1].", sources=[blank_source])), actor="x")
    paste(editor, "perspectives.0.points", "- More [1]\n\n[1] A title https://a.example/")
    assert texts(store)[0] == ["Cites [1].", "More [2]"]
    assert [it.title for it in newest(store).sources] == ["", "A title"]


def test_markers_mean_the_sources_that_are_there(editor: FlaskClient, drafted: Store) -> None:
    """A text without a list of sources has the numbers of the entry's own."""
    count = len(newest(drafted).sources)
    paste(editor, "perspectives.0.points", "- Old [2] and new https://new.example/\n- Raised²")
    assert texts(drafted)[0][-2:] == [f"Old [2] and new [{count + 1}]", "Raised[2]"]
    assert newest(drafted).sources[-1].url == "https://new.example/"
    assert len(newest(drafted).sources) == count + 1
