"""Recognizes variables that Kubernetes and Docker derive from a service's name.

A Service named ``insights`` puts ``INSIGHTS_SERVICE_HOST`` and ``INSIGHTS_PORT=tcp://…`` into the
environment of every pod in its namespace (Kubernetes, "Environment variables of Services"). A
container linked as ``insights`` does the same, and adds its environment as ``INSIGHTS_ENV_…``
(Docker, "Legacy container links").
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
    """Return the names in ``variables`` that begin with ``prefix`` and are such links."""
    candidates = {
        name: name.upper().removeprefix(prefix) for name in variables if _has_prefix(name, prefix)
    }
    links = {name for name, key in candidates.items() if _BY_NAME.fullmatch(key)}
    for name, key in candidates.items():
        link = _LINK.fullmatch(key)
        if link and _VALUE.fullmatch(variables[name]):
            links.add(name)
            # Docker adds the name of a linked container, and its environment.
            links |= {
                other
                for other, other_key in candidates.items()
                if other_key.startswith(f"{link[1]}ENV_")
                or (other_key == f"{link[1]}NAME" and variables[other].startswith("/"))
            }
    return frozenset(links)


def report(links: frozenset[str]) -> None:
    """Log a warning about ``links``, once for each set; forked workers do not repeat it."""
    if links and links not in _reported:
        _reported.add(links)
        log.warning(
            "%s: set by Kubernetes or Docker for a service of that name, and no settings; passed "
            "over (enableServiceLinks: false in the pod's spec makes none)",
            ", ".join(sorted(links)),
        )


def _has_prefix(name: str, prefix: str) -> bool:
    return name.upper().startswith(prefix)
