"""Failed sign-ins by name and address: slowed, then locked."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_LOCK_SECONDS = 900
_FAILURES_OF_A_NAME = 5  # from one address
_FAILURES_OF_AN_ADDRESS = 20  # with any names
_MOST_KEPT = 10_000  # counted pairs; the oldest are dropped
_SLOWEST_SECONDS = 4.0

Clock = Callable[[], float]


@dataclass(slots=True)
class _Failures:
    count: int = 0
    latest: float = 0.0


class Attempts:
    """Failed sign-ins by name and address. One that is being checked counts as failed until it succeeds."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def locked_seconds(self, name: str, address: str) -> float:
        """How long this name is still locked for this address; 0 when it may try."""
        return max(
            self._left((name, address), _FAILURES_OF_A_NAME),
            self._left(("", address), _FAILURES_OF_AN_ADDRESS),
        )

    def begin(self, name: str, address: str) -> float:
        """Count an attempt; returns the seconds that its failure is answered after."""
        for key in ((name, address), ("", address)):
            failures = self._failures.setdefault(key, _Failures())
            if self._clock() - failures.latest > _LOCK_SECONDS:
                failures.count = 0
            failures.count += 1
            failures.latest = self._clock()
            self._failures.move_to_end(key)
        while len(self._failures) > _MOST_KEPT:
            self._failures.popitem(last=False)
        return float(min(0.25 * 2 ** (self._failures[name, address].count - 1), _SLOWEST_SECONDS))

    def succeeded(self, name: str, address: str) -> None:
        """Take the attempt back; other names tried from the address stay counted."""
        own = self._failures.pop((name, address), None)
        shared = self._failures.get(("", address))
        if own and shared:
            shared.count = max(0, shared.count - own.count)

    def _left(self, key: tuple[str, str], limit: int) -> float:
        failures = self._failures.get(key)
        if failures is None or failures.count < limit:
            return 0.0
        return max(0.0, failures.latest + _LOCK_SECONDS - self._clock())
