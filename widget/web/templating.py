"""How pages of ours are written: editors' and publishers' stand on one."""

from __future__ import annotations

import jinja2
from flask import request, url_for

from widget import assets


def environment(folder: str) -> jinja2.Environment:
    """Return what renders the templates in ``folder`` of templates/, which may extend page.html."""
    templates = assets.folder("templates")
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([templates / folder, templates / "page"]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.globals["asset"] = _asset
    made.globals["url_for"] = url_for
    return made


def here() -> str:
    """Return the path of this request as the browser shows it, as ``url_for`` writes paths."""
    return request.script_root + request.path


def own_base(base_url: str | None) -> str:
    """Return the service's own address, as links that leave it print it."""
    return base_url or request.url_root.rstrip("/")


def _asset(name: str) -> str:
    return url_for("static.static", name=assets.named(name))
