"""A fast parser for the heads of requests that the response cache may answer.

It reads only unambiguous heads, as browsers and proxies send them (RFC 9112). All others, valid or
not, are left to gunicorn's parser.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeVar

from widget.http import response_cache
from widget.http.proxies import FORWARDED, Forwarding
from widget.http.response_cache import RequestKey

LONGEST = 8192
"""The maximum size of a head, in bytes."""
MOST_FIELDS = 100
"""The limit of gunicorn's parser."""

_REQUEST_LINE = re.compile(
    rb"(GET|HEAD) (/[A-Za-z0-9._~/-]*+)(?:\?([A-Za-z0-9._~/?%&=:+,;@!$'()*-]*+))? HTTP/1\.([01])"
)
_ORIGIN = re.compile(rb"https?://[^/?#]++/")  # as browsers send it by default, without a path
_FIELD = re.compile(rb"([A-Za-z0-9-]++):[\t ]*+([\t\x20-\x7e\x80-\xff]*+)")

# The header fields that a response depends on.
_RELEVANT_FIELDS = {
    b"host": "HTTP_HOST",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"origin": "HTTP_ORIGIN",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"referer": "HTTP_REFERER",
    b"sec-fetch-dest": "HTTP_SEC_FETCH_DEST",
}
# The header fields in which a trusted proxy describes a request.
_FORWARDED_FIELDS = {name.lower().replace("_", "-").encode(): f"HTTP_{name}" for name in FORWARDED}
# Fields that may announce a body, another protocol or a close, or that set a precondition.
_NOT_PLAIN = frozenset(
    b"connection content-length expect if-match transfer-encoding upgrade".split()
)
# Fields that differ between browsers, but not between readers.
_COMMON = frozenset(
    b"accept accept-encoding accept-language cache-control connection dnt host if-none-match origin"
    b" pragma priority sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode"
    b" sec-fetch-site sec-fetch-user sec-gpc te upgrade-insecure-requests user-agent".split()
)
_MOST, _LONGEST_REMEMBERED = 2048, 1024

# A variable of PEP 3333 and its value; empty where no response depends on the field.
_Field = tuple[str, str] | tuple[()]
_NOTHING: _Field = ()
_CLOSES = "HTTP_CONNECTION"
_Read = TypeVar("_Read")


class Head(NamedTuple):
    """The key of the response, and whether the connection is closed after it."""

    request_key: RequestKey
    close_after: bool


class RequestHeadParser:
    """Parses heads. Not thread-safe.

    Parsing takes as long as the rest of a response. Therefore lines that are common to browsers
    are cached, and so are heads that consist of such lines only.
    """

    def __init__(self, forwarding: Forwarding | None = None) -> None:
        self._forwarding = forwarding or Forwarding()
        self._relevant_fields = (
            _RELEVANT_FIELDS | _FORWARDED_FIELDS if self._forwarding.trusts else _RELEVANT_FIELDS
        )
        self._lines: dict[bytes, _Field] = {}
        self._heads: dict[bytes, Head] = {}

    def read(self, data: bytes, peer: str = "") -> Head | None:
        """Return the head in ``data``, None where that is not one complete, plain head.

        ``peer`` is the IP address of the other side.
        """
        if len(data) > LONGEST or not data.endswith(b"\r\n\r\n"):
            return None
        cached = self._heads.get(data)
        if cached:
            return cached
        first, *lines = data[:-4].split(b"\r\n")
        line = _REQUEST_LINE.fullmatch(first)
        if not line or len(lines) > MOST_FIELDS:
            return None
        method, path, query, minor = line.groups()
        environ = {
            "REQUEST_METHOD": method.decode(),
            "PATH_INFO": path.decode(),
            "QUERY_STRING": query.decode() if query else "",
            "wsgi.url_scheme": "http",
            "REMOTE_ADDR": peer,
        }
        common = True
        for each in lines:
            field = self._lines.get(each)
            if field is None:
                field = self._field(each)
                common = False
            if field:
                name, value = field
                if name in environ:
                    return None
                environ[name] = value
            elif field is None:
                return None
        if "HTTP_HOST" not in environ:
            return None
        self._forwarding.apply(environ)
        request_key = response_cache.request_key(environ)
        if request_key is None:
            return None
        head = Head(request_key, minor == b"0" or _CLOSES in environ)
        if common:
            _remember(self._heads, data, head)
        return head

    def _field(self, line: bytes) -> _Field | None:
        """Return the field in ``line``, None where it is not plain."""
        match = _FIELD.fullmatch(line)
        if not match:
            return None
        name, value = match[1].lower(), match[2].rstrip(b"\t ")
        variable = self._relevant_fields.get(name)
        if name == b"connection" and value.lower() == b"close":
            variable = _CLOSES
        elif name in _NOT_PLAIN and (name, value.lower()) != (b"connection", b"keep-alive"):
            return None
        field = (variable, value.decode("latin-1")) if variable else _NOTHING
        if name in _COMMON or (name == b"referer" and _ORIGIN.fullmatch(value)):
            _remember(self._lines, line, field)
        return field


def _remember(memory: dict[bytes, _Read], what: bytes, read: _Read) -> None:
    if len(what) <= _LONGEST_REMEMBERED:
        if len(memory) >= _MOST:
            memory.clear()
        memory[what] = read
