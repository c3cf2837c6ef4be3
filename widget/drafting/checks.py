"""Holds an entry against the evidence of the run that drafted it, also after it was edited."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from widget.drafting import gate
from widget.drafting.evidence import Evidence
from widget.drafting.findings import Finding
from widget.drafting.runs import Resolution, Run, RunStore
from widget.entry import Entry, light_html
from widget.errors import Breach, message

_OF_THE_ANSWER = frozenset({"cite-unknown", "quote-altered", "marker-debris"})
"""Rules whose findings may concern what the entry does not show, such as a cite of nothing."""


@dataclass(frozen=True, slots=True)
class JudgedFinding:
    """A finding, and who resolved it, if anybody did."""

    finding: Finding
    resolution: Resolution | None

    @property
    def blocks(self) -> bool:
        """Whether the finding prevents publishing."""
        return self.finding.severity == "block" and self.resolution is None


@dataclass(frozen=True, slots=True)
class EntryChecks:
    """The newest run of an entry with its evidence, and what the gate says of the entry now."""

    run: Run
    evidence: Evidence
    findings: tuple[JudgedFinding, ...]

    @property
    def breaches(self) -> list[Breach]:
        """The findings that prevent publishing, as breaches of a rule."""
        return [
            Breach(
                it.finding.path,
                message("%(rule)s: %(problem)s", rule=it.finding.rule, problem=it.finding.message),
            )
            for it in self.findings
            if it.blocks
        ]


def check_drafted(entry: Entry, runs: RunStore) -> EntryChecks | None:
    """Return the checks of ``entry``, None where no run drafted it."""
    drafted = [it for it in runs.newest(limit=20, entry_id=entry.id) if it.state == "kept"]
    if not drafted:
        return None
    run = drafted[0]
    evidence = runs.evidence(run.id)
    if evidence is None:
        return None
    found = list(_found(entry, evidence))
    found += _still_there(run, entry, {it.id for it in found})
    resolved = {it.finding: it for each in reversed(drafted) for it in each.resolutions}
    return EntryChecks(run, evidence, tuple(JudgedFinding(it, resolved.get(it.id)) for it in found))


@lru_cache(maxsize=8)
def _found(entry: Entry, evidence: Evidence) -> tuple[Finding, ...]:
    """Return what the gate finds: one request of the editor asks more than once."""
    return tuple(gate.check_entry(entry, evidence))


def _still_there(run: Run, entry: Entry, found: set[str]) -> list[Finding]:
    """Return findings of the model's answer whose sentence is still in the entry, at its path."""
    texts = {
        f"$.perspectives[{group}].points[{place}].text": light_html.plain(point.text)
        for group, perspective in enumerate(entry.perspectives)
        for place, point in enumerate(perspective.points)
    }
    remaining: list[Finding] = []
    for finding in run.findings:
        if finding.rule in _OF_THE_ANSWER and finding.sentence and finding.id not in found:
            paths = [path for path, text in texts.items() if finding.sentence in text]
            if paths:
                path = finding.path if finding.path in paths else paths[0]
                remaining.append(finding.model_copy(update={"path": path}))
    return remaining
