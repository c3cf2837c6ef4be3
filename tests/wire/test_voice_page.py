"""``/voice/<token>``: what whoever has the link sees and can send, without a script."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from samples import parse_html, sample_entry, text_of, with_class
from wire_support import ID, published

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.record.replies import VoiceDesk
from widget.record.voices import MAX_OBJECTION, MAX_REPLY, Voice, Voices
from widget.store import Store

pytestmark = pytest.mark.unit

Make = Callable[..., tuple[str, Voice]]


@pytest.fixture
def voices(app: Flask) -> Voices:
    found: Voices = app.extensions["insights.voices"]
    return found


@pytest.fixture
def editorial(app: Flask) -> Editorial:
    found: Editorial = app.extensions["insights.editorial"]
    return found


@pytest.fixture
def make(voices: Voices, editorial: Editorial, settings: Settings) -> Make:
    desk = VoiceDesk(voices, editorial, settings)

    def make_link(**changes: object) -> tuple[str, Voice]:
        options = {"name": "M. Lindqvist", "role": "author", "shows": "draft", "actor": "ana"}
        return desk.make(ID, **{**options, **changes})  # type: ignore[arg-type]  # as given

    return make_link


def panel_of(text: str) -> str:
    found = [it for it in with_class(parse_html(text), "insights") if it.get("data-entry")]
    return text_of(found[0]) if found else ""


def test_a_link_for_the_draft_shows_it_and_one_for_the_panel_what_readers_see(
    client: FlaskClient, store: Store, make: Make
) -> None:
    published(store)
    store.save(sample_entry(viewpoint__rationale="Only drafted."), actor="ana")
    draft, panel = make()[0], make(shows="panel", role="named")[0]
    shown = client.get(f"/voice/{draft}").text
    assert "Only drafted." in panel_of(shown)
    assert "This panel is a draft" in shown
    public = client.get(f"/voice/{panel}").text
    assert "Only drafted." not in public
    assert "It asks for" in panel_of(public)
    assert "This panel is a draft" not in public


def test_a_draft_that_is_published_is_shown_as_readers_see_it(
    client: FlaskClient, store: Store, make: Make
) -> None:
    store.save(sample_entry(), actor="ana")
    token, _ = make()
    assert "This panel is a draft" in client.get(f"/voice/{token}").text
    store.publish(ID, actor="ana")
    shown = client.get(f"/voice/{token}").text
    assert "This panel is a draft" not in shown
    assert "Sleepers replace short flights" in panel_of(shown)


def test_a_link_for_the_panel_shows_nothing_of_a_draft(
    client: FlaskClient, store: Store, make: Make
) -> None:
    store.save(sample_entry(), actor="ana")
    shown = client.get(f"/voice/{make(shows='panel')[0]}").text
    assert "Sleepers" not in shown
    assert "night trains" not in shown
    assert "There is nothing to see at present." in shown


def test_the_answer_is_for_nobody_else(client: FlaskClient, store: Store, make: Make) -> None:
    published(store)
    token, _ = make()
    for path, status in ((f"/voice/{token}", 200), ("/voice/wrong", 404)):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors 'none'")
        assert "script-src" not in policy
        assert "<script" not in answer.text
        assert "Set-Cookie" not in answer.headers
    sent = client.post(f"/voice/{token}/reply", data={"reply": "Mine"})
    assert (sent.status_code, sent.headers["Referrer-Policy"]) == (303, "no-referrer")


def test_the_objection_and_the_reply_are_recorded(
    client: FlaskClient, store: Store, voices: Voices, make: Make
) -> None:
    published(store)
    token, voice = make()
    options = parse_html(client.get(f"/voice/{token}").text).iter("option")
    assert [it.get("value") for it in options] == ["", "1-1", "1-2", "2-1"]
    sent = client.post(
        f"/voice/{token}/objection", data={"objection": "I\r\nnever said that", "point": "1-2"}
    )
    assert sent.headers["Location"] == f"/voice/{token}#objection-form"
    client.post(f"/voice/{token}/reply", data={"reply": "Read it again <b>"})
    written = voices.get(ID, voice.key)
    assert (written.objection, written.point) == ("I\nnever said that", "1-2")
    assert written.reply == "Read it again <b>"
    shown = client.get(f"/voice/{token}").text
    assert "Read it again &lt;b&gt;" in shown
    assert "The editors have your reply:" in shown


def test_an_objection_to_a_point_that_there_is_not_is_to_the_whole(
    client: FlaskClient, store: Store, voices: Voices, make: Make
) -> None:
    published(store)
    token, voice = make()
    client.post(f"/voice/{token}/objection", data={"objection": "Wrong", "point": "9-9"})
    assert voices.get(ID, voice.key).point == ""


@pytest.mark.parametrize(
    ("part", "text", "why"),
    [
        ("objection", " ", "Write something first."),
        ("reply", "", "Write something first."),
        ("objection", "x" * (MAX_OBJECTION + 1), "at most 2000 characters"),
        ("reply", "x" * (MAX_REPLY + 1), "at most 1500 characters"),
        ("reply", "&" * 300, "too many signs"),
    ],
)
def test_what_is_refused_stays_in_the_form(
    client: FlaskClient, store: Store, voices: Voices, make: Make, part: str, text: str, why: str
) -> None:
    published(store)
    token, voice = make()
    answer = client.post(f"/voice/{token}/{part}", data={part: text, "point": "2-1"})
    assert answer.status_code == 422
    assert why in answer.text
    (field,) = (it for it in parse_html(answer.text).iter("textarea") if it.get("name") == part)
    assert "".join(field.itertext()).strip() == text.strip()
    assert field.get("aria-describedby") == f"{part}-problem"
    written = voices.get(ID, voice.key)
    assert (written.objected_at, written.replied_at) == (None, None)


def test_only_the_first_answer_of_an_author_makes_a_revision(
    client: FlaskClient, store: Store, make: Make
) -> None:
    published(store)
    token, _ = make()
    named, _ = make(role="named")
    head = store.head(ID)
    client.post(f"/voice/{named}/reply", data={"reply": "I am only named"})
    assert store.head(ID) == head
    for text in ("One", "Two", "Three"):
        client.post(f"/voice/{token}/reply", data={"reply": text})
        client.post(f"/voice/{token}/objection", data={"objection": text})
    assert store.head(ID) == head + 1
    recorded = store.history(ID)[0]
    assert (recorded.actor, recorded.action) == ("author (link)", "voice")
    assert recorded.workflow.author_answered_at
    assert "Lindqvist" not in recorded.note


def test_a_decided_reply_cannot_be_changed_and_says_what_was_decided(
    client: FlaskClient, store: Store, voices: Voices, make: Make
) -> None:
    published(store)
    token, voice = make()
    client.post(f"/voice/{token}/reply", data={"reply": "First"})
    voices.decline(ID, voice.key, reason="It is about something else.")
    assert "It is about something else." in client.get(f"/voice/{token}").text
    answer = client.post(f"/voice/{token}/reply", data={"reply": "Second"})
    assert answer.status_code == 422
    assert "cannot be changed any more" in answer.text
    assert voices.get(ID, voice.key).reply == "First"


def test_an_ended_link_shows_nothing_of_the_entry(
    client: FlaskClient, store: Store, voices: Voices, make: Make
) -> None:
    published(store)
    token, voice = make()
    client.post(f"/voice/{token}/reply", data={"reply": "Mine"})
    voices.revoke(ID, voice.key)
    for answer in (
        client.get(f"/voice/{token}"),
        client.post(f"/voice/{token}/reply", data={"reply": "Again"}),
        client.post(f"/voice/{token}/objection", data={"objection": "Again"}),
    ):
        assert answer.status_code == 404
        assert "This link has ended." in answer.text
        assert "night" not in answer.text.lower().replace(token.lower(), "")
    assert voices.get(ID, voice.key).reply == "Mine"


def test_a_legal_withdrawal_leaves_the_notice_and_no_text(
    client: FlaskClient,
    store: Store,
    editorial: Editorial,
    make: Make,
    settings: Settings,
) -> None:
    published(store)
    store.save(sample_entry(viewpoint__rationale="Also drafted."), actor="ana")
    token, _ = make()
    client.post(f"/voice/{token}/reply", data={"reply": "A secret reply"})
    client.post(f"/voice/{token}/objection", data={"objection": "A secret objection"})
    editorial.withdraw(ID, actor="ben", legal=True)
    shown = client.get(f"/voice/{token}").text
    assert "This panel has been withdrawn." in panel_of(shown)
    for text in ("Sleepers", "It asks for", "Also drafted", "secret", "Lindqvist", "<form"):
        assert text not in shown, text
    answer = client.post(f"/voice/{token}/reply", data={"reply": "A later reply"})
    assert answer.status_code == 404
    folder = Path(settings.store.removeprefix("dir:"))
    stored = records_in(folder)
    assert ID in stored
    for text in ("secret", "later", "Lindqvist"):
        assert text not in stored, text


def records_in(folder: Path) -> str:
    """Return all records as text."""
    with sqlite3.connect(folder / "records.sqlite3") as connection:
        return str(connection.execute("SELECT * FROM document").fetchall())


def test_an_ordinary_withdrawal_shows_the_notice_and_takes_nothing(
    client: FlaskClient, store: Store, editorial: Editorial, voices: Voices, make: Make
) -> None:
    published(store)
    token, voice = make()
    editorial.withdraw(ID, actor="ben", reason="A mistake.")
    shown = client.get(f"/voice/{token}").text
    assert "A mistake." in panel_of(shown)
    assert "<form" not in shown
    answer = client.post(f"/voice/{token}/reply", data={"reply": "Later"})
    assert answer.status_code == 404
    assert voices.get(ID, voice.key).reply == ""


def test_no_log_has_the_token(
    client: FlaskClient, store: Store, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    published(store)
    token, _ = make()
    with caplog.at_level(logging.DEBUG):
        client.get(f"/voice/{token}")
        client.post(f"/voice/{token}/reply", data={"reply": "Mine"})
        client.put(f"/voice/{token}")
    lines = [str(vars(it)) for it in caplog.records]
    assert any("/voice/<token>" in it for it in lines)
    assert not [it for it in lines if token in it]


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("de", "ltr")])
def test_the_page_has_the_language_of_its_entry(
    client: FlaskClient, store: Store, make: Make, language: str, direction: str
) -> None:
    published(store, language=language)
    page: Any = parse_html(client.get(f"/voice/{make()[0]}").text)
    assert (page.get("lang"), page.get("dir")) == (language, direction)
    mine = with_class(page, "insights-voice")
    assert {(it.get("lang"), it.get("dir")) for it in mine} == {(language, direction)}


def test_opening_it_changes_nothing(
    client: FlaskClient, store: Store, voices: Voices, make: Make
) -> None:
    published(store)
    token, voice = make()
    head = store.head(ID)
    for _ in range(3):
        client.get(f"/voice/{token}")
        client.head(f"/voice/{token}")
    assert voices.get(ID, voice.key) == voice
    assert store.head(ID) == head
