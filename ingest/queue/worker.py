"""The worker: runs the jobs of the PostgreSQL queue until it is stopped.

Any number of workers on any number of machines share one queue. A worker that dies leaves its jobs "doing", but its
advisory locks end with its session: from that, another worker knows and requeues them. A worker that loses the database
waits for it to come back.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import JobAborted, ProcrastinateException
from sqlalchemy import Connection, Engine

from app.core.errors import AppError, DatabaseError, reason
from ingest.pipeline import Ingester, Outcome, Result
from ingest.queue.files import HOST, Files
from ingest.queue.jobs import ATTEMPTS, FILE_TASK, QUEUE, SOURCE_QUEUE, SOURCE_TASK, UPLOAD_TASK, file_job, keep_job
from ingest.queue.locks import Locks
from ingest.queue.retries import TRANSIENT_ERRORS, WORKER_ERRORS, Retry, queue_of
from ingest.queue.sources import ReadSource, Sources
from ingest.queue.uploads import Uploads

_HOUSEKEEPING_SECONDS = 5.0  # between queries for jobs of dead workers
_POLL_SECONDS = 2.0  # between queries for jobs whose retry is due; the worker is notified of new jobs
_GRACE_SECONDS = 8.0  # for running jobs to finish when the worker is stopped
_STOP_SECONDS = 0.25  # between checks whether the worker is to stop
_LONGEST_PAUSE = 30.0  # seconds between attempts to reach a database that is away

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
Report = Callable[[str], None]


class Worker:
    """Runs the jobs of one database's queue."""

    def __init__(
        self,
        engine: Engine,
        ingester: Ingester,
        *,
        report: Report,
        finished: Callable[[str, Result], None] = lambda _uri, _result: None,
        concurrency: int = 1,
        max_bytes: int = 100 * 2**20,
        host: str = HOST,
        revive: Callable[[], object] = lambda: None,
        read_source: ReadSource | None = None,
    ) -> None:
        """finished: called with the uri and result of every file job. revive: restarts a lost database that is ours.
        read_source: reads an address; without it their jobs are left to other workers."""
        self._engine = engine
        self._ingester = ingester
        self._report = report
        self._finished = finished
        self._concurrency = concurrency
        self._host = host
        self._revive = revive
        self._locks = Locks(engine)
        self._files = Files(engine, ingester, self._locks, max_bytes=max_bytes, host=host)
        self._uploads = Uploads(engine, ingester, self._locks)
        self._sources = Sources(engine, self._locks, read_source) if read_source is not None else None
        self._stored = 0  # documents since the word statistics were last refreshed
        self._fatal: AppError | None = None  # why this worker cannot go on

    def _queue(self) -> procrastinate.App:
        address = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = procrastinate.PsycopgConnector(
            conninfo=address, min_size=1, max_size=2 + self._concurrency, timeout=10.0, configure=_no_wait_for_the_disk
        )
        queue = procrastinate.App(connector=connector)
        queue.task(name=UPLOAD_TASK, queue=QUEUE, pass_context=True, retry=Retry())(self._upload)
        queue.task(name=FILE_TASK, queue=QUEUE, pass_context=True, retry=Retry())(self._file)
        queue.task(name=SOURCE_TASK, queue=SOURCE_QUEUE, pass_context=True, retry=Retry())(self._source)
        return queue

    def _upload(self, context: procrastinate.JobContext, /, upload_id: int) -> None:
        try:
            self._report(self._uploads.ingest(upload_id, check=_checked(context)))
            self._stored += 1
        except DatabaseError as error:
            self._report(str(error))
            if context.job.attempts + 1 >= ATTEMPTS:
                self._uploads.fail(upload_id, str(error))
            raise

    def _file(self, context: procrastinate.JobContext, /, **arguments: Any) -> None:
        job, row = file_job(arguments), context.job

        def within(connection: Connection) -> None:
            keep_job(connection, int(row.id or 0), row.attempts)

        try:
            result = self._files.ingest(job, within=within, check=_checked(context))
        except TRANSIENT_ERRORS as error:
            self._report(f"{job.uri}: {error}")
            if row.attempts + 1 >= ATTEMPTS:
                self._files.fail(job, str(error))
            raise
        except WORKER_ERRORS as error:
            self._fatal = error
            raise
        if result.outcome in (Outcome.NEW, Outcome.CHANGED):
            self._stored += 1
        self._finished(job.uri, result)

    def _source(self, context: procrastinate.JobContext, /, **arguments: Any) -> None:
        try:
            if self._sources is not None:
                self._sources.ingest(arguments, check=_checked(context))
        except TRANSIENT_ERRORS as error:
            self._report(f"{arguments['path']}: {error}")
            raise
        except WORKER_ERRORS as error:
            self._fatal = error
            raise

    def run(self, *, until: Callable[[], bool] | None = None, wait: bool = True) -> None:
        """Run jobs until SIGTERM or SIGINT, until `until` is true, or with wait=False until the queue is empty.

        Raises CorpusError and ModelError when this worker cannot embed, DatabaseError when the database is away at the
        start; later the worker waits for it.
        """
        self._recover()
        with _restored_handlers():
            self._run(until, wait)

    def _run(self, until: Callable[[], bool] | None, wait: bool) -> None:
        pause = 1.0
        while True:
            started = time.monotonic()
            try:
                if asyncio.run(self._work(until, wait)):
                    return
                problem = "the connection was lost"
            except (ProcrastinateException, psycopg.Error, DatabaseError) as error:
                if not wait:
                    raise DatabaseError(
                        f"The worker lost the database ({reason(error)}).", fix="Check that it runs."
                    ) from error
                problem = reason(error.__cause__ or error)
            finally:
                self._locks.close()
            if self._fatal is not None:
                raise self._fatal
            worked = time.monotonic() - started > _LONGEST_PAUSE
            pause = 1.0 if worked else min(2 * pause, _LONGEST_PAUSE)
            self._report(f"The database is away ({problem}); trying again in {pause:.0f} s.")
            time.sleep(pause)
            with suppress(DatabaseError):  # the next attempt reports it
                self._revive()

    async def _work(self, until: Callable[[], bool] | None, wait: bool) -> bool:
        """Run jobs once; True when the worker was to stop, False when it lost the database."""
        loop, ending = asyncio.get_running_loop(), asyncio.Event()
        loop.set_exception_handler(lambda _loop, context: self._report_unrecorded(context))
        loop.set_default_executor(ThreadPoolExecutor(self._concurrency + 4))
        for number in _SIGNALS:
            with suppress(NotImplementedError, RuntimeError):  # Windows, or not the main thread
                loop.add_signal_handler(number, ending.set)
        queue = self._queue()
        async with queue.open_async():
            self._report("The worker waits for files and uploads; Ctrl-C stops it.")
            working = asyncio.create_task(self._run_jobs(queue, wait))
            watching = asyncio.create_task(self._watch(ending, until))
            await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
            to_stop = not working.done() or not wait
            for task in (watching, working):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await working
            with suppress(asyncio.CancelledError):
                await watching
        return to_stop and self._fatal is None

    async def _run_jobs(self, queue: procrastinate.App, wait: bool) -> None:
        await queue.run_worker_async(
            queues=[QUEUE, queue_of(self._host), *([SOURCE_QUEUE] if self._sources is not None else [])],
            concurrency=self._concurrency,
            wait=wait,
            delete_jobs="successful",
            shutdown_graceful_timeout=_GRACE_SECONDS,
            fetch_job_polling_interval=_POLL_SECONDS,
            install_signal_handlers=False,
        )

    def _report_unrecorded(self, context: dict[str, Any]) -> None:
        """Reports errors procrastinate could not record, e.g. because the connection is gone."""
        error = context.get("exception")
        self._report(reason(error) if error else str(context.get("message", "")))

    async def _watch(self, ending: asyncio.Event, until: Callable[[], bool] | None) -> None:
        """Return when the worker is to stop; meanwhile do the housekeeping."""
        cleaned = time.monotonic()
        while not (ending.is_set() or self._fatal or (until is not None and await asyncio.to_thread(until))):
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), _STOP_SECONDS)
            if time.monotonic() - cleaned > _HOUSEKEEPING_SECONDS:
                await asyncio.to_thread(self._keep_house)
                cleaned = time.monotonic()

    def _keep_house(self) -> None:
        try:
            self._recover()
            if self._stored:
                self._stored = 0
                self._ingester.finish(many=False)
        except DatabaseError as error:
            self._report(str(error))

    def _recover(self) -> None:
        self._uploads.recover()
        self._files.recover()
        if self._sources is not None:
            self._sources.recover()


@contextmanager
def _restored_handlers() -> Iterator[None]:
    """Restore the signal handlers afterwards: asyncio does not keep those it replaced."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        with suppress(ValueError):  # not the main thread: then none was replaced
            for number, handler in before.items():
                signal.signal(number, handler)


def _checked(context: procrastinate.JobContext) -> Callable[[], None]:
    def check() -> None:
        if context.should_abort():
            raise JobAborted

    return check


async def _no_wait_for_the_disk(connection: "psycopg.AsyncConnection[Any]") -> None:
    """A crash of the server may undo the end of a job: the job runs again then, and finds its document stored."""
    before = connection.autocommit
    await connection.set_autocommit(True)
    await connection.execute("SET synchronous_commit = off")
    await connection.set_autocommit(before)
