"""Carries out a run and stops at a stage: python run_child.py SETTINGS RUN STAGE."""

from __future__ import annotations

import sys
from pathlib import Path

from widget.app import rules
from widget.config import Settings
from widget.drafting.runs import Run, postgres
from widget.drafting.service import open_drafting
from widget.editorial.service import Editorial
from widget.store import open_store


def main() -> None:
    """Print the stage where it is reached, and wait to be killed."""
    postgres.LOST_SECONDS = 1.0
    settings = Settings.model_validate_json(Path(sys.argv[1]).read_text())
    store = open_store(settings.store, rules(settings))
    drafting = open_drafting(settings, Editorial(store, settings))
    assert drafting

    def watch(run: Run) -> None:
        if run.state == sys.argv[3]:
            print(run.state, flush=True)
            sys.stdin.read()

    drafting.carry_out(sys.argv[2], watch)


if __name__ == "__main__":
    main()
