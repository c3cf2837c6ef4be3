"""The scripts as they are served: minified, for the service or for a static export."""

from __future__ import annotations

import re

import rjsmin

from widget import assets

_REGION = re.compile(r"^ *//#(service|static)\n(.*?)^ *//#end\n", re.MULTILINE | re.DOTALL)


def script(name: str, *, static: bool, **values: str) -> str:
    """Return a file of ``static/``, minified, with ``__VALUE__`` filled in.

    Regions between ``//#service`` or ``//#static`` and ``//#end`` are included for the service
    or for a static export, where no server reads the query.
    """
    source = (assets.folder("static") / name).read_text("utf-8")
    target = "static" if static else "service"
    source = _REGION.sub(lambda region: region[2] if region[1] == target else "", source)
    for key, value in values.items():
        source = source.replace(f"__{key.upper()}__", value)
    minified: str = rjsmin.jsmin(source)
    return minified
