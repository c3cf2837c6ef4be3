"""The counting script in the frame, where the setting ``counts`` is on."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import current_app

from widget import assets
from widget.panel import Page

COUNTS = "insights.counts"
"""The extension that counts, where the service has the route ``/counts``."""
_BASE = re.compile(r"https?://[\w.:\[\]-]+(?:/[\w.~-]+)*", re.ASCII)
_END = b"</body>"


def is_on() -> bool:
    """Return whether this application counts."""
    return COUNTS in current_app.extensions


def counted(page: Page, base: str) -> Page:
    """Return a frame with the script, and a policy that allows it and what it sends.

    ``base`` is the service's URL; a page is left as it is where that cannot stand in a policy.
    """
    if page.policy is None or _END not in page.body or not _BASE.fullmatch(base):
        return page
    source = f"{base}/static/{assets.named('count.js')}"
    tag = f'<script src="{source}" defer></script>\n'.encode()
    before, end, after = page.body.rpartition(_END)
    policy = page.policy.replace("script-src ", f"script-src {source} ", 1)
    policy = policy.replace("base-uri ", f"connect-src {base}/counts; base-uri ", 1)
    return replace(page, body=before + tag + end + after, policy=policy)
