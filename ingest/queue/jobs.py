"""The queue in PostgreSQL: jobs go in, durably and once each; those of dead workers come back. worker.py runs them."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from app.core.database import reachable, transaction
from app.core.errors import AppError
from app.core.sql import load_queries
from ingest.discover import uri_of

QUEUE = "ingest"
FILE_TASK, UPLOAD_TASK = "ingest.file", "ingest.upload"
ATTEMPTS = 10  # of one job, when the database fails, its file keeps changing, or workers die of it
STARTING_SECONDS = 5.0  # a job may be in work this long before its lock is held
_BATCH = 1_000  # jobs put in with one statement
_QUERIES = load_queries(__file__)


class LostError(AppError):
    """Another worker was given the job meanwhile: nothing is to be stored."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileJob:
    """Bring the document of one path up to date: read it anew, or remove it when the file is gone and that is meant."""

    path: Path
    collection: str
    host: str  # name of the machine that found it
    remove: bool = False  # what to do when the file is not there: remove its document

    @property
    def uri(self) -> str:
        """The document's."""
        return uri_of(self.path)

    @property
    def lock(self) -> str:
        """What must not be worked on twice at once."""
        return lock_of(self.uri, self.collection)

    def arguments(self) -> dict[str, object]:
        """As kept in the queue; a path that is not valid text travels as hexadecimal bytes."""
        raw = os.fsencode(self.path)
        path = {"path": self.uri} if os.fsencode(self.uri) == raw else {"path_bytes": raw.hex()}
        return path | {"collection": self.collection, "host": self.host, "remove": self.remove}


def file_job(arguments: dict[str, Any]) -> FileJob:
    """A job from its arguments in the queue."""
    raw = arguments.get("path_bytes")
    path = Path(os.fsdecode(bytes.fromhex(raw))) if raw else Path(arguments["path"])
    return FileJob(
        path=path, collection=arguments["collection"], host=arguments["host"], remove=bool(arguments["remove"])
    )


def lock_of(uri: str, collection: str) -> str:
    """Name of the lock on one document: short, whatever the length of the path."""
    named = json.dumps([collection, uri]).encode()
    return f"file:{hashlib.blake2b(named, digest_size=16).hexdigest()}"


@dataclass(frozen=True, kw_only=True, slots=True)
class StalledJob:
    """A job whose worker is dead."""

    id: int
    attempts: int  # before the one that was cut off
    arguments: dict[str, Any]

    @property
    def given_up(self) -> str:
        """Why it is not tried again, for people; empty when it is."""
        if self.attempts + 1 < ATTEMPTS:
            return ""
        return f"Workers died of it {self.attempts + 1} times: it needs more memory than there is, or is hostile."


class Jobs:
    """The queue of one database. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, jobs: Sequence[FileJob]) -> tuple[list[int], list[int]]:
        """Put in jobs; one that waits already is not put in twice.

        Returns the ids of all that will do the work, and of those that were put in now.
        """
        ids: list[int] = []
        added: list[int] = []
        for start in range(0, len(jobs), _BATCH):
            batch = jobs[start : start + _BATCH]
            values = {
                "locks": [job.lock for job in batch],
                "arguments": [json.dumps(job.arguments()) for job in batch],
            }
            with transaction(self._engine) as connection:
                connection.execute(_QUERIES["durably"])
                for row in connection.execute(_QUERIES["add"], values):
                    ids.append(row.id)
                    added += [row.id] if row.added else []
        return ids, added

    def withdraw(self, ids: Sequence[int]) -> None:
        """Take out those of these jobs that still wait."""
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["withdraw"], {"ids": list(ids)})

    def withdraw_failed(self, task: str) -> list[dict[str, Any]]:
        """Take out jobs that failed for good; their arguments."""
        with transaction(self._engine) as connection:
            return list(connection.execute(_QUERIES["withdraw_failed"], {"task": task}).scalars())

    def unfinished(self, ids: Sequence[int]) -> list[int]:
        """Which of these jobs still wait or are in work."""
        with reachable(self._engine) as connection:
            return list(connection.execute(_QUERIES["unfinished"], {"ids": list(ids)}).scalars())

    def stalled(self, task: str, *, started_seconds: float = STARTING_SECONDS) -> list[StalledJob]:
        """Jobs in work whose lock nobody holds.

        started_seconds: how long a job must have been in work before a missing lock means a dead worker.
        """
        with reachable(self._engine) as connection:
            rows = connection.execute(_QUERIES["stalled"], {"task": task, "seconds": started_seconds}).all()
        return [StalledJob(id=row.id, attempts=row.attempts, arguments=row.args) for row in rows]


def take_back(connection: Connection, job: StalledJob) -> bool:
    """Let a stalled job wait again, or end it when it was tried too often; False when another process was quicker."""
    query = _QUERIES["end" if job.given_up else "wait_again"]
    return bool(connection.execute(query, {"id": job.id, "attempts": job.attempts}).rowcount)


def require_ours(connection: Connection, job_id: int, attempts: int) -> None:
    """Keep a job ours until this transaction ends. Raises LostError when it was given to another worker."""
    if connection.execute(_QUERIES["ours"], {"id": job_id, "attempts": attempts}).one_or_none() is None:
        raise LostError("Another worker was given this file; what was read of it here is not stored.")
