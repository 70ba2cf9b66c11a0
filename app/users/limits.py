"""Limits of each user: answers at once, and questions a minute."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.core.errors import AppError

_MINUTE = 60.0


class Limits:
    """Counts the questions of each user in this process. Thread-safe. 0 is no limit."""

    def __init__(self, *, at_once: int, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._per_minute, self._clock = at_once, per_minute, clock
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        self._asked: dict[str, deque[float]] = {}

    @contextmanager
    def one_more(self, user: str) -> Iterator[None]:
        """The time of one answer. Raises AppError when the user is at a limit."""
        with self._lock:
            self._check(user)
            self._running[user] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[user] -= 1

    def _check(self, user: str) -> None:
        now = self._clock()
        if self._at_once and self._running[user] >= self._at_once:
            raise AppError(
                f"{self._at_once} of your questions are being answered already.", fix="Wait until one has its answer."
            )
        asked = self._asked.setdefault(user, deque())
        while asked and now - asked[0] > _MINUTE:
            asked.popleft()
        if self._per_minute and len(asked) >= self._per_minute:
            left = int(_MINUTE - (now - asked[0])) + 1
            raise AppError(f"You may ask {self._per_minute} questions a minute.", fix=f"Ask again in {left} s.")
        asked.append(now)
