"""A panel in a template, fetched by the server: ``{{ insights("ferry-fares", open="ideas") }}``."""

import time
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from flask import Flask, current_app
from markupsafe import Markup

SECONDS = 2  # how long a page waits for the service
KEPT = 30  # how long a panel is kept; what is withdrawn is gone from every page after it

_kept: dict[str, tuple[float, Markup]] = {}


def init_app(app: Flask) -> None:
    """Give the app's templates ``insights``."""
    app.config.setdefault("INSIGHTS_ADDRESS", "https://insights.example")
    app.add_template_global(insights)


def insights(entry: str, **options: str) -> Markup:
    """Return the panel; a link to it where there is none or the service does not answer."""
    service: str = current_app.config["INSIGHTS_ADDRESS"]
    query = f"?{urlencode(options)}" if options else ""
    address = f"{service}/fragment/{quote(entry)}{query}"
    until, panel = _kept.get(address, (0.0, Markup()))
    if until < time.monotonic():
        panel = _fetched(address)
        _kept[address] = (time.monotonic() + KEPT, panel)
    link = Markup('<a href="{}">Insights on this article</a>').format(
        f"{service}/panel/{quote(entry)}"
    )
    return panel or link


def _fetched(address: str) -> Markup:
    try:
        with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310  # our own setting's scheme
            # The service sanitizes what it sends: it is trusted as the page's own code is.
            return Markup(answer.read().decode())  # noqa: S704
    except OSError:
        return Markup()
