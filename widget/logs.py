"""What the service says while it runs: lines of text, or of JSON, with the request they belong to.

Nothing here knows an address, a query string or a referrer: what is not taken down cannot leak.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import textwrap
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

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


class Json(logging.Formatter):
    """One JSON object a line: ``time``, ``level``, ``logger``, ``message``, ``request``, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id():
            said["request"] = request_id()
        said |= getattr(record, "fields", {})
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


class Text(logging.Formatter):
    """A line for people: level, logger, message, fields, request.

    Only the indented lines of an exception follow it, so that no value can pass for another line.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and an exception's own."""
        fields = getattr(record, "fields", {})
        said = [f"{record.levelname} {record.name}: {record.getMessage()}"]
        said += [f"{name}={value}" for name, value in fields.items()]
        if request_id():
            said.append(f"request={request_id()}")
        line = _CONTROLS.sub(lambda found: repr(found[0])[1:-1], " ".join(said))
        if not record.exc_info:
            return line
        return f"{line}\n{textwrap.indent(self.formatException(record.exc_info), '  ')}"


def configure(form: Form) -> None:
    """Let everything that is logged go to standard error, in ``form``.

    ``quiet`` is text without a line for each request.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if form == "json" else Text())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    if form == "quiet":
        logging.getLogger(REQUESTS).setLevel(logging.WARNING)
    # Says of each retry what we say ourselves, with the whole address.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
