"""The worker: jobs come from the PostgreSQL queue, documents go into the corpus, until it is told to stop.

Any number of workers on any number of machines share one queue. A worker that dies leaves its jobs "doing"; its
advisory locks go with its session, which is how another worker tells and takes over. A worker that loses the database
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

from app.core.errors import AppError, DatabaseError
from ingest.pipeline import Ingester, Outcome, Result
from ingest.queue.files import HOST, Files
from ingest.queue.jobs import ATTEMPTS, FILE_TASK, QUEUE, UPLOAD_TASK, file_job, require_ours
from ingest.queue.locks import Locks
from ingest.queue.retries import MAY_PASS, OURS, Retry, queue_of
from ingest.queue.uploads import Uploads

_HOUSEKEEPING_SECONDS = 5.0  # between looks for jobs of dead workers
_POLL_SECONDS = 2.0  # between looks for jobs whose time has come; new ones are notified
_GRACE_SECONDS = 8.0  # that documents in work get to finish when the worker is told to stop
_LONGEST_PAUSE = 30.0  # seconds between looks for a database that is away

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
Report = Callable[[str], None]


class Worker:
    """Works off the queue of one database."""

    def __init__(
        self,
        engine: Engine,
        ingester: Ingester,
        *,
        report: Report,
        told: Callable[[str, Result], None] = lambda _uri, _result: None,
        concurrency: int = 1,
        max_bytes: int = 100 * 2**20,
        host: str = HOST,
        revive: Callable[[], object] = lambda: None,
    ) -> None:
        """revive: what brings the database back when it is away, where that is our business."""
        self._engine = engine
        self._ingester = ingester
        self._report = report
        self._told = told
        self._concurrency = concurrency
        self._host = host
        self._revive = revive
        self._locks = Locks(engine)
        self._files = Files(engine, ingester, self._locks, max_bytes=max_bytes, host=host)
        self._uploads = Uploads(engine, ingester, self._locks)
        self._stored = 0  # since the word statistics were last looked at
        self._fault: AppError | None = None  # why this worker cannot go on

    # -------------------------------------------------------------------------------------------------------- jobs

    def _queue(self) -> procrastinate.App:
        address = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = procrastinate.PsycopgConnector(
            conninfo=address, min_size=1, max_size=2 + self._concurrency, timeout=10.0, configure=_no_wait_for_the_disk
        )
        queue = procrastinate.App(connector=connector)
        queue.task(name=UPLOAD_TASK, queue=QUEUE, pass_context=True, retry=Retry())(self._upload)
        queue.task(name=FILE_TASK, queue=QUEUE, pass_context=True, retry=Retry())(self._file)
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
            require_ours(connection, int(row.id or 0), row.attempts)

        try:
            result = self._files.ingest(job, within=within, check=_checked(context))
        except MAY_PASS as error:
            self._report(f"{job.uri}: {error}")
            if row.attempts + 1 >= ATTEMPTS:
                self._files.fail(job, str(error))
            raise
        except OURS as error:
            self._fault = error
            raise
        self._stored += result.outcome in (Outcome.NEW, Outcome.CHANGED)
        self._told(job.uri, result)

    # -------------------------------------------------------------------------------------------------------- running

    def run(self, *, until: Callable[[], bool] | None = None, wait: bool = True) -> None:
        """Work until SIGTERM or SIGINT, until `until` says so, or with wait=False until the queue is empty.

        Raises CorpusError and ModelError when this worker cannot embed, DatabaseError when the database is not there
        at the start; later it waits for it.
        """
        self._recover()
        with _handlers_kept():
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
                    raise DatabaseError(f"The worker lost the database ({error}). Check that it runs.") from error
                problem = str(error.__cause__ or error).strip().split("\n")[0]
            finally:
                self._locks.close()
            if self._fault is not None:
                raise self._fault
            pause = 1.0 if time.monotonic() - started > _LONGEST_PAUSE else min(2 * pause, _LONGEST_PAUSE)
            self._report(f"The database is away ({problem}); looking again in {pause:.0f} s.")
            time.sleep(pause)
            with suppress(DatabaseError):  # the next round tells
                self._revive()

    async def _work(self, until: Callable[[], bool] | None, wait: bool) -> bool:
        """True when it ended because it was to end, False when the database went away."""
        loop, ending = asyncio.get_running_loop(), asyncio.Event()
        loop.set_exception_handler(lambda _loop, context: self._odd(context))
        loop.set_default_executor(ThreadPoolExecutor(self._concurrency + 4))
        for number in _SIGNALS:
            with suppress(NotImplementedError, RuntimeError):  # Windows, or not the main thread
                loop.add_signal_handler(number, ending.set)
        queue = self._queue()
        async with queue.open_async():
            self._report("The worker waits for files and uploads; Ctrl-C stops it.")
            working = asyncio.create_task(
                queue.run_worker_async(
                    queues=[QUEUE, queue_of(self._host)],
                    concurrency=self._concurrency,
                    wait=wait,
                    delete_jobs="successful",
                    shutdown_graceful_timeout=_GRACE_SECONDS,
                    fetch_job_polling_interval=_POLL_SECONDS,
                    install_signal_handlers=False,
                )
            )
            watching = asyncio.create_task(self._watch(ending, until))
            await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
            asked = not working.done() or not wait
            for task in (watching, working):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await working
            with suppress(asyncio.CancelledError):
                await watching
        return asked and self._fault is None

    def _odd(self, context: dict[str, Any]) -> None:
        """What procrastinate could not write down: the job had been given to another worker, or the server is away."""
        self._report(str(context.get("exception") or context.get("message", "")).strip().split("\n")[0])

    async def _watch(self, ending: asyncio.Event, until: Callable[[], bool] | None) -> None:
        """Keep house until the work is to end."""
        looked = time.monotonic()
        while not (ending.is_set() or self._fault or (until is not None and await asyncio.to_thread(until))):
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), 0.25)
            if time.monotonic() - looked > _HOUSEKEEPING_SECONDS:
                await asyncio.to_thread(self._keep_house)
                looked = time.monotonic()

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


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """asyncio forgets whose signals it took over."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        with suppress(ValueError):  # not the main thread: then none was taken
            for number, handler in before.items():
                signal.signal(number, handler)


def _checked(context: procrastinate.JobContext) -> Callable[[], None]:
    def check() -> None:
        if context.should_abort():
            raise JobAborted

    return check


async def _no_wait_for_the_disk(connection: "psycopg.AsyncConnection[Any]") -> None:
    """A job whose end a crash of the server undoes is done again, and finds its document stored."""
    before = connection.autocommit
    await connection.set_autocommit(True)
    await connection.execute("SET synchronous_commit = off")
    await connection.set_autocommit(before)


def run_worker(engine: Engine, ingester: Ingester, *, report: Report, wait: bool = True) -> None:
    """Work off the queue until SIGTERM or SIGINT; with wait=False until it is empty. See Worker.run."""
    Worker(engine, ingester, report=report).run(wait=wait)
