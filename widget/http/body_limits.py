"""The maximum size of a request body, by path."""

from __future__ import annotations

import re

from widget.entry.json_input import MAX_BYTES

_ROUTES = re.compile(r"(?:^|/)(admin|api|doctor)(?:/|$)")
# Above what an entry or a pasted page may have, so that its own message says so. A form's
# characters take up to three bytes each.
_BYTES = {
    "api": MAX_BYTES + 64 * 1024,
    "admin": 3 * MAX_BYTES + 256 * 1024,
    "doctor": 1024 * 1024,
}
_OTHERWISE = 64 * 1024


def body_limit(path: str) -> int:
    """Return the maximum size in bytes of the body of a request for ``path``.

    The service may be mounted below another path.
    """
    route = _ROUTES.search(path)
    return _BYTES[route[1]] if route else _OTHERWISE
