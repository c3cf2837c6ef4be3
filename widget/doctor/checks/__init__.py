"""The checks of the doctor: each yields findings about one kind of problem."""

from collections.abc import Callable, Iterator

from widget.doctor.checks import canonical, csp, embeds, htmx, scripts
from widget.doctor.findings import CheckContext, Finding

Check = Callable[[CheckContext], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    embeds.embeds,
    embeds.origins,
    embeds.entries,
    canonical.canonical,
    scripts.unprocessed,
    scripts.loader,
    htmx.htmx,
    scripts.mixed,
    csp.policies,
    embeds.twice,
)
"""All checks, in the order in which a person would fix what they find."""
