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

AGAIN_SECONDS = 0.5


def _opened(settings: Settings) -> ResponseCache:
    """Return the service, once its store can be opened.

    A worker that gave up would be started again and again, until its server gave up itself,
    and with it the workers that still serve what they hold.
    """
    said = ""
    while True:
        try:
            return create_service(settings)
        except StoreUnavailable as error:
            if str(error) != said:
                log.error("%s; this worker waits for it", error)
            said = str(error)
            time.sleep(AGAIN_SECONDS)


_config = os.environ.get(CONFIG_VARIABLE)
_settings = load_settings(Path(_config) if _config else None)
logs.configure(_settings.log)
app = _opened(_settings)
