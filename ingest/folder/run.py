"""One look at files and folders, and everything done that it asks for: here, or through the queue."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from app.core.errors import DocumentError, SettingsError
from ingest.discover import FileEntry, discover, read
from ingest.folder.progress import Following, Listener
from ingest.folder.sync import Plan, Stored, Sync
from ingest.ignore_rules import Rules
from ingest.pipeline import Ingester, Outcome, Result
from ingest.queue.files import HOST, BusyError, Files
from ingest.queue.jobs import FileJob, Jobs
from ingest.queue.locks import Locks
from ingest.queue.worker import Worker

_BATCH = 1_000  # documents asked for with one query
_LOOK_SECONDS = 0.5  # between looks at what the queue has done


@dataclass(frozen=True, kw_only=True, slots=True)
class How:
    """What a run does and does not do."""

    checksum: bool = False  # compare contents, not size and time
    retry: bool = False  # read again what could not be read and has not changed since
    prune: bool = False  # remove documents whose files are gone
    force: bool = False  # also when nothing at all is left of what is stored
    inline: bool = False  # in this process, without the queue
    detach: bool = False  # put jobs in and leave them to the workers
    concurrency: int = 1  # files at once


class Run:
    """Runs over the same files of one collection, one after the other. Raises AppError."""

    def __init__(
        self,
        engine: Engine,
        ingester: Ingester,
        listener: Listener,
        *,
        collection: str,
        max_bytes: int,
        how: How,
        revive: Callable[[], object] = lambda: None,
    ) -> None:
        """revive: see Worker."""
        self._engine = engine
        self._ingester = ingester
        self._listener = listener
        self._collection = collection
        self._max_bytes = max_bytes
        self._how = how
        self._revive = revive
        self._locks = Locks(engine)
        self._sync = Sync(engine, collection, self._locks, max_bytes=max_bytes)

    def look(self, roots: Sequence[Path], rules: Rules) -> Plan:
        """What has to be done for everything at or below the roots."""
        found, stored = discover(roots, rules), self._sync.stored(roots)
        plan = self._sync.plan(found, stored, checksum=self._how.checksum, retry=self._how.retry)
        if self._how.prune and not self._how.force:
            self._require_roots(roots, found, plan)
        return plan

    def plan(self, found: Sequence[FileEntry], roots: Sequence[Path]) -> Plan:
        """The same for files found by somebody else, at or below the roots."""
        return self._sync.plan(found, self._sync.stored(roots))

    def preview(self, plan: Plan) -> Iterator[tuple[str, Result]]:
        """What do would do, by uri; new and changed files are read to tell whether their kind can be."""
        told: list[tuple[str, Result]] = [(one.uri, Result(outcome=Outcome.UNCHANGED)) for one in plan.unchanged]
        told += [(one.uri, _failed(one.problem)) for one in self._unreadable(plan)]
        told += [(one.uri, _failed(reason)) for one, reason in plan.failed]
        told += [(m.found.uri, Result(outcome=Outcome.MOVED, message=f"from {m.stored.uri}")) for m in plan.moved]
        if self._how.prune:
            told += [(known.uri, Result(outcome=Outcome.REMOVED)) for known in plan.gone]
        for one in plan.to_read:
            try:
                source = read(one, max_bytes=self._max_bytes)
                told.append((one.uri, self._ingester.preview(source, collection=self._collection)))
            except DocumentError as error:
                told.append((one.uri, _failed(str(error))))
        yield from sorted(told, key=lambda one: one[0])

    def do(self, plan: Plan) -> Counter[Outcome]:
        """Do it; how many files fared how. Raises KeyboardInterrupt when told to stop."""
        counts = Counter({Outcome.UNCHANGED: len(plan.unchanged)})
        to_read = list(plan.to_read)
        for move in plan.moved:
            if self._sync.move(move):
                counts[Outcome.MOVED] += 1
            else:
                to_read.append(move.found)
        for one in self._unreadable(plan):
            self._ingester.record_failure(
                one.uri, one.name, one.problem, collection=self._collection, only_known=one.gone
            )
        failed = [(one.uri, one.problem) for one in self._unreadable(plan)]
        for uri, why in failed + [(one.uri, why) for one, why in plan.failed]:
            self._listener.tell(uri, _failed(why))
            counts[Outcome.FAILED] += 1
        jobs = [self._job(one.path) for one in to_read]
        if self._how.prune:
            jobs += [self._job(Path(known.uri), remove=True) for known in plan.gone]
        if jobs:
            if self._how.inline:
                counts += self._inline(jobs)
            else:
                counts += self._queued(jobs, plan.stored)
            if not self._how.detach:
                self._listener.progress(len(jobs), len(jobs), "word statistics")
                self._ingester.finish(many=True)
        return counts

    def _require_roots(self, roots: Sequence[Path], found: Sequence[FileEntry], plan: Plan) -> None:
        """An empty folder where there were documents is more often a disk that is not mounted."""
        for root in roots:
            base = Path(root).absolute()
            if any(Path(known.uri).is_relative_to(base) for known in plan.gone) and not any(
                one.path.is_relative_to(base) for one in found if not one.problem
            ):
                raise SettingsError(
                    f"Nothing is left in {base}, and documents of it are stored: is its disk mounted? "
                    "If they are to be removed, add --force to --prune."
                )

    def _unreadable(self, plan: Plan) -> tuple[FileEntry, ...]:
        """What cannot be looked at; a file that is gone is none when its document is to be removed."""
        removed = [known.uri for known in plan.gone] if self._how.prune else []

        def told(one: FileEntry) -> bool:
            return not one.gone or not any(f"{uri}/".startswith(f"{one.uri}/") for uri in removed)

        return tuple(one for one in plan.unreadable if told(one))

    def _job(self, path: Path, *, remove: bool = False) -> FileJob:
        return FileJob(path=path, collection=self._collection, host=HOST, remove=remove)

    def _inline(self, jobs: Sequence[FileJob]) -> Counter[Outcome]:
        counts: Counter[Outcome] = Counter()
        files = Files(self._engine, self._ingester, self._locks, max_bytes=self._max_bytes)
        for place, job in enumerate(jobs):
            self._listener.progress(place, len(jobs), job.path.name)
            result = self._here(files, job)
            self._listener.tell(job.uri, result)
            counts[result.outcome] += 1
        return counts

    def _here(self, files: Files, job: FileJob) -> Result:
        while True:
            try:
                return files.ingest(job)
            except BusyError:  # a worker has it: it will be done, or free, in a moment
                time.sleep(_LOOK_SECONDS)
            except DocumentError as error:  # it keeps being written to
                files.fail(job, str(error))
                return _failed(str(error))

    def _queued(self, jobs: Sequence[FileJob], before: Mapping[str, Stored]) -> Counter[Outcome]:
        """Put jobs in, work until they are done, by us or by other workers, and see what is stored then."""
        if self._how.detach:
            Jobs(self._engine).add(jobs)
            return Counter({Outcome.QUEUED: len(jobs)})
        if not all(job.remove for job in jobs):
            self._ingester.ready()  # a wrong model is told before anything waits in the queue
        queue = Jobs(self._engine)
        ids, added = queue.add(jobs)
        told: set[str] = set()
        following = Following(queue, ids, self._listener)

        def tell(uri: str, result: Result) -> None:
            told.add(uri)
            following.name = uri.rpartition("/")[2]
            self._listener.tell(uri, result)

        worker = Worker(
            self._engine,
            self._ingester,
            report=lambda _: None,
            told=tell,
            concurrency=self._how.concurrency,
            max_bytes=self._max_bytes,
            revive=self._revive,
        )
        worker.run(until=following)
        if following.remaining:
            queue.withdraw(added)
            raise KeyboardInterrupt
        return self._fared(jobs, before, told)

    def _fared(self, jobs: Sequence[FileJob], before: Mapping[str, Stored], told: set[str]) -> Counter[Outcome]:
        counts: Counter[Outcome] = Counter()
        for start in range(0, len(jobs), _BATCH):
            batch = jobs[start : start + _BATCH]
            now = self._sync.outcomes([job.uri for job in batch])
            for job in batch:
                known, result = before.get(job.uri), now.get(job.uri)
                if result is None:
                    fared = Result(outcome=Outcome.REMOVED if job.remove else Outcome.FAILED, message=_VANISHED)
                elif result.status == "empty":
                    fared = Result(outcome=Outcome.EMPTY, message=result.error)
                elif result.error:
                    fared = _failed(result.error)
                elif known is not None and known.sha256 == result.sha256 and known.current:
                    fared = Result(outcome=Outcome.UNCHANGED)
                else:
                    outcome = Outcome.CHANGED if known is not None and known.sha256 else Outcome.NEW
                    fared = Result(outcome=outcome, warnings=result.warnings)
                counts[fared.outcome] += 1
                if job.uri not in told:
                    self._listener.tell(job.uri, fared)
        return counts


_VANISHED = "It was gone before it could be read."


def _failed(why: str) -> Result:
    return Result(outcome=Outcome.FAILED, message=why)
