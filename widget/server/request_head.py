"""A fast reader of the heads of requests that the response cache may answer.

llhttp, the parser of Node.js, checks the syntax (RFC 9112) and separates the fields. What is not
one complete, plain head, valid or not, is left to gunicorn's parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from widget.http import response_cache
from widget.http.proxies import FORWARDED, Forwarding
from widget.http.response_cache import RequestKey

LONGEST = 8192
"""The maximum size of a head, in bytes."""
MOST_FIELDS = 100
"""The limit of gunicorn's parser; the cookie may be one of them."""

_REQUEST_LINE = re.compile(
    rb"(GET|HEAD) (/[A-Za-z0-9._~/-]*+)(?:\?([A-Za-z0-9._~/?%&=:+,;@!$'()*-]*+))? HTTP/1\.([01])"
)
_ORIGIN = re.compile(rb"(?:https?://[^/?#]++/)?")  # as browsers send it by default, without a path
_NAME = re.compile(rb"[A-Za-z0-9-]++")
_VISIBLE = re.compile(rb"[\x20-\x7e]*+")

# The header fields that a response, or the end of its connection, depends on.
_RELEVANT_FIELDS = {
    b"host": "HTTP_HOST",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"origin": "HTTP_ORIGIN",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"referer": "HTTP_REFERER",
    b"sec-fetch-dest": "HTTP_SEC_FETCH_DEST",
    b"connection": "HTTP_CONNECTION",
}
# The header fields in which a trusted proxy describes a request.
_FORWARDED_FIELDS = {name.lower().replace("_", "-").encode(): f"HTTP_{name}" for name in FORWARDED}
# Fields that may announce a body or another protocol, or that set a precondition.
_NOT_PLAIN = frozenset(b"content-length expect if-match transfer-encoding upgrade".split())
# Fields that differ between browsers, but not between readers.
_COMMON = frozenset(
    b"accept accept-encoding accept-language cache-control connection dnt host if-none-match origin"
    b" pragma priority referer sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest"
    b" sec-fetch-mode sec-fetch-site sec-fetch-user sec-gpc te upgrade-insecure-requests"
    b" user-agent".split()
)
_MOST, _LONGEST_REMEMBERED = 2048, 1024


_Key = bytes | tuple[object, ...]
_Any = TypeVar("_Any")
_Value = TypeVar("_Value")


class Head(NamedTuple):
    """The key of the response, and whether the connection is closed after it."""

    request_key: RequestKey
    close_after: bool


class _Layout(NamedTuple):
    """What a sequence of field names means."""

    variables: tuple[str, ...]
    """The relevant fields, as variables of PEP 3333."""
    values: Callable[[dict[bytes, bytes]], Any]
    """Returns their values: one alone, several as a tuple."""
    common: bool
    """Whether no field tells one reader from another."""
    memorable: bool
    """Whether no relevant field does."""


class RequestHeadParser:
    """Parses heads. Not thread-safe.

    Heads are cached in two forms, neither with anything that identifies a reader: whole but for the
    cookie, where all of their fields are common to browsers; and the request line with the
    relevant fields.
    """

    def __init__(self, forwarding: Forwarding | None = None) -> None:
        self._forwarding = forwarding or Forwarding()
        self._relevant_fields = (
            _RELEVANT_FIELDS | _FORWARDED_FIELDS if self._forwarding.trusts else _RELEVANT_FIELDS
        )
        self._heads: dict[_Key, Head] = {}
        self._read_once: dict[int, None] = {}
        self._layouts: dict[tuple[bytes, ...], _Layout] = {}
        self._fields: dict[bytes, bytes] = {}
        self.on_header = self._fields.setdefault
        """Called by llhttp for each field."""
        self._llhttp = HttpRequestParser(self)

    def read(self, data: bytes, peer: str = "") -> Head | None:
        """Return the head in ``data``, None where that is not one complete, plain head.

        ``peer`` is the IP address of the other side.
        """
        if len(data) > LONGEST or not data.endswith(b"\r\n\r\n"):
            return None
        if b"ookie: " in data:
            data = _without_cookie(data)
        head = self._heads.get(data)
        if head is None:
            try:
                head = self._parse(data, peer)
            finally:
                if head is None or head.close_after:  # it may wait for a body, or accept no more
                    self._llhttp = HttpRequestParser(self)
        return head

    def _parse(self, data: bytes, peer: str) -> Head | None:
        fields = self._fields
        fields.clear()
        try:
            self._llhttp.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            return None
        names = tuple(fields)
        # More lines: a repeated or a folded field, an empty line ahead, or a second request.
        if data.count(b"\n") != len(names) + 2:
            return None
        layout = self._layouts.get(names) or self._layout(names)
        if layout is None:
            return None
        line = data[: data.index(b"\r\n")]
        values = layout.values(fields)
        key = (line, layout.variables, values)
        head = self._heads.get(key)
        if head is None:
            texts = (values,) if isinstance(values, bytes) else values
            relevant = dict(zip(layout.variables, texts, strict=True))
            head = self._head(line, relevant, peer)
            origin = _ORIGIN.fullmatch(relevant.get("HTTP_REFERER", b""))
            if head is None or not (layout.memorable and origin):
                return head
            self._remember(key, head, sum(map(len, (line, *texts))))
        if layout.common:
            self._remember(data, head, len(data))
        return head

    def _remember(self, key: _Key, head: Head, size: int) -> None:
        """Remember a head that is read for the second time; most of the others never return."""
        if size > _LONGEST_REMEMBERED:
            return
        if (mark := hash(key)) in self._read_once:
            _store(self._heads, key, head)
        else:
            _store(self._read_once, mark, None)

    def _layout(self, names: tuple[bytes, ...]) -> _Layout | None:
        """Return the layout of a head, None where it is not plain."""
        if len(names) >= MOST_FIELDS or not all(map(_NAME.fullmatch, names)):
            return None
        lower = [name.lower() for name in names]
        relevant = {
            name: self._relevant_fields[each]
            for name, each in zip(names, lower, strict=True)
            if each in self._relevant_fields
        }
        variables = tuple(relevant.values())
        if (
            "HTTP_HOST" not in variables
            or len(set(lower)) != len(lower)
            or not _NOT_PLAIN.isdisjoint(lower)
            or (b"if-modified-since" in lower and b"if-none-match" not in lower)
        ):
            return None
        layout = _Layout(
            variables,
            itemgetter(*relevant),
            common=_COMMON.issuperset(lower),
            memorable=_FORWARDED_FIELDS.keys().isdisjoint(lower),
        )
        if sum(map(len, names)) <= _LONGEST_REMEMBERED:
            _store(self._layouts, names, layout)
        return layout

    def _head(self, line: bytes, fields: dict[str, bytes], peer: str) -> Head | None:
        """Return the head with these relevant ``fields``."""
        match = _REQUEST_LINE.fullmatch(line)
        if not match:
            return None
        method, path, query, minor = match.groups()
        environ = {
            "REQUEST_METHOD": method.decode(),
            "PATH_INFO": path.decode(),
            "QUERY_STRING": query.decode() if query else "",
            "wsgi.url_scheme": "http",
            "REMOTE_ADDR": peer,
            **{name: value.strip(b"\t ").decode("latin-1") for name, value in fields.items()},
        }
        connection = environ.get("HTTP_CONNECTION", "keep-alive").lower()
        if connection not in ("close", "keep-alive"):
            return None
        self._forwarding.apply(environ)
        request_key = response_cache.request_key(environ)
        if request_key is None:
            return None
        return Head(request_key, minor == b"0" or connection == "close")


def _without_cookie(data: bytes) -> bytes:
    """Return the head without a line that no response depends on, and few readers share."""
    name_end = data.index(b"ookie: ")
    if data[name_end - 3 : name_end] not in (b"\r\nC", b"\r\nc"):
        return data
    start = name_end + len(b"ookie: ")
    end = data.find(b"\r\n", start)
    if not _VISIBLE.fullmatch(data, start, end):
        return data
    return data[: name_end - 3] + data[end:]


def _store(memory: dict[_Any, _Value], key: _Any, value: _Value) -> None:
    if len(memory) >= _MOST:
        memory.clear()
    memory[key] = value
