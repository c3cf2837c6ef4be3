"""Links of authors as records, in both stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from samples import sample_entry

from widget.entry import footnotes, light_html
from widget.errors import InvalidRequest, NotFound
from widget.record.replies import with_reply
from widget.record.voices import (
    COLLECTION,
    KEEP_DAYS,
    MAX_DAYS,
    MAX_OBJECTION,
    MAX_REPLY,
    Voice,
    Voices,
    as_light_html,
    as_plain_text,
)
from widget.storage.documents import Collection, Documents
from widget.store import Live

pytestmark = pytest.mark.database

ID = "night-trains"


@pytest.fixture
def voices(documents: Documents) -> Voices:
    return Voices(lambda: documents)


def link(voices: Voices, **changes: object) -> tuple[str, Voice]:
    options = {"name": "M. Lindqvist", "role": "author", "shows": "draft", "actor": "ana"}
    return voices.make(ID, **{**options, **changes})  # type: ignore[arg-type]  # as given


def end(documents: Documents, voice: Voice, *, days_ago: float) -> None:
    """Let a link have ended some days ago, as if time had passed."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    update = {"expires_at": at, "changed_at": at - timedelta(days=1)}
    Collection(
        documents,
        COLLECTION,
        Voice,
        group=lambda it: it.entry,
        rank=lambda it: max(it.changed_at, it.expires_at).timestamp(),
    ).put(voice.key, voice.model_copy(update=update))


def test_the_token_finds_its_link_and_is_not_stored(voices: Voices, documents: Documents) -> None:
    token, voice = link(voices)
    assert len(token) >= 43, "256 bits"
    assert voices.by_token(token) == voice
    assert voices.by_token(token[:-1]) is None
    assert voices.by_token(voice.key) is None, "the hash opens nothing"
    stored = documents.newest(COLLECTION, limit=9)
    assert stored
    assert all(token not in "".join(map(str, it)) for it in stored)
    assert link(voices)[0] != token


def test_what_is_written_is_kept_once_and_can_be_changed_until_it_is_decided(
    voices: Voices,
) -> None:
    _, voice = link(voices)
    voices.object_to(voice.key, text="First", point="1-2")
    voices.object_to(voice.key, text=" Second \r\nline\x07 ")
    written = voices.reply(voice.key, text="My reply")
    assert (written.objection, written.point, written.reply) == ("Second \nline", "", "My reply")
    voices.use(ID, voice.key)
    for change in (voices.object_to, voices.reply):
        with pytest.raises(InvalidRequest, match="decided"):
            change(voice.key, text="Third")
    assert voices.get(ID, voice.key).reply == "My reply"


@pytest.mark.parametrize("text", ["", " \n ", "x" * (MAX_REPLY + 1), "<" * 300])
def test_a_reply_is_text_of_a_limited_length_and_cost(voices: Voices, text: str) -> None:
    _, voice = link(voices)
    with pytest.raises(InvalidRequest):
        voices.reply(voice.key, text=text)
    voices.reply(voice.key, text="x" * MAX_REPLY)


def test_an_objection_is_limited(voices: Voices) -> None:
    _, voice = link(voices)
    with pytest.raises(InvalidRequest, match="by 1 character;"):
        voices.object_to(voice.key, text="x" * (MAX_OBJECTION + 1))
    voices.object_to(voice.key, text="x" * MAX_OBJECTION)


@pytest.mark.parametrize("changes", [{"name": " "}, {"days": 0}, {"days": MAX_DAYS + 1}])
def test_a_link_needs_a_name_and_a_time(voices: Voices, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        link(voices, **changes)


def test_an_ended_link_takes_nothing(voices: Voices, documents: Documents) -> None:
    _, voice = link(voices)
    end(documents, voice, days_ago=1)
    for change in (voices.object_to, voices.reply):
        with pytest.raises(NotFound):
            change(voice.key, text="Too late")
    assert voices.get(ID, voice.key).state(None) == "expired"


def test_a_revoked_link_is_gone_and_what_was_written_stays(voices: Voices) -> None:
    (empty, silent), (written, spoken) = link(voices), link(voices)
    voices.reply(spoken.key, text="My reply")
    voices.revoke(ID, silent.key)
    voices.revoke(ID, spoken.key)
    assert voices.by_token(empty) is None
    ended = voices.by_token(written)
    assert ended
    assert (ended.is_open, ended.reply) == (False, "My reply")
    with pytest.raises(NotFound):
        voices.revoke("other-entry", spoken.key)


def test_the_state_says_how_far_it_is(voices: Voices) -> None:
    _, voice = link(voices)
    live = Live(sample_entry(), 1, datetime.now(UTC), "")
    assert voices.get(ID, voice.key).state(live) == "sent"
    assert voices.object_to(voice.key, text="Wrong").state(live) == "objected"
    replied = voices.reply(voice.key, text="My reply")
    assert replied.state(live) == "replied"
    used = voices.use(ID, voice.key)
    assert used.state(live) == "used"
    shown = Live(with_reply(sample_entry(), replied), 2, datetime.now(UTC), "")
    assert used.state(shown) == "shown"
    _, other = link(voices)
    voices.object_to(other.key, text="Wrong")
    assert voices.decline(ID, other.key, reason="Off the point").state(live) == "declined"


def test_there_is_something_to_decide_on_only_after_a_reply(voices: Voices) -> None:
    _, voice = link(voices)
    for decide in (
        lambda: voices.use(ID, voice.key),
        lambda: voices.decline(ID, voice.key, reason="No"),
        lambda: voices.use("other-entry", voice.key),
    ):
        with pytest.raises(NotFound):
            decide()
    voices.object_to(voice.key, text="Wrong")
    with pytest.raises(NotFound):
        voices.use(ID, voice.key)
    with pytest.raises(InvalidRequest):
        voices.decline(ID, voice.key, reason=" ")
    assert voices.decline(ID, voice.key, reason="We checked").reason == "We checked"


def test_a_legal_withdrawal_removes_names_and_texts(voices: Voices, documents: Documents) -> None:
    _, voice = link(voices)
    voices.object_to(voice.key, text="Hidden objection")
    voices.reply(voice.key, text="Hidden reply")
    voices.decline(ID, voice.key, reason="Hidden reason")
    voices.make("other", name="Else", role="named", shows="panel", actor="ana")
    assert voices.forget(ID) == 1
    assert voices.forget(ID) == 0, "nothing is left to remove"
    (stored,) = documents.newest(COLLECTION, group=ID, limit=9)
    assert "Lindqvist" not in stored.body
    assert "Hidden" not in stored.body
    assert [it.name for it in voices.of_entry("other")] == ["Else"]


def test_links_are_removed_when_their_time_is_over(voices: Voices, documents: Documents) -> None:
    (old, first), (_, second), (_, fresh) = link(voices), link(voices), link(voices)
    end(documents, first, days_ago=KEEP_DAYS + 1)
    end(documents, second, days_ago=KEEP_DAYS - 1)
    assert voices.remove_old() == 1
    assert voices.by_token(old) is None
    assert {it.key for it in voices.of_entry(ID)} == {second.key, fresh.key}


@pytest.mark.parametrize(
    "text",
    ["I said [1] & <b>bold</b>", "[1][22] [x] [0]", r"\[1]", "a\nb\n\nc", "&amp; &lt;", "“Ü” ‏נ"],
)
def test_a_reply_shows_exactly_its_text_and_cites_nothing(text: str) -> None:
    pieces = footnotes.split(light_html.clean(as_light_html(text)))
    assert all(isinstance(it, str) for it in pieces)
    shown = "".join(map(str, pieces)).replace("<br>", "\n")
    assert light_html.plain(shown.replace("\n", "¶")).replace("¶", "\n") == text


def test_plain_text_keeps_marks_of_direction_and_drops_controls() -> None:
    assert as_plain_text(" a\u200f\u200cb\x00\x1b[1m\ud800 ") == "a\u200f\u200cb[1m"
