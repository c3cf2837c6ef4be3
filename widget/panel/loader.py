"""``embed.js`` as it is sent out: minified, with the name of the stylesheet that it fetches."""

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
    return script(
        "embed.js", static=static, panel_css=stylesheet_name(), map_js=map_script_name()
    ).encode()


@cache
def map_script() -> bytes:
    """Return the module that finds an article's entry in the export's map."""
    return script("map.js", static=True).encode()


@cache
def map_script_name() -> str:
    """Return its name under ``/static/``."""
    return assets.versioned("map.js", map_script())


@cache
def loader_name(*, static: bool = False) -> str:
    """Return the name under ``/static/`` whose content never changes."""
    return assets.versioned("embed.js", loader(static=static))


@cache
def integrity() -> str:
    """Return what a script element says to take exactly this one (Subresource Integrity)."""
    digest = hashlib.sha384(loader()).digest()
    return f"sha384-{base64.b64encode(digest).decode()}"


@cache
def stylesheet_name() -> str:
    """Return the name under ``/static/`` of the component's stylesheet."""
    return assets.versioned("panel.css", panel_stylesheet().encode())
