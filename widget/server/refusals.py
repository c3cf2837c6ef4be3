"""What the server answers by itself to what is no request, or too much of one."""

from __future__ import annotations

import json
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


class Refused(Exception):  # what happened, as in widget.errors
    """Where the request ends is in doubt, or it is not worth reading: ``status`` is the answer.

    The connection is closed after it.
    """

    def __init__(self, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(status)
        self.status = status


def refusal(status: HTTPStatus) -> bytes:
    """Return header fields and content of an answer (RFC 9457) without its first line and date.

    Nothing in it comes from the request.
    """
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": _WORDS[status],
    }
    content = json.dumps(problem).encode()
    fields = {
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(content)),
        **security_headers.OF_ERRORS,
        "Connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{lines}\r\n".encode("latin-1") + content
