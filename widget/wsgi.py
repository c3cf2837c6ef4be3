"""The application for any WSGI server, such as ``gunicorn widget.wsgi:app``.

Reads ``insights.toml`` (or the file that INSIGHTS_CONFIG names) and ``INSIGHTS_*``.
"""

from __future__ import annotations

import os
from pathlib import Path

from widget import logs, server
from widget.app import create_service
from widget.config import CONFIG_VARIABLE, load_settings

_config = os.environ.get(CONFIG_VARIABLE)
_settings = load_settings(Path(_config) if _config else None)
logs.configure(_settings.log)
app = create_service(_settings)
server.tell_ready()
