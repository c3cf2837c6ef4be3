"""What tells nginx to answer as the service does: a file to include in a server block."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from widget.config import Settings
from widget.http import responses

_LOOPBACK = r"http://(?:localhost|127\.0\.0\.1)(?::[0-9]+)?"


def embedders(settings: Settings) -> str:
    """Return who may frame panels, as CSP lists it: the origins of every publication."""
    listed = " ".join(it.embedders for it in settings.publications)
    return " ".join(dict.fromkeys(["'self'", *listed.split()]))


def config(settings: Settings, base: str) -> str:
    """Return the file. It changes with the settings, never with the panels."""
    root = urlsplit(base).path
    values = {
        "ROOT": root,
        "PATTERN": re.escape(root),
        "ORIGINS": "|".join(_origins(settings)),
        "EMBEDDERS": embedders(settings),
        "SHORT": responses.SHORT,
        "IMMUTABLE": responses.IMMUTABLE,
        "HTMX": responses.HTMX_HEADERS,
        "FRAMED": "\n".join(
            f"  add_header {it} {of} always;" for it, of in responses.FRAMED.items()
        ),
    }
    return re.sub(r"<([A-Z]+)>", lambda name: values[name[1]], _CONFIG)


def _origins(settings: Settings) -> list[str]:
    listed = {re.escape(origin) for it in settings.publications for origin in it.origins}
    if any(not it.origins for it in settings.publications):
        listed.add(_LOOPBACK)
    return sorted(listed)


_CONFIG = r"""# Written by `insights export`, to be included in a server block whose root is such
# that <ROOT>/embed.js is found below it.
# An empty file panel/ID.gone says that the panel was withdrawn.
charset utf-8;
set $insights_origin "";
if ($http_origin ~ "^(?:<ORIGINS>)$") { set $insights_origin $http_origin; }

location ^~ <ROOT>/panel/ {
  rewrite "^(.*/[a-z0-9-]+)/+$" $1 last;
  error_page 404 @insights_unknown;
  error_page 410 @insights_withdrawn;
  if (-f $document_root$uri.gone) { return 410; }
  try_files $uri.html $uri =404;
  add_header Cache-Control "<SHORT>" always;
  add_header Content-Security-Policy "frame-ancestors <EMBEDDERS>" always;
<FRAMED>
  add_header Referrer-Policy strict-origin-when-cross-origin always;
  add_header X-Content-Type-Options nosniff always;
}
location @insights_unknown {
  try_files <ROOT>/404.html =404;
  add_header Cache-Control "<SHORT>" always;
  add_header Content-Security-Policy "frame-ancestors *" always;
<FRAMED>
  add_header X-Content-Type-Options nosniff always;
}
location @insights_withdrawn {
  try_files $uri.html =404;
  add_header Cache-Control "<SHORT>" always;
  add_header Content-Security-Policy "frame-ancestors *" always;
<FRAMED>
  add_header Referrer-Policy strict-origin-when-cross-origin always;
  add_header X-Content-Type-Options nosniff always;
}

location ^~ <ROOT>/fragment/ {
  rewrite "^(.*/[a-z0-9-]+)/+$" $1 last;
  if ($request_method = OPTIONS) {
    add_header Access-Control-Allow-Origin $insights_origin always;
    add_header Access-Control-Allow-Methods "GET, HEAD" always;
    add_header Access-Control-Allow-Headers "<HTMX>" always;
    add_header Access-Control-Max-Age 86400 always;
    add_header Vary Origin always;
    return 204;
  }
  try_files $uri.html $uri =204;
  add_header Access-Control-Allow-Origin $insights_origin always;
  add_header Cache-Control "<SHORT>" always;
  add_header Cross-Origin-Resource-Policy cross-origin always;
  add_header Referrer-Policy strict-origin-when-cross-origin always;
  add_header Vary Origin always;
  add_header X-Content-Type-Options nosniff always;
}
location ^~ <ROOT>/map/ {
  add_header Access-Control-Allow-Origin $insights_origin always;
  add_header Cache-Control "<SHORT>" always;
  add_header Cross-Origin-Resource-Policy cross-origin always;
  add_header Vary Origin always;
  add_header X-Content-Type-Options nosniff always;
}
location ~ "^<PATTERN>/(?:embed\.js|entries\.json|static/embed\.css|oembed/[a-z0-9-]+\.json)$" {
  add_header Access-Control-Allow-Origin * always;
  add_header Cache-Control "<SHORT>" always;
  add_header Cross-Origin-Resource-Policy cross-origin always;
  add_header X-Content-Type-Options nosniff always;
}
location ~ "^<PATTERN>/static/[a-z]+\.[0-9a-f]{10}\.(?:css|js)$" {
  add_header Access-Control-Allow-Origin * always;
  add_header Cache-Control "<IMMUTABLE>" always;
  add_header Cross-Origin-Resource-Policy cross-origin always;
  add_header X-Content-Type-Options nosniff always;
}
location ~ "^<PATTERN>/(?:\.|_headers$|vercel\.json$|nginx\.conf$)" { return 404; }
"""
