"""One thread for each receiver, so that one that is slow or down does not delay another."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence

from widget import metrics
from widget.errors import InsightsError
from widget.notifying.protocol import DamagedRecord, NotificationOutbox
from widget.notifying.receivers import DeliveryFailed, Receiver
from widget.notifying.record import Due, EntryRecord, Outdated, existing

log = logging.getLogger("insights.notifying")

FIRST_REST, LONGEST_REST = 0.5, 30.0
"""How long a receiver rests after a failure, in seconds: nothing is sent to it meanwhile."""
RECORD_SECONDS = 1.0


class Sender:
    """Makes the deliveries of one receiver, one after the other."""

    def __init__(
        self, receiver: Receiver, outbox: NotificationOutbox, on_attempt: Callable[[], None]
    ) -> None:
        """``on_attempt`` is called after each attempt: more may be due."""
        self.receiver = receiver
        self._outbox = outbox
        self._on_attempt = on_attempt
        self._batches: queue.SimpleQueue[Sequence[tuple[str, Due]]] = queue.SimpleQueue()
        self._busy = threading.Event()
        self._stopped = threading.Event()
        self._failures = 0
        self._rests_until = 0.0
        self._thread: threading.Thread | None = None

    @property
    def ready(self) -> bool:
        """Whether the receiver can be sent to now."""
        return not self._busy.is_set() and time.monotonic() >= self._rests_until

    def offer(self, batch: Sequence[tuple[str, Due]]) -> None:
        """Make these deliveries, each of another entry; the sender has to be ready."""
        self._stopped.clear()
        self._busy.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="notifying", daemon=True)
            self._thread.start()
        self._batches.put(batch)

    def stop(self) -> None:
        """Begin no further attempt: another process has the lease."""
        self._stopped.set()

    def _run(self) -> None:
        while True:
            batch = self._batches.get()
            try:
                for entry_id, due in batch:
                    if self._stopped.is_set() or time.monotonic() < self._rests_until:
                        break
                    self._attempt(entry_id, due)
            except Exception:
                # The thread must not end: nothing else sends to this receiver.
                log.exception("sending to %s failed", self.receiver.name)
                self._rest(1.0)
            finally:
                self._busy.clear()
                self._on_attempt()

    def _attempt(self, entry_id: str, due: Due) -> None:
        """Make one attempt, which is recorded before it begins and after it ends."""
        now = time.time()
        until = now + self.receiver.longest
        try:
            self._outbox.update(entry_id, lambda it: existing(it).begun(due, now, until))
        except Outdated:
            return
        except InsightsError as error:
            log.warning("%s", error)
            self._rest(1.0)
            return
        delivery_id, clock = due.delivery.id, time.perf_counter()
        try:
            remark = self.receiver.send(due.event, delivery_id)
        except DeliveryFailed as error:
            failure = error
            self._count(clock, confirmed=False)
            log.warning("%s: %s of %s: %s", self.receiver.name, due.event.type, entry_id, failure)
            self._failures += 1
            pause = min(FIRST_REST * 2 ** min(self._failures - 1, 10), LONGEST_REST)
            self._rest(max(pause, failure.retry_after))
            self._record(
                entry_id,
                lambda it: it.refused(
                    delivery_id,
                    time.time(),
                    str(failure),
                    wait=failure.retry_after,
                    final=failure.final,
                ),
            )
            return
        self._failures = 0
        self._count(clock, confirmed=True)
        if remark:
            log.warning("%s: %s of %s: %s", self.receiver.name, due.event.type, entry_id, remark)
        self._record(entry_id, lambda it: it.confirmed(delivery_id, time.time()))

    def _record(self, entry_id: str, change: Callable[[EntryRecord], EntryRecord]) -> None:
        """Record how an attempt ended; wait for the outbox rather than send again."""
        last_message = ""
        while True:
            try:
                self._outbox.update(entry_id, lambda it: change(existing(it)))
            except (Outdated, DamagedRecord):
                return  # nothing else would be recorded, however often it was tried
            except InsightsError as error:
                if str(error) != last_message:
                    log.error("%s; an attempt of %s is not recorded yet", error, self.receiver.name)
                last_message = str(error)
                time.sleep(RECORD_SECONDS)
            else:
                return

    def _rest(self, seconds: float) -> None:
        self._rests_until = time.monotonic() + seconds

    def _count(self, clock: float, *, confirmed: bool) -> None:
        took = time.perf_counter() - clock
        metrics.count_notification(self.receiver.name, took, confirmed=confirmed)
