"""Classifies IP addresses: requests for anyone may go to public addresses only."""

from __future__ import annotations

import ipaddress

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# What older Pythons take for global (IANA's registries of special-purpose addresses).
_SPECIAL = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "3fff::/20"))
)
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Return whether ``address`` is public, and so is an IPv4 address embedded in it."""
    return all(_global(one) for one in _layers(address))


def is_loopback(address: str) -> bool:
    """Return whether ``address`` is this machine itself."""
    return _layers(address)[-1].is_loopback


def _layers(address: str) -> list[_Address]:
    """Return the address, and the IPv4 address that IPv6 carries it to."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return [parsed]
    if parsed.ipv4_mapped or parsed in _TRANSLATED:
        return [ipaddress.IPv4Address(parsed.packed[-4:])]  # the same, written otherwise
    inner = parsed.sixtofour or (parsed.teredo and parsed.teredo[1])
    return [parsed, inner] if inner else [parsed]


def _global(address: _Address) -> bool:
    # A group's address and a site's own of old count as global for Python.
    local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    special = local or any(address in network for network in _SPECIAL)
    return address.is_global and not (special or address.is_multicast or address.is_reserved)
