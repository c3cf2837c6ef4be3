"""Panels as static files, for a CDN, an object store or any web server."""

from widget.export.server_configs import checked_base
from widget.export.site import Report, export_site

__all__ = ["Report", "checked_base", "export_site"]
