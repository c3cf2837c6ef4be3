"""URLs: which may be linked to, and which identify the same article.

Browsers repair malformed URLs in ways that differ from Python's parser, so a link that
needs repair is rejected (WHATWG URL Standard, section 4.4, lists the repairs: backslashes,
tabs and newlines, missing slashes, full-width letters).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from widget.entry import hostnames, lookalikes, tracking
from widget.errors import Message, message

MAX_LENGTH = 2048

KEYS = hashlib.sha256(f"2 {tracking.PATTERN}".encode()).hexdigest()[:16]
"""Version of the rules of ``normalize``; increment its number whenever they change.

An index or table of keys is rebuilt if its version differs.
"""

# Printable ASCII without the characters that need percent-encoding.
_ORDINARY = re.compile(r"[!#-;=?-\[\]_a-z~]*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
_WITHOUT_SCHEME = re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)*\.[^\W\d_]{2,}(?::\d{1,5})?(?:[/?#]|\Z)")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(tracking.PATTERN, re.IGNORECASE | re.ASCII)
_LOCAL_DOMAINS = frozenset({"localhost", "local", "internal", "lan", "home", "localdomain"})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
# Joiners are meaningful in host names in Persian, Sinhala and others.
_HOST_PART = re.compile(r"(?<=//)[^/?#]*")
# Escapes that encodeURI and decodeURI leave alone: they encode delimiters of a URL.
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_RESERVED_CODES = re.compile(r"%(?=2[3-6BCF]|3[ABDF]|40)", re.IGNORECASE)


def link_problem(url: str) -> Message | None:
    """Return why ``url`` (unescaped) cannot be linked to, or None."""
    if not url:
        return message("is empty; give an address that begins with https://")
    if len(url) > MAX_LENGTH:
        return message(
            "has %(count)d characters; at most %(limit)d are accepted",
            count=len(url),
            limit=MAX_LENGTH,
        )
    return _link_problem(url)


@lru_cache(maxsize=1_000)
def _link_problem(url: str) -> Message | None:
    """Judge a link. Cached for the rules and the panels, which ask again; 8 MB at most."""
    if problem := _character_problem(url):
        return problem
    if not re.match(r"https?://[^/]", url, re.IGNORECASE):
        return message("is not absolute; write it with https:// (or http://) and the host")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return message("is not a valid web address; copy it from the browser's address bar")
    if "@" in parts.netloc:
        return message("contains a user name or password; remove everything before the @")
    if port == 0 or parts.netloc.endswith(":"):
        return message("has an invalid port; remove it")
    if "]" in parts.netloc and not re.search(r"\](?::\d+)?\Z", parts.netloc):
        return message("is not a valid web address; copy it from the browser's address bar")
    return _host_problem(_host(parts))


def _character_problem(url: str) -> Message | None:
    if _ORDINARY.fullmatch(url):
        return None
    for character in _HOST_PART.sub(_without_joiners, url, count=1):
        if unicodedata.category(character) in _INVISIBLE:
            code = f"U+{ord(character):04X}"
            return message(
                "contains the invisible character %(character)s; remove it", character=code
            )
        if character in '\\<>"`{}|^':
            return message("contains %(character)r; write it percent-encoded", character=character)
    return None


def _without_joiners(host: re.Match[str]) -> str:
    return host[0].translate({0x200C: None, 0x200D: None})


def _host_problem(host: str) -> Message | None:
    try:
        name = hostnames.to_ascii(host)
    except ValueError:
        return _no_host_name(host)
    if host.startswith("["):
        return None
    folded = unicodedata.normalize("NFKC", host) != unicodedata.normalize("NFC", host)
    if folded or "%" in host or "\u3002" in host:
        return _no_host_name(host)  # full-width letters, other dots and the like
    labels = name.removesuffix(".").split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(".".join(labels)) > 253:
        return _no_host_name(host)
    if labels[-1].isdecimal():
        return None if name == host else _no_host_name(host)  # 127.1 and the like
    if len(labels) < 2 and name != "localhost":
        return message("has the host %(host)r, which lacks a domain such as .org", host=host)
    if mixed := lookalikes.mixed_scripts(name):
        return message(
            "has a host that imitates another: %(imitation)s; copy the address again",
            imitation=mixed,
        )
    return None


def _no_host_name(host: str) -> Message:
    return message(
        "has the host %(host)r, which is not a host name; copy the address again", host=host
    )


def with_scheme(text: str) -> str:
    """Return ``text`` with ``https://`` in front if it is an address that lacks its scheme only.

    As browsers read ``www.site.example/page``; all other text is returned unchanged.
    """
    address = text.strip()
    if not _WITHOUT_SCHEME.match(address) or link_problem(f"https://{address}"):
        return text
    return f"https://{address}"


def link_doubt(url: str) -> Message | None:
    """Return what is suspicious about the host of a valid link, or None."""
    if link_problem(url):
        return None
    host = _host(urlsplit(url))
    name = hostnames.to_ascii(host)
    if name.startswith("[") or name.removesuffix(".").rpartition(".")[2].isdecimal():
        return message(
            "has the IP address %(host)s as its host; use the name of the site", host=name
        )
    labels = name.removesuffix(".").split(".")
    if labels[-1] in _LOCAL_DOMAINS:
        return message(
            "has the host %(host)r, which differs for each reader; link to a public site", host=host
        )
    if name.endswith("."):
        return message("has the host %(host)r with a trailing dot; remove the dot", host=host)
    if imitation := lookalikes.latin_lookalike(name):
        return message(
            "has a host that may imitate another: %(imitation)s; check that you mean this one",
            imitation=imitation,
        )
    return None


def host_of(url: str) -> str:
    """Return the canonical host of ``url``, IPv6 in brackets. Raises ValueError."""
    return hostnames.to_ascii(_host(urlsplit(url))).removesuffix(".")


def origin(url: str) -> str:
    """Return the origin of ``url`` as browsers write it in ``Origin`` (RFC 6454, section 6.2).

    A host that browsers reject is only lower-cased. Raises ValueError.
    """
    parts = urlsplit(url)
    try:
        host = hostnames.to_ascii(_host(parts))
    except ValueError:
        host = _host(parts).lower()
    return f"{parts.scheme.lower()}://{_authority(parts, host)}"


def origin_key(url: str) -> str:
    """Return the lookup key of the origin of ``url``, "" if it is no http or https URL."""
    try:
        return normalize(origin(url))
    except ValueError:
        return ""


def _host(parts: SplitResult) -> str:
    """Return the host as written.

    ``SplitResult.hostname`` uses ``str.lower``, which differs from browsers: ``"ΣΑΣ".lower()``
    ends in a final sigma, which is another name.
    """
    host = parts.netloc.rpartition("@")[2]
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _authority(parts: SplitResult, host: str) -> str:
    host = host.removesuffix(".")
    default = _DEFAULT_PORTS.get(parts.scheme.lower())
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


def normalize(url: str) -> str:
    """Return the lookup key of an article's URL.

    Ignores what does not identify an article: scheme, ``www.``, the host's spelling, a default
    port, the fragment, tracking parameters, the order of parameters, a trailing slash, and how
    the path is written: dot segments, doubled slashes, characters that are percent-encoded or
    composed (RFC 3986, section 6.2.2; Unicode NFC). The key is not a URL: it has no scheme.
    Raises ValueError if ``url`` is not an http or https URL.
    """
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.netloc:
        raise ValueError(f"{url!r} is not an http or https address")
    authority = _authority(parts, hostnames.to_ascii(_host(parts)))
    # The default ports of both schemes, since the key has no scheme.
    authority = re.sub(r"^(?:www\.)+(?!$|:)|:(?:80|443)$", "", authority)
    # Form-encoded as in browsers (URL Standard, section 5.2), so that scripts get the same key.
    composed = (
        (unicodedata.normalize("NFC", name), unicodedata.normalize("NFC", value))
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    pairs = (urlencode([pair], safe="*") for pair in composed)
    query = sorted(it.replace("~", "%7E") for it in pairs if not _TRACKING.match(it))
    return authority + _path(parts.path) + ("?" + "&".join(query) if query else "")


def _path(path: str) -> str:
    """Return the canonical path; static/find.js computes the same."""
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
            text = unquote(_RESERVED_CODES.sub("%25", text), errors="strict")
            text = unicodedata.normalize("NFC", text)
    except UnicodeDecodeError:
        pass  # escapes that are not UTF-8 stay as they are
    text = quote(text, safe="%/:@!$&'()*+,;=~")
    return re.sub("%..", lambda code: code[0].upper(), text)
