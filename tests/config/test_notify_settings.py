"""The settings of receivers: what is incomplete, foreign or mistyped is named, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from widget.config import Settings, load_settings
from widget.errors import InvalidSettings

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("an_empty_folder")]

HOOK = 'name = "hook"\nkind = "webhook"\nurl = "https://hooks.example/x?key=hidden"\n'
SIGNED = f'{HOOK}secret_file = "secret"\n'
MAIL = (
    'name = "desk"\nkind = "mail"\nsmtp = "mail.example:587"\nsender = "insights@paper.example"\n'
    'to = ["desk@paper.example"]\n'
)


def loaded(*tables: str, before: str = "") -> Settings:
    text = before + "".join(f"[[notify]]\n{table}" for table in tables)
    Path("insights.toml").write_text(text, "utf-8")
    return load_settings()


def test_receivers_are_read() -> None:
    hook, desk = loaded(SIGNED, MAIL).notify
    assert (hook.name, hook.kind, hook.events) == ("hook", "webhook", ())
    assert hook.url
    assert hook.url.get_secret_value() == "https://hooks.example/x?key=hidden"
    assert "hidden" not in repr(hook)
    assert (desk.tls, desk.to) == ("starttls", ("desk@paper.example",))
    assert loaded().notify == ()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (HOOK, "needs secret_file"),
        (SIGNED.replace("https", "ftp"), "notify[0].url: cannot be used"),
        (SIGNED.replace("hooks.example", "user:hidden@hooks.example"), "cannot be used"),
        (SIGNED + 'url_file = "f"\n', "needs url or url_file, and only one"),
        (SIGNED + 'to = ["a@b.example"]\n', "kind 'webhook' has no to"),
        (SIGNED.replace("webhook", "slack"), "kind 'slack' has no secret_file"),
        ('name = "hook"\nkind = "slack"\n', "needs url or url_file"),
        (SIGNED + 'events = ["publishd"]\n', "notify[0].events[0]"),
        (SIGNED + 'publications = ["The Papper"]\n', "'The Papper', which is not configured"),
        (SIGNED.replace('"hook"', '"The hook"'), "notify[0].name"),
        (MAIL.replace("587", "99999"), "is not a server"),
        (MAIL.replace("mail.example:587", "mail.example"), "is not a server"),
        (MAIL.replace("desk@paper", "Desk <desk@paper"), "is not a mail address"),
        (MAIL.replace("desk@paper.example", "desk@paper.example\\nBcc: x@y.example"), "not a mail"),
        (MAIL.replace('["desk@paper.example"]', "[]"), "needs to"),
        (MAIL + 'username = "u"\n', "are needed together"),
        (MAIL + 'username = "u"\npassword_file = "p"\ntls = "none"\n', "in the clear"),
    ],
)
def test_what_cannot_be_used_is_named(table: str, message: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        loaded(table, before='[[publications]]\nname = "The Paper"\n')
    assert message in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_two_receivers_have_two_names() -> None:
    with pytest.raises(InvalidSettings, match="two receivers are named 'hook'"):
        loaded(SIGNED, SIGNED)


def test_receivers_may_be_given_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    table = '[{"name": "room", "kind": "slack", "url_file": "/run/secrets/room"}]'
    monkeypatch.setenv("INSIGHTS_NOTIFY", table)
    (room,) = load_settings().notify
    assert room.url_file == Path("/run/secrets/room")
