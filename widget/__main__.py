"""``python -m widget`` is ``insights``."""

from widget.cli import main

main(prog_name="insights")
