"""The application for any WSGI server, such as ``gunicorn widget.wsgi:app``.

Reads ``insights.toml`` (or the file that INSIGHTS_CONFIG names) and ``INSIGHTS_*``.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from widget.app import create_app
from widget.config import CONFIG_VARIABLE, load_settings

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")

_config = os.environ.get(CONFIG_VARIABLE)
app = create_app(load_settings(Path(_config) if _config else None))
