"""Web addresses: which may be linked to, and which name the same article.

Browsers mend broken addresses in ways that differ from Python's parser, so a link
that would need mending is refused instead (WHATWG URL Standard, section 4.4, lists
what they mend: backslashes, tabs and newlines, missing slashes, full-width letters).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from widget.entry import hostnames, lookalikes, tracking

MAX_LENGTH = 2048

KEYS = hashlib.sha256(f"2 {tracking.PATTERN}".encode()).hexdigest()[:16]
"""Names the rules by which ``normalize`` makes keys; count up whenever they change.

What holds keys, such as an index or a table, is made anew where it was made by other rules.
"""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(tracking.PATTERN, re.IGNORECASE | re.ASCII)
_OF_ONE_MACHINE = frozenset({"localhost", "local", "internal", "lan", "home", "localdomain"})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
# In names of hosts these two tell words apart in Persian, Sinhala and others.
_JOINERS_OF_HOST = re.compile(r"(?<=//)[^/?#]*")
# Codes that encodeURI and decodeURI leave as they are: what they stand for parts an address.
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_PARTING = re.compile(r"%(?=2[3-6BCF]|3[ABDF]|40)", re.IGNORECASE)


def link_problem(url: str) -> str | None:
    """Say what keeps ``url`` (unescaped) from being linked to, or None where nothing does."""
    if not url:
        return "is empty; give an address that begins with https://"
    if len(url) > MAX_LENGTH:
        return f"has {len(url)} characters; at most {MAX_LENGTH} are accepted"
    for character in _JOINERS_OF_HOST.sub(_without_joiners, url, count=1):
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
    return _host_problem(_host(parts))


def _without_joiners(host: re.Match[str]) -> str:
    return host[0].translate({0x200C: None, 0x200D: None})


def _host_problem(host: str) -> str | None:
    problem = f"has the host {host!r}, which is not a host name; copy the address again"
    try:
        name = hostnames.to_ascii(host)
    except ValueError:
        return problem
    if host.startswith("["):
        return None
    folded = unicodedata.normalize("NFKC", host) != unicodedata.normalize("NFC", host)
    if folded or "%" in host or "\u3002" in host:
        return problem  # full-width letters, other dots and the like
    labels = name.removesuffix(".").split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(".".join(labels)) > 253:
        return problem
    if labels[-1].isdecimal():
        return None if name == host else problem  # 127.1 and the like
    if len(labels) < 2 and name != "localhost":
        return f"has the host {host!r}, which lacks a domain such as .org"
    if mixed := lookalikes.mixed_scripts(name):
        return f"has a host that passes for another: {mixed}; copy the address again"
    return None


def link_doubt(url: str) -> str | None:
    """Say what is odd about the host of a link that may be linked to, or None."""
    if link_problem(url):
        return None
    host = _host(urlsplit(url))
    name = hostnames.to_ascii(host)
    if name.startswith("[") or name.removesuffix(".").rpartition(".")[2].isdecimal():
        return f"names a machine by its number, {name}; readers know sites by name: give that"
    labels = name.removesuffix(".").split(".")
    if labels[-1] in _OF_ONE_MACHINE:
        return f"has the host {host!r}, which is another machine for each reader; link to a site"
    if name.endswith("."):
        return f"has the host {host!r} with a dot at its end; remove the dot"
    if aping := lookalikes.aping(name):
        return f"has a host that may pass for another: {aping}; see whether it is the one you mean"
    return None


def host_of(url: str) -> str:
    """Return the host of ``url`` as browsers write it, IPv6 in brackets. Raises ValueError."""
    return hostnames.to_ascii(_host(urlsplit(url))).removesuffix(".")


def origin(url: str) -> str:
    """Return the origin of ``url`` as browsers write it in ``Origin`` (RFC 6454, section 6.2).

    Of a host that no browser takes it is no browser's. Raises ValueError.
    """
    parts = urlsplit(url)
    try:
        host = hostnames.to_ascii(_host(parts))
    except ValueError:
        host = _host(parts).lower()
    return f"{parts.scheme.lower()}://{_authority(parts, host)}"


def _host(parts: SplitResult) -> str:
    """Return the host as it is written.

    ``SplitResult.hostname`` is in Python's lower case, which is no browser's: ``"ΣΑΣ".lower()``
    ends in a final sigma, and that is another name.
    """
    host = parts.netloc.rpartition("@")[2]
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _authority(parts: SplitResult, host: str) -> str:
    host = host.removesuffix(".")
    default = _DEFAULT_PORTS.get(parts.scheme.lower())
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


def normalize(url: str) -> str:
    """Return the key under which an article's address is looked up.

    Folds what does not tell articles apart: scheme, ``www.``, the host's spelling, a default
    port, the fragment, tracking parameters, the order of parameters, a trailing slash, and how
    the path is written: dot segments, doubled slashes, characters that are percent-encoded or
    composed (RFC 3986, section 6.2.2; Unicode NFC). The key is no address: it has no scheme.
    Raises ValueError where ``url`` is no address.
    """
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.netloc:
        raise ValueError(f"{url!r} is not an http or https URL")
    authority = _authority(parts, hostnames.to_ascii(_host(parts)))
    # Either scheme's default port, since the key forgets which scheme it was.
    authority = re.sub(r"^(?:www\.)+(?!$|:)|:(?:80|443)$", "", authority)
    # As browsers write forms (URL Standard, section 5.2), so that scripts come to the same.
    composed = (
        (unicodedata.normalize("NFC", name), unicodedata.normalize("NFC", value))
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    pairs = (urlencode([pair], safe="*") for pair in composed)
    query = sorted(it.replace("~", "%7E") for it in pairs if not _TRACKING.match(it))
    return authority + _path(parts.path) + ("?" + "&".join(query) if query else "")


def _path(path: str) -> str:
    """Return a path in one spelling; static/find.js comes to the same."""
    segments: list[str] = []
    for segment in path.replace("\\", "/").split("/"):
        plain = segment.lower().replace("%2e", ".")
        if plain == "..":
            segments[-1:] = []
        elif plain != ".":
            segments.append(segment)
    text = "".join(f"/{segment}" for segment in segments if segment)
    text = quote(text, safe=_ASCII)
    try:
        if not re.search("%(?![0-9A-Fa-f]{2})", text):
            text = unquote(_PARTING.sub("%25", text), errors="strict")
            text = unicodedata.normalize("NFC", text)
    except UnicodeDecodeError:
        pass  # the codes are of another encoding than UTF-8 and stay as they are
    text = quote(text, safe="%/:@!$&'()*+,;=~")
    return re.sub("%..", lambda code: code[0].upper(), text)
