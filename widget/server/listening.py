"""What the service listens on: an address of this machine and a port."""

from __future__ import annotations

import errno
import ipaddress
import socket

from widget.errors import InvalidSettings


def resolve(host: str, port: int, *, option: str = "--port") -> str:
    """Return the IP address that ``host`` names, having tried to listen on it at ``port``.

    ``host`` is a name or an address; of a name's addresses an IPv4 one is preferred. Raises
    InvalidSettings, which says what to do; ``option`` is the one that gives another port.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise InvalidSettings(
            f"{host!r} is no address of this machine, and no name of one. "
            "Choose another with --host, such as 127.0.0.1 or ::"
        ) from None
    family, kind, protocol, _, place = min(found, key=lambda it: it[0] != socket.AF_INET)
    if len(place) == 4 and place[3]:
        raise InvalidSettings(
            f"{host} is an address of one network card alone (link-local). "
            "Choose another with --host, such as ::"
        )
    try:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise InvalidSettings(_reason(error, host, port, option)) from error
    return str(place[0])


def url_of(host: str, port: int) -> str:
    """Return the URL of ``host:port``; an IPv6 address stands in brackets (RFC 3986, 3.2.2)."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def reachable(host: str) -> str:
    """Return a name under which a browser on this machine reaches what listens on ``host``."""
    try:
        everywhere = ipaddress.ip_address(host).is_unspecified
    except ValueError:
        everywhere = False
    return "localhost" if everywhere else host


def _reason(error: OSError, host: str, port: int, option: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is already in use. Choose another with {option}."
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            return f"{host} is no address of this machine. Choose another with --host."
        case errno.EACCES:
            return (
                f"Port {port} is kept for the system's own services. "
                f"Choose one from 1024 on with {option}."
            )
        case _:
            return f"{url_of(host, port)} cannot be listened on: {error.strerror}"
