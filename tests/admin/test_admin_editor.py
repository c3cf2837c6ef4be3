"""The editor's form: what is typed is checked, previewed and kept, whoever else writes."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import ENTRY, csrf, form_of, signed_in
from samples import sample_entry

from widget.accounts import Accounts
from widget.config import Settings
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.store import Store

pytestmark = pytest.mark.unit


def test_a_form_that_is_sent_back_unchanged_changes_nothing(
    editor: FlaskClient, shown: Store
) -> None:
    answer = editor.post(f"{ENTRY}/draft", data=form_of(editor.get(ENTRY)))
    assert answer.status_code == 303
    assert shown.head("night-trains") == 2
    assert shown.draft("night-trains") is None


def test_codes_beside_labels_stand_from_left_to_right_in_arabic(
    editor: FlaskClient, shown: Store
) -> None:
    assert shown.head("night-trains") == 2
    page = html.unescape(editor.get(ENTRY, headers={"Accept-Language": "ar"}).text)
    assert '<html lang="ar" dir="rtl"' in page
    for code in ("en, pt-BR…", "<em>, <strong>, <a href>…"):
        assert f"\u2066{code}\u2069" in page


def test_what_is_typed_becomes_the_draft_and_readers_see_nothing_of_it(
    editor: FlaskClient, shown: Store
) -> None:
    form = form_of(editor.get(ENTRY))
    form |= {
        "article.title": "Anew",
        "article.authors": "A. One\r\n\r\n B. Two ",
        "csrf": csrf(editor),
    }
    assert editor.post(f"{ENTRY}/draft", data=form).status_code == 303
    draft = shown.draft("night-trains")
    assert draft
    assert draft.entry == sample_entry(article__title="Anew", article__authors=["A. One", "B. Two"])
    assert "Anew" not in editor.get("/panel/night-trains").text


def test_what_the_rules_say_stands_beside_its_field_and_in_a_list_that_jumps(
    editor: FlaskClient, store: Store
) -> None:
    store.save(
        sample_entry(
            sources__0__url="nowhere",
            viewpoint__rationale="<script>x</script>",
            article__kind="news",
        ),
        actor="x",
    )
    page = editor.get(ENTRY).text
    assert re.search(r'id="said-sources-0-url"><p class="error">.*?is not absolute', page)
    assert 'href="#f-sources-0-url">Source 1, address</a> is not absolute' in page
    assert 'id="f-sources-0-url"' in page
    assert re.search(r'id="said-viewpoint-rationale"><p class="warning">.*?shown as', page)
    assert re.search(r'id="f-article-kind"[^>]*aria-invalid="true"', page)


def test_what_is_typed_is_checked_without_being_saved(editor: FlaskClient, drafted: Store) -> None:
    form = form_of(editor.get(ENTRY)) | {"sources.0.title": ""}
    answer = editor.post(f"{ENTRY}/check", data=form, headers={"HX-Request": "true"})
    assert "1 thing to fix before publishing" in answer.text
    assert "give the source" in answer.text
    assert drafted.head("night-trains") == 1


def test_what_cannot_be_a_draft_is_kept_in_the_form(editor: FlaskClient, drafted: Store) -> None:
    form = form_of(editor.get(ENTRY)) | {"language": "no language", "article.title": "Kept"}
    answer = editor.post(f"{ENTRY}/draft", data=form)
    assert answer.status_code == 422
    again = form_of(answer)
    assert (again["language"], again["article.title"]) == ("no language", "Kept")
    assert "data-unsaved" in answer.text
    assert drafted.head("night-trains") == 1


def test_of_two_editors_the_second_is_shown_both_versions_and_loses_nothing(
    app: Flask, accounts: Accounts, editor: FlaskClient, drafted: Store
) -> None:
    other = signed_in(app, accounts, "editor", "other")
    mine = form_of(editor.get(ENTRY)) | {"article.title": "Bring all trains back"}
    theirs = form_of(other.get(ENTRY)) | {"article.title": "Bring the day trains back"}
    assert other.post(f"{ENTRY}/draft", data=theirs).status_code == 303
    refused = editor.post(f"{ENTRY}/draft", data=mine)
    assert refused.status_code == 409
    assert "<del>the day</del><ins>all</ins>" in refused.text
    assert "other saved this entry" in refused.text
    assert form_of(refused)["article.title"] == "Bring all trains back"
    twice = editor.post(f"{ENTRY}/draft", data=form_of(refused))
    assert twice.status_code == 409, "pressing Save alone changes nothing"
    over = re.search(r'name="over" value="(\d+)"', refused.text)
    assert over
    assert editor.post(f"{ENTRY}/draft", data={**mine, "over": over[1]}).status_code == 303
    draft = drafted.draft("night-trains")
    assert draft
    assert (draft.actor, draft.entry.article.title) == ("editor", "Bring all trains back")


def test_changes_of_two_editors_to_different_parts_are_both_saved(
    app: Flask, accounts: Accounts, editor: FlaskClient, drafted: Store
) -> None:
    other = signed_in(app, accounts, "editor", "other")
    mine = form_of(editor.get(ENTRY)) | {"article.title": "Bring all trains back"}
    theirs = form_of(other.get(ENTRY)) | {"perspectives.0.points.1.text": "Theirs [1][2]."}
    assert other.post(f"{ENTRY}/draft", data=theirs).status_code == 303
    answer = editor.post(f"{ENTRY}/draft", data=mine)
    assert answer.status_code == 200
    assert "other saved this entry, too. Both versions are one now" in answer.text
    shown = form_of(answer)
    assert shown["perspectives.0.points.1.text"] == "Theirs [1][2]."
    draft = drafted.draft("night-trains")
    assert draft
    assert draft.entry.article.title == "Bring all trains back"
    assert draft.entry.perspectives[0].points[1].text == "Theirs [1][2]."
    assert shown["head"] == str(draft.revision)


def test_where_both_changed_a_part_one_of_the_two_is_chosen(
    app: Flask, accounts: Accounts, editor: FlaskClient, drafted: Store
) -> None:
    other = signed_in(app, accounts, "editor", "other")
    mine = form_of(editor.get(ENTRY)) | {"article.title": "Mine", "article.section": "Opinion, too"}
    theirs = form_of(other.get(ENTRY)) | {"article.title": "Theirs", "language": "en-GB"}
    assert other.post(f"{ENTRY}/draft", data=theirs).status_code == 303
    refused = editor.post(f"{ENTRY}/draft", data=mine)
    assert refused.status_code == 409
    assert "Taken over from other: Language" in refused.text
    over = re.search(r'name="over" value="(\d+)"', refused.text)
    assert over
    box = re.search(r'name="theirs" value="([^"]+)"', refused.text)
    assert box
    for broken in ("{", "7", '["$.article.authors", 7]', '["$.sources", [1]]', "[" * 9_000):
        tried = {**form_of(refused), "over": "0", "theirs": broken}
        assert editor.post(f"{ENTRY}/draft", data=tried).status_code == 409
    chosen = {**form_of(refused), "over": over[1], "theirs": html.unescape(box[1])}
    assert editor.post(f"{ENTRY}/draft", data=chosen).status_code == 303
    draft = drafted.draft("night-trains")
    assert draft
    article = draft.entry.article
    assert (article.title, article.section) == ("Theirs", "Opinion, too")
    assert draft.entry.language == "en-GB"


def test_an_autosave_says_plainly_how_it_went(
    app: Flask, accounts: Accounts, editor: FlaskClient, drafted: Store
) -> None:
    htmx = {"HX-Request": "true"}
    form = form_of(editor.get(ENTRY)) | {"article.title": "Once"}
    saved = editor.post(f"{ENTRY}/draft", data=form, headers=htmx)
    assert "data-saved" in saved.text
    assert 'name="head" value="2"' in saved.text
    bad = form | {"head": "2", "language": "no language"}
    assert "Not saved: 1 thing" in editor.post(f"{ENTRY}/draft", data=bad, headers=htmx).text
    other = signed_in(app, accounts, "editor", "other")
    changed = form_of(other.get(ENTRY)) | {"article.title": "Twice"}
    other.post(f"{ENTRY}/draft", data=changed)
    late = form | {"head": "2", "article.title": "Thrice"}
    answer = editor.post(f"{ENTRY}/draft", data=late, headers=htmx)
    assert "somebody else saved this entry" in answer.text
    assert "data-saved" not in answer.text
    draft = drafted.draft("night-trains")
    assert draft
    assert draft.entry.article.title == "Twice"


def test_a_group_without_points_says_why_in_the_form(editor: FlaskClient, shown: Store) -> None:
    form = form_of(editor.get(ENTRY))
    assert "perspectives.0.none_because" not in form, "only different views may be missing"
    reason = "perspectives.1.none_because"
    assert form[reason] == ""
    form = {name: it for name, it in form.items() if not name.startswith("perspectives.1.points")}
    form["perspectives.0.points.0.text"] = "Sleepers replace short flights [1][2]."
    page = editor.post(f"{ENTRY}/check", data=form).text
    assert "say in none_because why there are none" in page
    answer = editor.post(f"{ENTRY}/draft", data=form | {reason: "All agree.\r\nReally."})
    assert answer.status_code == 303
    draft = shown.draft("night-trains")
    assert draft
    assert draft.entry.perspectives[1].none_because == "All agree.\nReally."
    assert form_of(editor.get(ENTRY))[reason] == "All agree.\nReally."
    assert "Group 2, why there are none" in editor.get(f"{ENTRY}/publication").text


def test_a_reason_beside_points_is_told_beside_its_field(editor: FlaskClient, store: Store) -> None:
    store.save(
        sample_entry(
            perspectives__0__none_because="None.", perspectives__1__none_because="All agree."
        ),
        actor="x",
    )
    page = editor.get(ENTRY).text
    for group, problem in (
        (0, "is only for a group of different-views"),
        (1, "says why there are"),
    ):
        name = f"perspectives-{group}-none_because"
        assert re.search(rf'id="said-{name}"><p class="error">.*?{problem}', page)
        assert f'href="#f-{name}"' in page


def test_the_preview_shows_the_proof_of_exactly_what_it_shows(
    editor: FlaskClient, shown: Store, settings: Settings
) -> None:
    proven = "AI-generated, reviewed"
    shown.save(sample_entry(article__title="Anew"), actor="ana")
    assert proven not in editor.get(f"{ENTRY}/preview").text
    reviewer = Reviewer("ben", "editor", "session", actor="ben")
    review = Editorial(shown, settings).review
    review.approve("night-trains", reviewer=reviewer, checked=CHECKLIST)
    assert proven in editor.get(f"{ENTRY}/preview").text
    form = form_of(editor.get(ENTRY))
    assert proven in editor.post(f"{ENTRY}/preview", data=form).text
    changed = form | {"article.title": "Anew, again"}
    assert proven not in editor.post(f"{ENTRY}/preview", data=changed).text
    shown.publish("night-trains", actor="ben")
    assert proven in editor.get(f"{ENTRY}/preview").text
    assert proven not in editor.post(f"{ENTRY}/preview", data=changed).text


def test_the_preview_is_the_frame_of_what_is_typed(editor: FlaskClient, shown: Store) -> None:
    form = form_of(editor.get(ENTRY)) | {"article.title": "Typed just now", "theme": "dark"}
    form["perspectives.0.points.0.text"] = "<script>alert(1)</script>Just so [1]."
    answer = editor.post(f"{ENTRY}/preview", data=form)
    assert "alert(1)Just " in answer.text
    assert "<script>alert" not in answer.text
    assert 'data-theme="dark"' in answer.text
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")
    assert "alert(1)" not in editor.get("/panel/night-trains").text
    wrong = editor.post(f"{ENTRY}/preview", data=form | {"language": "no language"})
    assert "No preview yet" in wrong.text
    assert shown.head("night-trains") == 2
