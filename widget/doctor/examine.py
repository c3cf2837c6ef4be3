"""Runs all checks on a host page and sorts their findings."""

from __future__ import annotations

from collections.abc import Iterable

from widget.config import Settings
from widget.doctor.checks import CHECKS
from widget.doctor.findings import CheckContext, Finding, Report, Severity, name_of
from widget.doctor.page import read
from widget.store import EntryReader

_ORDER: tuple[Severity, ...] = ("stop", "warning", "note")
MOST = 50
"""The maximum number of findings in a report."""


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
    """Report what prevents the panels of a host page from working, and how to fix it.

    ``url`` is the page's URL (may be empty), ``base`` the service's base URL without a trailing
    slash. ``drafts``: whether the report may mention drafts, which are not public. Raises
    StoreUnavailable.
    """
    page = read(html, list(headers), url=url, base=base)
    context = CheckContext(page, settings, store, base, drafts=drafts)
    found: dict[tuple[str, ...], Finding] = {}
    for check in CHECKS:
        for it in check(context):  # identical findings are reported once, at their first place
            found.setdefault((it.code, it.severity, it.message, it.fix), it)
    ordered = sorted(found.values(), key=lambda it: _ORDER.index(it.severity))
    panels = [name_of(embed, context.entry_id(embed)) for embed in page.embeds]
    return Report(page.url, tuple(panels[:MOST]), tuple(ordered[:MOST]))


def header_lines(text: str) -> list[tuple[str, str]]:
    """Parse headers in the format of ``curl -I`` or a browser's inspector."""
    pairs = (line.partition(":") for line in text.splitlines())
    return [(name.strip(), value.strip()) for name, colon, value in pairs if colon and name.strip()]
