"""Several worker processes share one queue: every file is stored once, and each process stores some."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.progress import headline, read_progress
from ingest.commands.screen import status_lines
from ingest.queue.files import HOST
from ingest.queue.jobs import FileJob, Jobs
from tests.kill.processes import Forker
from tests.kill.verify import mixtures, wait_until

FILES = 80
_WITNESS = (
    "CREATE TABLE witness (document_id BIGINT, worker TEXT)",
    "CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN INSERT INTO witness VALUES (NEW.id, current_setting('application_name')); RETURN NEW; END $$",
    "CREATE TRIGGER seen AFTER UPDATE OF sha256 ON documents FOR EACH ROW EXECUTE FUNCTION seen()",
)


@pytest.fixture
def forker(database: Engine, tmp_path: Path) -> Iterator[Forker]:
    forker = Forker(database.url.render_as_string(hide_password=False), tmp_path)
    yield forker
    forker.close()


def rows(database: Engine, query: str) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def idle(database: Engine) -> bool:
    return rows(database, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_each_job_is_done_exactly_once_by_one_of_several_workers(
    database: Engine, forker: Forker, tmp_path: Path
) -> None:
    with database.begin() as connection:
        for statement in _WITNESS:
            connection.execute(text(statement))
    for number in range(FILES):
        (tmp_path / f"{number}.md").write_text(f"# {number}\n\n" + f"Report k{number} says v1 of it. " * 30)
    for number in range(3):
        forker.start("worker", f"worker-{number}")
    assert wait_until(lambda: read_progress(database).workers == 3, seconds=60)
    paths = sorted(tmp_path.glob("*.md"))
    # Nobody can store a document until each of the three has a job: on a busy machine one of them might come too late.
    with database.begin() as holder:
        holder.execute(text("LOCK TABLE documents IN EXCLUSIVE MODE"))
        Jobs(database).add([FileJob(path=path, collection="c", host=HOST) for path in paths])
        busy = "SELECT count(DISTINCT worker_id) FROM procrastinate_jobs WHERE status = 'doing'"
        assert wait_until(lambda: rows(database, busy) == [(3,)], seconds=60)
    assert wait_until(lambda: idle(database), seconds=120)
    assert rows(database, "SELECT count(*), count(DISTINCT source_uri) FROM documents") == [(FILES, FILES)]
    assert rows(database, "SELECT count(*), count(DISTINCT document_id) FROM witness") == [(FILES, FILES)]
    assert len(rows(database, "SELECT DISTINCT worker FROM witness")) == 3
    assert mixtures(database) == []


def test_the_status_shows_what_waits_what_failed_and_the_seconds_of_each_stage(
    database: Engine, tmp_path: Path
) -> None:
    assert headline(read_progress(database)) == ""
    jobs = [FileJob(path=tmp_path / f"{number}.md", collection="c", host=HOST) for number in range(3)]
    ids, _ = Jobs(database).add(jobs)
    with database.begin() as connection:
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :id"), {"id": ids[0]})
        connection.execute(text("INSERT INTO collections (name) VALUES ('c')"))
        connection.execute(
            text(
                "INSERT INTO documents (collection_id, source_uri, name, status, error, timings, tried_at) "
                "SELECT id, '/bad.pdf', 'bad.pdf', 'failed', 'It is damaged.', '{}', now() FROM collections UNION ALL "
                "SELECT id, '/good.md', 'good.md', 'ready', '', CAST(:timings AS jsonb), now() FROM collections"
            ),
            {"timings": '{"load": 0.25, "chunk": 0.05, "embed": 1.5, "store": 0.2}'},
        )
    progress = read_progress(database)
    assert (progress.queued, progress.running, progress.failed, progress.ready) == (2, 1, 1, 1)
    assert progress.seconds_left is not None
    lines = "\n".join(status_lines(progress))
    assert "2 queued · 1 being read · 2 done in the last minute" in lines
    assert "no worker runs" in lines
    assert f"{tmp_path}/0.md (c)" in lines
    assert "/bad.pdf: It is damaged." in lines
    assert "/good.md: 2.00 s (load 0.25 s, chunk 0.05 s, embed 1.50 s, store 0.20 s)" in lines
    shown = progress.as_dict()
    assert shown["queued"] == 2
    assert isinstance(shown["failures"][0]["at"], str)  # type: ignore[index]
