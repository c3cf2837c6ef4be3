"""Request heads: gunicorn's parser, and the checks of RFC 9110 and 9112 that it lacks."""

from __future__ import annotations

import ipaddress
import re
from http import HTTPStatus
from io import BytesIO
from typing import Any

from gunicorn.config import Config
from gunicorn.http import errors
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from widget.http.body_limits import body_limit
from widget.server.error_responses import RequestRejected
from widget.server.request_body import Body, ChunkedBody

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
"""The methods that the application handles; it rejects those that a path does not support."""

Head = Any
"""A gunicorn Request. Its types allow None for fields that a parsed request always has."""

_ABSOLUTE = re.compile(r"https?://([^/?#]*)([/?].*)?", re.IGNORECASE)
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"({_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])(?::([0-9]{{0,5}}))?")
_LONGEST_HOST, _LAST_PORT = 262, 65_535
_LENGTH = re.compile(r"[0-9]{1,18}")
_STATUS = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
}


class IncomingRequest:
    """A request with a complete head and the part of its body that has arrived."""

    def __init__(self, request: Head, body: Body, *, expects_continue: bool) -> None:
        self.request = request
        self.body = body
        self.expects_continue = expects_continue

    def whole(self) -> Head:
        """Return the request with its complete body and a Content-Length instead of chunks."""
        request = self.request
        framing = ("TRANSFER-ENCODING", "CONTENT-LENGTH")
        request.headers = [it for it in request.headers if it[0] not in framing]
        if isinstance(self.body, ChunkedBody) or self.body.content:
            request.headers.append(("CONTENT-LENGTH", str(len(self.body.content))))
        request.body = BytesIO(self.body.content)
        return request


def read_head(
    cfg: Config, data: bytes, peer: str | int | tuple[str, int]
) -> tuple[IncomingRequest, bytes]:
    """Return the request at the start of ``data``, and the bytes after its head.

    Raises RequestRejected where the head is malformed, or announces a body above the path's limit.
    """
    source = IterUnreader([data])
    try:
        request: Head = Request(cfg, source, peer)
    except errors.InvalidHTTPVersion as error:
        well_formed = isinstance(error.version, tuple)  # text, where it is not
        status = HTTPStatus.HTTP_VERSION_NOT_SUPPORTED if well_formed else HTTPStatus.BAD_REQUEST
        raise RequestRejected(status) from error
    except (errors.ParseException, errors.NoMoreData, StopIteration) as error:
        raise RequestRejected(_STATUS.get(type(error), HTTPStatus.BAD_REQUEST)) from error
    if request.method not in METHODS:  # RFC 9110, section 9.1
        raise RequestRejected(HTTPStatus.NOT_IMPLEMENTED)
    expects = request.version >= (1, 1) and _values(request, "EXPECT") != []
    request._expected_100_continue = False  # noqa: SLF001  # the event loop sends it, not a thread
    _check_target(request)
    _check_connection(request)
    request.version = min(request.version, (1, 1))  # what the answer says
    incoming = IncomingRequest(request, _body(request), expects_continue=expects)
    return incoming, source.take_buffered()


def _values(request: Head, name: str) -> list[str]:
    return [value for field, value in request.headers if field == name]


def _check_target(request: Head) -> None:
    """Reject an invalid request target or Host (RFC 9112, section 3.2)."""
    hosts = _values(request, "HOST")  # gunicorn refuses a second one
    if any(not is_host(host) for host in hosts) or (not hosts and request.version >= (1, 1)):
        raise RequestRejected
    if "#" in request.uri:
        raise RequestRejected
    if request.uri.startswith("/") or request.uri == "*":  # gunicorn: with OPTIONS alone
        return
    absolute = _ABSOLUTE.fullmatch(request.uri)
    if not absolute or not is_host(absolute[1]):
        raise RequestRejected
    # The target overrides the Host field (section 3.2.2).
    others = [it for it in request.headers if it[0] != "HOST"]
    request.headers = [*others, ("HOST", absolute[1])]
    request.path = request.path or "/"


def is_host(text: str) -> bool:
    """Return whether ``text`` is a host with an optional port, as in a Host field."""
    match = _HOST.fullmatch(text) if len(text) <= _LONGEST_HOST else None
    if not match or int(match[2] or 0) > _LAST_PORT:
        return False
    if text.startswith("["):
        try:
            ipaddress.IPv6Address(match[1][1:-1])
        except ValueError:
            return False
    return True


def _check_connection(request: Head) -> None:
    """Close the connection where an option of ``Connection`` requires it."""
    options = {
        option.strip("\t ").lower()
        for value in _values(request, "CONNECTION")
        for option in value.split(",")
    }
    if "close" in options or (request.version < (1, 1) and "keep-alive" not in options):
        request.force_close()


def _body(request: Head) -> Body:
    """Return the parser of the body; gunicorn has rejected contradictory framing."""
    limit = body_limit(request.path)
    codings = _values(request, "TRANSFER-ENCODING")
    if codings:
        if [it.strip("\t ").lower() for it in codings] != ["chunked"]:
            raise RequestRejected(HTTPStatus.NOT_IMPLEMENTED)
        return ChunkedBody(limit, lambda data: _check_trailers(request, data))
    lengths = _values(request, "CONTENT-LENGTH")
    if not lengths:
        return Body(0)
    if not _LENGTH.fullmatch(lengths[0]) or int(lengths[0]) > limit:
        well_formed = lengths[0].isascii() and lengths[0].isdecimal()
        raise RequestRejected(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE if well_formed else HTTPStatus.BAD_REQUEST
        )
    return Body(int(lengths[0]))


def _check_trailers(request: Head, data: bytes) -> None:
    try:
        request.parse_headers(data, from_trailer=True)
    except errors.ParseException as error:
        raise RequestRejected(_STATUS.get(type(error), HTTPStatus.BAD_REQUEST)) from error
