"""The keys of a day: one signs the forms of reports, one folds networks beyond recognition.

Both are random and in the store, since several processes share them. The key for networks is
removed when its day has ended, and what it folded with it: then nobody can tell any more which
network a hash was of, not even by trying all of them. The key for forms lives a day longer, so
that a form that was opened before midnight can still be sent.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from widget.net.networks import prefix_of
from widget.storage.documents import Collection, Documents

DAY = 86_400
MIN_SECONDS = 3
"""How long a person needs at least to fill in the form."""

Purpose = Literal["form", "network"]
_DAYS: dict[Purpose, int] = {"form": 1, "network": 0}
"""For how many days after its own a key is kept."""

FormState = Literal["valid", "early", "old"]


class _DayKey(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    secret: str
    day: int


class ReportKeys:
    """The keys, shared by all processes of a store. Safe for threads.

    Every method raises StoreUnavailable where today's key is not in memory and cannot be read.
    """

    def __init__(self, documents: Documents, clock: Callable[[], float] = time.time) -> None:
        self._keys = Collection(
            documents, "report-keys", _DayKey, rank=lambda it: float(it.day * DAY)
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._memory: dict[tuple[Purpose, int], bytes] = {}

    def network(self, address: str) -> str:
        """Return today's hash of the network of ``address``: a /24 of IPv4, a /48 of IPv6."""
        today = int(self._clock()) // DAY
        key = self._key("network", today, create=True)
        return f"{today}/{_mac(key, prefix_of(address))}"

    def form_token(self, entry_id: str) -> str:
        """Return the token of a form for ``entry_id`` that is opened now."""
        now = int(self._clock())
        key = self._key("form", now // DAY, create=True)
        return f"{now}.{_mac(key, f'{entry_id}/{now}')}"

    def form_state(self, entry_id: str, token: str) -> FormState:
        """Return whether a form was opened long enough ago, and not too long; forged is old."""
        stamp, _, mac = token.partition(".")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):
            return "old"
        opened, now = int(stamp), self._clock()
        if not now // DAY - 1 <= opened // DAY <= now // DAY:
            return "old"
        key = self._key("form", opened // DAY, create=False)
        if not key or not hmac.compare_digest(
            _mac(key, f"{entry_id}/{opened}").encode(), mac.encode()
        ):
            return "old"
        return "valid" if now - opened >= MIN_SECONDS else "early"

    def remove_old(self) -> int:
        """Remove the keys whose time has passed; return how many."""
        today = int(self._clock()) // DAY
        with self._lock:
            self._memory = {
                (purpose, day): key
                for (purpose, day), key in self._memory.items()
                if day >= today - _DAYS[purpose]
            }
        return sum(
            self._keys.remove(prefix=f"{purpose}/", below=float((today - days) * DAY))
            for purpose, days in _DAYS.items()
        )

    def _key(self, purpose: Purpose, day: int, *, create: bool) -> bytes:
        """Return a key, b"" where there is none; the first of a day removes those before."""
        found = self._memory.get((purpose, day))
        if found:
            return found
        name = f"{purpose}/{day}"
        record = self._keys.get(name)
        if record is None:
            if not create:
                return b""
            self.remove_old()
            fresh = _DayKey(secret=secrets.token_hex(32), day=day)
            record = self._keys.update(name, lambda it: it or fresh)
        assert record is not None  # noqa: S101  # for mypy: the change never removes it
        key = bytes.fromhex(record.secret)
        with self._lock:
            self._memory[purpose, day] = key
        return key


def _mac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), "sha256").hexdigest()[:32]
