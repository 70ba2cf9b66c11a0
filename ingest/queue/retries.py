"""When a job that raised an error is retried, and on which machine."""

from datetime import UTC, datetime, timedelta

import procrastinate
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

from app.core.errors import CorpusError, DatabaseError, ModelError
from ingest.discover import ChangingError
from ingest.queue.files import BusyError, ElsewhereError
from ingest.queue.jobs import ATTEMPTS, QUEUE, LostError

TRANSIENT_ERRORS = (DatabaseError, ChangingError)
WORKER_ERRORS = (CorpusError, ModelError)  # caused by the worker's configuration, not by the file
_LONGEST_WAIT = 60.0  # seconds between attempts
_LONGEST_QUEUE = 40  # characters: the name of the notification channel contains it and may have 63


class Retry(procrastinate.BaseRetryStrategy):
    """Retries transient errors, later each time; a file of another machine moves to the queue of that machine."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        if isinstance(exception, (JobAborted, LostError, *WORKER_ERRORS)):
            return _retry_in(0)
        if isinstance(exception, ElsewhereError):
            return _retry_in(0, queue=queue_of(str(job.task_kwargs["host"])))
        if isinstance(exception, BusyError):
            return _retry_in(1)
        if isinstance(exception, TRANSIENT_ERRORS) and job.attempts + 1 < ATTEMPTS:
            return _retry_in(min(2.0 ** (job.attempts + 1), _LONGEST_WAIT))
        return None


def _retry_in(seconds: float, queue: str | None = None) -> procrastinate.RetryDecision:
    return procrastinate.RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=seconds), queue=queue)


def queue_of(host: str) -> str:
    """Name of the queue for files that only one machine can read."""
    return f"{QUEUE}@{host}"[:_LONGEST_QUEUE]
