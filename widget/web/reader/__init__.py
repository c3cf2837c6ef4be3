"""What readers' browsers fetch: panels, fragments, the loader, the stylesheet, oEmbed."""

from __future__ import annotations

from widget.web.reader import (
    cards,
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
    cards.routes,
    reports.routes,
)
"""All need a ``widget.web.context.ServiceContext``."""
