"""The kill test: kills at seeded random moments, then a pause until the queue is empty, then all checks."""

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.acting import bind
from app.users import Level, Rights, Role, Users, protect, require_bound
from ingest.folder.run import RunOptions
from tests.kill.corpus import ChangingFolder
from tests.kill.processes import Forker, engine_named, run_folder
from tests.kill.server import CrashingServer
from tests.kill.verify import READER, Searches, errors_when_idle, wait_until

WORKERS = 2
_LONGEST_GAP = 0.5  # seconds between kills at most
_AIMED = 0.5  # share of kills that wait for the victim to be writing, so that many hit a transaction
_LONGEST_AIM = 1.0  # seconds
_QUEUE_SECONDS = 180.0  # from the last kill until the queue must be empty

_OPEN = text(  # transactions of a process that is stopped; xid: it has written something
    "SELECT count(*) FILTER (WHERE backend_xid IS NOT NULL) AS writing, "
    "count(*) FILTER (WHERE xact_start IS NOT NULL AND state <> 'idle') AS open, "
    "(SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid "
    " WHERE a.application_name = :name AND l.locktype = 'advisory') AS in_work "
    "FROM pg_stat_activity WHERE application_name = :name"
)


@dataclass
class Figures:
    """The figures of one run."""

    kills: Counter[str] = field(default_factory=Counter)  # worker, folder run, server
    in_transaction: int = 0  # kills of a process with an open transaction, of the server with any worker's open
    writing: int = 0  # of these, transactions that had written
    changes: int = 0
    documents: int = 0
    searches: int = 0
    hits: int = 0
    snapshots: int = 0
    interrupted: int = 0  # searches while the server was away
    interrupted_documents: int = 0  # in work when their process or the server was killed
    rest_seconds: float = 0.0  # from the last kill until nothing was left to do
    seconds: float = 0.0
    mixed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    hidden: int = 0  # documents at the end that the reader may not see
    leaked: list[str] = field(default_factory=list)  # addresses of such documents among his hits
    given_up: list[str] = field(default_factory=list)  # after ten deaths of workers; the next folder run reads them

    def lines(self) -> list[str]:
        """The figures for people."""
        kills = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kills.items()))
        return [
            f"kills: {self.kills.total()} ({kills}); {self.in_transaction} in a transaction, {self.writing} of them "
            "after it had written",
            f"corpus: {self.documents} documents at the end, {self.changes} changes, {self.interrupted_documents} "
            "times a document was in work when the kill came",
            f"searches: {self.searches} with {self.hits} hits, {self.snapshots} checks of the whole corpus, "
            f"{self.interrupted} while the server was away",
            f"rights: searched as a reader; {self.hidden} documents at the end were closed to him, {len(self.leaked)} "
            "of his hits were passages of such",
            f"mixed states seen: {len(self.mixed)}; wrong at the end: {len(self.wrong)}; given up after ten deaths "
            f"of their workers, and read by a later folder run: {len(self.given_up)}",
            f"time: {self.seconds:.0f} s, {self.rest_seconds:.1f} s of it to finish after the last kill",
        ]


class KillTest:
    """One run of the test."""

    def __init__(self, folder: Path, *, kills: int, seed: int, documents: int, crashes: int) -> None:
        self._dice = random.Random(seed)
        self._server = CrashingServer(folder)
        self._corpus = ChangingFolder(folder / "files", documents, self._dice)
        self._forker = Forker(self._server.url, self._corpus.folder)
        self._engine: Engine = create_engine(self._server.url, pool_pre_ping=True)
        self._hidden = self._corpus.folder / "a"
        self._give_rights(most=documents * 20)
        page = engine_named(self._server.url, "search")
        bind(page)
        require_bound(page)
        self._searches = Searches(page, seed, keys=documents * 2, hidden=self._hidden)
        self._kills = kills
        self._crashes = set(self._dice.sample(range(kills), crashes))
        self._workers: dict[str, int] = {}
        self._started = 0
        self.figures = Figures()

    def run(self) -> Figures:
        """Kill, wait until the queue is empty, check."""
        started = time.perf_counter()
        self._forker.start("run", "first-run")
        for _ in range(WORKERS):
            self._start_worker()
        self._searches.start()
        try:
            for number in range(self._kills):
                self._change()
                time.sleep(self._dice.uniform(0, _LONGEST_GAP))  # the random moment
                if number in self._crashes:
                    self._crash()
                else:
                    self._kill()
            self._finish_queue()
        finally:
            self._searches.end()
        self.figures.wrong = errors_when_idle(self._engine, self._corpus.files)
        self.figures.seconds = time.perf_counter() - started
        self._count()
        return self.figures

    def _give_rights(self, *, most: int) -> None:
        """A reader of the collection, but of no document in one of the folders, whatever it will be called."""
        for name, role in (("root", Role.ADMIN), (READER, Role.READER)):
            Users(self._engine).add(name, "long enough", role=role)
        with self._engine.begin() as connection:
            connection.execute(text("INSERT INTO collections (name) VALUES ('kill')"))
            addresses = [str(self._hidden / f"log-{number}.md") for number in range(most)]
            connection.execute(
                text(
                    "INSERT INTO rights (collection_id, source_uri, user_id, level) "
                    "SELECT c.id, address, u.id, 0 FROM unnest(CAST(:addresses AS text[])) AS address, "
                    "collections AS c, users AS u WHERE u.name = :reader"
                ),
                {"addresses": addresses, "reader": READER},
            )
        Rights(self._engine).set("kill", Level.READ, user=READER)
        protect(self._engine)

    def errors_after_damage(self) -> list[str]:
        """The errors that the check reports after one chunk was replaced: proof that the check can fail."""
        with self._engine.begin() as connection:
            connection.execute(
                text("UPDATE chunks SET text = 'Report k0 says v0 of harbour.' WHERE id = (SELECT min(id) FROM chunks)")
            )
        return errors_when_idle(self._engine, self._corpus.files)

    def close(self) -> None:
        """End all processes."""
        self._forker.close()
        self._engine.dispose()
        self._searches.engine.dispose()
        self._server.stop()

    def _start_worker(self) -> None:
        self._started += 1
        name = f"worker-{self._started}"
        self._workers[name] = self._forker.start("worker", name)

    def _change(self) -> None:
        for _ in range(self._dice.randint(4, 16)):
            self._corpus.change()
        self._started += 1
        name = f"run-{self._started}"
        process = self._forker.start("run", name)
        if self._dice.random() < 0.15:
            time.sleep(self._dice.uniform(0, 0.2))
            self._stop_and_kill("folder run", name, process)

    def _kill(self) -> None:
        name = self._dice.choice(sorted(self._workers))
        process = self._workers.pop(name)
        if self._dice.random() < _AIMED:
            wait_until(lambda: self._stopped_while_writing(name, process), seconds=_LONGEST_AIM)
        self._stop_and_kill("worker", name, process)
        self._start_worker()

    def _stop_and_kill(self, kind: str, name: str, process: int) -> None:
        try:
            os.kill(process, signal.SIGSTOP)  # so that its open transactions can be counted
            self._count_open([name])
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            return  # it had ended by itself
        self.figures.kills[kind] += 1

    def _crash(self) -> None:
        self._count_open(sorted(self._workers))
        self._server.crash()
        self._server.start()
        self.figures.kills["server"] += 1

    def _stopped_while_writing(self, name: str, process: int) -> bool:
        """Stop the process if a transaction of it has written; otherwise let it continue."""
        with self._engine.connect() as connection:
            if not connection.execute(_OPEN, {"name": name}).one().writing:
                return False
            os.kill(process, signal.SIGSTOP)
            if connection.execute(_OPEN, {"name": name}).one().writing:
                return True
            os.kill(process, signal.SIGCONT)
            return False

    def _count_open(self, names: list[str]) -> None:
        with self._engine.connect() as connection:
            rows = [connection.execute(_OPEN, {"name": name}).one() for name in names]
        self.figures.in_transaction += any(row.open for row in rows)
        self.figures.writing += any(row.writing for row in rows)
        self.figures.interrupted_documents += sum(row.in_work for row in rows)

    def _finish_queue(self) -> None:
        """After the last kill: one last scan, and the living workers have to finish everything."""
        started = time.perf_counter()
        run_folder(self._engine, self._corpus.folder, options=RunOptions(prune=True, force=True, detach=True))

        def idle() -> bool:
            try:
                with self._engine.connect() as connection:
                    jobs = connection.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one()
                    return bool(jobs == 0)
            except SQLAlchemyError:
                return False

        if not wait_until(idle, seconds=_QUEUE_SECONDS):
            self.figures.wrong.append("the queue did not become empty")
        self.figures.rest_seconds = time.perf_counter() - started

    def _count(self) -> None:
        figures, searches = self.figures, self._searches
        figures.changes = self._corpus.changes
        figures.documents = len(self._corpus.files)
        figures.searches, figures.hits, figures.snapshots = searches.searches, searches.hits, searches.snapshots
        figures.interrupted, figures.mixed = searches.interrupted, searches.mixed
        figures.leaked = searches.leaked
        with self._engine.connect() as connection:
            query = text("SELECT count(*) FROM documents WHERE starts_with(source_uri, :folder)")
            figures.hidden = connection.execute(query, {"folder": f"{self._hidden}/"}).scalar_one()
        figures.given_up = sorted(searches.given_up)
        unexpected = [line for line in figures.given_up if "workers died while reading it" not in line]
        figures.wrong += [f"failed meanwhile: {line}" for line in unexpected]
