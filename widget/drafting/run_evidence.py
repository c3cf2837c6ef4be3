"""What a run contributes to the record of a review: its model, its evidence, its findings."""

from __future__ import annotations

from collections.abc import Iterator

from widget.drafting.checks import EntryChecks, JudgedFinding, check_drafted
from widget.drafting.evidence import Article, Document
from widget.drafting.runs import RunStore, open_runs
from widget.editorial.evidence import DocumentRecord, FindingRecord, RunOf, RunRecord
from widget.entry import Entry


def run_of(store_url: str, runs: RunStore | None = None) -> RunOf:
    """Return what ``evidence_of`` calls; the runs are opened when an entry needs them."""

    def found(entry: Entry) -> RunRecord | None:
        checks = check_drafted(entry, runs or open_runs(store_url))
        return _record(checks) if checks else None

    return found


def _record(checks: EntryChecks) -> RunRecord:
    run = checks.run
    return RunRecord(
        run=run.id,
        provider=run.request.provider,
        model=run.model,
        requested_by=run.asked_by,
        requested_at=run.asked_at,
        findings=tuple(map(_finding, checks.findings)),
        documents=tuple(_documents(checks)),
    )


def _finding(judged: JudgedFinding) -> FindingRecord:
    finding, resolution = judged.finding, judged.resolution
    return FindingRecord(
        path=finding.path,
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message,
        sentence=finding.sentence,
        resolved_by=resolution.by if resolution else None,
        resolved_at=resolution.at if resolution else None,
        reason=resolution.reason if resolution else None,
    )


def _documents(checks: EntryChecks) -> Iterator[DocumentRecord]:
    evidence = checks.evidence
    texts: tuple[Article | Document, ...] = (evidence.article, *evidence.documents)
    for number, text in enumerate(texts):
        yield DocumentRecord(
            number=number,
            url=text.url,
            title=text.title,
            sha256=text.sha256,
            problem=text.problem if isinstance(text, Document) else "",
        )
