"""The doctor: reports what prevents a host page's panel from working, with the line to add."""

from widget.doctor.examine import examine, header_lines
from widget.doctor.fetch import CannotFetch, Fetched, fetch, fetch_limiter
from widget.doctor.findings import Finding, Report, Severity

__all__ = [
    "CannotFetch",
    "Fetched",
    "Finding",
    "Report",
    "Severity",
    "examine",
    "fetch",
    "fetch_limiter",
    "header_lines",
]
