"""The worker stores each upload as a document in one transaction, even when a worker dies."""

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text

from app.core.errors import DatabaseError
from app.library import Library
from ingest.pipeline import Ingester
from ingest.queue.jobs import ATTEMPTS
from ingest.queue.uploads import Uploads
from ingest.queue.worker import Worker
from ingest.store import Store
from tests.support import made_files as made
from tests.support.fake_embedder import FakeEmbedder


@pytest.fixture
def library(database: Engine) -> Library:
    return Library(database)


@pytest.fixture
def uploads(database: Engine) -> Uploads:
    return Uploads(database, ingester_on(database))


def ingester_on(database: Engine) -> Ingester:
    return Ingester(store=Store(database, chunker_version="1"), make_embedder=FakeEmbedder)


def work_off(database: Engine) -> list[str]:
    """Run a real worker until the queue is empty; returns the lines it reported."""
    lines: list[str] = []
    Worker(database, ingester_on(database), report=lines.append).run(wait=False)
    return lines


def rows(database: Engine, query: str, /, **values: object) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def execute(database: Engine, statement: str, /, **values: object) -> None:
    with database.begin() as connection:
        connection.execute(text(statement), values)


def pretend_a_worker_took(database: Engine, upload_id: int, *, attempts: int = 0) -> None:
    """Leave job and upload as a worker does that is killed while it reads."""
    execute(database, "UPDATE uploads SET status = 'running' WHERE id = :id", id=upload_id)
    execute(
        database,
        "UPDATE procrastinate_jobs SET status = 'doing', attempts = :attempts "
        "WHERE CAST(args ->> 'upload_id' AS bigint) = :id",
        id=upload_id,
        attempts=attempts,
    )


def test_an_upload_becomes_a_document_and_its_row_is_deleted(database: Engine, library: Library) -> None:
    library.upload("notes.md", b"# Notes\n\nThe ferry sails at nine.", collection="mine")
    lines = work_off(database)
    assert "new: notes.md" in lines
    assert rows(database, "SELECT * FROM uploads") == []
    assert rows(database, "SELECT source_uri, name, title, status FROM documents") == [
        ("upload:notes.md", "notes.md", "Notes", "ready")
    ]
    assert rows(database, "SELECT text FROM chunks") == [("The ferry sails at nine.",)]


def test_the_upload_row_is_deleted_in_the_transaction_that_stores_the_document(
    database: Engine, library: Library
) -> None:
    upload_id = library.upload("notes.md", b"Something.", collection="mine")
    seen: list[tuple[int, int]] = []

    def look_from_outside(_connection: Connection) -> None:
        counted = rows(database, "SELECT (SELECT count(*) FROM uploads), (SELECT count(*) FROM chunks)")
        seen.append((counted[0][0], counted[0][1]))

    event.listen(database, "commit", look_from_outside)
    Uploads(database, ingester_on(database)).ingest(upload_id)
    assert rows(database, "SELECT (SELECT count(*) FROM uploads), (SELECT count(*) FROM chunks)") == [(0, 1)]
    assert set(seen) <= {(1, 0), (0, 1)}
    assert (1, 0) in seen


def test_uploading_the_same_name_again_replaces_the_document(database: Engine, library: Library) -> None:
    library.upload("notes.md", b"The first.", collection="mine")
    library.upload("notes.md", b"The second.", collection="mine")
    work_off(database)
    assert rows(database, "SELECT text FROM chunks") == [("The second.",)]


def test_an_upload_that_cannot_be_read_keeps_the_reason(database: Engine, library: Library) -> None:
    library.upload("broken.pdf", b"%PDF-1.4 broken", collection="mine")
    work_off(database)
    ((status, error),) = rows(database, "SELECT status, error FROM uploads")
    assert (status, "damaged" in error) == ("failed", True)
    assert rows(database, "SELECT * FROM documents") == []


def test_a_stored_document_shows_that_its_newer_upload_failed(database: Engine, library: Library) -> None:
    library.upload("a.pdf", made.pdf([["Still here."]]), collection="mine")
    library.upload("a.pdf", b"%PDF-1.4 broken", collection="mine")
    work_off(database)
    ((status, error),) = rows(database, "SELECT status, error FROM documents")
    assert (status, "damaged" in error) == ("ready", True)
    assert rows(database, "SELECT text FROM chunks") == [("Still here.",)]


def test_the_job_of_a_deleted_upload_does_nothing(database: Engine, library: Library) -> None:
    upload_id = library.upload("notes.md", b"Something.", collection="mine")
    library.delete_upload(upload_id)
    work_off(database)
    assert rows(database, "SELECT * FROM documents") == []
    assert rows(database, "SELECT status FROM procrastinate_jobs WHERE status <> 'succeeded'") == []


def test_an_upload_deleted_while_it_is_read_is_not_stored(database: Engine, library: Library, uploads: Uploads) -> None:
    upload_id = library.upload("notes.md", b"Something.", collection="mine")
    lines = uploads.ingest(upload_id, check=lambda: library.delete_upload(upload_id))
    assert lines == "withdrawn: notes.md"
    assert rows(database, "SELECT * FROM documents") == []


def test_an_aborted_upload_is_queued_again(database: Engine, library: Library, uploads: Uploads) -> None:
    upload_id = library.upload("notes.md", b"Something.", collection="mine")

    class StopError(Exception):
        pass

    def stop() -> None:
        raise StopError

    with pytest.raises(StopError):
        uploads.ingest(upload_id, check=stop)
    assert rows(database, "SELECT status FROM uploads") == [("queued",)]
    assert rows(database, "SELECT * FROM documents") == []


def test_an_upload_is_retried_after_a_database_error(database: Engine, library: Library) -> None:
    upload_id = library.upload("notes.md", b"Something.", collection="mine")

    class Broken(Store):
        def store(self, *_: object, **__: object) -> bool:
            raise DatabaseError("the server went away")

    uploads = Uploads(database, Ingester(store=Broken(database, chunker_version="1"), make_embedder=FakeEmbedder))
    with pytest.raises(DatabaseError):
        uploads.ingest(upload_id)
    assert rows(database, "SELECT status FROM uploads") == [("queued",)]
    assert "new: notes.md" in work_off(database)


def test_a_wrong_model_fails_the_upload_with_the_fix(database: Engine, library: Library) -> None:
    execute(database, "INSERT INTO corpus VALUES (true, 'another', 384, '1')")
    library.upload("notes.md", b"Something.", collection="mine")
    work_off(database)
    ((status, error),) = rows(database, "SELECT status, error FROM uploads")
    assert (status, "FOREMOST_EMBEDDING_MODEL=another" in error) == ("failed", True)


def test_an_upload_of_a_dead_worker_is_queued_again(database: Engine, library: Library, uploads: Uploads) -> None:
    upload_id = library.upload("notes.md", b"Something.", collection="mine")
    pretend_a_worker_took(database, upload_id)
    assert uploads.recover(started_seconds=0) == 1
    assert rows(database, "SELECT status FROM uploads") == [("queued",)]
    assert "new: notes.md" in work_off(database)


def test_an_upload_that_a_living_worker_has_is_left_to_it(database: Engine, library: Library, uploads: Uploads) -> None:
    upload_id = library.upload("notes.md", b"Something.", collection="mine")
    recovered: list[int] = []

    def meanwhile() -> None:
        pretend_a_worker_took(database, upload_id)
        recovered.append(uploads.recover(started_seconds=0))
        recovered.append(int(uploads.ingest(upload_id) != "another worker has it"))

    assert uploads.ingest(upload_id, check=meanwhile) == "new: notes.md"
    assert recovered == [0, 0]


def test_an_upload_that_kills_its_workers_is_given_up(database: Engine, library: Library, uploads: Uploads) -> None:
    upload_id = library.upload("bomb.txt", b"Something.", collection="mine")
    pretend_a_worker_took(database, upload_id, attempts=ATTEMPTS - 1)
    assert uploads.recover(started_seconds=0) == 0
    ((status, error),) = rows(database, "SELECT status, error FROM uploads")
    assert (status, f"{ATTEMPTS} workers died" in error) == ("failed", True)
    assert rows(database, "SELECT status::text FROM procrastinate_jobs") == [("failed",)]


def test_an_upload_whose_job_is_lost_gets_a_new_one(database: Engine, library: Library, uploads: Uploads) -> None:
    library.upload("notes.md", b"Something.", collection="mine")
    execute(database, "DELETE FROM procrastinate_jobs")
    assert uploads.recover() == 1
    assert "new: notes.md" in work_off(database)


def test_an_upload_whose_job_failed_is_not_retried(database: Engine, library: Library, uploads: Uploads) -> None:
    library.upload("notes.md", b"Something.", collection="mine")
    execute(database, "UPDATE procrastinate_jobs SET status = 'doing'")
    execute(database, "UPDATE procrastinate_jobs SET status = 'failed'")
    assert uploads.recover() == 0
    ((status, error),) = rows(database, "SELECT status, error FROM uploads")
    assert (status, "its log says why" in error) == ("failed", True)


def test_a_worker_without_a_database_ends_with_the_reason(database: Engine) -> None:
    engine = create_engine(database.url.set(database="nowhere"))
    with pytest.raises(DatabaseError, match=r"Cannot connect to .* Check DATABASE_URL and that the server runs"):
        Worker(engine, ingester_on(database), report=lambda _: None).run(wait=False)
    engine.dispose()
