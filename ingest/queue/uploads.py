"""Runs upload jobs: the row of an upload is deleted in the transaction that stores its document."""

import hashlib
from contextlib import suppress

from sqlalchemy import Connection, Engine

from app.core.database import reachable, transaction
from app.core.domain import Source
from app.core.errors import AppError, DatabaseError
from app.core.sql import load_queries
from ingest.pipeline import Ingester, Outcome
from ingest.queue.jobs import STARTING_SECONDS, UNEXPLAINED, UPLOAD_TASK, Check, Jobs, requeue
from ingest.queue.locks import Locks

_QUERIES = load_queries(__file__)


class _WithdrawnError(AppError):
    """The upload was deleted while it was being read: nothing may be stored."""


class Uploads:
    """Ingests files that were sent through the page."""

    def __init__(self, engine: Engine, ingester: Ingester, locks: Locks | None = None) -> None:
        self._engine = engine
        self._ingester = ingester
        self._locks = locks or Locks(engine)
        self._jobs = Jobs(engine)

    def ingest(self, upload_id: int, *, check: Check = lambda: None) -> str:
        """Ingest one upload; returns the result in one line, for the log.

        Raises DatabaseError, after which the upload waits for a retry, and whatever check raises.
        """
        with reachable(self._engine) as connection:
            lock = connection.execute(_QUERIES["lock"], {"upload_id": upload_id}).scalar()
        if lock is None:
            return "it was withdrawn"
        with self._locks.hold(lock) as held:
            if not held:
                return "another worker has it"
            with transaction(self._engine) as connection:
                row = connection.execute(_QUERIES["start_upload"], {"upload_id": upload_id}).one_or_none()
            if row is None:
                return "it was withdrawn"
            source = Source(
                uri=f"upload:{row.name}",
                name=row.name,
                content=row.content,
                sha256=hashlib.sha256(row.content).hexdigest(),
                modified_at=row.created_at,
            )
            try:
                return self._stored(source, row.collection, upload_id, check)
            except BaseException:
                with suppress(DatabaseError):  # recover() queues it then
                    self._execute("queue_upload", upload_id)
                raise

    def _stored(self, source: Source, collection: str, upload_id: int, check: Check) -> str:
        def delete_upload(connection: Connection) -> None:
            if connection.execute(_QUERIES["delete_upload"], {"upload_id": upload_id}).rowcount == 0:
                raise _WithdrawnError(f"{source.name} was deleted while it was being read.")

        try:
            result = self._ingester.ingest(
                source,
                collection=collection,
                only_known=True,
                within=delete_upload,
                progress=lambda _done, _all: check(),
            )
        except _WithdrawnError:
            return f"withdrawn: {source.name}"
        except DatabaseError:
            raise
        except AppError as error:  # a wrong model: no retry helps until the settings are changed
            self._execute("fail_upload", upload_id, error=str(error))
            return f"failed: {source.name} ({error})"
        if result.outcome is Outcome.FAILED:
            self._execute("fail_upload", upload_id, error=result.message)
        elif result.outcome is Outcome.UNCHANGED:
            self._execute("delete_upload", upload_id)
        return f"{result.outcome}: {source.name}" + (f" ({result.message})" if result.message else "")

    def fail(self, upload_id: int, error: str) -> None:
        """Mark an upload as failed for good."""
        self._execute("fail_upload", upload_id, error=error)

    def recover(self, *, started_seconds: float = STARTING_SECONDS) -> int:
        """Requeue uploads of dead workers; returns how many. See Jobs.stalled."""
        recovered = 0
        for job in self._jobs.stalled(UPLOAD_TASK, started_seconds=started_seconds):
            params = {"upload_id": job.arguments["upload_id"], "error": job.given_up}
            with transaction(self._engine) as connection:
                if requeue(connection, job):
                    connection.execute(_QUERIES["fail_upload" if job.given_up else "queue_upload"], params)
                    recovered += 0 if job.given_up else 1
        with reachable(self._engine) as connection:
            orphans = connection.execute(_QUERIES["uploads_without_job"]).all()
        for orphan in orphans:
            if orphan.tried:
                self.fail(orphan.upload_id, UNEXPLAINED)
                continue
            with transaction(self._engine) as connection:
                params = {"upload_id": orphan.upload_id, "lock": orphan.lock}
                connection.execute(_QUERIES["defer_upload"], params)
            recovered += 1
        return recovered

    def _execute(self, query: str, upload_id: int, **values: str) -> None:
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES[query], {"upload_id": upload_id, **values})
