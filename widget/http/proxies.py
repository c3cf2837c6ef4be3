"""Where the service is, as its readers see it: behind proxies, and under a path.

``Forwarding`` reads what a trusted proxy says of a request (``X-Forwarded-*``, or ``Forwarded``
of RFC 7239) and moves the service's own path from ``PATH_INFO`` to ``SCRIPT_NAME`` (PEP 3333),
from which Flask makes every link.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from widget.config.validators import RESERVED_PATHS, UNIX

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORWARDED = (
    "FORWARDED",
    "X_FORWARDED_FOR",
    "X_FORWARDED_PROTO",
    "X_FORWARDED_HOST",
    "X_FORWARDED_PREFIX",
)
"""What proxies say, as the WSGI environment names it behind ``HTTP_``."""

_DONE = "insights.forwarded"
_PREFIX = re.compile(r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]{1,100}){1,8}/?")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_PORT = re.compile(r"(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9A-Fa-f:.]+)\])(?::\d{1,5})?", re.ASCII)
# The last element of a list, and what stands before it (RFC 7239, section 4).
_LAST = re.compile(r"""(?:^|,)((?:[^",]|"(?:[^"\\]|\\.)*")*)$""")
_PAIR = re.compile(r"""([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"(),;:=]+))""")
_MOST_HOPS = 32

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class _ForwardedValues(NamedTuple):
    """The values of the proxies' headers: one for each hop, the nearest proxy's last."""

    addresses: list[str]
    schemes: list[str]
    hosts: list[str]
    prefixes: list[str]


class Forwarding:
    """Corrects the environment of requests. ``trusted`` are addresses, networks and ``unix``.

    ``base_url`` may have a path, under which the service then is. Safe for threads.
    """

    def __init__(self, trusted: Iterable[str] = (), base_url: str | None = None) -> None:
        trusted = tuple(trusted)
        self._networks = [ipaddress.ip_network(it, strict=False) for it in trusted if it != UNIX]
        self._unix = UNIX in trusted
        self._prefix = urlsplit(base_url or "").path
        self.trusts = bool(trusted)
        """Whether any proxy is trusted."""

    def apply(self, environ: dict[str, Any]) -> None:
        """Change ``environ`` to what the reader's browser sees. Applied once to each request.

        Sets ``REMOTE_ADDR`` to the address from which the nearest trusted proxy, or the furthest
        of an unbroken chain of them, received the request. Malformed values are ignored.
        """
        if _DONE in environ:
            return
        environ[_DONE] = True
        peer = environ.get("REMOTE_ADDR", "")
        if peer[:7].lower() == "::ffff:":
            peer = environ["REMOTE_ADDR"] = str(_address(peer) or peer)
        prefix = ""
        if self.trusts and self._trusted(peer):
            prefix = self._apply_headers(environ, peer)
        self._mount(environ, prefix)

    def middleware(self, app: WSGIApplication) -> WSGIApplication:
        """Return ``app`` with each request's environment corrected."""

        def corrected(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            self.apply(environ)
            return app(environ, start_response)

        return corrected

    def _trusted(self, address: str) -> bool:
        if not address:
            return self._unix
        ip = _address(address)
        return ip is not None and any(
            ip.version == it.version and ip in it for it in self._networks
        )

    def _apply_headers(self, environ: dict[str, Any], peer: str) -> str:
        """Apply the values of trusted proxies; return the prefix, if any."""
        forwarded = _forwarded_values(environ)
        hops, client = 1, peer
        for text in reversed(forwarded.addresses[-_MOST_HOPS:]):
            ip = _address(text)
            if ip is None:
                break  # unknown to the proxy, or not written by one
            client = str(ip)
            if not self._trusted(client):
                break
            hops += 1
        environ["REMOTE_ADDR"] = client
        scheme = _value_at(forwarded.schemes, hops).lower()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        host = _value_at(forwarded.hosts, hops)
        if _HOST.fullmatch(host):
            environ["HTTP_HOST"] = host
        prefix = _value_at(forwarded.prefixes, hops)
        return prefix.rstrip("/") if _PREFIX.fullmatch(prefix) else ""

    def _mount(self, environ: dict[str, Any], prefix: str) -> None:
        """Set the mount path: of the server, of a proxy, else of ``base_url``."""
        mounted = environ.get("SCRIPT_NAME", "")
        prefix = prefix or ("" if mounted else self._prefix)
        if prefix in ("", mounted):
            return
        environ["SCRIPT_NAME"] = f"{prefix}{mounted}"
        path = environ["PATH_INFO"]
        # Proxies pass on the path with or without the prefix; no path of ours begins like it.
        passed_on = path == prefix or path.startswith(f"{prefix}/")
        if passed_on and prefix.split("/")[1] not in RESERVED_PATHS:
            environ["PATH_INFO"] = path[len(prefix) :]


def _value_at(values: list[str], hops: int) -> str:
    """Return the value of the furthest of ``hops`` trusted proxies, if each added one."""
    return values[-min(hops, len(values))] if values else ""


def _forwarded_values(environ: dict[str, Any]) -> _ForwardedValues:
    """Return the values of the headers.

    ``Forwarded`` is read only where there is no other header: most proxies set only those, and
    pass on a client's ``Forwarded``.
    """
    if any(f"HTTP_X_FORWARDED_{name}" in environ for name in ("FOR", "PROTO", "HOST", "PREFIX")):
        return _ForwardedValues(
            addresses=_listed(environ, "FOR"),
            schemes=_listed(environ, "PROTO"),
            hosts=_listed(environ, "HOST"),
            prefixes=_listed(environ, "PREFIX"),
        )
    elements = list(_elements(environ.get("HTTP_FORWARDED", "")))
    elements.reverse()
    return _ForwardedValues(
        addresses=[one.get("for", "") for one in elements],
        schemes=[one.get("proto", "") for one in elements],
        hosts=[one.get("host", "") for one in elements],
        prefixes=[],
    )


def _listed(environ: dict[str, Any], name: str) -> list[str]:
    text = environ.get(f"HTTP_X_FORWARDED_{name}", "")
    return [it.strip() for it in text.split(",")] if text else []


def _elements(text: str) -> Iterator[dict[str, str]]:
    """Yield the elements of ``Forwarded`` from the last on, as far as they can be read."""
    for _ in range(_MOST_HOPS):
        found = _LAST.search(text)
        if found is None or not found[1].strip():
            return
        pairs = [_PAIR.fullmatch(pair.strip()) for pair in _pairs(found[1])]
        if not all(pairs):
            return
        yield {
            pair[1].lower(): pair[3] or re.sub(r"\\(.)", r"\1", pair[2]) for pair in pairs if pair
        }
        text = text[: found.start()]


def _pairs(element: str) -> list[str]:
    found: list[str] = re.findall(r"""(?:[^";]|"(?:[^"\\]|\\.)*")+""", element)
    return [pair for pair in found if pair.strip()]


def _address(text: str) -> Address | None:
    """Return an address, with or without a port; None where it is none (``unknown``, ``_x``)."""
    with_port = _PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((with_port[1] or with_port[2]) if with_port else text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
