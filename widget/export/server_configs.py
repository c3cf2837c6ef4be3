"""The configuration files of web servers and static hosts, which set response headers.

The policy against foreign frames and the origins that may fetch fragments are headers; HTML files
cannot contain them. With several publications, the origins of all of them may embed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import jinja2

from widget import assets
from widget.config import Settings
from widget.entry import urls
from widget.errors import ExportFailed
from widget.http import responses

NAMES = ("_headers", "vercel.json", ".htaccess", "nginx.conf")
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": responses.HTMX_HEADERS,
}
_ANYONE = {"Access-Control-Allow-Origin": "*"}
_LOOPBACK = r"http://(?:localhost|127\.0\.0\.1)(?::[0-9]+)?"


@dataclass(frozen=True, slots=True)
class Rule:
    """The headers of the responses at ``path``, in which ``*`` matches any text."""

    path: str
    headers: dict[str, str]

    @property
    def pattern(self) -> str:
        """The path as a regular expression."""
        return re.escape(self.path).replace(r"\*", ".*")


def checked_base(url: str) -> str:
    """Return the base URL of the exported files without a trailing slash.

    It may have a path. Raises ExportFailed where ``url`` is not a valid base URL.
    """
    problem = urls.link_problem(url)
    if problem:
        raise ExportFailed(f"the site's address {url!r} {problem}")
    parts = urlsplit(url)
    if parts.query or parts.fragment or not re.fullmatch(r"[\w./~-]*", parts.path, re.ASCII):
        raise ExportFailed(
            f"the site's address {url!r} cannot be used; write it like "
            "https://cdn.example or https://cdn.example/insights"
        )
    return urls.origin(url) + parts.path.rstrip("/")


def server_configs(
    settings: Settings, base: str, immutable: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files ``NAMES``. ``immutable`` are the paths that caches may keep for ever."""
    root = urlsplit(base).path
    rules = list(_rules(settings, root, immutable))
    yield "_headers", _render("headers.j2", rules=rules)
    yield "vercel.json", _vercel(rules, root).encode()
    yield ".htaccess", _render("htaccess.j2", rules=rules, root=root)
    # Apart from the settings, nginx's file depends on nothing: it needs no list of paths.
    yield (
        "nginx.conf",
        _render(
            "nginx.conf.j2",
            root=root,
            root_pattern=re.escape(root),
            origins=_origin_patterns(settings),
            embedders=_embedders(settings),
            short=responses.SHORT,
            evergreen=responses.EVERGREEN,
            immutable=responses.IMMUTABLE,
            htmx_headers=responses.HTMX_HEADERS,
            framed=responses.FRAMED,
        ),
    )


def _rules(settings: Settings, root: str, immutable: Sequence[str]) -> Iterator[Rule]:
    """Yield the rules. No two rules set the same header for one path: some hosts join values."""
    listed = {origin for it in settings.publications for origin in it.origins}
    # These hosts can set one value only: the single origin, or any origin.
    allowed = {"Access-Control-Allow-Origin": listed.pop() if len(listed) == 1 else "*"}
    short, ever = {"Cache-Control": responses.SHORT}, {"Cache-Control": responses.IMMUTABLE}
    policy = {"Content-Security-Policy": f"frame-ancestors {_embedders(settings)}"}
    isolated = {"Cross-Origin-Embedder-Policy": responses.FRAMED["Cross-Origin-Embedder-Policy"]}
    # Listed sites may read panels, too: of each there is a file of JSON.
    yield Rule(f"{root}/panel/*", {**short, **policy, **isolated, **allowed})
    yield Rule(f"{root}/fragment/*", {**short, **allowed, **_PREFLIGHT})
    yield Rule(f"{root}/map/*", {**short, **allowed})
    yield Rule(f"{root}/oembed/*", {**short, **_ANYONE})
    for path in ("/entries.json", "/log.jsonl", "/log/*", "/card/*"):
        yield Rule(root + path, {**short, **_ANYONE})
    unframed = {"Content-Security-Policy": "frame-ancestors 'none'"}
    yield Rule(f"{root}/corrections*", {**short, **_ANYONE, **unframed})
    for path in ("/sitemap*", "/robots.txt"):
        yield Rule(root + path, short)
    for path in ("/embed.js", "/static/embed.css"):
        yield Rule(root + path, {"Cache-Control": responses.EVERGREEN, **_ANYONE})
    for path in immutable:
        yield Rule(f"{root}/{path}", {**ever, **_ANYONE})
    yield Rule(
        f"{root}/*",
        {
            "Cross-Origin-Resource-Policy": responses.FRAMED["Cross-Origin-Resource-Policy"],
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
        },
    )


def _embedders(settings: Settings) -> str:
    """Return the origins that may frame panels, as a CSP source list."""
    listed = " ".join(it.embedders for it in settings.publications)
    return " ".join(dict.fromkeys(["'self'", *listed.split()]))


def _origin_patterns(settings: Settings) -> list[str]:
    """Return the origins that may fetch fragments, as regular expressions."""
    listed = {re.escape(origin) for it in settings.publications for origin in it.origins}
    if any(not it.origins for it in settings.publications):
        listed.add(_LOOPBACK)
    return sorted(listed)


def _vercel(rules: list[Rule], root: str) -> str:
    headers = [
        {
            "source": rule.path.replace("*", "(.*)"),
            "headers": [{"key": name, "value": value} for name, value in rule.headers.items()],
        }
        for rule in rules
    ]
    rewrites = [
        {"source": f"{root}/{folder}/:id([a-z0-9-]+)", "destination": f"{root}/{folder}/:id.html"}
        for folder in ("panel", "fragment")
    ]
    return json.dumps({"rewrites": rewrites, "headers": headers}, indent=1) + "\n"


def _render(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(values).encode()


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.folder("templates") / "export"),
        autoescape=False,  # noqa: S701  # the files are configuration, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
