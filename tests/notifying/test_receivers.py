"""What each kind of receiver gets, and that no secret leaves it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import raw_server
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from notifying_support import OK, Received, hook, http_receiver, settings_for, webhook
from running import free_port

from widget.config import Settings
from widget.errors import InvalidSettings
from widget.notifying import check_receivers, receivers
from widget.notifying.events import Event
from widget.notifying.receivers import DeliveryFailed, open_receiver

pytestmark = pytest.mark.unit

STORE = "dir:nowhere"


def event(**changes: object) -> Event:
    values: dict[str, object] = {
        "type": "returned",
        "entry": "night-trains",
        "revision": 7,
        "at": "2026-03-02T08:00:00Z",
        "title": "Bring the night trains back",
        "url": "https://paper.example/opinion/night-trains",
        "publication": "The Paper",
        "actor": "ben",
        "note": "The second source is gone.",
    }
    return Event.model_validate({**values, **changes})


def send(settings: Settings, given: Event) -> str:
    (table,) = settings.notify
    return open_receiver(table, settings).send(given, given.delivery_id(table.name))


@dataclass
class Inbox:
    """A mail server's messages, with envelopes; ``refused`` are addresses that it does not take."""

    port: int
    messages: list[tuple[str | None, list[str], Message]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: object, _session: object, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content)
        self.messages.append((envelope.mail_from, envelope.rcpt_tos, message))
        return "250 OK"

    def authenticate(
        self, _server: object, _session: object, _envelope: object, _mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"correct horse", handled=False)


@contextmanager
def mail_server(**more: Any) -> Iterator[Inbox]:  # noqa: ANN401  # aiosmtpd's options
    inbox = Inbox(free_port())
    options = {"authenticator": inbox.authenticate, "auth_require_tls": False, **more}
    server = Controller(inbox, hostname="127.0.0.1", port=inbox.port, **options)
    server.start()
    try:
        yield inbox
    finally:
        server.stop()


def mail_settings(port: int, **more: object) -> Settings:
    table = {
        "name": "desk",
        "kind": "mail",
        "smtp": f"127.0.0.1:{port}",
        "tls": "none",
        "sender": "insights@paper.example",
        "to": ["ana@paper.example", "ben@paper.example"],
    }
    return settings_for(STORE, {**table, **more})


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mail_server() as opened:
        yield opened


def test_a_mail_says_who_did_what_and_leads_to_the_editor(inbox: Inbox) -> None:
    assert send(mail_settings(inbox.port), event()) == ""
    ((sender, to, message),) = inbox.messages
    assert sender == "insights@paper.example"
    assert to == ["ana@paper.example", "ben@paper.example"]
    assert message["To"] == "ana@paper.example, ben@paper.example"
    assert message["From"] == "insights@paper.example"
    assert message["Subject"] == "Returned: Bring the night trains back"
    assert message["Message-ID"] == f"<{event().delivery_id('desk')}@paper.example>"
    assert message["List-Id"] == "<desk.insights.paper.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Mon, 02 Mar 2026 08:00:00 +0000"
    assert message.get_content_type() == "text/plain"
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().splitlines() == [
        "ben returned night-trains (Bring the night trains back) to its author.",
        "",
        "The second source is gone.",
        "",
        "Publication: The Paper",
        "Article: https://paper.example/opinion/night-trains",
        "Open it: https://insights.example/admin/entries/night-trains",
    ]


def test_the_same_mail_has_the_same_id_each_time_and_for_each_receiver_another(
    inbox: Inbox,
) -> None:
    for name in ("desk", "desk", "other"):
        send(mail_settings(inbox.port, name=name), event())
    first, again, other = (message["Message-ID"] for _, _, message in inbox.messages)
    assert first == again != other


@pytest.mark.parametrize(
    "title", ["Fine\r\nBcc: eve@evil.example\r\n\r\nHello", "A\nB", "A\x00B\x85C"]
)
def test_a_title_adds_no_header(inbox: Inbox, title: str) -> None:
    send(mail_settings(inbox.port), event(title=title, actor=f"ana {title}", note=title))
    ((_, to, message),) = inbox.messages
    assert to == ["ana@paper.example", "ben@paper.example"]
    assert message["Bcc"] is None
    mime = {"Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    ours = {"From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted"}
    assert set(message.keys()) == mime | ours
    assert len(message.keys()) == len(mime | ours)


def test_letters_of_any_script_arrive(inbox: Inbox) -> None:
    send(mail_settings(inbox.port), event(title="أعيدوا قطارات الليل", note="„Größe“ – 夜行列車"))
    ((_, _, message),) = inbox.messages
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert "أعيدوا قطارات الليل" in body.decode()
    assert "„Größe“ – 夜行列車" in body.decode()


def test_who_is_refused_is_reported_where_others_are_not(inbox: Inbox) -> None:
    inbox.refused = {"ben@paper.example"}
    assert "ben@paper.example" in send(mail_settings(inbox.port), event())
    inbox.refused.add("ana@paper.example")
    with pytest.raises(DeliveryFailed, match="refused every recipient"):
        send(mail_settings(inbox.port), event())


def test_a_mail_server_gets_the_password_and_no_error_has_it(inbox: Inbox, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    signed_in = {"username": "insights", "password_file": str(file)}
    send(mail_settings(inbox.port, **signed_in), event())
    assert set(inbox.logins) == {("insights", "correct horse")}
    assert len(inbox.messages) == 1
    file.write_text("battery staple")
    with pytest.raises(DeliveryFailed, match="refused user name and password") as caught:
        send(mail_settings(inbox.port, **signed_in), event())
    assert "staple" not in str(caught.value)


def test_without_starttls_nothing_is_sent_where_it_is_asked_for(inbox: Inbox) -> None:
    with pytest.raises(DeliveryFailed, match="STARTTLS"):
        send(mail_settings(inbox.port, tls="starttls"), event())
    assert inbox.messages == []


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_mail_is_encrypted_and_only_for_who_has_a_valid_certificate(
    tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    options = {"ssl_context": context}
    if tls == "starttls":
        options = {"tls_context": context, "require_starttls": True}
    with mail_server(**options) as inbox:
        with pytest.raises(DeliveryFailed, match="has no valid certificate"):
            send(mail_settings(inbox.port, tls=tls), event())
        assert inbox.messages == []
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        send(mail_settings(inbox.port, tls=tls), event())
        assert len(inbox.messages) == 1


def test_a_mail_server_that_is_away_or_says_nothing_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(DeliveryFailed, match="refused"):
        send(mail_settings(free_port()), event())
    monkeypatch.setattr(receivers, "SECONDS", 0.2)

    def silent(connection: socket.socket) -> None:
        connection.recv(1)

    with raw_server.server(silent) as port, pytest.raises(DeliveryFailed, match=r"within 0\.2 s"):
        send(mail_settings(port), event())


def test_a_slack_message_is_escaped(tmp_path: Path) -> None:
    with hook(signed=False) as place:
        settings = settings_for(STORE, http_receiver("slack", place, tmp_path, "room"))
        send(settings, event(title="<!channel> & <https://evil.example|home>"))
        (received,) = place.requests
    assert list(received.body) == ["text"]
    text = received.body["text"]
    assert "&lt;!channel&gt; &amp; &lt;https://evil.example|home&gt;" in text
    assert "<" not in text
    assert "Open it: https://insights.example/admin/entries/night-trains" in text


def test_a_webhook_is_the_same_each_time_but_for_its_time(tmp_path: Path) -> None:
    with hook() as place:
        settings = settings_for(STORE, webhook(place, tmp_path))
        for _ in range(2):
            send(settings, event(note="„Größe“"))
    first, again = place.requests
    assert first.id == again.id == event().delivery_id("hook")
    assert first.body == again.body
    assert first.body["data"]["note"] == "„Größe“"
    assert first.headers["content-type"] == "application/json"


def test_a_notification_has_no_more_of_an_entry_than_title_and_note(tmp_path: Path) -> None:
    with hook() as place:
        send(settings_for(STORE, webhook(place, tmp_path)), event())
    assert sorted(place.requests[0].body["data"]) == [
        *("actor", "admin_url", "entry", "note", "publication", "revision", "title", "url")
    ]


@pytest.mark.parametrize(
    ("status", "headers", "wait", "final"),
    [
        (500, {}, 0, False),
        (404, {}, 0, False),
        (302, {"Location": "http://127.0.0.1:1/"}, 0, False),
        (429, {"Retry-After": "17"}, 17, False),
        (503, {"Retry-After": "999999"}, 3600, False),
        (503, {"Retry-After": "soon"}, 0, False),
        (410, {}, 0, True),
    ],
)
def test_a_refusal_says_when_to_come_again(
    tmp_path: Path, status: int, headers: dict[str, str], wait: float, final: bool
) -> None:
    with hook(lambda _: (status, headers)) as place:
        settings = settings_for(STORE, webhook(place, tmp_path))
        with pytest.raises(DeliveryFailed, match=f"status {status}") as caught:
            send(settings, event())
    assert (caught.value.retry_after, caught.value.final) == (wait, final)


def test_the_link_leads_to_the_host_of_the_editors_pages(tmp_path: Path) -> None:
    links = []
    for more in ({"admin_host": "desk.example"}, {"base_url": "https://x.example:8443/in"}):
        with hook() as place:
            send(settings_for(STORE, webhook(place, tmp_path), **more), event())
            links.append(place.requests[0].body["data"]["admin_url"])
    assert links == [
        "https://desk.example/admin/entries/night-trains",
        "https://x.example:8443/in/admin/entries/night-trains",
    ]


def test_no_error_names_a_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receivers, "SECONDS", 0.3)
    errors = []

    def lost(_: Received) -> None:
        return None

    for answer in (lost, lambda _: (500, {})):
        with hook(answer) as place:
            settings = settings_for(STORE, webhook(place, tmp_path))
            with pytest.raises(DeliveryFailed) as caught:
                send(settings, event())
            errors.append(str(caught.value))
    with pytest.raises(DeliveryFailed, match="cannot be reached") as caught:
        send(settings, event())  # the server has ended
    errors.append(str(caught.value))
    with raw_server.server(lambda it: it.recv(1) and None) as port:
        secret = f"http://127.0.0.1:{port}/concealed-in-the-url"
        settings = settings_for(STORE, {"name": "room", "kind": "slack", "url": secret})
        with pytest.raises(DeliveryFailed) as caught:
            send(settings, event())
        errors.append(str(caught.value))
    for text in (*errors, caplog.text, repr(settings), settings.model_dump_json()):
        assert "concealed" not in text
        assert "whsec" not in text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file"),
        ("", "is empty"),
        ("whsec_not base64!", "random bytes in base64"),
        ("c2hvcnQ=", "at least 16 random bytes"),
    ],
)
def test_a_secret_that_cannot_be_used_is_refused_at_the_start(
    tmp_path: Path, content: str | None, message: str
) -> None:
    with hook(lambda _: OK) as place:
        settings = settings_for(STORE, webhook(place, tmp_path))
    file = tmp_path / "hook.secret"
    file.unlink()
    if content is not None:
        file.write_text(content)
    with pytest.raises(InvalidSettings, match=message) as caught:
        check_receivers(settings)
    assert not content or content not in str(caught.value)


def test_a_url_in_a_file_is_checked_and_not_named(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("https://user:hidden@hooks.example/x")
    table = {"name": "room", "kind": "slack", "url_file": str(tmp_path / "url")}
    with pytest.raises(InvalidSettings, match="url_file cannot be used") as caught:
        check_receivers(settings_for(STORE, table))
    assert "hidden" not in str(caught.value)
