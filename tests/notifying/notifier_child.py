"""Notifies, and changes entries as standard input says: python notifier_child.py SETTINGS [OPTION].

``dies-before-the-outbox`` kills the process in the change, once the revision is on disk;
``silent`` notifies nobody; ``patient`` keeps the limits on time, which are short otherwise.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from samples import PAPER, sample_entry

from widget.app import rules
from widget.config import Settings
from widget.notifying import receivers, record, sender, start_notifying
from widget.notifying.notifier import Notifier
from widget.store import Revision, Store, open_store


def main() -> None:
    """Print "ready", then "done" after each change."""
    logging.basicConfig(level=logging.INFO)
    settings = Settings.model_validate_json(Path(sys.argv[1]).read_text())
    options = set(sys.argv[2:])
    if "patient" not in options:
        receivers.SECONDS = 2.0
        receivers.WebhookReceiver.longest = 3.0
        record.PAUSES = (0.1,) * 1000
        sender.LONGEST_REST = 0.1
    notifier: Notifier | None = None

    def changed(revision: Revision) -> None:
        if "dies-before-the-outbox" in options:
            os.kill(os.getpid(), signal.SIGKILL)
        if notifier:
            notifier.changed(revision)

    store = open_store(settings.store, rules(settings), changed)
    if not options & {"silent", "dies-before-the-outbox"}:
        notifier = start_notifying(settings, store)
    print("ready", flush=True)
    for line in sys.stdin:
        change(store, *line.split())
        print("done", flush=True)


def change(store: Store, what: str, entry_id: str) -> None:
    """Make one change of an entry."""
    if what == "save":
        url = f"{PAPER}/opinion/{entry_id}"
        entry = sample_entry(id=entry_id, article__url=url, article__aliases=[])
        store.save(entry, actor="ana", note="As it came.")
    elif what == "publish":
        store.publish(entry_id, actor="ben", note="Ready.")
    else:
        store.withdraw(entry_id, actor="ben", reason="Wrong.")


if __name__ == "__main__":
    main()
