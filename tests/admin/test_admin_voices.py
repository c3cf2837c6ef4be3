"""The editors' pages of links for authors: made, shown once, and what becomes of a reply."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import ENTRY, post, signed_in
from samples import PUBLICATION, sample_entry

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.entry import parse_entry
from widget.record.voices import Voices
from widget.store import Live, Store

pytestmark = pytest.mark.unit

ID = "night-trains"
FORM: dict[str, Any] = {"name": "M. Lindqvist", "role": "author", "shows": "draft", "days": "7"}


@pytest.fixture
def voices(app: Flask) -> Voices:
    found: Voices = app.extensions["insights.voices"]
    return found


def token_of(text: str) -> str:
    found = re.search(r"http://localhost/voice/([\w-]{43})<", text)
    assert found
    return found[1]


def answered(app: Flask, editor: FlaskClient, **fields: str) -> str:
    """Make a link, write with it, and return its key."""
    token = token_of(post(editor, f"{ENTRY}/voices", **FORM).text)
    for part, text in fields.items():
        path = "objection" if part == "objection" else "reply"
        app.test_client().post(f"/voice/{token}/{path}", data={part: text})
    (voice,) = app.extensions["insights.voices"].of_entry(ID)
    return str(voice.key)


def test_a_link_is_shown_once_and_works(
    app: Flask, editor: FlaskClient, drafted: Store, voices: Voices
) -> None:
    del drafted
    token = token_of(post(editor, f"{ENTRY}/voices", **FORM).text)
    assert token not in editor.get(f"{ENTRY}/voices").text
    assert app.test_client().get(f"/voice/{token}").status_code == 200
    (voice,) = voices.of_entry(ID)
    assert (voice.name, voice.role, voice.shows, voice.made_by) == (
        "M. Lindqvist",
        "author",
        "draft",
        "editor",
    )
    assert (voice.expires_at - voice.made_at).days == 7


@pytest.mark.parametrize("changes", [{"name": " "}, {"days": "0"}, {"days": "x"}, {"days": "91"}])
def test_a_form_that_is_not_right_is_shown_again(
    editor: FlaskClient, drafted: Store, voices: Voices, changes: dict[str, str]
) -> None:
    del drafted
    answer = post(editor, f"{ENTRY}/voices", **{**FORM, **changes})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert voices.of_entry(ID) == []


def test_a_reply_becomes_a_signed_point_of_the_draft_and_is_published_as_any_change(
    app: Flask, editor: FlaskClient, publisher: FlaskClient, shown: Store
) -> None:
    key = answered(app, editor, reply="I never said [1].\nRead it & weep.")
    refused = post(editor, f"{ENTRY}/voices/{key}/use")
    assert refused.status_code == 403, "a publisher decides"
    assert "Use this reply" not in editor.get(f"{ENTRY}/voices").text
    assert "Use this reply" in publisher.get(f"{ENTRY}/voices").text
    used = post(publisher, f"{ENTRY}/voices/{key}/use")
    assert used.headers["Location"] == f"{ENTRY}/publication"
    draft = shown.draft(ID)
    assert draft
    assert draft.actor == "publisher"
    group = draft.entry.perspectives[-1]
    assert group.role == "reply"
    assert group.points[0].attributed_to == "M. Lindqvist"
    assert group.points[0].text == r"I never said \[1].<br>Read it &amp; weep."
    assert "In the draft" in publisher.get(f"{ENTRY}/voices").text
    twice = post(publisher, f"{ENTRY}/voices/{key}/use")
    assert twice.status_code == 422
    shown.publish(ID, actor="publisher")
    assert "Shown to readers" in publisher.get("/admin/voices").text
    assert "Read it &amp; weep." in app.test_client().get(f"/panel/{ID}").text


def test_a_second_reply_stands_beside_the_first(
    app: Flask, editor: FlaskClient, publisher: FlaskClient, shown: Store
) -> None:
    key = answered(app, editor, reply="First")
    post(publisher, f"{ENTRY}/voices/{key}/use")
    token = token_of(post(editor, f"{ENTRY}/voices", **{**FORM, "name": "A. Named"}).text)
    app.test_client().post(f"/voice/{token}/reply", data={"reply": "Second"})
    other = next(it.key for it in app.extensions["insights.voices"].of_entry(ID) if it.key != key)
    post(publisher, f"{ENTRY}/voices/{other}/use")
    draft = shown.draft(ID)
    assert draft
    (group,) = (it for it in draft.entry.perspectives if it.role == "reply")
    assert [it.text for it in group.points] == ["First", "Second"]


def test_an_entry_without_room_says_so(
    app: Flask, editor: FlaskClient, publisher: FlaskClient, store: Store
) -> None:
    group = sample_entry().perspectives[0].model_dump(mode="json")
    entry = sample_entry(perspectives=[{**group, "role": "context"}] * 6)
    store.save(entry, actor="ana")
    key = answered(app, editor, reply="Mine")
    answer = post(publisher, f"{ENTRY}/voices/{key}/use")
    assert answer.status_code == 422
    assert "no room" in answer.text
    draft = store.draft(ID)
    assert draft
    assert draft.entry == parse_entry(entry.to_json())


def test_declining_needs_a_reason_which_the_person_reads(
    app: Flask, editor: FlaskClient, publisher: FlaskClient, shown: Store, voices: Voices
) -> None:
    del shown
    key = answered(app, editor, objection="It is wrong")
    assert "It is wrong" in editor.get(f"{ENTRY}/voices").text
    assert post(publisher, f"{ENTRY}/voices/{key}/decline", reason=" ").status_code == 422
    assert post(editor, f"{ENTRY}/voices/{key}/decline", reason="No").status_code == 403
    assert post(publisher, f"{ENTRY}/voices/{key}/decline", reason="We checked").status_code == 303
    assert voices.get(ID, key).state(None) == "declined"
    assert "We checked" in editor.get(f"{ENTRY}/voices").text


def test_a_revoked_link_ends_at_once(
    app: Flask, editor: FlaskClient, shown: Store, voices: Voices
) -> None:
    del shown
    token = token_of(post(editor, f"{ENTRY}/voices", **FORM).text)
    (voice,) = voices.of_entry(ID)
    assert post(editor, f"{ENTRY}/voices/{voice.key}/revocation").status_code == 303
    assert app.test_client().get(f"/voice/{token}").status_code == 404


@pytest.mark.parametrize("action", ["use", "decline", "revocation"])
def test_a_link_of_another_entry_is_not_found(
    publisher: FlaskClient, shown: Store, voices: Voices, action: str
) -> None:
    del shown
    _, other = voices.make("other", name="Else", role="author", shows="panel", actor="ana")
    voices.reply(other.key, text="Mine")
    answer = post(publisher, f"{ENTRY}/voices/{other.key}/{action}", reason="x")
    assert answer.status_code == 404
    assert voices.get("other", other.key).reply == "Mine"


def asking(settings: Settings) -> Settings:
    publication = PUBLICATION.model_copy(update={"author": "asked"})
    return settings.model_copy(update={"publications": (publication,)})


def test_publishing_says_that_the_author_has_to_be_asked(
    settings: Settings, store: Store, accounts: Accounts
) -> None:
    own = asking(settings)
    app = create_app(own, asked_store := opened(own), accounts)
    client = signed_in(app, accounts, "publisher")
    asked_store.save(sample_entry(), actor="ana")
    page = client.get(f"{ENTRY}/publication").text
    assert "have to be asked before this is published" in page
    head = str(asked_store.head(ID))
    answer = post(client, f"{ENTRY}/publication", head=head)
    assert answer.status_code == 422
    assert "have to be asked" in answer.text
    post(client, f"{ENTRY}/voices", **FORM)
    assert "have until" in client.get(f"{ENTRY}/voices").text
    assert store.live(ID) is None


def opened(settings: Settings) -> Store:
    from widget.app import rules
    from widget.store import open_store

    return open_store(settings.store, rules(settings))


def test_only_an_admin_may_go_without_and_says_why(settings: Settings, accounts: Accounts) -> None:
    own = asking(settings)
    store = opened(own)
    app = create_app(own, store, accounts)
    store.save(sample_entry(), actor="ana")
    publisher = signed_in(app, accounts, "publisher")
    admin = signed_in(app, accounts, "admin")
    assert "Publish without asking" not in publisher.get(f"{ENTRY}/voices").text
    assert post(publisher, f"{ENTRY}/voices/waiver", reason="Urgent").status_code == 403
    assert "Publish without asking" in admin.get(f"{ENTRY}/voices").text
    assert post(admin, f"{ENTRY}/voices/waiver", reason="").status_code == 422
    assert post(admin, f"{ENTRY}/voices/waiver", reason="She died in 1912.").status_code == 303
    assert "She died in 1912." in admin.get(f"{ENTRY}/history").text
    head = str(store.head(ID))
    assert post(publisher, f"{ENTRY}/publication", head=head).status_code == 303
    assert isinstance(store.live(ID), Live)


def test_others_publications_have_no_links(accounts: Accounts, settings: Settings) -> None:
    other = PUBLICATION.model_copy(update={"name": "Else", "origins": ("https://else.example",)})
    own = settings.model_copy(update={"publications": (PUBLICATION, other)})
    store = opened(own)
    app = create_app(own, store, accounts)
    store.save(sample_entry(), actor="ana")
    voices: Voices = app.extensions["insights.voices"]
    _, voice = voices.make(ID, name="M. Lindqvist", role="author", shows="draft", actor="ana")
    user = accounts.add_user("else", "publisher", "correct horse battery staple")
    accounts.set_publications(user.name, ("Else",))
    client = signed_in(app, accounts, "publisher", "else")
    assert "Lindqvist" not in client.get("/admin/voices").text
    assert client.get(f"{ENTRY}/voices").status_code == 404
    assert post(client, f"{ENTRY}/voices", **FORM).status_code == 404
    for action in ("use", "decline", "revocation"):
        path = f"{ENTRY}/voices/{voice.key}/{action}"
        assert post(client, path, reason="x").status_code == 404
    assert [it.key for it in voices.of_entry(ID)] == [voice.key]
    assert "Lindqvist" in signed_in(app, accounts, "editor").get("/admin/voices").text
