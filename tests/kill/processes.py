"""Workers and folder runs as processes that can be killed, forked from one that has imported everything.

As a program it reads lines from stdin, "worker NAME" or "run NAME", and prints the process id for each.
"""

import logging
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

from app.core.domain import CHUNKER_VERSION
from ingest.bootstrap import no_wait_for_the_disk
from ingest.folder.run import FolderRun, RunOptions
from ingest.ignore_rules import Rules
from ingest.pipeline import Ingester, Result
from ingest.queue.worker import Worker
from ingest.store import Store
from tests.support import made_files as made
from tests.support.fake_embedder import FakeEmbedder

ROOT = Path(__file__).resolve().parents[2]
MAX_BYTES = 2**20
CONCURRENCY = 2


class Silent:
    """A listener that ignores everything."""

    def progress(self, done: int, total: int, name: str) -> None: ...

    def finished(self, uri: str, result: Result) -> None: ...


def engine_named(url: str, name: str) -> Engine:
    """An engine as the product makes it, with an application name for pg_stat_activity."""
    engine = create_engine(make_url(url).update_query_dict({"application_name": name}), pool_pre_ping=True)
    event.listen(engine, "connect", no_wait_for_the_disk)
    return engine


def ingester_on(engine: Engine) -> Ingester:
    return Ingester(store=Store(engine, chunker_version=CHUNKER_VERSION), make_embedder=FakeEmbedder)


def run_folder(engine: Engine, folder: Path, *, options: RunOptions) -> Counter[str]:
    """What `python -m ingest FOLDER --prune --detach` does."""
    run = FolderRun(engine, ingester_on(engine), Silent(), collection="kill", max_bytes=MAX_BYTES, options=options)
    return Counter({str(outcome): count for outcome, count in run.execute(run.scan([folder], Rules())).items()})


class Forker:
    """Starts processes quickly: each is a fork of one that has imported everything."""

    def __init__(self, url: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.processes", url, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def start(self, kind: str, name: str) -> int:
        """Process id of a new worker ("worker") or folder run ("run")."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{kind} {name}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Kill everything that still runs."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()


def _child(kind: str, name: str, url: str, folder: Path) -> None:
    engine = engine_named(url, name)
    if kind == "worker":
        Worker(engine, ingester_on(engine), report=lambda _: None, concurrency=CONCURRENCY, max_bytes=MAX_BYTES).run()
    else:
        run_folder(engine, folder, options=RunOptions(prune=True, force=True, detach=True))


def main() -> None:
    """Fork until stdin ends, then kill all children."""
    logging.basicConfig(level=logging.ERROR)
    url, folder = sys.argv[1], Path(sys.argv[2])
    ingester_on(create_engine(url)).preview(made.source("Warm up.", "a.md"), collection="kill")
    children: list[int] = []
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended children are not waited for
    for line in sys.stdin:
        kind, name = line.split()
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            try:
                _child(kind, name, url, folder)
            finally:
                os._exit(0)
        children.append(child)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main()
