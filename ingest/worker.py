"""The worker: jobs for uploads come from the PostgreSQL queue, documents go into the corpus.

An upload's row goes away in the transaction that stores its document. A worker that dies leaves its upload "running";
its advisory lock goes with its session, which is how another worker tells and takes over.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from app.core.domain import Source
from app.core.errors import AppError, DatabaseError
from app.core.sql import load_queries
from ingest.pipeline import Ingester, Outcome

QUEUE, TASK = "ingest", "ingest.upload"
ATTEMPTS = 6  # of one upload, when the database fails or workers die of it
_QUERIES = load_queries(__file__)
_LOCK_SPACE = 0x66756C  # first key of the advisory locks on uploads
_RECOVER_SECONDS = 30.0  # between looks for uploads of dead workers
_STARTING_SECONDS = 5.0  # a job may be in work this long before its upload is locked
_GRACE_SECONDS = 8.0  # that a document in work gets to finish when the worker is told to stop

Stop = Callable[[], None]  # raises when the work is to be laid down


class _WithdrawnError(AppError):
    """The upload was deleted while it was being read: nothing is to be stored."""


class Uploads:
    """Turns uploads into documents."""

    def __init__(self, engine: Engine, ingester: Ingester) -> None:
        self._engine = engine
        self._ingester = ingester

    def ingest(self, upload_id: int, *, check: Stop = lambda: None) -> str:
        """Ingest one upload; returns what happened, for the log.

        Raises DatabaseError, after which the upload waits for another attempt, and whatever check raises.
        """
        with _translated(), self._taken(upload_id) as mine:
            if not mine:
                return "another worker has it"
            with self._engine.begin() as connection:
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
            finished = False
            try:
                said = self._stored(source, row.collection, upload_id, check)
                finished = True
            finally:
                if not finished:
                    with contextlib.suppress(SQLAlchemyError):  # then recover() does it
                        self._execute("queue_upload", upload_id)
            return said

    def _stored(self, source: Source, collection: str, upload_id: int, check: Stop) -> str:
        def delete_upload(connection: Connection) -> None:
            if connection.execute(_QUERIES["delete_upload"], {"upload_id": upload_id}).rowcount == 0:
                raise _WithdrawnError(f"{source.name} was deleted while it was being read.")

        try:
            result = self._ingester.ingest(
                source, collection=collection, upload=True, within=delete_upload, progress=lambda _done, _all: check()
            )
        except _WithdrawnError:
            return f"withdrawn: {source.name}"
        except DatabaseError:
            raise
        except AppError as error:  # a wrong model: no attempt will help until somebody changes the settings
            self._execute("fail_upload", upload_id, error=str(error))
            return f"failed: {source.name} ({error})"
        if result.outcome is Outcome.FAILED:
            self._execute("fail_upload", upload_id, error=result.message)
        elif result.outcome is Outcome.UNCHANGED:
            self._execute("delete_upload", upload_id)
        else:
            self._ingester.finish(many=False)
        return f"{result.outcome}: {source.name}" + (f" ({result.message})" if result.message else "")

    def fail(self, upload_id: int, error: str) -> None:
        """Mark an upload as failed for good."""
        with _translated():
            self._execute("fail_upload", upload_id, error=error)

    def recover(self, *, started_seconds: float = _STARTING_SECONDS) -> int:
        """Put uploads of dead workers back into the queue; returns how many.

        started_seconds: how long a job must have been in work before a missing lock means a dead worker.
        """
        with _translated(), self._engine.connect() as connection:
            jobs = connection.execute(_QUERIES["jobs_in_work"], {"seconds": started_seconds}).all()
            orphans = connection.execute(_QUERIES["uploads_without_job"]).all()
        recovered = 0
        for job in jobs:
            with _translated(), self._taken(job.upload_id) as free:
                recovered += free and self._requeue(job.job_id, job.upload_id, job.attempts)
        for orphan in orphans:
            if orphan.tried:
                self.fail(orphan.upload_id, "The worker failed on it; its log says why. Report this file.")
                continue
            with _translated(), self._engine.begin() as connection:
                values = {"upload_id": orphan.upload_id, "lock": orphan.lock}
                connection.execute(_QUERIES["defer_upload"], values)
            recovered += 1
        return recovered

    def _requeue(self, job_id: int, upload_id: int, attempts: int) -> bool:
        with self._engine.begin() as connection:
            if attempts + 1 >= ATTEMPTS:
                error = f"Workers died of it {attempts + 1} times: it needs more memory than there is, or is hostile."
                connection.execute(_QUERIES["fail_upload"], {"upload_id": upload_id, "error": error})
                connection.execute(_QUERIES["give_up_job"], {"job_id": job_id})
                return False
            connection.execute(_QUERIES["queue_upload"], {"upload_id": upload_id})
            connection.execute(_QUERIES["retry_job"], {"job_id": job_id})
        return True

    @contextlib.contextmanager
    def _taken(self, upload_id: int) -> Iterator[bool]:
        """Hold the upload's advisory lock; False while another session holds it."""
        key = {"space": _LOCK_SPACE, "upload_id": upload_id}
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            mine = bool(connection.execute(_QUERIES["take"], key).scalar_one())
            try:
                yield mine
            finally:
                if mine:
                    connection.execute(_QUERIES["give_back"], key)

    def _execute(self, query: str, upload_id: int, **values: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(_QUERIES[query], {"upload_id": upload_id, **values})


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DatabaseError(f"The database failed ({line}). Check that it runs.") from error


def run_worker(engine: Engine, ingester: Ingester, *, report: Callable[[str], None], wait: bool = True) -> None:
    """Work off the queue until SIGTERM or SIGINT; with wait=False until it is empty. Raises DatabaseError."""
    import procrastinate  # noqa: PLC0415  # half a second that only the worker pays

    uploads = Uploads(engine, ingester)
    uploads.recover()
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=address, min_size=1, max_size=4))
    retry = procrastinate.RetryStrategy(
        max_attempts=ATTEMPTS,
        exponential_wait=2,
        retry_exceptions={DatabaseError, procrastinate.exceptions.JobAborted},
    )

    @queue.task(name=TASK, queue=QUEUE, pass_context=True, retry=retry)
    def upload(context: procrastinate.JobContext, upload_id: int) -> None:
        def check() -> None:
            if context.should_abort():
                raise procrastinate.exceptions.JobAborted

        try:
            report(uploads.ingest(upload_id, check=check))
        except DatabaseError as error:
            report(str(error))
            if context.job.attempts + 1 >= ATTEMPTS:
                uploads.fail(upload_id, str(error))
            raise

    try:
        asyncio.run(_work(queue, uploads, report, wait))
    except procrastinate.exceptions.ProcrastinateException as error:
        raise DatabaseError(
            f"The worker lost the database ({error}). Check that it runs, then start it again."
        ) from error


async def _work(queue: Any, uploads: Uploads, report: Callable[[str], None], wait: bool) -> None:
    async def keep_recovering() -> None:
        while True:
            await asyncio.sleep(_RECOVER_SECONDS)
            try:
                await asyncio.to_thread(uploads.recover)
            except DatabaseError as error:
                report(str(error))

    async with queue.open_async():
        report("The worker waits for uploads; Ctrl-C stops it.")
        recovering = asyncio.create_task(keep_recovering())
        try:
            await queue.run_worker_async(
                queues=[QUEUE],
                wait=wait,
                delete_jobs="successful",
                shutdown_graceful_timeout=_GRACE_SECONDS,
            )
        finally:
            recovering.cancel()
