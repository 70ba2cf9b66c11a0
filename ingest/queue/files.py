"""Runs one file job: re-ingests the file, or deletes its document when the file is gone and deletion was requested."""

import json
import platform
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, Engine

from app.core.database import reachable, transaction
from app.core.domain import Source
from app.core.errors import AppError, DocumentError
from app.core.sql import load_queries
from app.core.tags import with_origins
from ingest.discover import ChangingError, FileEntry, GoneError, read
from ingest.folder_tags import FolderTags
from ingest.pipeline import Ingester, Outcome, Result
from ingest.queue.jobs import FILE_TASK, STARTING_SECONDS, UNEXPLAINED, Check, FileJob, Jobs, file_job, requeue
from ingest.queue.locks import Locks
from ingest.store import nothing_more

HOST = platform.node() or "localhost"
_QUERIES = load_queries(__file__)

Within = Callable[[Connection], None]  # runs in the transaction that changes the corpus


class BusyError(AppError):
    """Another process is ingesting the file just now."""


class ElsewhereError(AppError):
    """The file is on another machine, which has to read it."""


class Files:
    """Brings the documents of files up to date, one by one, for the queue or for a command without it."""

    def __init__(self, engine: Engine, ingester: Ingester, locks: Locks, *, max_bytes: int, host: str = HOST) -> None:
        self._engine = engine
        self._ingester = ingester
        self._locks = locks
        self._max_bytes = max_bytes
        self._host = host
        self._jobs = Jobs(engine)

    def ingest(self, job: FileJob, *, within: Within = nothing_more, check: Check = lambda: None) -> Result:
        """Run one job.

        Raises DatabaseError and ChangingError, which may pass; BusyError, ElsewhereError, CorpusError and ModelError,
        which the file did not cause; and whatever within and check raise.
        """
        with self._locks.hold(job.lock) as held:
            if not held:
                raise BusyError(f"{job.uri} is being ingested by another process.")
            try:
                read_now = read(FileEntry(path=job.path), max_bytes=self._max_bytes)
                source = replace(read_now, tags=FolderTags().tags_of(job.path))
            except GoneError as error:
                return self._gone(job, str(error), within)
            except ChangingError:
                raise
            except DocumentError as error:
                return self.fail(job, str(error))
            self._ingester.ready()  # raises errors that the file did not cause, before it is loaded
            result = self._ingester.ingest(
                source, collection=job.collection, within=within, progress=lambda _done, _all: check()
            )
            if result.outcome is Outcome.UNCHANGED:
                self._touch(job, source)
            return result

    def fail(self, job: FileJob, error: str, *, only_known: bool = False) -> Result:
        """The result of a file that could not be ingested; its reason is kept. only_known: see Store.record_failure."""
        self._ingester.record_failure(job.uri, job.name, error, collection=job.collection, only_known=only_known)
        return Result(outcome=Outcome.FAILED, message=error)

    def recover(self, *, started_seconds: float = STARTING_SECONDS) -> int:
        """Requeue jobs of dead workers; returns how many. See Jobs.stalled.

        A job that failed for good leaves its reason with the document and is deleted.
        """
        recovered = 0
        for stalled in self._jobs.stalled(FILE_TASK, started_seconds=started_seconds):
            if stalled.given_up:
                self.fail(file_job(stalled.arguments), stalled.given_up)
            with transaction(self._engine) as connection:
                if requeue(connection, stalled) and not stalled.given_up:
                    recovered += 1
        for arguments in self._jobs.withdraw_failed(FILE_TASK):
            job = file_job(arguments)
            with reachable(self._engine) as connection:
                error = connection.execute(_QUERIES["error"], {"uri": job.uri, "collection": job.collection}).scalar()
            if not error:
                self.fail(job, UNEXPLAINED)
        return recovered

    def _gone(self, job: FileJob, error: str, within: Within) -> Result:
        if job.host and job.host != self._host:
            raise ElsewhereError(f"{job.uri} is not on this machine; {job.host} queued it.")
        if not job.remove:
            return self.fail(job, error, only_known=True)
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["remove"], {"uri": job.uri, "collection": job.collection})
            within(connection)
        return Result(outcome=Outcome.REMOVED)

    def _touch(self, job: FileJob, source: Source) -> None:
        params = {
            "uri": job.uri,
            "collection": job.collection,
            "sha256": source.sha256,
            "file_bytes": len(source.content),
            "modified_at": source.modified_at if source.settled else None,
        }
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["touch"], params)
            tags = json.dumps(with_origins((), source.tags), ensure_ascii=False)
            connection.execute(_QUERIES["retag"], {"uri": job.uri, "collection": job.collection, "tags": tags})
