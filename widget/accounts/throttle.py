"""Slowing down who guesses passwords, by account and by address."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from widget.accounts.spool import Spool, handle
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


# An account's cap is short, for whoever knows a name could lock its owner out with it; an
# address has more tries, since a whole newsroom may stand behind one.
_ACCOUNT = _Limit("account", free=5, cap=300.0)
_ADDRESS = _Limit("address", free=20, cap=900.0)


class Throttle:
    """Failed tries in ``spool``. A try counts before its password is compared.

    Otherwise a hundred at once would all be compared before the first had failed.
    """

    def __init__(self, spool: Spool, clock: Callable[[], float]) -> None:
        self._spool = spool
        self._clock = clock

    def begin(self, name: str, address: str) -> None:
        """Count a try as failed. Raises Throttled where it comes too early; then it does not."""
        limits = self._limits(name, address)
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

    def succeeded(self, name: str, address: str) -> None:
        """Forget the account's failures, and of the address only this try.

        Otherwise who has one account could guess at the others for ever.
        """
        (_, account), (_, source) = self._limits(name, address)
        with self._held(account, source) as spool:
            spool.remove("throttle", account)
            failures, at = _kept(spool, source)
            _keep(spool, source, max(0, failures - 1), at)

    def forget(self, name: str) -> None:
        """Forget the failures of an account whose password was set anew."""
        account = f"account\0{name}"
        with self._held(account) as spool:
            spool.remove("throttle", account)

    def _held(self, *keys: str) -> AbstractContextManager[Spool]:
        return self._spool.held(*(handle("throttle", key) for key in keys))

    def _limits(self, name: str, address: str) -> tuple[tuple[_Limit, str], tuple[_Limit, str]]:
        return (
            (_ACCOUNT, f"account\0{name}"),
            (_ADDRESS, f"address\0{_network(address)}"),
        )


def _kept(spool: Spool, key: str) -> tuple[int, float]:
    kept = spool.read("throttle", key) or {"failures": 0, "at": 0.0}
    return kept["failures"], kept["at"]


def _keep(spool: Spool, key: str, failures: int, at: float) -> None:
    spool.write("throttle", key, {"failures": failures, "at": at}, seconds=FORGET_SECONDS)


def _network(address: str) -> str:
    """Return what one caller has of addresses: one of IPv4, a /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed.packed, 64), strict=False))


def _words(seconds: float) -> str:
    whole = max(1, round(seconds + 0.5))
    if whole < 100:  # beyond, nobody counts seconds
        return f"{whole} seconds" if whole > 1 else "a second"
    return f"{-(-whole // 60)} minutes"
