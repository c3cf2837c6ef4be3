"""A panel in a template, fetched by the server: ``{% insights "ferry-fares" open="ideas" %}``."""

from urllib.parse import quote, urlencode
from urllib.request import urlopen

from django import template
from django.conf import settings
from django.core.cache import cache
from django.utils.safestring import mark_safe

register = template.Library()

SECONDS = 2  # how long a page waits for the service
KEPT = 30  # how long a panel is kept; what is withdrawn is gone from every page after it


@register.inclusion_tag("insights/panel.html")
def insights(entry: str, **options: str) -> dict[str, str]:
    """Return the panel's HTML; empty where there is none or the service does not answer."""
    service: str = settings.INSIGHTS_ADDRESS
    query = f"?{urlencode(options)}" if options else ""
    address = f"{service}/fragment/{quote(entry)}{query}"
    panel = cache.get(address)
    if panel is None:
        try:
            with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310  # our own setting's scheme
                panel = answer.read().decode()
        except OSError:
            panel = ""
        cache.set(address, panel, KEPT)
    # The service sanitizes what it sends: it is trusted as the page's own code is.
    return {"panel": mark_safe(panel), "link": f"{service}/panel/{quote(entry)}"}  # noqa: S308
