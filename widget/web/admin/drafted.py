"""What the editor shows of a drafted entry: findings, points to decide on, the suggested lean."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from widget.entry import Entry
from widget.errors import Breach, InvalidRequest
from widget.web.admin import auth, forms
from widget.web.admin.context import admin
from widget.web.admin.forms import Document, Judgement

if TYPE_CHECKING:
    from widget.drafting.checks import EntryChecks, JudgedFinding
    from widget.drafting.runs import Decision, Run


@dataclass(frozen=True, slots=True)
class DraftedView:
    """``found`` lists findings by form field, ``points`` the decision on each drafted point."""

    run: Run
    found: dict[str, list[JudgedFinding]]
    points: dict[str, Decision | None]


@dataclass(frozen=True, slots=True)
class FindingBreach(Breach):
    """A finding that nobody resolved. It has a box of its own beside its field."""


def checks_of(entry: Entry | None) -> EntryChecks | None:
    """Return the checks of an entry that a run drafted."""
    service = admin().drafting
    return service.checks(entry) if service and entry else None


def with_findings(judged: Judgement, checks: EntryChecks | None) -> Judgement:
    """Return the judgement with the findings that nobody resolved, as breaches."""
    if checks is None:
        return judged
    found = tuple(
        FindingBreach(
            it.finding.path,
            it.finding.message,
            "error" if it.finding.severity == "block" else "warning",
        )
        for it in checks.findings
        if it.resolution is None
    )
    return replace(judged, breaches=(*judged.breaches, *found))


def view_of(document: Document, checks: EntryChecks | None) -> DraftedView | None:
    """Return what the editor shows beside the fields of ``document``."""
    if checks is None:
        return None
    slots = forms.slots(document)
    found: dict[str, list[JudgedFinding]] = {}
    for each in checks.findings:
        found.setdefault(forms.slot(each.finding.path, slots), []).append(each)
    return DraftedView(checks.run, found, _points(document, checks.run))


def settle(entry: Entry, form: Mapping[str, str]) -> str:
    """Do what ``resolve`` of the form says; record what ``accept`` and ``remove`` decide.

    Returns the id of a finding that was to be resolved without a reason, else "".
    """
    service, checks = admin().drafting, checks_of(entry)
    if service is None or checks is None:
        return ""
    actor = auth.user().name
    if finding := form.get("resolve", ""):
        try:
            reason = form.get(f"reason.{finding}", "")
            service.resolve(checks.run.id, finding, reason, actor=actor)
        except InvalidRequest:
            return finding
    for verb, accepted in (("accept", True), ("remove", False)):
        # As it was sent: a point that is removed is no longer in the entry.
        text = _drafted_text(form.get(f"{form.get(verb, '')}.text", ""), checks.run)
        if text:
            service.decide(checks.run.id, text, accepted=accepted, actor=actor)
    return ""


def _points(document: Document, run: Run) -> dict[str, Decision | None]:
    """Return the decision on each point that is still as it was drafted, by form field."""
    decisions = {it.text: it for it in run.decisions}
    points: dict[str, Decision | None] = {}
    for group, perspective in enumerate(document["perspectives"]):
        for place, point in enumerate(perspective["points"]):
            text = _drafted_text(point["text"], run)
            if text:
                points[f"perspectives.{group}.points.{place}"] = decisions.get(text)
    return points


def _drafted_text(text: str, run: Run) -> str:
    """Return the proposed text that ``text`` begins with, "" if a person wrote it."""
    proposed = run.proposal.points if run.proposal else ()
    for point in proposed:
        if text.startswith(html.escape(point.text.strip(), quote=False)):
            return point.text
    return ""
