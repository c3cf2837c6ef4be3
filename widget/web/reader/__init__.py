"""What readers' browsers fetch: panels, fragments, the loader, the stylesheet, oEmbed."""

from __future__ import annotations

from widget.web.reader import (
    corrections,
    documents,
    fragments,
    log,
    oembed,
    panels,
    reports,
    robots,
    static,
)

BLUEPRINTS = (
    panels.routes,
    documents.routes,
    fragments.routes,
    static.routes,
    oembed.routes,
    corrections.routes,
    log.routes,
    robots.routes,
    reports.routes,
)
"""All need a ``widget.web.context.ServiceContext``."""
