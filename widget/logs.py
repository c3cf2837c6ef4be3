"""Log formats: text or JSON, with the ID of the request.

No URL, query string or referrer is passed to this module: what is not recorded cannot leak.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import textwrap
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

LogFormat = Literal["text", "json", "quiet"]

REQUESTS = "insights.request"
"""The logger of request logs, one line for each request."""

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_VALID_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def begin_request(given: str | None) -> str:
    """Set and return the ID of the current request: ``given`` if it is valid, else a random one."""
    new_id = given if given and _VALID_ID.fullmatch(given) else secrets.token_hex(8)
    _request_id.set(new_id)
    return new_id


def end_request() -> None:
    """Clear the ID of the current request."""
    _request_id.set("")


def request_id() -> str:
    """Return the ID of the current request, "" outside of one."""
    return _request_id.get()


def printable(text: str) -> str:
    """Return what somebody else wrote as one line without control characters.

    They could move the cursor of a terminal and so hide what is printed next to it.
    """
    return "".join(
        it if it.isprintable() else "\N{REPLACEMENT CHARACTER}" for it in " ".join(text.split())
    )


def _escaped(line: str) -> str:
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], line)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``time``, ``level``, ``logger``, ``message``, ``request``, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id():
            fields["request"] = request_id()
        fields |= getattr(record, "fields", {})
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """One line of text: level, logger, message, fields, request.

    Only the indented lines of a traceback follow, so that no value can imitate another log line.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, followed by the traceback if there is one."""
        fields = getattr(record, "fields", {})
        parts = [f"{record.levelname} {record.name}: {record.getMessage()}"]
        parts += [f"{name}={value}" for name, value in fields.items()]
        if request_id():
            parts.append(f"request={request_id()}")
        line = _escaped(" ".join(parts))
        if not record.exc_info:
            return line
        return f"{line}\n{textwrap.indent(self.formatException(record.exc_info), '  ')}"


class BriefFormatter(TextFormatter):
    """One line for a terminal, without a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the message of the exception if there is one."""
        line = f"{record.levelname} {record.name}: {record.getMessage()}"
        error = record.exc_info[1] if record.exc_info else None
        return _escaped(f"{line} ({type(error).__name__}: {error})" if error else line)


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to the current ``sys.stderr``, even if it is replaced later."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """Ignore the assignment."""


_OURS = ("insights", "widget")
_service_level: int | None = None


def begin_command(level: int, *, service: int | None) -> Callable[[], None]:
    """Log records of at least ``level`` to standard error while a command runs.

    ``service`` is the level that ``configure`` sets in this process and its forked children; None
    sets no level. Returns a function that restores the previous state.
    """
    global _service_level  # forked workers inherit it
    _service_level = service
    handler = _StandardError()
    handler.setFormatter(BriefFormatter())
    handler.setLevel(level)
    root = logging.getLogger()
    root.addHandler(handler)
    previous = {name: logging.getLogger(name).level for name in _OURS}
    _set_level(level)

    def end() -> None:
        global _service_level
        _service_level = None
        root.removeHandler(handler)
        for name, former in previous.items():
            logging.getLogger(name).setLevel(former)

    return end


def _set_level(level: int) -> None:
    """Set the level of our own loggers only: at DEBUG, libraries log URLs and queries."""
    for name in _OURS:
        logging.getLogger(name).setLevel(level)


def configure(form: LogFormat) -> None:
    """Log to standard error in ``form``.

    ``quiet`` is text without request logs. The level of ``--quiet`` or ``--verbose`` also applies.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    _set_level(logging.NOTSET if _service_level is None else _service_level)
    if _service_level == logging.ERROR:
        logging.getLogger().setLevel(logging.ERROR)
    if form == "quiet":
        logging.getLogger(REQUESTS).setLevel(logging.WARNING)
    # It logs each retry with the complete URL; we log retries ourselves.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
