"""Sends one mail over SMTP, with limits on time and checked certificates."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Literal

from widget.errors import InsightsError

Tls = Literal["starttls", "implicit", "none"]


class MailRefused(InsightsError):
    """No server has accepted the mail. The message says why and contains no password."""


def send(
    message: EmailMessage,
    *,
    host: str,
    port: int,
    tls: Tls,
    sender: str,
    to: Sequence[str],
    login: tuple[str, str] | None,
    seconds: float,
) -> list[str]:
    """Hand ``message`` to a server; return the addresses that it refused, if it took others.

    ``login`` is a user name and a password. ``seconds`` limits each wait for the server. Raises
    MailRefused.
    """
    context = ssl.create_default_context()
    try:
        client: smtplib.SMTP
        if tls == "implicit":
            client = smtplib.SMTP_SSL(host, port, timeout=seconds, context=context)
        else:
            client = smtplib.SMTP(host, port, timeout=seconds)
        with client:
            if tls == "starttls":
                client.starttls(context=context)
            if login:
                client.login(*login)
            return sorted(client.send_message(message, from_addr=sender, to_addrs=list(to)))
    except ssl.SSLCertVerificationError as error:
        raise MailRefused(f"has no valid certificate: {error.verify_message}") from None
    except OSError as error:
        # smtplib reports a read that takes too long as a lost connection.
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            raise MailRefused(f"did not answer within {seconds:g} s") from None
        raise MailRefused(_reason(error)) from None


def _reason(error: OSError) -> str:
    """Describe an error by its kind and status: a server's words may repeat what it was sent."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"refused user name and password (status {error.smtp_code})"
        case smtplib.SMTPRecipientsRefused():
            statuses = sorted({str(status) for status, _ in error.recipients.values()})
            return f"refused every recipient (status {', '.join(statuses)})"
        case smtplib.SMTPNotSupportedError():
            return "does not offer what is needed: STARTTLS, or a sign-in that is supported"
        case smtplib.SMTPServerDisconnected():
            return "closed the connection"
        case smtplib.SMTPResponseException():
            return f"refused the mail (status {error.smtp_code})"
        case smtplib.SMTPException():  # a kind of OSError
            return f"failed ({type(error).__name__})"
    return error.strerror or type(error).__name__
