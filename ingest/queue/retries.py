"""When a job that raised is tried again, and where."""

from datetime import UTC, datetime, timedelta

import procrastinate
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

from app.core.errors import CorpusError, DatabaseError, ModelError
from ingest.discover import ChangingError
from ingest.queue.files import BusyError, ElsewhereError
from ingest.queue.jobs import ATTEMPTS, QUEUE, LostError

MAY_PASS = (DatabaseError, ChangingError)
OURS = (CorpusError, ModelError)  # the worker's fault, not the file's
_LONGEST_WAIT = 60.0  # seconds between attempts
_LONGEST_QUEUE = 40  # characters: the channel that tells of new jobs has 63 for itself


class Retry(procrastinate.BaseRetryStrategy):
    """Faults that may pass are waited for, longer each time; a file that is elsewhere goes to its machine."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        if isinstance(exception, (JobAborted, LostError, *OURS)):
            return _again(0)
        if isinstance(exception, ElsewhereError):
            return _again(0, queue=queue_of(str(job.task_kwargs["host"])))
        if isinstance(exception, BusyError):
            return _again(1)
        if isinstance(exception, MAY_PASS) and job.attempts + 1 < ATTEMPTS:
            return _again(min(2.0 ** (job.attempts + 1), _LONGEST_WAIT))
        return None


def _again(seconds: float, queue: str | None = None) -> procrastinate.RetryDecision:
    return procrastinate.RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=seconds), queue=queue)


def queue_of(host: str) -> str:
    """Name of the queue for files that only one machine can read."""
    return f"{QUEUE}@{host}"[:_LONGEST_QUEUE]
