"""What readers see: publishing, dropping a draft, taking an entry down."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from newsroom import ENTRY, form_of, post, signed_in
from samples import sample_entry

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.store import Live, Store

pytestmark = pytest.mark.unit


def test_publishing_shows_what_changes_before_it_does_it(
    publisher: FlaskClient, shown: Store
) -> None:
    shown.save(sample_entry(article__title="Bring the day trains back"), actor="x")
    page = publisher.get(f"{ENTRY}/publication").text
    assert "<del>night</del><ins>day</ins>" in page
    assert "Bring the night" in publisher.get("/panel/night-trains").text
    answer = post(publisher, f"{ENTRY}/publication", head="3", note="Title")
    assert answer.status_code == 303
    assert "Bring the day" in publisher.get("/panel/night-trains").text
    assert shown.history("night-trains")[0].note == "Title"


def test_what_was_changed_since_it_was_compared_is_not_published(
    publisher: FlaskClient, shown: Store
) -> None:
    shown.save(sample_entry(article__title="Seen"), actor="x")
    shown.save(sample_entry(article__title="Never seen"), actor="y")
    answer = post(publisher, f"{ENTRY}/publication", head="3")
    assert answer.status_code == 409
    assert "Never seen" not in publisher.get("/panel/night-trains").text


def test_an_article_of_an_origin_that_no_publication_lists_is_told_before_it_is_published(
    publisher: FlaskClient, store: Store
) -> None:
    store.save(sample_entry(article__url="https://stray.example/a"), actor="x")
    for page in (ENTRY, f"{ENTRY}/publication"):
        assert "https://stray.example, which no publication lists" in publisher.get(page).text
    answer = post(publisher, f"{ENTRY}/publication", head="1")
    assert answer.status_code == 303


def test_what_breaks_the_rules_is_not_published(publisher: FlaskClient, store: Store) -> None:
    store.save(sample_entry(sources=[]), actor="x")
    answer = post(publisher, f"{ENTRY}/publication", head="1")
    assert answer.status_code == 422
    assert "cites source [1], but there are no sources" in answer.text
    assert store.live("night-trains") is None


def test_with_four_eyes_who_saved_the_draft_cannot_publish_it(
    settings: Settings, drafted: Store, accounts: Accounts
) -> None:
    careful = create_app(settings.model_copy(update={"four_eyes": True}), drafted, accounts)
    ann = signed_in(careful, accounts, "publisher", "ann")
    bob = signed_in(careful, accounts, "publisher", "bob")
    form = form_of(ann.get(ENTRY)) | {"article.title": "Anew"}
    assert ann.post(f"{ENTRY}/draft", data=form).status_code == 303
    page = ann.get(f"{ENTRY}/publication").text
    assert "A second person must publish this" in page
    assert "Publish now" not in page
    assert post(ann, f"{ENTRY}/publication", head="2").status_code == 403
    assert drafted.live("night-trains") is None
    assert post(bob, f"{ENTRY}/publication", head="2").status_code == 303
    assert isinstance(drafted.live("night-trains"), Live)


def test_an_editor_sees_the_comparison_and_no_button(editor: FlaskClient, drafted: Store) -> None:
    del drafted
    page = editor.get(f"{ENTRY}/publication").text
    assert "Publish now" not in page
    assert "your role is editor" in page


def test_a_withdrawal_needs_a_reason_or_a_legal_one(publisher: FlaskClient, shown: Store) -> None:
    assert post(publisher, f"{ENTRY}/withdrawal", reason=" ").status_code == 422
    assert isinstance(shown.live("night-trains"), Live)
    answer = post(publisher, f"{ENTRY}/withdrawal", reason="It misquoted the author.")
    assert answer.status_code == 303
    assert "It misquoted the author." in publisher.get(answer.headers["Location"]).text
    assert publisher.get("/panel/night-trains").status_code == 410


def test_a_draft_that_is_dropped_leaves_what_is_live(editor: FlaskClient, shown: Store) -> None:
    shown.save(sample_entry(article__title="Mistake"), actor="x")
    assert post(editor, f"{ENTRY}/draft/removal", head="3").status_code == 303
    assert shown.draft("night-trains") is None
    assert isinstance(shown.live("night-trains"), Live)


@pytest.mark.parametrize(
    "page", ["", "/json", "/publication", "/withdrawal", "/history", "/comparison", "/preview"]
)
def test_an_entry_that_is_not_there_is_not_found(editor: FlaskClient, page: str) -> None:
    answer = editor.get(f"/admin/entries/nothing{page}")
    assert answer.status_code == 404
    assert "There is no entry" in answer.text
