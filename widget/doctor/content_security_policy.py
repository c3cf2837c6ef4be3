"""Parses and evaluates Content-Security-Policies (CSP Level 3, section 6.7).

Not complete: redirects are not followed, and only scripts in the page itself are evaluated.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from widget.entry import urls

Directive = Literal[
    "frame-src", "script-src-elem", "connect-src", "style-src-elem", "style-src-attr"
]

_FALLBACK: dict[Directive, tuple[str, ...]] = {
    "frame-src": ("frame-src", "child-src", "default-src"),
    "script-src-elem": ("script-src-elem", "script-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
    "style-src-elem": ("style-src-elem", "style-src", "default-src"),
    "style-src-attr": ("style-src-attr", "style-src", "default-src"),
}
_PLAIN: dict[Directive, str] = {
    "frame-src": "frame-src",
    "script-src-elem": "script-src",
    "connect-src": "connect-src",
    "style-src-elem": "style-src",
    "style-src-attr": "style-src",
}
_HOST = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\*|(?:\*\.)?[^/:*]+|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}|\*))?(?P<path>/[^?#]*)?",
    re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_HASHED = re.compile(r"'(sha(?:256|384|512))-([A-Za-z0-9+/_=-]+)'", re.IGNORECASE)
_ALGORITHMS = ("sha512", "sha384", "sha256")


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. ``line`` is its line in the page, None for a header."""

    directives: dict[str, tuple[str, ...]]
    line: int | None = None

    def sources(self, directive: Directive) -> tuple[str, tuple[str, ...]] | None:
        """Return the effective directive and its sources, None where there is none."""
        for name in _FALLBACK[directive]:
            if name in self.directives:
                return name, self.directives[name]
        return None

    def widened(self, directive: Directive, *added: str) -> str:
        """Return the directive that allows ``added`` in addition to its present sources."""
        deciding = self.sources(directive)
        name, listed = deciding or ("default-src", ())
        # default-src is not widened, because it applies to every kind of load.
        own = _PLAIN[directive] if name in ("default-src", "child-src") else name
        sources = [
            source for source in listed if source.lower() != "'none'" and source not in added
        ]
        return " ".join([own, *sources, *added])


def parse(text: str, *, line: int | None = None) -> list[Policy]:
    """Parse a header's value, which may hold several policies, or a meta element's single one."""
    policies = []
    for written in text.split(",") if line is None else [text]:
        directives: dict[str, tuple[str, ...]] = {}
        for directive in written.split(";"):
            name, *sources = directive.split() or [""]
            if name:
                directives.setdefault(name.lower(), tuple(sources))  # the first one holds
        if line is not None:
            for ignored in ("frame-ancestors", "report-uri", "sandbox"):
                directives.pop(ignored, None)
        if directives:
            policies.append(Policy(directives, line))
    return policies


def allows(policy: Policy, directive: Directive, url: str, page: str) -> bool:
    """Return whether ``url`` may be loaded by a page at the origin ``page`` (may be empty)."""
    deciding = policy.sources(directive)
    return deciding is None or any(_matches(source, url, page) for source in deciding[1])


def allows_script(policy: Policy, url: str, page: str, *, nonce: str, integrity: str) -> bool:
    """Return whether a script element may run: by its address, its nonce or its hashes."""
    deciding = policy.sources("script-src-elem")
    if deciding is None:
        return True
    listed = deciding[1]
    if nonce and f"'nonce-{nonce}'" in listed:
        return True
    hashes = [f"'{found}'" for found in integrity.split() if _HASHED.fullmatch(f"'{found}'")]
    if hashes and set(hashes) <= set(listed):
        return True
    return not strict_dynamic(policy) and any(_matches(source, url, page) for source in listed)


def strict_dynamic(policy: Policy) -> bool:
    """Return whether scripts are allowed by nonce or hash alone, whatever else is listed."""
    deciding = policy.sources("script-src-elem")
    return deciding is not None and "'strict-dynamic'" in map(str.lower, deciding[1])


def allows_inline_style(policy: Policy, text: str | None = None) -> bool:
    """Return whether a style element with ``text``, or with unknown text, applies."""
    deciding = policy.sources("style-src-elem")
    if deciding is None or _inline(deciding[1]):
        return True
    return text is not None and any(
        f"'{it}'" in deciding[1] for it in _digests(text.encode()).values()
    )


def allows_style_attributes(policy: Policy) -> bool:
    """Return whether style attributes apply. Their hashes are not looked at."""
    deciding = policy.sources("style-src-attr")
    return deciding is None or _inline(deciding[1])


def refuses_trusted_types(policy: Policy, name: str) -> bool:
    """Return whether a script may not make the Trusted Types policy ``name``."""
    listed = policy.directives.get("trusted-types")
    return listed is not None and not {"*", name} & set(listed)


def requires_trusted_types(policy: Policy) -> bool:
    """Return whether strings may not become HTML in this page."""
    return "'script'" in policy.directives.get("require-trusted-types-for", ())


def integrity_holds(integrity: str, content: bytes) -> bool:
    """Return whether a browser takes ``content`` for ``integrity`` (SRI, section 3.3.5)."""
    listed: dict[str, set[str]] = {}
    for token in integrity.split():
        algorithm, _, _ = token.partition("-")
        if algorithm in _ALGORITHMS:
            listed.setdefault(algorithm, set()).add(token.partition("?")[0])
    strongest = next((name for name in _ALGORITHMS if name in listed), None)
    return strongest is None or _digests(content)[strongest] in listed[strongest]


def _digests(content: bytes) -> dict[str, str]:
    return {
        name: f"{name}-{base64.b64encode(hashlib.new(name, content).digest()).decode()}"
        for name in _ALGORITHMS
    }


def _inline(sources: tuple[str, ...]) -> bool:
    """Return whether 'unsafe-inline' is there and counts: a nonce or a hash switches it off."""
    lower = [source.lower() for source in sources]
    return "'unsafe-inline'" in lower and not any(
        source.startswith("'nonce-") or _HASHED.fullmatch(source) for source in lower
    )


def _matches(source: str, url: str, page: str) -> bool:
    """Return whether one source expression matches a URL (section 6.7.2.8)."""
    try:
        target, own = urlsplit(url), urlsplit(page)
        target_port = target.port or _PORTS.get(target.scheme)
        own_port = own.port or _PORTS.get(own.scheme)
        target_host = urls.host_of(url)
        own_host = urls.host_of(page) if page else ""
    except ValueError:
        return False
    if source == "*":
        return target.scheme in ("http", "https", own.scheme)
    if source.lower() == "'self'":
        same_port = target_port == own_port or (target_port, own_port) == (443, 80)
        return (
            bool(page)
            and target_host == own_host
            and same_port
            and _scheme(own.scheme, target.scheme)
        )
    if re.fullmatch(r"[a-z][a-z0-9+.-]*:", source, re.IGNORECASE):
        return _scheme(source[:-1].lower(), target.scheme)
    wanted = _HOST.fullmatch(source)
    if wanted is None or source.startswith("'"):
        return False
    if not _scheme((wanted["scheme"] or own.scheme or target.scheme).lower(), target.scheme):
        return False
    return (
        _host(wanted["host"].lower(), target_host)
        and _port(wanted["port"], target_port, target.scheme)
        and _path(wanted["path"], target.path)
    )


def _scheme(wanted: str, scheme: str) -> bool:
    return scheme == wanted or (wanted, scheme) in (("http", "https"), ("ws", "wss"))


def _host(wanted: str, host: str) -> bool:
    if wanted == "*":
        return True
    if wanted.startswith("*."):
        return host.endswith(wanted[1:]) and len(host) > len(wanted) - 1
    return wanted == host


def _port(wanted: str | None, port: int | None, scheme: str) -> bool:
    if wanted is None:
        return port == _PORTS.get(scheme)
    return wanted == "*" or int(wanted) == port or (wanted == "80" and port == 443)


def _path(wanted: str | None, path: str) -> bool:
    if wanted in (None, "", "/"):
        return True
    assert wanted  # noqa: S101  # for the type checker
    exact, path = unquote(wanted), unquote(path)
    return path.startswith(exact) if exact.endswith("/") else path == exact
