"""``embed.js`` as it is served: minified, with the name of the stylesheet that it fetches."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from widget import assets
from widget.panel.scripts import script
from widget.panel.styles import panel_stylesheet


@cache
def loader(*, static: bool = False) -> bytes:
    """Return the script, for the service or for static files (docs/static.md)."""
    return script("embed.js", static=static, panel_css=stylesheet_name()).encode()


@cache
def finder() -> bytes:
    """Return the module with which an exported site finds an entry in its map."""
    return script("find.js", static=True).encode()


@cache
def loader_name(*, static: bool = False) -> str:
    """Return the versioned name under ``/static/``, whose content never changes."""
    return assets.versioned("embed.js", loader(static=static))


@cache
def integrity() -> str:
    """Return the ``integrity`` attribute for the script (Subresource Integrity)."""
    digest = hashlib.sha384(loader()).digest()
    return f"sha384-{base64.b64encode(digest).decode()}"


@cache
def stylesheet_name() -> str:
    """Return the name under ``/static/`` of the component's stylesheet."""
    return assets.versioned("panel.css", panel_stylesheet().encode())
