"""Runs jobs that bring the documents of one address up to date; how, its caller knows."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from app.core.database import transaction
from ingest.queue.files import BusyError
from ingest.queue.jobs import SOURCE_TASK, STARTING_SECONDS, Check, Jobs, requeue
from ingest.queue.locks import Locks

ReadSource = Callable[[Mapping[str, Any], Check], None]  # arguments of a job; raises what the address did not cause


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceJob:
    """Read one address. values: what `read` needs, as JSON values, with "path" (the address) and "collection"."""

    values: Mapping[str, Any]

    @property
    def lock(self) -> str:
        """Name of the lock on the address: two of its jobs never run at the same time."""
        address = json.dumps([self.values["collection"], self.values["path"]]).encode()
        return f"source:{hashlib.blake2b(address, digest_size=16).hexdigest()}"

    def arguments(self) -> dict[str, Any]:
        """The job as JSON values for the queue."""
        return dict(self.values)


class Sources:
    """Reads addresses for a worker."""

    def __init__(self, engine: Engine, locks: Locks, read: ReadSource) -> None:
        self._engine = engine
        self._locks = locks
        self._read = read
        self._jobs = Jobs(engine)

    def ingest(self, arguments: Mapping[str, Any], *, check: Check) -> None:
        """Run one job. Raises BusyError while another process runs it, and whatever read and check raise."""
        job = SourceJob(values=arguments)
        with self._locks.hold(job.lock) as held:
            if not held:
                raise BusyError(f"{arguments['path']} is being read by another process.")
            self._read(arguments, check)

    def recover(self, *, started_seconds: float = STARTING_SECONDS) -> None:
        """Requeue jobs of dead workers, and delete those that failed for good. See Jobs.stalled."""
        for stalled in self._jobs.stalled(SOURCE_TASK, started_seconds=started_seconds):
            with transaction(self._engine) as connection:
                requeue(connection, stalled)
        self._jobs.withdraw_failed(SOURCE_TASK)
