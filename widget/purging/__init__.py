"""Removes outdated responses from the caches in front of the service (decision 0014)."""

from __future__ import annotations

from widget.config import Settings
from widget.errors import counted, message
from widget.purging.caches import open_cache
from widget.purging.jobs import PurgeJob, PurgeOutbox, What
from widget.purging.keys import Surrogate, keys_of_request
from widget.purging.leader import PurgeLeader
from widget.purging.outbox import open_outbox
from widget.purging.purger import Purger
from widget.store import Store

__all__ = [
    "PurgeJob",
    "PurgeOutbox",
    "Purger",
    "Surrogate",
    "What",
    "check_caches",
    "describe",
    "keys_of_request",
    "open_purger",
    "start_leader",
]

_DONE = {
    "publish": message("published"),
    "withdraw": message("withdrawn"),
    "start": message("started"),
}


def open_purger(settings: Settings) -> Purger | None:
    """Return the purger of the caches in ``settings``, None where there are none.

    Raises InvalidSettings where a token is missing or the store has no outbox.
    """
    if not settings.purge:
        return None
    return Purger([open_cache(each) for each in settings.purge], open_outbox(settings.store))


def check_caches(settings: Settings) -> None:
    """Raise InvalidSettings where a cache cannot be purged, such as without its token.

    Opens no outbox: the parent process must not have a database open when it forks.
    """
    for each in settings.purge:
        open_cache(each)


def start_leader(store: Store, purger: Purger) -> None:
    """Purge everything once, then watch the store and the outbox in a thread."""
    purger.purge_everything()
    PurgeLeader(store, purger).start()


def describe(job: PurgeJob) -> str:
    """Describe the state of a job, such as "withdrawn, purge confirmed 0.4 s later"."""
    done = _DONE[job.what]
    if job.confirmed is not None:
        confirmed = f"{job.confirmed:.1f}"
        return message(
            "%(done)s, purge confirmed %(seconds)s s later", done=done, seconds=confirmed
        )
    if not job.tries:
        return message("%(done)s, purge not yet confirmed", done=done)
    return counted(
        "%(done)s, purge not yet confirmed, tried once: %(trouble)s",
        "%(done)s, purge not yet confirmed, tried %(num)d times: %(trouble)s",
        job.tries,
        done=done,
        trouble=job.trouble or message("tried again now"),
    )
