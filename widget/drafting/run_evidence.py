"""What a run contributes to the record of a review: its model, its evidence, its findings."""

from __future__ import annotations

from collections.abc import Iterator

from widget.drafting.checks import EntryChecks, JudgedFinding, check_drafted
from widget.drafting.evidence import Article, Document
from widget.drafting.runs import RunStore
from widget.editorial.evidence import DraftingEvidence, EvidenceText, GateFinding, RunOf
from widget.entry import Entry


def run_of(runs: RunStore) -> RunOf:
    """Return what ``evidence_of`` calls to find the run that drafted an entry."""

    def found(entry: Entry) -> DraftingEvidence | None:
        checks = check_drafted(entry, runs)
        return _record(checks) if checks else None

    return found


def _record(checks: EntryChecks) -> DraftingEvidence:
    run = checks.run
    return DraftingEvidence(
        run=run.id,
        provider=run.request.provider,
        model=run.model,
        requested_by=run.asked_by,
        requested_at=run.asked_at,
        findings=tuple(map(_finding, checks.findings)),
        documents=tuple(_documents(checks)),
    )


def _finding(judged: JudgedFinding) -> GateFinding:
    finding, resolution = judged.finding, judged.resolution
    return GateFinding(
        path=finding.path,
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message,
        sentence=finding.sentence,
        resolved_by=resolution.by if resolution else None,
        resolved_at=resolution.at if resolution else None,
        reason=resolution.reason if resolution else None,
    )


def _documents(checks: EntryChecks) -> Iterator[EvidenceText]:
    evidence = checks.evidence
    texts: tuple[Article | Document, ...] = (evidence.article, *evidence.documents)
    for number, text in enumerate(texts):
        yield EvidenceText(
            number=number,
            url=text.url,
            title=text.title,
            sha256=text.sha256,
            problem=text.problem if isinstance(text, Document) else "",
        )
