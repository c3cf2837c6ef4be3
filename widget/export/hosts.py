"""What tells static hosts how to answer: Netlify and Cloudflare Pages, Vercel, Apache.

Policies against foreign frames and the origins that may fetch fragments are headers; no file of
HTML can say them. With several publications all of their origins may embed. nginx has more to
say, and a module of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from widget.config import Settings
from widget.entry import urls
from widget.errors import ExportFailed
from widget.export import nginx
from widget.http import responses

NAMES = ("_headers", "vercel.json", ".htaccess", "nginx.conf")
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": responses.HTMX_HEADERS,
}
_ANYONE = {"Access-Control-Allow-Origin": "*"}


def checked_base(address: str) -> str:
    """Return the address that the files will have, without a slash at its end.

    It may have a path. Raises ExportFailed where ``address`` cannot be one.
    """
    problem = urls.link_problem(address)
    if problem:
        raise ExportFailed(f"the site's address {address!r} {problem}")
    parts = urlsplit(address)
    if parts.query or parts.fragment or not re.fullmatch(r"[\w./~-]*", parts.path, re.ASCII):
        raise ExportFailed(
            f"the site's address {address!r} cannot be used; write it like "
            "https://cdn.example or https://cdn.example/insights"
        )
    return urls.origin(address) + parts.path.rstrip("/")


def of_hosts(
    settings: Settings, base: str, unchanging: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files ``NAMES``. ``unchanging`` are those that caches may keep for ever."""
    rules = list(_rules(settings, urlsplit(base).path, unchanging))
    yield "_headers", _headers(rules).encode()
    yield "vercel.json", _vercel(rules, urlsplit(base).path).encode()
    yield ".htaccess", _htaccess(rules, urlsplit(base).path).encode()
    yield "nginx.conf", nginx.config(settings, base).encode()


Rule = tuple[str, dict[str, str]]


def _rules(settings: Settings, root: str, unchanging: Sequence[str]) -> Iterator[Rule]:
    """Yield paths and their headers.

    No two rules for one path say the same header: some hosts would join their values.
    """
    listed = {origin for it in settings.publications for origin in it.origins}
    # Where a host can say but one thing: the one origin, or anyone.
    allowed = {"Access-Control-Allow-Origin": listed.pop() if len(listed) == 1 else "*"}
    short, ever = {"Cache-Control": responses.SHORT}, {"Cache-Control": responses.IMMUTABLE}
    policy = {"Content-Security-Policy": f"frame-ancestors {nginx.embedders(settings)}"}
    isolated = {"Cross-Origin-Embedder-Policy": responses.FRAMED["Cross-Origin-Embedder-Policy"]}
    yield f"{root}/panel/*", {**short, **policy, **isolated}
    yield f"{root}/fragment/*", {**short, **allowed, **_PREFLIGHT}
    yield f"{root}/map/*", {**short, **allowed}
    yield f"{root}/oembed/*", {**short, "Access-Control-Allow-Origin": "*"}
    for path in ("/entries.json", "/embed.js", "/static/embed.css"):
        yield root + path, {**short, **_ANYONE}
    for path in unchanging:
        yield f"{root}/{path}", {**ever, **_ANYONE}
    yield (
        f"{root}/*",
        {
            "Cross-Origin-Resource-Policy": responses.FRAMED["Cross-Origin-Resource-Policy"],
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
        },
    )


def _headers(rules: list[Rule]) -> str:
    lines: list[str] = []
    for path, headers in rules:
        lines += [path, *(f"  {name}: {value}" for name, value in headers.items())]
    return "\n".join(lines) + "\n"


def _vercel(rules: list[Rule], root: str) -> str:
    headers = [
        {
            "source": path.replace("*", "(.*)"),
            "headers": [{"key": name, "value": value} for name, value in said.items()],
        }
        for path, said in rules
    ]
    rewrites = [
        {"source": f"{root}/{folder}/:id([a-z0-9-]+)", "destination": f"{root}/{folder}/:id.html"}
        for folder in ("panel", "fragment")
    ]
    return json.dumps({"rewrites": rewrites, "headers": headers}, indent=1) + "\n"


def _htaccess(rules: list[Rule], root: str) -> str:
    lines = [
        "# Needs mod_rewrite and mod_headers, and AllowOverride FileInfo Options.",
        "Options -MultiViews -Indexes",
        "AddDefaultCharset utf-8",
        f"ErrorDocument 404 {root}/404.html",
        "RewriteEngine On",
        r"RewriteRule ^(?:\.|_headers$|vercel\.json$|nginx\.conf$) - [R=404,L]",
        "RewriteCond %{REQUEST_METHOD} =OPTIONS",
        "RewriteRule ^fragment/ - [R=204,L]",
        r"RewriteCond %{DOCUMENT_ROOT}" + root + r"/$1.html -f",
        r"RewriteRule ^((?:panel|fragment)/[a-z0-9-]+)/?$ $1.html [END]",
        r"RewriteRule ^fragment/[a-z0-9-]+/?$ - [R=204,L]",
    ]
    for path, headers in rules:
        pattern = "^" + re.escape(path).replace(r"\*", ".*") + "$"
        lines.append(f'<If "%{{THE_REQUEST}} =~ m#^[A-Z]+ {pattern[1:-1]}(?:[?. ]|$)#">')
        lines += [f'  Header always set {name} "{value}"' for name, value in headers.items()]
        lines.append("</If>")
    return "\n".join(lines) + "\n"
