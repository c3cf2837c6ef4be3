"""The kinds of receivers: one interface, one class for each.

Secrets stay here: they are read once, and are in no event, error or log.
"""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Protocol

from standardwebhooks import Webhook

from widget import __version__
from widget.config import Notify, Settings
from widget.config.notify import check_hook_url
from widget.errors import InsightsError, InvalidSettings
from widget.net import http_client, smtp_client
from widget.notifying import text
from widget.notifying.events import Event

SECONDS = 10.0
"""How long an HTTP exchange may take, and each wait for a mail server."""
MAX_BYTES = 64 * 1024
MAX_RETRY_AFTER = 3_600.0
GONE = 410
MIN_SECRET_BYTES = 16


class DeliveryFailed(InsightsError):
    """The receiver did not confirm. The message says why and contains no secret.

    ``retry_after`` is the number of seconds that the receiver asks to wait; ``final``: it wants no
    further attempt.
    """

    def __init__(self, message: str, *, retry_after: float = 0.0, final: bool = False) -> None:
        self.retry_after = retry_after
        self.final = final
        super().__init__(message)


class Receiver(Protocol):
    """A receiver of events. Used by one thread."""

    name: str
    longest: float
    """The maximum number of seconds that an attempt takes."""

    def send(self, event: Event, delivery_id: str) -> str:
        """Deliver an event; return a remark, "" for none. Raises DeliveryFailed.

        ``delivery_id`` is the same for every attempt.
        """


class _HttpReceiver:
    longest = SECONDS + 5.0

    def __init__(self, receiver: Notify, settings: Settings) -> None:
        self.name = receiver.name
        self._settings = settings
        self._url = _url(receiver)

    def _post(self, body: bytes, headers: dict[str, str]) -> None:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"Insights/{__version__}",
            **headers,
        }
        try:
            answer = http_client.post(
                self._url,
                headers=headers,
                body=body,
                deadline=time.monotonic() + SECONDS,
                max_bytes=MAX_BYTES,
            )
        except TimeoutError:
            raise DeliveryFailed(f"did not answer within {SECONDS:g} s") from None
        except http_client.TooLarge:
            raise DeliveryFailed("sent a response that is too large") from None
        except http_client.InvalidCertificate as error:
            raise DeliveryFailed(f"has no valid certificate: {error}") from None
        except http_client.NotConnected as error:
            raise DeliveryFailed(f"cannot be reached: {error}") from None
        except http_client.RequestFailed as error:
            raise DeliveryFailed(f"did not answer: {error}") from None
        if not 200 <= answer.status < 300:
            raise DeliveryFailed(
                f"answered with status {answer.status}",
                retry_after=_retry_after(answer.headers.get("Retry-After", "")),
                final=answer.status == GONE,
            )


class WebhookReceiver(_HttpReceiver):
    """A signed webhook, as Standard Webhooks describes it (standardwebhooks.com)."""

    def __init__(self, receiver: Notify, settings: Settings) -> None:
        super().__init__(receiver, settings)
        self._signer = _signer(receiver)

    def send(self, event: Event, delivery_id: str) -> str:
        """Deliver an event."""
        left_out = {"type", "at", "persons"}
        left_out |= {name for name in ("run", "report", "source") if not getattr(event, name)}
        data = event.model_dump(mode="json", exclude=left_out)
        link = text.admin_url(self._settings, event)
        at = event.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        payload = {"type": event.type, "timestamp": at, "data": {**data, "admin_url": link}}
        body = json.dumps(payload, ensure_ascii=False)
        now = datetime.now(UTC)
        headers = {
            "webhook-id": delivery_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(delivery_id, now, body),
        }
        self._post(body.encode(), headers)
        return ""


class SlackReceiver(_HttpReceiver):
    """An incoming webhook as Slack has it; Mattermost, Rocket.Chat and others accept the same."""

    def send(self, event: Event, delivery_id: str) -> str:
        """Deliver an event."""
        del delivery_id  # there is no place for it
        message = text.body(event, text.admin_url(self._settings, event))
        # Slack's escapes: otherwise a title could contain links and mentions.
        for character, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            message = message.replace(character, escaped)
        self._post(json.dumps({"text": message}).encode(), {})
        return ""


class MailReceiver:
    """Mail to the addresses of a receiver, one message for all of them."""

    longest = 60.0

    def __init__(self, receiver: Notify, settings: Settings) -> None:
        self.name = receiver.name
        self._settings = settings
        self._receiver = receiver
        self._login: tuple[str, str] | None = None
        if receiver.username and receiver.password_file:
            self._login = receiver.username, _secret(receiver, "password_file")

    def send(self, event: Event, delivery_id: str) -> str:
        """Deliver an event."""
        receiver = self._receiver
        host, _, port = (receiver.smtp or "").rpartition(":")
        try:
            refused = smtp_client.send(
                self.message(event, delivery_id),
                host=host.strip("[]"),
                port=int(port),
                tls=receiver.tls,
                sender=receiver.sender or "",
                to=receiver.to,
                login=self._login,
                seconds=SECONDS,
            )
        except smtp_client.MailRefused as error:
            raise DeliveryFailed(str(error)) from None
        return f"the mail server refused {', '.join(refused)}" if refused else ""

    def message(self, event: Event, delivery_id: str) -> EmailMessage:
        """Return the message: plain text, and headers on one line each."""
        sender = self._receiver.sender or ""
        domain = sender.partition("@")[2]
        message = EmailMessage()
        message["From"] = sender
        message["To"] = ", ".join(self._receiver.to)
        message["Subject"] = text.subject(event)
        message["Date"] = format_datetime(event.at.astimezone(UTC))
        message["Message-ID"] = f"<{delivery_id}@{domain}>"
        message["List-Id"] = f"<{self.name}.insights.{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text.body(event, text.admin_url(self._settings, event)) + "\n")
        return message


def open_receiver(receiver: Notify, settings: Settings) -> Receiver:
    """Return the receiver, its secrets read. Raises InvalidSettings."""
    if receiver.kind == "mail":
        return MailReceiver(receiver, settings)
    kind = WebhookReceiver if receiver.kind == "webhook" else SlackReceiver
    return kind(receiver, settings)


def _url(receiver: Notify) -> str:
    if receiver.url is not None:
        return receiver.url.get_secret_value()
    url = _secret(receiver, "url_file")
    try:
        check_hook_url(url)
    except ValueError as error:
        raise InvalidSettings(f"notify {receiver.name!r}: the URL in url_file {error}") from None
    return url


def _signer(receiver: Notify) -> Webhook:
    """Return what signs. The secret is base64, with or without ``whsec_`` before it."""
    encoded = _secret(receiver, "secret_file").removeprefix("whsec_").rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        key = b""
    if len(key) < MIN_SECRET_BYTES:
        raise InvalidSettings(
            f"notify {receiver.name!r}: secret_file has to contain at least {MIN_SECRET_BYTES} "
            "random bytes in base64, such as from: openssl rand -base64 32"
        )
    return Webhook(key)


def _secret(receiver: Notify, setting: str) -> str:
    """Return the content of the file that ``setting`` names, without white space around it."""
    file: Path = getattr(receiver, setting)
    where = f"notify {receiver.name!r}: {setting} {file}"
    try:
        secret = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InvalidSettings(f"{where} cannot be read: {why}") from None
    if not secret:
        raise InvalidSettings(f"{where} is empty")
    return secret


def _retry_after(value: str) -> float:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3), bounded; 0 for none."""
    try:
        seconds = float(value) if value.isdecimal() else _until(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return min(max(0.0, seconds), MAX_RETRY_AFTER)


def _until(value: str) -> float:
    return parsedate_to_datetime(value).timestamp() - time.time()
