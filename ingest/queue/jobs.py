"""The jobs of the queue: added durably and once per file, requeued when their worker died. worker.py runs them."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from app.core.database import reachable, transaction
from app.core.errors import AppError
from app.core.file_lock import lock_of
from app.core.sql import load_queries
from ingest.discover import uri_of

QUEUE = "ingest"
SOURCE_QUEUE = "ingest.sources"  # of workers that know how to read addresses: not of runs over folders
FILE_TASK, UPLOAD_TASK, SOURCE_TASK = "ingest.file", "ingest.upload", "ingest.source"
ATTEMPTS = 10  # for one job, when the database fails, its file keeps changing, or its workers die
STARTING_SECONDS = 5.0  # a job may be running this long before its lock is held
UNEXPLAINED = "The worker failed on it; its log says why. Report this file."
_BATCH = 1_000  # jobs added with one statement
_QUERIES = load_queries(__file__)

Check = Callable[[], None]  # called between batches of a job; raises when the job is to be aborted


class LostError(AppError):
    """The job was given to another worker meanwhile: this one must not store anything."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileJob:
    """Bring the document of one file up to date: ingest the file, or delete its document when the file is gone."""

    path: Path
    collection: str
    host: str  # name of the machine that queued it; empty: any machine may say that the file is gone
    remove: bool = False  # delete the document when the file does not exist

    @property
    def uri(self) -> str:
        """The document's URI."""
        return uri_of(self.path)

    @property
    def name(self) -> str:
        """The file's own name."""
        return uri_of(self.path.name)

    @property
    def lock(self) -> str:
        """Name of the lock on the document: two jobs with the same lock never run at the same time."""
        return lock_of(self.uri, self.collection)

    def arguments(self) -> dict[str, object]:
        """The job as JSON values for the queue; a path that is not valid text becomes hexadecimal bytes."""
        raw = os.fsencode(self.path)
        path = {"path": self.uri} if os.fsencode(self.uri) == raw else {"path_bytes": raw.hex()}
        return path | {"collection": self.collection, "host": self.host, "remove": self.remove}


def file_job(arguments: dict[str, Any]) -> FileJob:
    """The job with these arguments in the queue."""
    raw = arguments.get("path_bytes")
    path = Path(os.fsdecode(bytes.fromhex(raw))) if raw else Path(arguments["path"])
    return FileJob(
        path=path, collection=arguments["collection"], host=arguments["host"], remove=bool(arguments["remove"])
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class StalledJob:
    """A job whose worker is dead."""

    id: int
    attempts: int  # before the one that was interrupted
    arguments: dict[str, Any]

    @property
    def given_up(self) -> str:
        """Why it is not retried, for people; empty when it is."""
        if self.attempts + 1 < ATTEMPTS:
            return ""
        return f"{self.attempts + 1} workers died while reading it: it needs more memory than there is, or is hostile."


class QueuedJob(Protocol):
    """A job that can be added to the queue."""

    @property
    def lock(self) -> str:
        """Two jobs with the same lock never run at the same time, and only one of them waits."""

    def arguments(self) -> dict[str, object]:
        """The job as JSON values."""


class Jobs:
    """The queue of one database. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self, jobs: Sequence[QueuedJob], *, queue: str = QUEUE, task: str = FILE_TASK
    ) -> tuple[list[int], list[int]]:
        """Add jobs; a file whose job waits already gets no second one.

        Returns the ids of all jobs that will do the work, and of those that were added now.
        """
        ids: list[int] = []
        added: list[int] = []
        for start in range(0, len(jobs), _BATCH):
            batch = jobs[start : start + _BATCH]
            params = {
                "locks": [job.lock for job in batch],
                "arguments": [json.dumps(job.arguments()) for job in batch],
                "queue": queue,
                "task": task,
            }
            with transaction(self._engine) as connection:
                connection.execute(_QUERIES["durably"])
                for row in connection.execute(_QUERIES["add"], params):
                    ids.append(row.id)
                    if row.added:
                        added.append(row.id)
        return ids, added

    def withdraw(self, ids: Sequence[int]) -> None:
        """Delete those of these jobs that still wait."""
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["withdraw"], {"ids": list(ids)})

    def withdraw_failed(self, task: str) -> list[dict[str, Any]]:
        """Delete jobs that failed for good; returns their arguments."""
        with transaction(self._engine) as connection:
            return list(connection.execute(_QUERIES["withdraw_failed"], {"task": task}).scalars())

    def unfinished(self, ids: Sequence[int]) -> list[int]:
        """Ids of these jobs that still wait or run."""
        with reachable(self._engine) as connection:
            return list(connection.execute(_QUERIES["unfinished"], {"ids": list(ids)}).scalars())

    def stalled(self, task: str, *, started_seconds: float = STARTING_SECONDS) -> list[StalledJob]:
        """Running jobs whose lock no session holds.

        started_seconds: how long a job must have been running before a missing lock means a dead worker.
        """
        with reachable(self._engine) as connection:
            rows = connection.execute(_QUERIES["stalled"], {"task": task, "seconds": started_seconds}).all()
        return [StalledJob(id=row.id, attempts=row.attempts, arguments=row.args) for row in rows]


def requeue(connection: Connection, job: StalledJob) -> bool:
    """Requeue a stalled job, or fail it when it was tried too often; False when another process was quicker."""
    query = _QUERIES["fail" if job.given_up else "requeue"]
    return bool(connection.execute(query, {"id": job.id, "attempts": job.attempts}).rowcount)


def keep_job(connection: Connection, job_id: int, attempts: int) -> None:
    """Lock a running job until this transaction ends. Raises LostError when it was given to another worker."""
    if connection.execute(_QUERIES["keep_job"], {"id": job_id, "attempts": attempts}).one_or_none() is None:
        raise LostError("The job was given to another worker; the result of this one is not stored.")
