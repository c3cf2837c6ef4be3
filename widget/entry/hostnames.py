"""Canonical host names, as browsers write them (URL Standard, 3.5; UTS 46, non-transitional).

Python's own "idna" codec follows IDNA 2003: it maps ``straße.example`` to ``strasse.example``,
which is a different domain.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import unquote

import idna

_FORBIDDEN = re.compile(r"""[\x00-\x20"#%/:<>?@\[\\\]^`{|}\x7f-\uffff]""")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NUMBER = re.compile(r"0x(?P<hex>[0-9a-f]*)|0(?P<octal>[0-7]*)|(?P<decimal>[1-9][0-9]*)")
_JOINERS = "\u200c\u200d"


def to_ascii(host: str) -> str:
    """Return the host of a URL in the canonical form that browsers use.

    Lower case, non-ASCII labels as ``xn--…``, IPv4 as four decimal numbers, IPv6 compressed in
    brackets. A trailing dot stays. Raises ValueError for a host that browsers reject.
    """
    if host.startswith("["):
        return _ipv6(host)
    name = unquote(host, errors="strict") if "%" in host else host
    if not name.isascii() or "xn--" in name.lower():
        name = idna.uts46_remap(name, std3_rules=False, transitional=False)
        labels = [_unicode_label(label) for label in name.split(".")]
        _check(labels)
        name = ".".join(map(_ascii_label, labels))
    name = name.lower()
    if not name.strip(".") or _FORBIDDEN.search(name):
        raise ValueError(f"{host!r} is not a host name")
    last = name.removesuffix(".").rpartition(".")[2]
    return _ipv4(name) if _NUMERIC.fullmatch(last) else name


def _unicode_label(label: str) -> str:
    """Return a decoded ``xn--`` label; any other label unchanged."""
    if not label.startswith("xn--"):
        return label
    # Strict: "xn--a" and the like decode to nothing valid, and browsers reject them.
    found = label[4:].encode("ascii").decode("punycode")
    mapped = idna.uts46_remap(found, std3_rules=False, transitional=False)
    if found.isascii() or mapped != found or _ascii_label(found) != label:
        raise ValueError(f"{label!r} is not valid Punycode")
    return found


def _ascii_label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _check(labels: list[str]) -> None:
    """Validate labels (UTS 46, 4.1, with CheckBidi and CheckJoiners). Raises ValueError."""
    right_to_left = any(
        unicodedata.bidirectional(character) in ("R", "AL", "AN")
        for label in labels
        for character in label
    )
    for label in filter(None, labels):
        if label.startswith("xn--") or unicodedata.category(label[0]).startswith("M"):
            raise ValueError(f"{label!r} is not a valid part of a host name")
        for index, character in enumerate(label):
            if character in _JOINERS and not idna.valid_contextj(label, index):
                raise ValueError(f"{label!r} has a joiner in an invalid position")
        if right_to_left:
            idna.check_bidi(label, check_ltr=True)


def _ipv4(name: str) -> str:
    """Return ``127.1``, ``0x7f000001`` and the like as four decimal numbers."""
    parts = name.removesuffix(".").split(".")
    numbers = [_number(part) for part in parts]
    *first, last = numbers
    if len(parts) > 4 or any(it > 255 for it in first) or last >= 256 ** (5 - len(parts)):
        raise ValueError(f"{name!r} is not an IPv4 address")
    whole = last + sum(it << 8 * (3 - index) for index, it in enumerate(first))
    return str(ipaddress.IPv4Address(whole))


def _number(part: str) -> int:
    found = _NUMBER.fullmatch(part) if len(part) < 64 else None
    if found is None:
        raise ValueError(f"{part!r} is not a number of an IPv4 address")
    if found["hex"] is not None:
        return int(found["hex"] or "0", 16)
    return int(found["decimal"]) if found["decimal"] else int(found["octal"] or "0", 8)


def _ipv6(host: str) -> str:
    if not host.endswith("]"):
        raise ValueError(f"{host!r} is not an IPv6 address")
    address = ipaddress.IPv6Address(host[1:-1])
    if address.scope_id:  # such as %eth0
        raise ValueError(f"{host!r} has a zone, which browsers reject")
    if address.ipv4_mapped:  # newer Python versions write the last 32 bits as IPv4
        high, low = divmod(int(address.ipv4_mapped), 1 << 16)
        return f"[::ffff:{high:x}:{low:x}]"
    return f"[{address}]"
