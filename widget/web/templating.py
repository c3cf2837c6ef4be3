"""The Jinja environment of the editors' and the publishers' pages."""

from __future__ import annotations

import jinja2
from flask import request, url_for

from widget import assets


def environment(folder: str) -> jinja2.Environment:
    """Return the environment of the templates in ``folder``, which may extend page.html."""
    templates = assets.folder("templates")
    jinja = jinja2.Environment(
        loader=jinja2.FileSystemLoader([templates / folder, templates / "page"]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,  # as in widget.panel.templating
    )
    # The shared templates are marked for translation; the editors' pages bring catalogs.
    jinja.add_extension("jinja2.ext.i18n")
    jinja.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # the extension's
    jinja.globals["asset"] = _asset
    jinja.globals["url_for"] = url_for
    return jinja


def here() -> str:
    """Return the path of this request as the browser shows it, as ``url_for`` writes paths."""
    return request.script_root + request.path


def _asset(name: str) -> str:
    return url_for("static.static", name=assets.named(name))
