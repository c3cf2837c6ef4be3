"""What readers' browsers fetch: panels, fragments, the loader, the stylesheet, oEmbed."""

from __future__ import annotations

from widget.web.reader import fragments, oembed, panels, reports, static

BLUEPRINTS = (panels.routes, fragments.routes, static.routes, oembed.routes, reports.routes)
"""All need a ``widget.web.context.ServiceContext``."""
