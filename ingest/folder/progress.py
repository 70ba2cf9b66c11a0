"""Who is told how a run goes, and how the jobs of a run are followed until none is left."""

import time
from collections.abc import Sequence
from typing import Protocol

from ingest.pipeline import Result
from ingest.queue.jobs import Jobs

_LOOK_SECONDS = 0.5  # between looks at what the queue has done


class Listener(Protocol):
    """Who is told how a run goes."""

    def progress(self, done: int, of: int, name: str) -> None:
        """So many of so many files are done; name is one in work."""

    def tell(self, uri: str, result: Result) -> None:
        """How a file fared."""


class Following:
    """Asked by the worker whether it may stop: when none of our jobs is left."""

    def __init__(self, queue: Jobs, ids: Sequence[int], listener: Listener) -> None:
        self._queue = queue
        self._listener = listener
        self._all = len(ids)
        self._looked = 0.0
        self.remaining = list(ids)
        self.name = ""

    def __call__(self) -> bool:
        if time.monotonic() - self._looked < max(_LOOK_SECONDS, len(self.remaining) / 20_000):
            return False
        self.remaining = self._queue.unfinished(self.remaining)
        self._listener.progress(self._all - len(self.remaining), self._all, self.name)
        self._looked = time.monotonic()
        return not self.remaining
