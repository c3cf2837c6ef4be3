"""Validators of single values; each returns the canonical value or raises ValueError."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from widget.entry import hostnames, urls
from widget.entry.characters import is_blank

UNIX = "unix"
"""The value in ``trusted_proxies`` that trusts clients of a Unix socket."""

RESERVED_PATHS = frozenset(
    {"admin", "api", "card", "corrections", "corrections.atom", "corrections.json", "counts"}
    | {"doctor", "embed.js", "fragment", "healthz", "log", "log.jsonl", "metrics", "oembed"}
    | {"panel", "readyz", "report", "robots.txt", "schema", "sitemap.xml", "snippet", "static"}
    | {"openapi.json", "voice"}
)
"""The first segments of the service's own paths; a mount path may not begin with any."""


def checked_origin(value: str) -> str:
    """Return the canonical origin."""
    problem = urls.link_problem(value)
    if problem:
        raise ValueError(f"{value!r} {problem}")
    parts = urlsplit(value)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{value!r} is more than an origin; write {urls.origin(value)!r}")
    return urls.origin(value)


def checked_base(value: str) -> str:
    """Return the service's base URL, which may have a path, without a trailing slash."""
    base = checked_api(value)
    first = urlsplit(value).path.strip("/").partition("/")[0]
    if first in RESERVED_PATHS:
        raise ValueError(
            f"{value!r}: /{first} is reserved by this service; choose another path, such as "
            f"{urls.origin(value)}/insights"
        )
    return base


def checked_api(value: str) -> str:
    """Return the base URL of an API, which may have any path, without a trailing slash."""
    problem = urls.link_problem(value)
    if problem:
        raise ValueError(f"{value!r} {problem}")
    parts = urlsplit(value)
    segments = parts.path.strip("/").split("/")
    if (
        parts.query
        or parts.fragment
        or not all(map(_is_path_segment, segments if segments != [""] else []))
    ):
        raise ValueError(
            f"{value!r} cannot be used; write it like https://insights.example or "
            "https://courier.example/insights, the path in letters, digits and - . _ ~"
        )
    return urls.origin(value) + parts.path.rstrip("/")


def _is_path_segment(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9._~-]+", text)) and text not in (".", "..")


def checked_proxy(value: str) -> str:
    """Return a proxy's network in its canonical form, or ``unix``."""
    if value == UNIX:
        return value
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        raise ValueError(
            f'{value!r} is not an address; for example, write "10.0.0.5", "10.0.0.0/8" or "unix"'
        ) from None


def checked_host(value: str) -> str:
    """Return a host name in ASCII, without a port."""
    label = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    try:
        host = hostnames.to_ascii(value)
    except ValueError:
        host = ""
    if not re.fullmatch(rf"{label}(?:\.{label})*|\[.+\]", host):
        raise ValueError(
            f"{value!r} is not a host name; write it without https:// and without a port"
        )
    return host


def checked_name(value: str) -> str:
    """Return a name of the service: a host name or an IP address, without a port."""
    try:
        return ipaddress.ip_address(value.strip("[]")).compressed
    except ValueError:
        return checked_host(value)


def checked_contact(value: str) -> str:
    """Return a mail address or an http(s) URL unchanged."""
    if value.lower().startswith(("http:", "https:")):
        if problem := urls.link_problem(value):
            raise ValueError(f"{value!r} {problem}")
        return value
    name, _, host = value.rpartition("@")
    if not re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}", name, re.ASCII) or "." not in host:
        raise ValueError(
            f"{value!r} is neither a mail address nor a URL; write one such as "
            "desk@courier.example or https://courier.example/contact"
        )
    checked_host(host)
    return value


def checked_visible(value: str) -> str:
    """Return ``value`` unchanged if it has a visible character."""
    if is_blank(value):
        raise ValueError("contains no visible character; write the site's name")
    return value
