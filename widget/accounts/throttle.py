"""Throttles password guessing.

Tries are counted for each account and network together, so that a stranger elsewhere cannot keep
its owner out, and for each network over all accounts. A browser that has signed in to the account
before (a device) is counted by itself, after OWASP's "Slow Down Online Guessing Attacks with
Device Cookies": nobody else's tries delay it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from widget.accounts.expiring_store import ExpiringStore, handle
from widget.accounts.networks import network_of
from widget.errors import Throttled

FORGET_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class _Limit:
    """``free`` tries that cost nothing; then 1, 2, 4… seconds, at most ``cap``."""

    what: str
    free: int
    cap: float

    def delay(self, failures: int) -> float:
        if failures < self.free:
            return 0.0
        return min(self.cap, 2.0 ** min(failures - self.free, 30))


_DEVICE = _Limit("device", free=5, cap=300.0)
_ACCOUNT = _Limit("account", free=5, cap=300.0)
# A whole newsroom may share one address, or a proxy that is not trusted: many tries, short waits.
_ADDRESS = _Limit("address", free=50, cap=15.0)


class Throttle:
    """Failed tries in ``spool``. A try counts before its password is compared.

    Otherwise a hundred at once would all be compared before the first had failed.
    """

    def __init__(self, spool: ExpiringStore, clock: Callable[[], float]) -> None:
        self._spool = spool
        self._clock = clock

    def begin(self, account: str, address: str, device: str = "") -> None:
        """Count a try as failed. Raises Throttled where it comes too early; then it does not.

        ``account`` identifies the account and its password, so that a new password begins anew.
        ``device`` is the secret of a browser that has signed in to it before.
        """
        limits = _limits(account, address, device)
        with self._held(*(key for _, key in limits)) as spool:
            now = self._clock()
            kept = [_kept(spool, key) for _, key in limits]
            waits = [
                at + limit.delay(failures) - now
                for (limit, _), (failures, at) in zip(limits, kept, strict=True)
            ]
            if max(waits) > 0:
                raise Throttled(
                    f"too many tries failed; try again in {_words(max(waits))}",
                    retry_after=max(waits),
                )
            for (_, key), (failures, _) in zip(limits, kept, strict=True):
                _keep(spool, key, failures + 1, now)

    def succeeded(self, account: str, address: str, device: str = "") -> None:
        """Forget the account's failures, and of the address only this try.

        Otherwise who has one account could guess at the others for ever.
        """
        (_, first), *others = _limits(account, address, device)
        with self._held(first, *(key for _, key in others)) as spool:
            spool.remove("throttle", first)
            for _, key in others:
                failures, at = _kept(spool, key)
                _keep(spool, key, max(0, failures - 1), at)

    def _held(self, *keys: str) -> AbstractContextManager[ExpiringStore]:
        return self._spool.held(*(handle("throttle", key) for key in keys))


def _limits(account: str, address: str, device: str) -> list[tuple[_Limit, str]]:
    if device:
        return [(_DEVICE, f"device\0{device}")]
    network = network_of(address)
    return [
        (_ACCOUNT, f"account\0{account}\0{network}"),
        (_ADDRESS, f"address\0{network}"),
    ]


def _kept(spool: ExpiringStore, key: str) -> tuple[int, float]:
    kept = spool.read("throttle", key) or {"failures": 0, "at": 0.0}
    return kept["failures"], kept["at"]


def _keep(spool: ExpiringStore, key: str, failures: int, at: float) -> None:
    spool.write("throttle", key, {"failures": failures, "at": at}, seconds=FORGET_SECONDS)


def _words(seconds: float) -> str:
    whole = max(1, round(seconds + 0.5))
    if whole < 100:  # beyond, nobody counts seconds
        return f"{whole} seconds" if whole > 1 else "a second"
    return f"{-(-whole // 60)} minutes"
