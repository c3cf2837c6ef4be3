"""The cookies of the editors' pages: their names, and how they are set."""

from __future__ import annotations

import re

from flask import request
from werkzeug.wrappers import Response as AnyResponse

COOKIE = "__Host-insights"
MOUNTED_COOKIE = "__Secure-insights"
"""Below a path: the host is shared, and ``__Host-`` would send the cookie to all of it."""
LOOPBACK_COOKIE = "insights"
BEFORE = "-form"
"""Suffix of the cookie with the token of the login form, before there is a session."""
DEVICE = "-device"
"""Suffix of the cookie that identifies a browser that has signed in before."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def plain_loopback() -> bool:
    """Return whether this is plain http on this machine, where no cookie can be Secure."""
    return request.scheme == "http" and host_name(request.host) in _LOOPBACK


def cookie_name() -> str:
    """Return the name of the session cookie under the URL of this request."""
    if plain_loopback():
        return LOOPBACK_COOKIE
    return MOUNTED_COOKIE if request.script_root else COOKIE


def set_cookie(response: AnyResponse, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie for this site only that scripts cannot read (RFC 6265bis, 4.1.3.2).

    Without ``seconds`` it expires when the browser is closed.
    """
    secure = not plain_loopback()
    response.set_cookie(
        name,
        value,
        seconds,
        path=request.script_root or "/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(response: AnyResponse, name: str) -> None:
    """Delete a cookie."""
    response.delete_cookie(
        name,
        path=request.script_root or "/",
        secure=not plain_loopback(),
        httponly=True,
        samesite="Lax",
    )


def host_name(host: str) -> str:
    """Return a Host header without its port."""
    return re.sub(r":\d+$", "", host).lower()
