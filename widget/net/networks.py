"""Reduces an IP address to a network for throttling, or to a shorter prefix for logs."""

from __future__ import annotations

import ipaddress


def network_of(address: str) -> str:
    """Return the network of one caller: a single IPv4 address, a /64 of IPv6."""
    return _cut(address, 32, 64)


def prefix_of(address: str) -> str:
    """Return the prefix that a log may hold: /24 of IPv4, /48 of IPv6; "unknown" for no address."""
    return _cut(address, 24, 48) if _parsed(address) else "unknown"


def _cut(address: str, bits4: int, bits6: int) -> str:
    parsed = _parsed(address)
    if parsed is None:
        return address
    bits = bits4 if parsed.version == 4 else bits6
    network = ipaddress.ip_network((parsed.packed, bits), strict=False)
    return str(network if network.num_addresses > 1 else network.network_address)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed
