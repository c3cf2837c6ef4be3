"""Variables that Kubernetes and Docker make of a neighbour's name, and nobody set on purpose.

A Service named ``insights`` puts ``INSIGHTS_SERVICE_HOST`` and ``INSIGHTS_PORT=tcp://…`` into the
environment of every pod beside it (Kubernetes, "Environment variables of Services"); a container
linked as ``insights`` does likewise, and brings its own as ``INSIGHTS_ENV_…`` (Docker, "Legacy
container links").
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

log = logging.getLogger("insights.config")

_VALUE = re.compile(r"(?:tcp|udp|sctp)://[^\s/]+", re.IGNORECASE)
_BY_NAME = re.compile(
    r"(?:[A-Z0-9]+_)*(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?"
    r"|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR|START|END|PORT_START|PORT_END))?)"
)
_LINK = re.compile(r"((?:[A-Z0-9]+_)*)PORT")
_reported: set[frozenset[str]] = set()


def service_links(variables: Mapping[str, str], prefix: str) -> frozenset[str]:
    """Return which of ``variables`` begin with ``prefix`` and are such links, as written."""
    ours = {name: name.upper().removeprefix(prefix) for name in variables if _is(name, prefix)}
    links = {name for name, key in ours.items() if _BY_NAME.fullmatch(key)}
    for name, key in ours.items():
        link = _LINK.fullmatch(key)
        if link and _VALUE.fullmatch(variables[name]):
            links.add(name)
            # Of a linked container: its name, and its own environment.
            links |= {
                other
                for other, its in ours.items()
                if its.startswith(f"{link[1]}ENV_")
                or (its == f"{link[1]}NAME" and variables[other].startswith("/"))
            }
    return frozenset(links)


def report(links: frozenset[str]) -> None:
    """Warn of ``links``, once for each set of them; forked workers stay silent, too."""
    if links and links not in _reported:
        _reported.add(links)
        log.warning(
            "%s: set by Kubernetes or Docker for a service of that name, and no settings; passed "
            "over (enableServiceLinks: false in the pod's spec makes none)",
            ", ".join(sorted(links)),
        )


def _is(name: str, prefix: str) -> bool:
    return name.upper().startswith(prefix)
