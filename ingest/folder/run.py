"""One run over files and folders: compares them with the corpus, then ingests the differences, here or by the queue."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine

from app.core.errors import DocumentError, SettingsError
from ingest.discover import FileEntry, discover, read
from ingest.folder.progress import RemainingJobs
from ingest.folder.retag import retag
from ingest.folder.sync import FileState, Plan, StoredFile, Sync
from ingest.ignore_rules import Rules
from ingest.pipeline import Ingester, Outcome, Result, RunListener
from ingest.queue.files import HOST, BusyError, Files
from ingest.queue.jobs import FileJob, Jobs
from ingest.queue.locks import Locks
from ingest.queue.worker import Worker

_BATCH = 1_000  # documents read with one query
_BUSY_SECONDS = 0.5  # between attempts at a file that another process is ingesting


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOptions:
    """Options of a folder run."""

    checksum: bool = False  # compare contents, not size and time
    retry: bool = False  # read files again that failed before and have not changed since
    prune: bool = False  # delete documents whose files are gone
    force: bool = False  # prune even when nothing is left in a folder
    inline: bool = False  # in this process, without the queue
    detach: bool = False  # only queue the jobs; other workers run them
    follow_links: bool = False  # also links that lead out of the folders
    concurrency: int = 1  # files at the same time


class FolderRun:
    """Runs over the same files of one collection, one after the other. Raises AppError."""

    def __init__(
        self,
        engine: Engine,
        ingester: Ingester,
        listener: RunListener,
        *,
        collection: str,
        max_bytes: int,
        options: RunOptions,
        revive: Callable[[], object] = lambda: None,
    ) -> None:
        """revive: see Worker."""
        self._engine = engine
        self._ingester = ingester
        self._listener = listener
        self._collection = collection
        self._max_bytes = max_bytes
        self._options = options
        self._revive = revive
        self._locks = Locks(engine)
        self._sync = Sync(engine, collection, self._locks, max_bytes=max_bytes)

    def scan(self, roots: Sequence[Path], rules: Rules) -> Plan:
        """The plan for everything at or below the roots."""
        links: list[str] = []
        files = discover(roots, rules, follow_links=self._options.follow_links, left_out=links.append)
        stored = self._sync.stored(roots)
        plan = self._sync.plan(files, stored, checksum=self._options.checksum, retry=self._options.retry)
        if self._options.prune and not self._options.force:
            self._require_roots(roots, files, plan)
        return replace(plan, links=tuple(links))

    def plan(self, files: Sequence[FileEntry], roots: Sequence[Path]) -> Plan:
        """The plan for files discovered elsewhere, at or below the roots."""
        return self._sync.plan(files, self._sync.stored(roots))

    def preview(self, plan: Plan) -> Iterator[tuple[str, Result]]:
        """What `execute` would do, by uri. Files to ingest are read, to see whether their kind is supported."""
        results = [(file.uri, Result(outcome=Outcome.UNCHANGED)) for file in plan.unchanged]
        results += [(file.uri, _failed(file.problem)) for file in self._unreadable(plan)]
        results += [(file.uri, _failed(error)) for file, error in plan.failed]
        for move in plan.moved:
            results.append((move.file.uri, Result(outcome=Outcome.MOVED, message=f"from {move.stored.uri}")))
        if self._options.prune:
            results += [(stored.uri, Result(outcome=Outcome.REMOVED)) for stored in plan.gone]
        for file in plan.to_read:
            try:
                source = read(file, max_bytes=self._max_bytes)
                results.append((file.uri, self._ingester.preview(source, collection=self._collection)))
            except DocumentError as error:
                results.append((file.uri, _failed(str(error))))
        yield from sorted(results, key=lambda item: item[0])

    def execute(self, plan: Plan) -> Counter[Outcome]:
        """Carry out a plan; returns the number of files by outcome. Raises KeyboardInterrupt when it is stopped."""
        counts = Counter({Outcome.UNCHANGED: len(plan.unchanged)})
        to_read = list(plan.to_read)
        for move in plan.moved:
            if self._sync.move(move):
                counts[Outcome.MOVED] += 1
            else:
                to_read.append(move.file)
        retag(self._engine, plan)
        counts[Outcome.FAILED] += self._report_failures(plan)
        jobs = [self._job(file.path) for file in to_read]
        if self._options.prune:
            jobs += [self._job(Path(stored.uri), remove=True) for stored in plan.gone]
        if jobs:
            counts += self._inline(jobs) if self._options.inline else self._queued(jobs, plan.stored)
            if not self._options.detach:
                self._listener.progress(len(jobs), len(jobs), "word statistics")
                self._ingester.finish(many=True)
        return counts

    def _report_failures(self, plan: Plan) -> int:
        """Report files that cannot be read; returns how many they are."""
        unreadable = self._unreadable(plan)
        for file in unreadable:
            self._ingester.record_failure(
                file.uri, file.name, file.problem, collection=self._collection, only_known=file.gone
            )
        failures = [(file.uri, file.problem) for file in unreadable]
        failures += [(file.uri, error) for file, error in plan.failed]
        for uri, error in failures:
            self._listener.finished(uri, _failed(error))
        return len(failures)

    def _require_roots(self, roots: Sequence[Path], files: Sequence[FileEntry], plan: Plan) -> None:
        """Raise SettingsError for an empty folder with stored documents: usually its disk is not mounted."""
        for root in roots:
            base = Path(root).absolute()
            emptied = any(Path(stored.uri).is_relative_to(base) for stored in plan.gone)
            if emptied and not any(file.path.is_relative_to(base) for file in files if not file.problem):
                raise SettingsError(
                    f"Nothing is left in {base}, and documents of it are stored: is its disk mounted?",
                    fix="If they are to be removed, add --force to --prune.",
                )

    def _unreadable(self, plan: Plan) -> tuple[FileEntry, ...]:
        """Files that cannot be read, without those that are gone and whose documents are pruned."""
        pruned = [f"{stored.uri}/" for stored in plan.gone] if self._options.prune else []
        return tuple(
            file
            for file in plan.unreadable
            if not file.gone or not any(folder.startswith(f"{file.uri}/") for folder in pruned)
        )

    def _job(self, path: Path, *, remove: bool = False) -> FileJob:
        return FileJob(path=path, collection=self._collection, host=HOST, remove=remove)

    def _inline(self, jobs: Sequence[FileJob]) -> Counter[Outcome]:
        counts: Counter[Outcome] = Counter()
        files = Files(self._engine, self._ingester, self._locks, max_bytes=self._max_bytes)
        for done, job in enumerate(jobs):
            self._listener.progress(done, len(jobs), job.path.name)
            result = _ingested(files, job)
            self._listener.finished(job.uri, result)
            counts[result.outcome] += 1
        return counts

    def _queued(self, jobs: Sequence[FileJob], before: Mapping[str, StoredFile]) -> Counter[Outcome]:
        """Queue jobs, work until they are done, here or by other workers, and read their results from the database."""
        queue = Jobs(self._engine)
        if self._options.detach:
            queue.add(jobs)
            return Counter({Outcome.QUEUED: len(jobs)})
        if not all(job.remove for job in jobs):
            self._ingester.ready()  # a wrong model is an error before anything waits in the queue
        ids, added = queue.add(jobs)
        reported: set[str] = set()
        remaining = RemainingJobs(queue, ids, self._listener)

        def finished(uri: str, result: Result) -> None:
            reported.add(uri)
            remaining.name = uri.rpartition("/")[2]
            self._listener.finished(uri, result)

        worker = Worker(
            self._engine,
            self._ingester,
            report=lambda _: None,
            finished=finished,
            concurrency=self._options.concurrency,
            max_bytes=self._max_bytes,
            revive=self._revive,
        )
        worker.run(until=remaining.all_done)
        if remaining.ids:
            queue.withdraw(added)
            raise KeyboardInterrupt
        return self._results(jobs, before, reported)

    def _results(
        self, jobs: Sequence[FileJob], before: Mapping[str, StoredFile], reported: set[str]
    ) -> Counter[Outcome]:
        """Count the results of finished jobs; those that another worker ran are reported now."""
        counts: Counter[Outcome] = Counter()
        for start in range(0, len(jobs), _BATCH):
            batch = jobs[start : start + _BATCH]
            states = self._sync.states([job.uri for job in batch])
            for job in batch:
                result = _result(job, before.get(job.uri), states.get(job.uri))
                counts[result.outcome] += 1
                if job.uri not in reported:
                    self._listener.finished(job.uri, result)
        return counts


def _ingested(files: Files, job: FileJob) -> Result:
    while True:
        try:
            return files.ingest(job)
        except BusyError:  # a worker has it: in a moment it is done, or free
            time.sleep(_BUSY_SECONDS)
        except DocumentError as error:  # the file is being written to all the time
            return files.fail(job, str(error))


def _result(job: FileJob, before: StoredFile | None, state: FileState | None) -> Result:
    """The result of a finished job, from what was stored of its file before and what is stored now."""
    if state is None:
        return Result(outcome=Outcome.REMOVED) if job.remove else _failed("It was gone before it could be read.")
    if state.status == "empty":
        return Result(outcome=Outcome.EMPTY, message=state.error)
    if state.error:
        return _failed(state.error)
    if before is not None and before.sha256 == state.sha256 and before.current and not before.partly_read:
        return Result(outcome=Outcome.UNCHANGED)
    outcome = Outcome.CHANGED if before is not None and before.sha256 else Outcome.NEW
    return Result(outcome=outcome, warnings=state.warnings)


def _failed(error: str) -> Result:
    return Result(outcome=Outcome.FAILED, message=error)
