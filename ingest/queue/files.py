"""Jobs of files become documents: read anew, replaced, or removed when the file is gone and that is meant."""

import platform
from collections.abc import Callable

from sqlalchemy import Connection, Engine

from app.core.errors import AppError, DocumentError
from app.core.sql import load_queries
from ingest.discover import ChangingError, FileEntry, GoneError, read
from ingest.faults import faults
from ingest.pipeline import Ingester, Outcome, Result
from ingest.queue.jobs import FILE_TASK, STARTING_SECONDS, FileJob, Jobs, file_job, take_back
from ingest.queue.locks import Locks
from ingest.store import nothing_more

HOST = platform.node() or "localhost"
_QUERIES = load_queries(__file__)

Stop = Callable[[], None]  # raises when the work is to be laid down
Within = Callable[[Connection], None]  # joins the transaction that changes the corpus


class BusyError(AppError):
    """Somebody else works on the file just now: later."""


class ElsewhereError(AppError):
    """The file is on another machine, which has to read it."""


class Files:
    """Brings documents of files up to date, one by one, whether a job asks for it or a command does it itself."""

    def __init__(self, engine: Engine, ingester: Ingester, locks: Locks, *, max_bytes: int, host: str = HOST) -> None:
        self._engine = engine
        self._ingester = ingester
        self._locks = locks
        self._max_bytes = max_bytes
        self._host = host
        self._jobs = Jobs(engine)

    def ingest(self, job: FileJob, *, within: Within = nothing_more, check: Stop = lambda: None) -> Result:
        """Do what a job asks for.

        Raises DatabaseError and ChangingError, which may pass, BusyError, ElsewhereError, CorpusError and ModelError,
        which are no fault of the file, and whatever within and check raise.
        """
        with self._locks.hold(job.lock) as mine:
            if not mine:
                raise BusyError(f"{job.uri} is being ingested by another process.")
            found = FileEntry(path=job.path)
            try:
                source = read(found, max_bytes=self._max_bytes)
            except GoneError as error:
                return self._gone(job, str(error), within)
            except ChangingError:
                raise
            except DocumentError as error:
                self.fail(job, str(error))
                return Result(outcome=Outcome.FAILED, message=str(error))
            self._ingester.ready()  # what it raises is no fault of the file
            result = self._ingester.ingest(
                source, collection=job.collection, within=within, progress=lambda _done, _all: check()
            )
            if result.outcome is Outcome.UNCHANGED:
                self._touch(job, source.sha256, len(source.content), source.modified_at if source.settled else None)
            return result

    def fail(self, job: FileJob, error: str) -> None:
        """Keep with the document why its file was given up."""
        self._ingester.record_failure(job.uri, FileEntry(path=job.path).name, error, collection=job.collection)

    def recover(self, *, started_seconds: float = STARTING_SECONDS) -> int:
        """Let jobs of dead workers wait again; returns how many. See Jobs.stalled.

        A job that failed for good leaves its reason with the document and goes.
        """
        recovered = 0
        for stalled in self._jobs.stalled(FILE_TASK, started_seconds=started_seconds):
            if stalled.given_up:
                self.fail(file_job(stalled.arguments), stalled.given_up)
            with faults(), self._engine.begin() as connection:
                recovered += take_back(connection, stalled) and not stalled.given_up
        for arguments in self._jobs.withdraw_failed(FILE_TASK):
            job = file_job(arguments)
            with faults(), self._engine.connect() as connection:
                told = connection.execute(_QUERIES["error"], {"uri": job.uri, "collection": job.collection}).scalar()
            if not told:
                self.fail(job, "The worker failed on it; its log says why. Report this file.")
        return recovered

    def _gone(self, job: FileJob, said: str, within: Within) -> Result:
        if job.host != self._host:
            raise ElsewhereError(f"{job.uri} is not here: {job.host} found it.")
        if not job.remove:
            self._ingester.record_failure(
                job.uri, FileEntry(path=job.path).name, said, collection=job.collection, only_known=True
            )
            return Result(outcome=Outcome.FAILED, message=said)
        with faults(), self._engine.begin() as connection:
            connection.execute(_QUERIES["remove"], {"uri": job.uri, "collection": job.collection})
            within(connection)
        return Result(outcome=Outcome.REMOVED)

    def _touch(self, job: FileJob, sha256: str, size: int, modified_at: object) -> None:
        values = {"uri": job.uri, "collection": job.collection, "sha256": sha256}
        with faults(), self._engine.begin() as connection:
            connection.execute(_QUERIES["touch"], values | {"file_bytes": size, "modified_at": modified_at})
