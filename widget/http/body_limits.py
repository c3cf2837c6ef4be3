"""The maximum size of a request body, by path."""

from __future__ import annotations

import re

from widget.entry.json_input import MAX_BYTES

_ROUTES = re.compile(r"(?:^|/)(admin|api|doctor|counts)(?:/|$)")
# Larger than the limits of entries and pasted pages, whose own messages are more helpful. A
# character of a form takes up to three bytes.
_BYTES = {
    "api": MAX_BYTES + 64 * 1024,
    "admin": 3 * MAX_BYTES + 256 * 1024,
    "doctor": 1024 * 1024,
    "counts": 1024,
}
_OTHERWISE = 64 * 1024


def body_limit(path: str) -> int:
    """Return the maximum size in bytes of the body of a request for ``path``.

    The service may be mounted below another path.
    """
    route = _ROUTES.search(path)
    return _BYTES[route[1]] if route else _OTHERWISE
