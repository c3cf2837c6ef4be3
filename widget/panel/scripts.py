"""The scripts as they are sent out: minified, for the service or for static files."""

from __future__ import annotations

import re

import rjsmin

from widget import assets

_REGION = re.compile(r"^ *//#(service|static)\n(.*?)^ *//#end\n", re.MULTILINE | re.DOTALL)


def script(name: str, *, static: bool, **values: str) -> str:
    """Return a file of ``static/``, minified, with ``__VALUE__`` filled in.

    Of its regions, each between ``//#service`` or ``//#static`` and ``//#end``, those stay
    that are for the service, or for static files, where no server reads a query.
    """
    source = (assets.folder("static") / name).read_text("utf-8")
    variant = "static" if static else "service"
    source = _REGION.sub(lambda region: region[2] if region[1] == variant else "", source)
    for key, value in values.items():
        source = source.replace(f"__{key.upper()}__", value)
    minified: str = rjsmin.jsmin(source)
    return minified
