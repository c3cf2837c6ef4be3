"""The doctor: says of a host page, in plain words, what stops its panel, and the line to add."""

from widget.doctor.examine import examine, header_lines
from widget.doctor.fetch import CannotFetch, Fetched, fetch
from widget.doctor.findings import Finding, Report, Severity
from widget.doctor.turns import Turns

__all__ = [
    "CannotFetch",
    "Fetched",
    "Finding",
    "Report",
    "Severity",
    "Turns",
    "examine",
    "fetch",
    "header_lines",
]
