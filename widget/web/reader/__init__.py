"""What readers' browsers fetch: panels, fragments, the loader, the stylesheet, oEmbed."""

from __future__ import annotations

from widget.web.reader import corrections, fragments, oembed, panels, robots, static

BLUEPRINTS = (
    panels.routes,
    fragments.routes,
    static.routes,
    oembed.routes,
    corrections.routes,
    robots.routes,
)
"""All need a ``widget.web.context.ServiceContext``."""
