"""Throttles password guessing.

Attempts are counted for each pair of account and network, so that attackers elsewhere cannot lock
out the owner, and for each network over all accounts. A browser that has signed in to the account
before (a device) is counted separately, after OWASP's "Slow Down Online Guessing Attacks with
Device Cookies", so that the attempts of others never delay it.

This is no rate limit (``widget.net.rate_limiter``): it counts failures only, its delays double with
each failure, and a success resets it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from widget.accounts.expiring_store import ExpiringStore, handle_of
from widget.errors import Message, Throttled, counted, message
from widget.net.networks import network_of

FORGET_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class _Backoff:
    """``free`` attempts without delay; then 1, 2, 4… seconds, at most ``cap``."""

    what: str
    free: int
    cap: float

    def delay(self, failures: int) -> float:
        if failures < self.free:
            return 0.0
        return min(self.cap, 2.0 ** min(failures - self.free, 30))


_DEVICE = _Backoff("device", free=5, cap=300.0)
_ACCOUNT = _Backoff("account", free=5, cap=300.0)
# A whole newsroom may share one address or an untrusted proxy: many attempts, short delays.
_ADDRESS = _Backoff("address", free=50, cap=15.0)


class PasswordThrottle:
    """Counts failed attempts. An attempt counts before its password is compared.

    Otherwise a hundred concurrent attempts would be compared before the first had failed.
    """

    def __init__(self, expiring: ExpiringStore, clock: Callable[[], float]) -> None:
        self._expiring = expiring
        self._clock = clock

    def begin(self, account: str, address: str, device: str = "") -> None:
        """Count an attempt as failed. Raises Throttled where it is too early; it does not count.

        ``account`` identifies the account and its password, so that a new password resets the
        count. ``device`` is the secret of a browser that has signed in to the account before.
        """
        limits = _limits(account, address, device)
        with self._lock(*(key for _, key in limits)) as expiring:
            now = self._clock()
            counts = [_load(expiring, key) for _, key in limits]
            waits = [
                at + limit.delay(failures) - now
                for (limit, _), (failures, at) in zip(limits, counts, strict=True)
            ]
            if max(waits) > 0:
                raise Throttled(
                    message(
                        "too many tries failed; try again in %(time)s", time=_duration(max(waits))
                    ),
                    retry_after=max(waits),
                )
            for (_, key), (failures, _) in zip(limits, counts, strict=True):
                _save(expiring, key, failures + 1, now)

    def succeeded(self, account: str, address: str, device: str = "") -> None:
        """Reset the account's failures, but subtract only this attempt from the address.

        Otherwise the owner of one account could guess the passwords of others without delay.
        """
        (_, first), *others = _limits(account, address, device)
        with self._lock(first, *(key for _, key in others)) as expiring:
            expiring.remove("throttle", first)
            for _, key in others:
                failures, at = _load(expiring, key)
                _save(expiring, key, max(0, failures - 1), at)

    def _lock(self, *keys: str) -> AbstractContextManager[ExpiringStore]:
        return self._expiring.lock(*(handle_of("throttle", key) for key in keys))


def _limits(account: str, address: str, device: str) -> list[tuple[_Backoff, str]]:
    if device:
        return [(_DEVICE, f"device\0{device}")]
    network = network_of(address)
    return [
        (_ACCOUNT, f"account\0{account}\0{network}"),
        (_ADDRESS, f"address\0{network}"),
    ]


def _load(expiring: ExpiringStore, key: str) -> tuple[int, float]:
    stored = expiring.read("throttle", key) or {"failures": 0, "at": 0.0}
    return stored["failures"], stored["at"]


def _save(expiring: ExpiringStore, key: str, failures: int, at: float) -> None:
    expiring.write("throttle", key, {"failures": failures, "at": at}, seconds=FORGET_SECONDS)


def _duration(seconds: float) -> Message:
    whole = max(1, round(seconds + 0.5))
    if whole < 100:
        return counted("a second", "%(num)d seconds", whole)
    return counted("%(num)d minute", "%(num)d minutes", -(-whole // 60))
