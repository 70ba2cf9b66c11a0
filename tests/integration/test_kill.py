"""Workers, folder scans and the server are killed at random moments; `make kill-test` does it 200 times."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core import database
from ingest.queue.files import HOST
from ingest.queue.jobs import FileJob, Jobs
from ingest.queue.worker import Worker
from tests.kill.harness import KillTest
from tests.kill.processes import engine_named, ingester_on
from tests.kill.server import CrashingServer


@pytest.fixture
def killing(data_dir: Path) -> Iterator[KillTest]:
    folder = data_dir / "kill"
    folder.mkdir(mode=0o755)
    test = KillTest(folder, kills=10, seed=11, documents=20, crashes=1)
    yield test
    test.close()


def test_a_worker_restarts_its_embedded_server_and_continues(data_dir: Path) -> None:
    folder = data_dir / "revive"
    folder.mkdir(mode=0o755)
    server = CrashingServer(folder)
    engine = engine_named(server.url, "worker")
    (folder / "a.md").write_text("Read after all.")
    Jobs(engine).add([FileJob(path=folder / "a.md", collection="c", host=HOST)])
    calls: list[int] = []

    def until() -> bool:
        calls.append(len(calls))
        if calls == [0]:
            server.crash()
        return not Jobs(engine).unfinished([1])

    try:
        lines: list[str] = []
        worker = Worker(
            engine, ingester_on(engine), report=lines.append, revive=lambda: database.start_embedded(folder)
        )
        worker.run(until=until)
        assert any("The database is away" in line for line in lines)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT name, status FROM documents")).all() == [("a.md", "ready")]
    finally:
        engine.dispose()
        server.stop()


def test_after_kills_every_document_is_one_whole_version_and_none_is_lost(killing: KillTest) -> None:
    figures = killing.run()
    assert figures.mixed == []
    assert figures.wrong == []
    assert figures.leaked == []
    assert figures.hidden > 0
    assert figures.kills["server"] == 1
    assert figures.kills["worker"] > 0
    assert figures.interrupted_documents > 0
    assert figures.hits > 0
    assert killing.errors_after_damage() != []  # the check sees a passage of another version
