"""``python -m widget`` is ``insights``."""

from __future__ import annotations

import signal


def run() -> None:
    """Run the command line; Ctrl-C prints no traceback, while modules are imported neither."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:  # else whoever started us wants it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from widget.cli import main

    signal.signal(signal.SIGINT, handler)
    main(prog_name="insights")


if __name__ == "__main__":
    run()
