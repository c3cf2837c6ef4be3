"""Sends answers to readers by the mail server of a receiver of notifications."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from widget.config import Notify, Settings
from widget.errors import InsightsError, message
from widget.record.report_desk import SendMail

SECONDS = 10.0


class MailFailed(InsightsError):
    """An answer was not sent; the message says why and contains no secret."""


def mail_receiver(settings: Settings, publication: str) -> Notify | None:
    """Return the receiver whose mail server sends a publication's answers, None without one."""
    for receiver in settings.notify:
        if receiver.kind == "mail" and publication in (receiver.publications or (publication,)):
            return receiver
    return None


def mail_sender(settings: Settings) -> SendMail:
    """Return what sends answers. It raises MailFailed."""

    def send(publication: str, recipient: str, subject: str, text: str) -> None:
        receiver = mail_receiver(settings, publication)
        if receiver is None:
            raise MailFailed(message("no receiver of notifications sends mail"))
        _send(receiver, recipient, subject, text)

    return send


def _send(receiver: Notify, recipient: str, subject: str, text: str) -> None:
    # Imported here: most services send no mail.
    from widget.net import smtp_client

    sender = receiver.sender or ""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    mail.set_content(text + "\n")
    host, _, port = (receiver.smtp or "").rpartition(":")
    try:
        smtp_client.send(
            mail,
            host=host.strip("[]"),
            port=int(port),
            tls=receiver.tls,
            sender=sender,
            to=(recipient,),
            login=_login(receiver),
            seconds=SECONDS,
        )
    except smtp_client.MailRefused as error:
        failed = message("the mail server %(reason)s; no mail was sent to it", reason=str(error))
        raise MailFailed(failed) from None


def _login(receiver: Notify) -> tuple[str, str] | None:
    if not (receiver.username and receiver.password_file):
        return None
    try:
        return receiver.username, receiver.password_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise MailFailed(message("the mail server's password cannot be read")) from None
