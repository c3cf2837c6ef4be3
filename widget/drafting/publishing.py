"""Keeps drafts with unsettled findings from being published."""

from __future__ import annotations

from widget.config import Settings
from widget.drafting.checks import check_drafted
from widget.drafting.runs import RunStore, open_runs
from widget.editorial.service import DraftedCheck
from widget.entry import Entry
from widget.errors import Breach


def drafted_check(settings: Settings, runs: RunStore | None = None) -> DraftedCheck:
    """Return the check that the editorial service makes before it publishes."""
    opened: list[RunStore] = [runs] if runs else []

    def unsettled(entry: Entry) -> list[Breach]:
        if not opened:  # not before it is needed: a process that forks must have no connection
            opened.append(open_runs(settings.store))
        checks = check_drafted(entry, opened[0])
        return checks.breaches if checks else []

    return unsettled
