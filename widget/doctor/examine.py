"""The examination: every check in the order in which a person would mend what it finds."""

from __future__ import annotations

from collections.abc import Iterable

from widget.config import Settings
from widget.doctor.checks import CHECKS
from widget.doctor.findings import CheckContext, Finding, Report, Severity, name_of
from widget.doctor.page import read
from widget.store import EntryReader

_ORDER: tuple[Severity, ...] = ("stop", "warning", "note")
MOST = 50
"""How many findings are said; who has more mends these first."""


def examine(
    html: str,
    headers: Iterable[tuple[str, str]] = (),
    *,
    url: str = "",
    settings: Settings,
    store: EntryReader,
    base: str,
    drafts: bool = False,
) -> Report:
    """Say what stops the panels of a host page, and what to write to mend it.

    ``url`` is the page's address (may be empty), ``base`` the service's own, without a
    slash at its end. ``drafts``: whether the report may tell of drafts, which are nobody
    else's business. Raises StoreUnavailable.
    """
    page = read(html, list(headers), url=url, base=base)
    context = CheckContext(page, settings, store, base, drafts=drafts)
    found: dict[tuple[str, ...], Finding] = {}
    for check in CHECKS:
        for it in check(context):  # the same of two places is said once, of the first
            found.setdefault((it.code, it.severity, it.message, it.fix), it)
    ordered = sorted(found.values(), key=lambda it: _ORDER.index(it.severity))
    panels = [name_of(embed, context.entry_id(embed)) for embed in page.embeds]
    return Report(page.url, tuple(panels[:MOST]), tuple(ordered[:MOST]))


def header_lines(text: str) -> list[tuple[str, str]]:
    """Read headers as ``curl -I`` or a browser's inspector shows them."""
    pairs = (line.partition(":") for line in text.splitlines())
    return [(name.strip(), value.strip()) for name, colon, value in pairs if colon and name.strip()]
