"""The application for any WSGI server, such as ``gunicorn widget.wsgi:app``.

Reads ``insights.toml`` (or the file that INSIGHTS_CONFIG names) and ``INSIGHTS_*``.
"""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

from widget import logs
from widget.app import create_service
from widget.config import CONFIG_VARIABLE, Settings, load_settings
from widget.errors import StoreUnavailable
from widget.http.response_cache import ResponseCache

log = logging.getLogger("insights.server")

RETRY_SECONDS = 0.5


def _open_service(settings: Settings) -> ResponseCache:
    """Return the service, as soon as its store can be opened.

    A worker that exited would be restarted until the server exited too, and with it the workers
    that still serve from their caches.
    """
    logged = ""
    while True:
        try:
            return create_service(settings)
        except StoreUnavailable as error:
            if str(error) != logged:
                log.error("%s; this worker waits for it", error)
            logged = str(error)
            time.sleep(RETRY_SECONDS)


_config = os.environ.get(CONFIG_VARIABLE)
_settings = load_settings(Path(_config) if _config else None)
logs.configure(_settings.log)
app = _open_service(_settings)
