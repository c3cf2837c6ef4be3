"""Reading the head of a request that may be answered at once.

Only what every reader and proxy sends in one unmistakable form is read here (RFC 9112). All else,
right or wrong, is left to the server's own parser.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeVar

from widget.http.proxies import FORWARDED, Forwarding
from widget.http.response_cache import RequestKey, request_key

LONGEST = 8192
"""Bytes of a head that is read here at most."""
MOST_FIELDS = 100
"""As many as gunicorn's parser takes."""

_REQUEST_LINE = re.compile(
    rb"(GET|HEAD) (/[A-Za-z0-9._~/-]*+)(?:\?([A-Za-z0-9._~/?%&=:+,;@!$'()*-]*+))? HTTP/1\.([01])"
)
_ORIGIN = re.compile(rb"https?://[^/?#]++/")  # as browsers send it by default, without a path
_FIELD = re.compile(rb"([A-Za-z0-9-]++):[\t ]*+([\t\x20-\x7e\x80-\xff]*+)")

# What an answer depends on.
_ASKED = {
    b"host": "HTTP_HOST",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"origin": "HTTP_ORIGIN",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"referer": "HTTP_REFERER",
    b"sec-fetch-dest": "HTTP_SEC_FETCH_DEST",
}
# What a trusted proxy says of a request.
_FORWARDED = {name.lower().replace("_", "-").encode(): f"HTTP_{name}" for name in FORWARDED}
# What may promise a body, ask for another protocol or an end, or forbid an answer.
_NOT_PLAIN = frozenset(
    b"connection content-length expect if-match transfer-encoding upgrade".split()
)
# What differs from one browser to another, and not from one reader to another.
_COMMON = frozenset(
    b"accept accept-encoding accept-language cache-control connection dnt host if-none-match origin"
    b" pragma priority sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode"
    b" sec-fetch-site sec-fetch-user sec-gpc te upgrade-insecure-requests user-agent".split()
)
_MOST, _LONGEST_REMEMBERED = 2048, 1024

# A variable of PEP 3333 and its value; none where no answer depends on it.
_Field = tuple[str, str] | tuple[()]
_NOTHING: _Field = ()
_CLOSES = "HTTP_CONNECTION"
_Read = TypeVar("_Read")


class Head(NamedTuple):
    """What is asked for, and whether nothing more will be asked over the connection."""

    request: RequestKey
    closes: bool


class RequestHeadParser:
    """Reads heads. For one thread.

    To read one anew takes as long as all else together. So the lines that browsers have in common
    are remembered, and heads that consist of nothing else.
    """

    def __init__(self, forwarding: Forwarding | None = None) -> None:
        self._forwarding = forwarding or Forwarding()
        self._asked = _ASKED | _FORWARDED if self._forwarding.trusts else _ASKED
        self._lines: dict[bytes, _Field] = {}
        self._heads: dict[bytes, Head] = {}

    def read(self, data: bytes, peer: str = "") -> Head | None:
        """Return what ``data`` says, None where it is not one whole head of a plain request.

        ``peer`` is the address that it came from.
        """
        if len(data) > LONGEST or not data.endswith(b"\r\n\r\n"):
            return None
        known = self._heads.get(data)
        if known:
            return known
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
        asked = request_key(environ)
        if asked is None:
            return None
        head = Head(asked, minor == b"0" or _CLOSES in environ)
        if common:
            _remember(self._heads, data, head)
        return head

    def _field(self, line: bytes) -> _Field | None:
        """Return what ``line`` says, None where it is not plain."""
        match = _FIELD.fullmatch(line)
        if not match:
            return None
        name, value = match[1].lower(), match[2].rstrip(b"\t ")
        asked = self._asked.get(name)
        if name == b"connection" and value.lower() == b"close":
            asked = _CLOSES
        elif name in _NOT_PLAIN and (name, value.lower()) != (b"connection", b"keep-alive"):
            return None
        field = (asked, value.decode("latin-1")) if asked else _NOTHING
        if name in _COMMON or (name == b"referer" and _ORIGIN.fullmatch(value)):
            _remember(self._lines, line, field)
        return field


def _remember(memory: dict[bytes, _Read], what: bytes, read: _Read) -> None:
    if len(what) <= _LONGEST_REMEMBERED:
        if len(memory) >= _MOST:
            memory.clear()
        memory[what] = read
