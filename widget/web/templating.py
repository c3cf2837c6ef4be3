"""How pages of ours are written: editors' and publishers' stand on one."""

from __future__ import annotations

import jinja2

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
    made.globals["asset"] = assets.named
    return made
