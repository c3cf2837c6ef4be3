"""JSON over HTTP, as the APIs of all providers have it: one deadline, few retries, safe messages.

No message contains the key or what was sent, also where the provider repeats either.
"""

from __future__ import annotations

import email.utils
import json
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from widget import __version__
from widget.drafting.providers.protocol import ProviderError, ProviderFailed, ProviderRefused
from widget.drafting.providers.redaction import quotable
from widget.net.http_client import (
    Answer,
    InvalidCertificate,
    NotConnected,
    RequestFailed,
    TooLarge,
    post,
)

MAX_BYTES = 4 * 1024 * 1024
"""The largest response, in bytes."""
PAUSES = (1.0, 4.0)
"""Seconds before each retry, where the provider does not ask for others."""
_SERVER_ERROR = 500
_NOT_PROMPT = ("model", "type", "name", "role", "enum", "required")
"""Keys whose values are ours and no secret: an error may repeat them."""


class RequestRejected(ProviderRefused):
    """The provider rejected the request (4xx). ``param`` is the field that it names, or empty."""

    def __init__(self, message: str, *, status: int, param: str, reason: str) -> None:
        self.status = status
        self.param = param
        self.reason = reason
        super().__init__(message)


class Transport:
    """Sends JSON to one API. Thread-safe.

    ``name`` stands in messages, ``base`` is the URL without a trailing slash. ``key_header`` is
    the header that the key goes into; as ``Authorization`` it is a bearer token.
    """

    def __init__(
        self,
        *,
        name: str,
        base: str,
        key: SecretStr | None,
        key_header: str = "Authorization",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.name = f"{name} ({urlsplit(base).netloc})"
        self._base = base
        self._key = key
        self._key_header = key_header
        self._headers = dict(headers or {})

    def send(
        self,
        path: str,
        payload: Mapping[str, Any],
        *,
        deadline: float,
        cancelled: threading.Event | None = None,
    ) -> dict[str, Any]:
        """POST ``payload`` and return the JSON object of the response.

        Asks again at most twice: after 429, after 5xx, and where no connection was made. A request
        whose connection broke later may have been charged and is not repeated. ``deadline`` is a
        time of ``time.monotonic``; ``cancelled`` ends the request, and the wait before a retry.
        Raises RequestRejected, ProviderRefused, ProviderFailed.
        """
        cancelled = cancelled or threading.Event()
        for pause in PAUSES:
            try:
                return self._attempt(path, payload, deadline, cancelled)
            except _Retry as error:
                wait = pause if error.after is None else error.after
                if time.monotonic() + wait >= deadline:
                    raise error.final(wait) from None
            if cancelled.wait(wait):
                raise ProviderFailed(f"{self.name} was not asked again: the run was cancelled")
        try:
            return self._attempt(path, payload, deadline, cancelled)
        except _Retry as error:
            raise error.final() from None

    def quote(self, message: object, payload: Mapping[str, Any]) -> str:
        """Return words of the provider that a message may contain."""
        key = self._key.get_secret_value() if self._key else ""
        return quotable(message, key=key, sent=_texts(payload))

    def _attempt(
        self,
        path: str,
        payload: Mapping[str, Any],
        deadline: float,
        cancelled: threading.Event,
    ) -> dict[str, Any]:
        try:
            answer = post(
                self._base + path,
                headers=self._all_headers(),
                body=json.dumps(payload).encode(),
                deadline=deadline,
                max_bytes=MAX_BYTES,
                cancelled=cancelled,
            )
        except TimeoutError:
            raise ProviderRefused(
                f"{self.name} did not answer completely before the deadline; raise seconds, or "
                "choose a faster model"
            ) from None
        except NotConnected as error:
            raise _Retry(f"{self.name} could not be reached: {error}") from None
        except TooLarge:
            limit = f"{MAX_BYTES // 1024 // 1024} MB"
            raise ProviderRefused(f"{self.name} sent more than {limit}") from None
        except InvalidCertificate as error:
            raise ProviderRefused(f"{self.name} has no valid certificate: {error}") from None
        except RequestFailed as error:
            raise ProviderFailed(f"{self.name} did not answer: {error}") from None
        return self._read(answer, payload)

    def _all_headers(self) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": f"Insights/{__version__}",
            **self._headers,
        }
        if self._key:
            bearer = "Bearer " if self._key_header == "Authorization" else ""
            headers[self._key_header] = bearer + self._key.get_secret_value()
        return headers

    def _read(self, answer: Answer, payload: Mapping[str, Any]) -> dict[str, Any]:
        content = _json_object(answer.body)
        if answer.status == HTTPStatus.OK:
            if content is None:
                raise ProviderRefused(
                    f"{self.name} answered 200 with {_form(answer)} instead of a JSON object; "
                    "check url"
                )
            return content
        error = _error(content)
        words = self.quote(error.get("message"), payload)
        detail = words or ("an error" if content is not None else _form(answer))
        status = f"{self.name} answered {answer.status}"
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise _Retry(f"{status}: too many requests ({detail})", after=_retry_after(answer))
        if answer.status >= _SERVER_ERROR:
            raise _Retry(f"{status} with {detail}", after=_retry_after(answer))
        if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            detail = f"the key was not accepted ({detail})"
        if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
            detail = "a redirect, which is not followed with a key; check url"
        param = self.quote(error.get("param"), payload)
        where = f" (field {param!r})" if param else ""
        raise RequestRejected(
            f"{status}: {detail}{where}",
            status=answer.status,
            param=param,
            reason=self.quote(error.get("code") or error.get("type"), payload) + " " + words,
        )


class _Retry(Exception):
    """An attempt failed in a way that may pass. ``after``: seconds that the provider asks for."""

    def __init__(self, message: str, *, after: float | None = None) -> None:
        self.after = after
        super().__init__(message)

    def final(self, wait: float | None = None) -> ProviderError:
        """Return the error where there is no further attempt."""
        if wait is None:
            return ProviderFailed(f"{self}; asked three times")
        return ProviderFailed(f"{self}; asking again in {wait:.0f} s would miss the deadline")


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _error(content: dict[str, Any] | None) -> dict[str, Any]:
    """Return the error object of a response: ``{"error": {…}}``, ``{"error": "…"}`` or flat."""
    error = (content or {}).get("error", content)
    if isinstance(error, str):
        return {"message": error}
    if not isinstance(error, dict):
        return {}
    if "message" not in error and "detail" in error:
        return {**error, "message": error["detail"]}
    return error


def _form(answer: Answer) -> str:
    """Return what a body is that is no JSON object, such as "an HTML page"."""
    if not answer.body.strip():
        return "an empty body"
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "text/html" or answer.body.lstrip()[:1] == b"<":
        return "an HTML page"
    return "something else"


def _retry_after(answer: Answer) -> float | None:
    """Return the seconds of ``Retry-After`` (RFC 9110, 10.2.3), which may be a date."""
    value = answer.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _texts(value: object) -> Iterator[str]:
    """Yield the texts of a payload that an error must not repeat."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _NOT_PROMPT:
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
