"""Requests that are no HTTP, or HTTP that asks for what is not to be had: what each deserves.

Sections are of RFC 9112 (HTTP/1.1) and, with ``9110``, of RFC 9110 (semantics). Where a section
leaves a choice, the verdict is the one that this server makes.
"""

from __future__ import annotations

from typing import NamedTuple

HOST = b"Host: insights.example\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: insights.example\r\n\r\n"


class Malformed(NamedTuple):
    """What is sent, what it is answered with, and whether the connection ends after that."""

    name: str
    section: str
    sent: bytes
    status: int
    closes: bool = True


def _line(line: bytes) -> bytes:
    return line + b"\r\n" + HOST + b"\r\n"


def _field(field: bytes) -> bytes:
    return b"GET /healthz HTTP/1.1\r\n" + HOST + field + b"\r\n\r\n"


def _host(field: bytes, version: bytes = b"1.1") -> bytes:
    return b"GET /healthz HTTP/" + version + b"\r\n" + field + b"\r\n"


def _post(fields: bytes, content: bytes = b"") -> bytes:
    return b"POST /doctor HTTP/1.1\r\n" + HOST + FORM + fields + b"\r\n" + content


def _chunks(content: bytes) -> bytes:
    return _post(b"Transfer-Encoding: chunked\r\n", content + SMUGGLED)


LINES = [
    ("nothing but a word", "3", b"nonsense", 400),
    ("no version", "3", b"GET /healthz", 400),
    ("no target", "3", b"GET HTTP/1.1", 400),
    ("two spaces before the target", "3", b"GET  /healthz HTTP/1.1", 400),
    ("two spaces before the version", "3", b"GET /healthz  HTTP/1.1", 400),
    ("a tab for a space", "3", b"GET\t/healthz\tHTTP/1.1", 400),
    ("a tab before the version", "3", b"GET /healthz\tHTTP/1.1", 400),
    ("a form feed for a space", "3", b"GET\x0c/healthz HTTP/1.1", 400),
    ("a vertical tab for a space", "3", b"GET\x0b/healthz HTTP/1.1", 400),
    ("a space before the method", "2.2", b" GET /healthz HTTP/1.1", 400),
    ("a space after the version", "3", b"GET /healthz HTTP/1.1 ", 400),
    ("a tab after the version", "3", b"GET /healthz HTTP/1.1\t", 400),
    ("a fourth word", "3", b"GET /healthz HTTP/1.1 more", 400),
    ("a space in the target", "3.2", b"GET /a b HTTP/1.1", 400),
    ("a bare CR in the line", "2.2", b"GET /healthz\r HTTP/1.1", 400),
    ("a NUL in the method", "3.1", b"GE\x00T /healthz HTTP/1.1", 400),
    ("a NUL in the target", "3.2", b"GET /a\x00b HTTP/1.1", 400),
    ("a control in the target", "3.2", b"GET /a\x01b HTTP/1.1", 400),
    ("DEL in the target", "3.2", b"GET /a\x7fb HTTP/1.1", 400),
    ("a raw byte in the target", "3.2", b"GET /caf\xe9 HTTP/1.1", 400),
    ("raw UTF-8 in the target", "3.2", b"GET /caf\xc3\xa9 HTTP/1.1", 400),
    ("a raw byte in the query", "3.2", b"GET /panel?url=\xff HTTP/1.1", 400),
    ("a control in the query", "3.2", b"GET /panel?url=\x1b HTTP/1.1", 400),
    ("a fragment", "3.2.1", b"GET /healthz#part HTTP/1.1", 400),
    ("a fragment in the query", "3.2.1", b"GET /panel?url=a#b HTTP/1.1", 400),
    ("a relative target", "3.2", b"GET healthz HTTP/1.1", 400),
    ("a dot as the target", "3.2", b"GET . HTTP/1.1", 400),
    ("a query as the target", "3.2", b"GET ?url=a HTTP/1.1", 400),
    ("a query with an address as the target", "3.2", b"GET ?url=http://a/ HTTP/1.1", 400),
    ("a backslash as the target", "3.2", b"GET \\healthz HTTP/1.1", 400),
    ("an asterisk to GET", "3.2.4", b"GET * HTTP/1.1", 400),
    ("an asterisk to POST", "3.2.4", b"POST * HTTP/1.1", 400),
    ("an asterisk and more", "3.2.4", b"OPTIONS *x HTTP/1.1", 400),
    ("an authority to GET", "3.2.3", b"GET insights.example:80 HTTP/1.1", 400),
    ("CONNECT", "9110 9.3.6", b"CONNECT insights.example:443 HTTP/1.1", 501),
    ("CONNECT with a path", "3.2.3", b"CONNECT /healthz HTTP/1.1", 501),
    ("another scheme", "3.2.2", b"GET ftp://insights.example/ HTTP/1.1", 400),
    ("a scheme without an authority", "3.2.2", b"GET http:///healthz HTTP/1.1", 400),
    ("a scheme with one slash", "3.2.2", b"GET http:/healthz HTTP/1.1", 400),
    ("a script as the scheme", "3.2.2", b"GET javascript://a/%0aalert(1) HTTP/1.1", 400),
    ("a user in the authority", "9110 4.2.4", b"GET http://u@insights.example/ HTTP/1.1", 400),
    ("a password in the authority", "9110 4.2.4", b"GET http://u:p@a.example/ HTTP/1.1", 400),
    ("markup in the authority", "3.2.2", b'GET http://"><b>/ HTTP/1.1', 400),
    ("a port of letters in the authority", "3.2.2", b"GET http://a.example:x/ HTTP/1.1", 400),
    ("a port too large in the authority", "3.2.2", b"GET http://a.example:65536/ HTTP/1.1", 400),
    ("a bracket left open in the authority", "3.2.2", b"GET http://[::1/ HTTP/1.1", 400),
    ("lower case", "9110 9.1", b"get /healthz HTTP/1.1", 501),
    ("mixed case", "9110 9.1", b"Get /healthz HTTP/1.1", 501),
    ("an unknown method", "9110 9.1", b"FROB /healthz HTTP/1.1", 501),
    ("a method of WebDAV", "9110 9.1", b"PROPFIND /healthz HTTP/1.1", 501),
    ("a method of one letter", "9110 9.1", b"G /healthz HTTP/1.1", 501),
    ("a very long method", "3", b"G" * 3000 + b" /healthz HTTP/1.1", 501),
    ("a method that is no token", "3.1", b"GE(T /healthz HTTP/1.1", 400),
    ("a method with a colon", "3.1", b"GET: /healthz HTTP/1.1", 400),
    ("a method with a slash", "3.1", b"GE/T /healthz HTTP/1.1", 400),
    ("a method in quotes", "3.1", b'"GET" /healthz HTTP/1.1', 400),
    ("a method with a raw byte", "3.1", b"G\xcbT /healthz HTTP/1.1", 400),
    ("no method", "3.1", b" /healthz HTTP/1.1", 400),
    ("HTTP/2.0", "9110 15.6.6", b"GET /healthz HTTP/2.0", 505),
    ("HTTP/3.0", "9110 15.6.6", b"GET /healthz HTTP/3.0", 505),
    ("HTTP/0.9 with a version", "9110 15.6.6", b"GET /healthz HTTP/0.9", 505),
    ("HTTP/2 without a minor version", "2.3", b"GET /healthz HTTP/2", 400),
    ("the preface of HTTP/2", "3.2.4", b"PRI * HTTP/2.0", 400),
    ("a version in lower case", "2.3", b"GET /healthz http/1.1", 400),
    ("a version of letters", "2.3", b"GET /healthz HTTP/x.y", 400),
    ("a version of two digits", "2.3", b"GET /healthz HTTP/1.10", 400),
    ("a major version of two digits", "2.3", b"GET /healthz HTTP/11.1", 400),
    ("a version with a comma", "2.3", b"GET /healthz HTTP/1,1", 400),
    ("a version without a slash", "2.3", b"GET /healthz HTTP1.1", 400),
    ("a space in the version", "2.3", b"GET /healthz HTTP/ 1.1", 400),
    ("a minus in the version", "2.3", b"GET /healthz HTTP/-1.1", 400),
    ("a version of other digits", "2.3", "GET /healthz HTTP/１.1".encode(), 400),
    ("another protocol", "2.3", b"GET /healthz RTSP/1.0", 400),
    ("a word for a version", "2.3", b"GET /healthz version", 400),
    ("a target that is too long", "3", b"GET /" + b"a" * 9000 + b" HTTP/1.1", 414),
    ("a query that is too long", "3", b"GET /panel?url=" + b"a" * 9000 + b" HTTP/1.1", 414),
]

FIELDS = [
    ("a space before the colon", "5.1", b"X-Name : value", 400),
    ("a tab before the colon", "5.1", b"X-Name\t: value", 400),
    ("no colon", "5", b"X-Name value", 400),
    ("no name", "5", b": value", 400),
    ("a colon alone", "5", b":", 400),
    ("a name with a space", "5.1", b"X Name: value", 400),
    ("a name in parentheses", "9110 5.1", b"(x): value", 400),
    ("a name in quotes", "9110 5.1", b'"x": value', 400),
    ("a name with a slash", "9110 5.1", b"x/y: value", 400),
    ("a name with a NUL", "9110 5.1", b"x\x00y: value", 400),
    ("a name with a control", "9110 5.1", b"x\x01y: value", 400),
    ("a name with a raw byte", "9110 5.1", b"x\xe9y: value", 400),
    ("a name with a bracket", "9110 5.1", b"x[y]: value", 400),
    ("a name with an at sign", "9110 5.1", b"x@y: value", 400),
    ("a NUL in the value", "9110 5.5", b"X-Name: a\x00b", 400),
    ("a bare CR in the value", "9110 5.5", b"X-Name: a\rb", 400),
    ("a bare LF in the value", "2.2", b"X-Name: a\nb: c", 400),
    ("a control in the value", "9110 5.5", b"X-Name: a\x01b", 400),
    ("an escape in the value", "9110 5.5", b"X-Name: \x1b[31m", 400),
    ("a DEL in the value", "9110 5.5", b"X-Name: a\x7fb", 400),
    ("a form feed in the value", "9110 5.5", b"X-Name: a\x0cb", 400),
    ("a folded line", "5.2", b"X-Name: a\r\n b", 400),
    ("a line folded by a tab", "5.2", b"X-Name: a\r\n\tb", 400),
    ("a folded Host", "5.2", b"X-Name: a\r\n Host: evil.example", 400),
    ("a line of spaces", "5.2", b"X-Name: a\r\n  ", 400),
    ("two names for the host", "3.2", b"Host: other.example", 400),
    ("the same host twice", "3.2", b"Host: insights.example", 400),
    ("another case of Host", "3.2", b"hOST: other.example", 400),
    ("an expectation that is unknown", "9110 10.1.1", b"Expect: 200-ok", 417),
    ("an expectation that is empty", "9110 10.1.1", b"Expect:", 417),
    ("two expectations", "9110 10.1.1", b"Expect: 100-continue, 200-ok", 417),
    ("too many fields", "9110 5.4", b"\r\n".join([b"X: y"] * 200), 431),
    ("a field that is too long", "9110 5.4", b"X: " + b"y" * 9000, 431),
    ("a name that is too long", "9110 5.4", b"X" * 9000 + b": y", 431),
    ("a head that is too long", "9110 5.4", b"\r\n".join([b"X: " + b"y" * 4000] * 9), 431),
]

HOSTS = [
    ("no host", b"", 400),
    ("an empty host", b"Host:\r\n", 400),
    ("a host of spaces", b"Host:   \r\n", 400),
    ("a space in the host", b"Host: a b\r\n", 400),
    ("a tab in the host", b"Host: a\tb\r\n", 400),
    ("markup as the host", b'Host: "><script>\r\n', 400),
    ("a path in the host", b"Host: a.example/b\r\n", 400),
    ("a query in the host", b"Host: a.example?b\r\n", 400),
    ("a fragment in the host", b"Host: a.example#b\r\n", 400),
    ("a backslash in the host", b"Host: a.example\\b\r\n", 400),
    ("a user in the host", b"Host: a@b.example\r\n", 400),
    ("a scheme in the host", b"Host: http://a.example\r\n", 400),
    ("two hosts in one field", b"Host: a.example, b.example\r\n", 400),
    ("a raw byte in the host", b"Host: caf\xe9.example\r\n", 400),
    ("an encoded byte in the host", b"Host: a%00.example\r\n", 400),
    ("an empty label", b"Host: a..example\r\n", 400),
    ("a dot before the host", b"Host: .example\r\n", 400),
    ("a dot alone", b"Host: .\r\n", 400),
    ("a label that is too long", b"Host: " + b"a" * 64 + b".example\r\n", 400),
    ("a host that is too long", b"Host: " + b"a." * 200 + b"example\r\n", 400),
    ("a hyphen before a label", b"Host: -a.example\r\n", 400),
    ("a port alone", b"Host: :80\r\n", 400),
    ("a port of letters", b"Host: a.example:http\r\n", 400),
    ("a port that is too large", b"Host: a.example:65536\r\n", 400),
    ("a port that is negative", b"Host: a.example:-1\r\n", 400),
    ("two ports", b"Host: a.example:80:80\r\n", 400),
    ("IPv6 without brackets", b"Host: ::1\r\n", 400),
    ("IPv6 left open", b"Host: [::1\r\n", 400),
    ("no IPv6 in brackets", b"Host: [1:2]\r\n", 400),
    ("a zone of IPv6", b"Host: [fe80::1%eth0]\r\n", 400),
    ("an invalid host in HTTP/1.0", b"Host: a b\r\n", 400),
]

ENDS = [
    ("LF after the line", "2.2", b"GET /healthz HTTP/1.1\n" + HOST + b"\r\n", 400),
    ("LF after a field", "2.2", b"GET /healthz HTTP/1.1\r\nHost: a.example\n\r\n", 400),
    ("LF everywhere", "2.2", b"GET /healthz HTTP/1.1\nHost: a.example\n\n", 400),
    ("LF at the end", "2.2", b"GET /healthz HTTP/1.1\r\nHost: a.example\r\n\n", 400),
    ("CR alone everywhere, then CRLF", "2.2", b"GET / HTTP/1.1\rHost: a\r\r\n\r\n", 400),
    ("two empty lines before", "2.2", b"\r\n\r\nGET /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("LF before", "2.2", b"\nGET /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("TLS", "9.8", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ("the PROXY protocol", "3", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + SMUGGLED, 400),
    ("a field before the line", "2.2", HOST + b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    ("an answer", "2.1", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 400),
    ("HTTP/0.9", "2.1", b"GET /healthz\r\n\r\n", 400),
]

FRAMING = [
    ("both framings", "6.3", b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", 400),
    ("both framings, turned", "6.3", b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", 400),
    ("two lengths", "6.3", b"Content-Length: 4\r\nContent-Length: 5\r\n", 400),
    ("the same length twice", "6.3", b"Content-Length: 0\r\nContent-Length: 0\r\n", 400),
    ("lengths in a list", "6.3", b"Content-Length: 0, 0\r\n", 400),
    ("different lengths in a list", "6.3", b"Content-Length: 0, 5\r\n", 400),
    ("a negative length", "6.2", b"Content-Length: -1\r\n", 400),
    ("a length with a plus", "6.2", b"Content-Length: +4\r\n", 400),
    ("a length with an underscore", "6.2", b"Content-Length: 1_0\r\n", 400),
    ("a length in hexadecimal", "6.2", b"Content-Length: 0x4\r\n", 400),
    ("a length with a point", "6.2", b"Content-Length: 4.0\r\n", 400),
    ("a length in exponents", "6.2", b"Content-Length: 1e1\r\n", 400),
    ("a length of letters", "6.2", b"Content-Length: four\r\n", 400),
    ("an empty length", "6.2", b"Content-Length:\r\n", 400),
    ("a length with a space inside", "6.2", b"Content-Length: 1 0\r\n", 400),
    ("a length with a superscript", "6.2", b"Content-Length: \xb2\r\n", 400),
    ("a length in other digits", "6.2", "Content-Length: ٤\r\n".encode(), 400),
    ("a space before the length's colon", "5.1", b"Content-Length : 4\r\n", 400),
    ("a length that is too large", "9110 15.5.14", b"Content-Length: 99999999\r\n", 413),
    ("a length beyond 64 bits", "6.2", b"Content-Length: 18446744073709551617\r\n", 413),
    ("a length of 5,000 digits", "6.2", b"Content-Length: " + b"9" * 5000 + b"\r\n", 400),
    ("an unknown coding", "6.1", b"Transfer-Encoding: rot13\r\n", 501),
    ("a coding beside chunked", "6.1", b"Transfer-Encoding: gzip, chunked\r\n", 501),
    ("chunked before another", "6.1", b"Transfer-Encoding: chunked, gzip\r\n", 400),
    ("gzip alone", "6.3", b"Transfer-Encoding: gzip\r\n", 400),
    ("identity", "6.1", b"Transfer-Encoding: identity\r\n", 400),
    ("identity and chunked", "6.1", b"Transfer-Encoding: identity, chunked\r\n", 501),
    ("chunked twice in a list", "6.1", b"Transfer-Encoding: chunked, chunked\r\n", 400),
    ("chunked twice", "6.1", b"Transfer-Encoding: chunked\r\n" * 2, 400),
    ("chunked in quotes", "6.1", b'Transfer-Encoding: "chunked"\r\n', 501),
    ("chunked with a parameter", "7", b"Transfer-Encoding: chunked;a=b\r\n", 501),
    ("xchunked", "6.1", b"Transfer-Encoding: xchunked\r\n", 501),
    ("chunked after a vertical tab", "5.1", b"Transfer-Encoding: \x0bchunked\r\n", 400),
    ("chunked after a comma", "6.1", b"Transfer-Encoding: ,chunked\r\n", 501),
    ("a space before the coding's colon", "5.1", b"Transfer-Encoding : chunked\r\n", 400),
    ("a folded coding", "5.2", b"Transfer-Encoding:\r\n chunked\r\n", 400),
    ("an empty coding", "6.1", b"Transfer-Encoding:\r\n", 501),
]

CHUNKS = [
    ("a size with a plus", "7.1", b"+3\r\nabc\r\n0\r\n\r\n", 400),
    ("a negative size", "7.1", b"-3\r\nabc\r\n0\r\n\r\n", 400),
    ("a size with 0x", "7.1", b"0x3\r\nabc\r\n0\r\n\r\n", 400),
    ("a size with an underscore", "7.1", b"0_3\r\nabc\r\n0\r\n\r\n", 400),
    ("a size that is no number", "7.1", b"xyz\r\nabc\r\n0\r\n\r\n", 400),
    ("an empty size", "7.1", b"\r\nabc\r\n0\r\n\r\n", 400),
    ("a space before the size", "7.1", b" 3\r\nabc\r\n0\r\n\r\n", 400),
    ("a space after the size", "7.1", b"3 \r\nabc\r\n0\r\n\r\n", 400),
    ("a size of 17 digits", "7.1", b"00000000000000003\r\nabc\r\n0\r\n\r\n", 400),
    ("a size beyond 64 bits", "7.1", b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n", 400),
    ("a size that is too large", "7.1", b"ffffffff\r\nabc\r\n0\r\n\r\n", 413),
    ("LF after the size", "7.1", b"3\nabc\r\n0\r\n\r\n", 400),
    ("CR after the size", "7.1", b"3\rabc\r\n0\r\n\r\n", 400),
    ("a NUL in the size", "7.1", b"3\x00\r\nabc\r\n0\r\n\r\n", 400),
    ("LF after the data", "7.1", b"3\r\nabc\n0\r\n\r\n", 400),
    ("other bytes after the data", "7.1", b"3\r\nabcXX0\r\n\r\n", 400),
    ("nothing after the data", "7.1", b"3\r\nabc0\r\n\r\n", 400),
    ("more data than was said", "7.1", b"3\r\nabcd\r\n0\r\n\r\n", 400),
    ("less data than was said", "7.1", b"4\r\nabc\r\n0\r\n\r\n", 400),
    ("an extension without a name", "7.1.1", b"3;\r\nabc\r\n0\r\n\r\n", 400),
    ("an extension with a space", "7.1.1", b"3;a b\r\nabc\r\n0\r\n\r\n", 400),
    ("an extension left open", "7.1.1", b'3;a="b\r\nabc\r\n0\r\n\r\n', 400),
    ("an extension without a value", "7.1.1", b"3;a=\r\nabc\r\n0\r\n\r\n", 400),
    ("a bare CR in an extension", "7.1.1", b"3;a\rb\r\nabc\r\n0\r\n\r\n", 400),
    ("a bare LF in an extension", "7.1.1", b"3;a\nb\r\nabc\r\n0\r\n\r\n", 400),
    ("a NUL in an extension", "7.1.1", b"3;a=\x00\r\nabc\r\n0\r\n\r\n", 400),
    ("an extension that is too long", "7.1.1", b"3;" + b"a" * 5000 + b"\r\nabc\r\n", 400),
    ("a trailer without a colon", "7.1.2", b"0\r\ntrailer\r\n\r\n", 400),
    ("a space before a trailer's colon", "5.1", b"0\r\nx : y\r\n\r\n", 400),
    ("a folded trailer", "5.2", b"0\r\nx: y\r\n z\r\n\r\n", 400),
    ("a NUL in a trailer", "9110 5.5", b"0\r\nx: \x00\r\n\r\n", 400),
    ("LF after a trailer", "2.2", b"0\r\nx: y\n\r\n", 400),
    ("a length as a trailer", "9110 6.5.1", b"0\r\nContent-Length: 5\r\n\r\n", 400),
    ("a coding as a trailer", "9110 6.5.1", b"0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("a host as a trailer", "9110 6.5.1", b"0\r\nHost: evil.example\r\n\r\n", 400),
    ("a token as a trailer", "9110 6.5.1", b"0\r\nAuthorization: Bearer x\r\n\r\n", 400),
    ("trailers that are too long", "7.1.2", b"0\r\nx: " + b"y" * 9000 + b"\r\n\r\n", 431),
    ("only lines between chunks", "7.1", b"1;" + b"a" * 900 + b"\r\na\r\n", 413),
]

OLD = b"POST /doctor HTTP/1.0\r\n" + HOST + FORM
IN_HTTP_1_0 = OLD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED

# The application answers these, and the connection goes on.
ASKED_IN_VAIN = [
    ("a method that is not for the path", "9110 15.5.6", b"PUT /healthz HTTP/1.1", 405),
    ("TRACE", "9110 9.3.8", b"TRACE /healthz HTTP/1.1", 405),
    ("the whole service's options", "9110 9.3.7", b"OPTIONS * HTTP/1.1", 404),
    ("an encoded NUL", "9110 4.2", b"GET /panel/%00 HTTP/1.1", 404),
    ("broken percent-encoding", "9110 4.2", b"GET /panel/%zz HTTP/1.1", 404),
    ("an encoded CRLF", "9110 4.2", b"GET /panel/a%0d%0ab HTTP/1.1", 404),
    ("encoded bytes that are no UTF-8", "9110 4.2", b"GET /panel/%ff HTTP/1.1", 404),
    ("an encoded surrogate", "9110 4.2", b"GET /panel/%ed%a0%80 HTTP/1.1", 404),
    ("a NUL in an address", "9110 4.2", b"GET /panel?url=http://a/%00 HTTP/1.1", 404),
    ("many dots", "9110 4.2", b"GET /" + b"../" * 900 + b"x HTTP/1.1", 404),
]

MALFORMED = [
    *(Malformed(name, section, _line(line), status) for name, section, line, status in LINES),
    *(Malformed(name, section, _field(field), status) for name, section, field, status in FIELDS),
    *(
        Malformed(name, "3.2", _host(field, b"1.0" if "1.0" in name else b"1.1"), status)
        for name, field, status in HOSTS
    ),
    *(Malformed(name, section, sent, status) for name, section, sent, status in ENDS),
    *(
        Malformed(name, section, _post(fields, b"0\r\n\r\n" + SMUGGLED), status)
        for name, section, fields, status in FRAMING
    ),
    *(
        Malformed(
            f"chunks: {name}",
            section,
            _chunks(content * 60 if name.startswith("only") else content),
            status,
        )
        for name, section, content, status in CHUNKS
    ),
    Malformed("chunked in HTTP/1.0", "6.1", IN_HTTP_1_0, 400),
    *(
        Malformed(name, section, _line(line), status, closes=False)
        for name, section, line, status in ASKED_IN_VAIN
    ),
]

CHUNKED = b"Transfer-Encoding: chunked"
WELL_FORMED = [
    ("an empty line before", b"\r\n" + _line(b"GET /healthz HTTP/1.1"), 200),
    ("the absolute form", _line(b"GET http://a.example/healthz HTTP/1.1"), 200),
    ("the absolute form, https", _line(b"GET HTTPS://a.example/healthz HTTP/1.1"), 200),
    ("a later minor version", _line(b"GET /healthz HTTP/1.9"), 200),
    ("a host with a dot at its end", _host(b"Host: insights.example.\r\n"), 200),
    ("a host with an empty port", _host(b"Host: insights.example:\r\n"), 200),
    ("IPv6", _host(b"Host: [::1]:8000\r\n"), 200),
    ("IPv4", _host(b"Host: 127.0.0.1:8000\r\n"), 200),
    ("no space after the colon", _host(b"Host:insights.example\r\n"), 200),
    ("spaces around the value", _host(b"Host: \t insights.example \t\r\n"), 200),
    ("a value of raw bytes", _field(b"X-Name: \xe9\xff"), 200),
    ("an empty value", _field(b"X-Name:"), 200),
    ("GET with content", _field(b"Content-Length: 3") + b"abc", 200),
    ("chunks to GET", _field(CHUNKED.upper()) + b"3\r\nabc\r\n0\r\n\r\n", 200),
    ("zeros before a size", _field(CHUNKED) + b"003;a\r\nabc\r\n000\r\n\r\n", 200),
    ("trailers", _field(CHUNKED) + b"0\r\nX: y\r\nZ: \r\n\r\n", 200),
    ("zeros before a length", _field(b"Content-Length: 0003") + b"abc", 200),
]
"""Unusual, and right: RFC 9112, sections 2.2, 2.3, 3.2, 3.2.2, 5.1, 6.2 and 7.1."""
