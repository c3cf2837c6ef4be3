"""The server's own responses to malformed, oversized or slow requests."""

from __future__ import annotations

import json
from email.utils import formatdate
from http import HTTPStatus

from widget.http import security_headers

_WORDS = {
    HTTPStatus.BAD_REQUEST: "The request is not well-formed HTTP.",
    HTTPStatus.REQUEST_TIMEOUT: "The request took too long to arrive.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request's content is larger than is accepted here.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The request's address is longer than is accepted.",
    HTTPStatus.EXPECTATION_FAILED: "The only expectation that is understood is 100-continue.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are larger than is accepted.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The request could not be answered.",
    HTTPStatus.NOT_IMPLEMENTED: "The method or the transfer coding is unknown here.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service has too much to do. Please try again.",
    HTTPStatus.HTTP_VERSION_NOT_SUPPORTED: "The service speaks HTTP/1.1.",
}


class RequestRejected(Exception):  # what happened, as in widget.errors
    """The request is malformed or too large. ``status`` is that of the response.

    The connection is closed after the response.
    """

    def __init__(self, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(status)
        self.status = status


def error_response(status: HTTPStatus) -> bytes:
    """Return a response (RFC 9457) that is sent now. It contains nothing of the request."""
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": _WORDS[status],
    }
    content = json.dumps(problem).encode()
    fields = {
        "Date": formatdate(usegmt=True),
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(content)),
        **security_headers.OF_ERRORS,
        "Connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} {status.phrase}\r\n{lines}\r\n".encode("latin-1") + content
