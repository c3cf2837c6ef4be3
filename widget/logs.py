"""What the service says while it runs: lines of text, or of JSON, with the request they belong to.

Nothing here knows an address, a query string or a referrer: what is not taken down cannot leak.
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

Form = Literal["text", "json", "quiet"]

REQUESTS = "insights.request"
"""The logger that has one line for each request."""

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def begin_request(given: str | None) -> str:
    """Name the request that this thread begins to answer: as ``given`` where that is sane."""
    name = given if given and _SANE_ID.fullmatch(given) else secrets.token_hex(8)
    _request_id.set(name)
    return name


def end_request() -> None:
    """Forget the request: what this thread says next belongs to none."""
    _request_id.set("")


def request_id() -> str:
    """Return the name of the request that this thread answers, "" outside of one."""
    return _request_id.get()


def _escaped(line: str) -> str:
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], line)


class Json(logging.Formatter):
    """One JSON object a line: ``time``, ``level``, ``logger``, ``message``, ``request``, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        parts: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id():
            parts["request"] = request_id()
        parts |= getattr(record, "fields", {})
        if record.exc_info:
            parts["exception"] = self.formatException(record.exc_info)
        return json.dumps(parts, ensure_ascii=False, default=str)


class Text(logging.Formatter):
    """A line for people: level, logger, message, fields, request.

    Only the indented lines of an exception follow it, so that no value can pass for another line.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and an exception's own."""
        fields = getattr(record, "fields", {})
        parts = [f"{record.levelname} {record.name}: {record.getMessage()}"]
        parts += [f"{name}={value}" for name, value in fields.items()]
        if request_id():
            parts.append(f"request={request_id()}")
        line = _escaped(" ".join(parts))
        if not record.exc_info:
            return line
        return f"{line}\n{textwrap.indent(self.formatException(record.exc_info), '  ')}"


class Brief(Text):
    """A line for people at a terminal, without a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; of an exception only what it says."""
        line = f"{record.levelname} {record.name}: {record.getMessage()}"
        error = record.exc_info[1] if record.exc_info else None
        return _escaped(f"{line} ({type(error).__name__}: {error})" if error else line)


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is now, not to what it was."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """Do without a stream of its own."""


_OURS = ("insights", "widget")
_service_level: int | None = None


def begin_command(level: int, *, service: int | None) -> Callable[[], None]:
    """Log what is at least of ``level`` to standard error while a command runs.

    ``service`` is the level that ``configure`` sets in this process and in those that it forks;
    None leaves it. Returns a function that ends it.
    """
    global _service_level  # workers are forked: they inherit it
    _service_level = service
    handler = _StandardError()
    handler.setFormatter(Brief())
    handler.setLevel(level)
    root = logging.getLogger()
    root.addHandler(handler)
    before = {name: logging.getLogger(name).level for name in _OURS}
    _set_level(level)

    def end() -> None:
        global _service_level
        _service_level = None
        root.removeHandler(handler)
        for name, was in before.items():
            logging.getLogger(name).setLevel(was)

    return end


def _set_level(level: int) -> None:
    """Set the level of our own loggers alone: at DEBUG libraries log addresses and queries."""
    for name in _OURS:
        logging.getLogger(name).setLevel(level)


def configure(form: Form) -> None:
    """Let everything that is logged go to standard error, in ``form``.

    ``quiet`` is text without a line for each request. What ``--quiet`` or ``--verbose`` said
    before the command holds, too.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if form == "json" else Text())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    _set_level(logging.NOTSET if _service_level is None else _service_level)
    if _service_level == logging.ERROR:
        logging.getLogger().setLevel(logging.ERROR)
    if form == "quiet":
        logging.getLogger(REQUESTS).setLevel(logging.WARNING)
    # Says of each retry what we say ourselves, with the whole address.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
