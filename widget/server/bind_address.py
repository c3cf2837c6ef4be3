"""The address and port that the service listens on."""

from __future__ import annotations

import errno
import ipaddress
import socket

from widget.errors import InvalidSettings


def resolve(host: str, port: int, *, option: str = "--port") -> str:
    """Return the IP address of ``host``, after a test that ``port`` can be bound on it.

    ``host`` is a name or an address; an IPv4 address is preferred. Raises InvalidSettings with what
    to do; ``option`` is the option that sets the port.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise InvalidSettings(
            f"{host!r} is not an address or a name of this machine. "
            "Choose another with --host, such as 127.0.0.1 or ::"
        ) from None
    family, kind, protocol, _, sockaddr = min(found, key=lambda it: it[0] != socket.AF_INET)
    if len(sockaddr) == 4 and sockaddr[3]:
        raise InvalidSettings(
            f"{host} is an address of one network card alone (link-local). "
            "Choose another with --host, such as ::"
        )
    try:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(sockaddr)
    except OSError as error:
        raise InvalidSettings(_bind_problem(error, host, port, option)) from error
    return str(sockaddr[0])


def url_of(host: str, port: int) -> str:
    """Return the URL of ``host:port``, with an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def reachable(host: str) -> str:
    """Return the host name by which a browser on this machine reaches a server on ``host``."""
    try:
        everywhere = ipaddress.ip_address(host).is_unspecified
    except ValueError:
        everywhere = False
    return "localhost" if everywhere else host


def _bind_problem(error: OSError, host: str, port: int, option: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is already in use. Choose another with {option}."
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            return f"{host} is not an address of this machine. Choose another with --host."
        case errno.EACCES:
            return (
                f"Port {port} is reserved for system services. "
                f"Choose one from 1024 on with {option}."
            )
        case _:
            return f"{url_of(host, port)} cannot be listened on: {error.strerror}"
