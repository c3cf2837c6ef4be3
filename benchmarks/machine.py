"""Describes the machine of a measurement."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from pathlib import Path


def description() -> dict[str, object]:
    """Return the machine without its name, and its load."""
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return {
        "cpu": found[1] if found else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load before": [round(load, 1) for load in os.getloadavg()],
    }
