"""Web addresses: which may be linked to, and which name the same article.

Browsers mend broken addresses in ways that differ from Python's parser, so a link
that would need mending is refused instead (WHATWG URL Standard, section 4.4, lists
what they mend: backslashes, tabs and newlines, missing slashes, full-width letters).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

MAX_LENGTH = 2048

_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
TRACKING = (
    r"^(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|yclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi"
    r"|mkt_tok|oly_anon_id|oly_enc_id|vero_id|s_cid|cmpid|ref_src|ref_url)="
)
"""What a parameter begins with that tells no articles apart, case aside; scripts use it, too."""
_TRACKING = re.compile(TRACKING, re.IGNORECASE | re.ASCII)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})


def link_problem(url: str) -> str | None:
    """Say what keeps ``url`` (unescaped) from being linked to, or None where nothing does."""
    if not url:
        return "is empty; give an address that begins with https://"
    if len(url) > MAX_LENGTH:
        return f"has {len(url)} characters; at most {MAX_LENGTH} are accepted"
    for character in url:
        if unicodedata.category(character) in _INVISIBLE:
            return f"contains the invisible character U+{ord(character):04X}; remove it"
        if character in '\\<>"`{}|^':
            return f"contains {character!r}; write it percent-encoded"
    if not re.match(r"https?://[^/]", url, re.IGNORECASE):
        return "is not absolute; write it out with https:// (or http://) and the host"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "cannot be read as a web address; copy it from the browser's address bar"
    if "@" in parts.netloc:
        return "carries a user name or password; remove everything before the @"
    if port == 0 or parts.netloc.endswith(":"):
        return "has an unusable port; remove it"
    if "]" in parts.netloc and not re.search(r"\](?::\d+)?\Z", parts.netloc):
        return "cannot be read as a web address; copy it from the browser's address bar"
    return _host_problem(parts.hostname or "")


def _host_problem(host: str) -> str | None:
    problem = f"has the host {host!r}, which is no host name; copy the address again"
    if ":" in host:
        try:
            address = ipaddress.IPv6Address(host)
        except ValueError:
            return problem
        # Browsers read no zone, such as %eth0.
        return problem if address.scope_id else None
    if len(host) > 253 or unicodedata.normalize("NFKC", host) != host:
        return problem
    labels = host.removesuffix(".").split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        return problem
    # A last label of digits, or 0x…, makes browsers read the whole as an IPv4 address.
    if re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            return problem
        return None
    if len(labels) < 2 and host != "localhost":
        return f"has the host {host!r}, which lacks a domain such as .org"
    return None


def origin(url: str) -> str:
    """Return the origin of ``url`` as browsers write it in ``Origin`` (RFC 6454, section 6.2)."""
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{_authority(parts)}"


def _authority(parts: SplitResult) -> str:
    host = (parts.hostname or "").removesuffix(".")
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = host.lower()
    default = _DEFAULT_PORTS.get(parts.scheme.lower())
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


def normalize(url: str) -> str:
    """Return the key under which an article's address is looked up.

    Folds what does not tell articles apart: scheme, ``www.``, the host's case, a default
    port, the fragment, tracking parameters, the order of parameters, a trailing slash,
    whether letters of the path are percent-encoded. The key is no address: it has no
    scheme. Raises ValueError where ``url`` is no address.
    """
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is no http or https address")
    # Either scheme's default port, since the key forgets which scheme it was.
    authority = re.sub(r"^(?:www\.)+(?!$|:)|:(?:80|443)$", "", _authority(parts))
    # As browsers send it: letters outside ASCII percent-encoded, the codes in capitals.
    path = quote(parts.path.rstrip("/"), safe="%/:@!$&'()*+,;=~")
    path = re.sub("%..", lambda code: code[0].upper(), path)
    # As browsers write forms (URL Standard, section 5.2), so that scripts come to the same.
    pairs = (urlencode([it], safe="*") for it in parse_qsl(parts.query, keep_blank_values=True))
    query = sorted(it.replace("~", "%7E") for it in pairs if not _TRACKING.match(it))
    return authority + path + ("?" + "&".join(query) if query else "")
