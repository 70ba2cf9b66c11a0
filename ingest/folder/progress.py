"""Progress of a folder run: how far the queue is with the run's jobs."""

import time
from collections.abc import Sequence

from ingest.pipeline import RunListener
from ingest.queue.jobs import Jobs

_POLL_SECONDS = 0.5  # at least this long between two queries for unfinished jobs
_JOBS_PER_SECOND = 20_000  # many jobs are queried less often: the query takes time too


class RemainingJobs:
    """The jobs of a run that are not finished; a worker that calls it stops when none is left."""

    def __init__(self, queue: Jobs, ids: Sequence[int], listener: RunListener) -> None:
        self._queue = queue
        self._listener = listener
        self._total = len(ids)
        self._polled = 0.0
        self.ids = list(ids)
        self.name = ""  # of a file in work, for the listener

    def all_done(self) -> bool:
        """Whether no job is left. Queries the database and reports progress, not at every call."""
        if time.monotonic() - self._polled < max(_POLL_SECONDS, len(self.ids) / _JOBS_PER_SECOND):
            return False
        self.ids = self._queue.unfinished(self.ids)
        self._listener.progress(self._total - len(self.ids), self._total, self.name)
        self._polled = time.monotonic()
        return not self.ids
