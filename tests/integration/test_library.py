"""The library against a real database: lists, uploads with their jobs, deletion, originals."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from app.core.domain import Hit
from app.core.errors import DocumentError, NotFoundError
from app.library import Library
from ingest.queue.jobs import file_job
from migrations.tables import collections, uploads
from tests.support.shelf import GUIDE, HANDBOOK, Shelf, fill_shelf


@pytest.fixture
def shelf(database: Engine) -> Shelf:
    return fill_shelf(database)


@pytest.mark.usefixtures("shelf")
def test_documents_are_listed_with_their_state_and_counted_when_ready(database: Engine) -> None:
    library = Library(database)

    rows = {row.name: row for row in library.documents("club")}

    assert sorted(rows) == ["boats.md", "handbook.pdf", "kayaks.txt", "locked.pdf"]
    assert (rows["handbook.pdf"].part_count, rows["handbook.pdf"].part_kind) == (2, "page")
    assert rows["locked.pdf"].status == "failed"
    assert "password" in rows["locked.pdf"].error
    assert library.documents("attic") == ()
    assert library.collections() == ("attic", "club")
    assert library.counts() == {"attic": 0, "club": 3}


@pytest.mark.usefixtures("shelf")
def test_failures_are_listed_first_and_a_name_finds_a_document(database: Engine) -> None:
    library = Library(database)
    assert [row.name for row in library.documents(limit=2)] == ["locked.pdf", "boats.md"]
    assert [row.name for row in library.documents(name="KAYAK")] == ["kayaks.txt"]
    assert library.documents(name="100%") == ()


@pytest.mark.usefixtures("shelf")
def test_an_upload_and_its_job_appear_together_and_first_in_the_list(database: Engine) -> None:
    library = Library(database)

    upload_id = library.upload("C:\\folder\\new notes.txt", b"Oars are blue.", collection="fresh")

    row = library.documents()[0]
    assert (row.id, row.upload, row.pending, row.name, row.collection, row.byte_count) == (
        upload_id,
        True,
        True,
        "new notes.txt",
        "fresh",
        14,
    )
    with database.connect() as connection:
        job = connection.execute(text("SELECT queue_name, task_name, args, lock, status FROM procrastinate_jobs")).one()
    assert tuple(job) == (
        "ingest",
        "ingest.upload",
        {"upload_id": upload_id},
        "upload:fresh:new notes.txt",
        "todo",
    )


def test_an_upload_whose_job_cannot_be_enqueued_leaves_nothing_behind(database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE procrastinate_jobs RENAME TO moved_away"))

    with pytest.raises(Exception, match="procrastinate_jobs"):
        Library(database).upload("a.txt", b"x", collection="fresh")

    with database.connect() as connection:
        assert connection.execute(select(uploads.c.id)).all() == []
        assert connection.execute(select(collections.c.id)).all() == []


def test_a_file_over_the_limit_is_refused_with_the_setting_that_raises_it(database: Engine) -> None:
    with pytest.raises(DocumentError, match=r"big\.bin has 2 MiB, the limit is 1 MiB\. FOREMOST_MAX_FILE_MIB"):
        Library(database, max_file_mib=1).upload("big.bin", b"x" * (2 * 2**20), collection="fresh")


def test_a_collection_needs_a_name(database: Engine) -> None:
    with pytest.raises(NotFoundError, match="has no name"):
        Library(database).upload("a.txt", b"x", collection=" \n ")


def test_a_deleted_document_is_gone_and_deleting_it_again_says_so(database: Engine, shelf: Shelf) -> None:
    library = Library(database)

    library.delete(shelf.ids["boats.md"])

    assert "boats.md" not in {row.name for row in library.documents()}
    with pytest.raises(NotFoundError, match="was deleted meanwhile"):
        library.delete(shelf.ids["boats.md"])
    with pytest.raises(NotFoundError, match="no longer in the library"):
        library.text(shelf.ids["boats.md"])


def test_a_waiting_upload_can_be_taken_back(database: Engine) -> None:
    library = Library(database)
    upload_id = library.upload("a.txt", b"x", collection="fresh")

    library.delete_upload(upload_id)

    assert library.documents() == ()
    with pytest.raises(NotFoundError):
        library.delete_upload(upload_id)


def test_original_bytes_and_text_come_back_as_stored(database: Engine, shelf: Shelf) -> None:
    library = Library(database)

    name, media_type, content = library.original(shelf.ids["handbook.pdf"])

    assert (name, media_type, content[:5]) == ("handbook.pdf", "application/pdf", b"%PDF-")
    assert library.text(shelf.ids["boats.md"]) == GUIDE
    hits: tuple[Hit, ...] = shelf.hits
    for hit in hits:
        assert library.text(hit.document_id)[hit.start_char : hit.end_char] == hit.text
    assert HANDBOOK[1][1] in library.text(shelf.ids["handbook.pdf"])
    with pytest.raises(NotFoundError):
        library.original(shelf.ids["locked.pdf"])


def test_the_list_is_sorted_by_a_column_in_either_direction(database: Engine, shelf: Shelf) -> None:
    library = Library(database)
    assert len(shelf.ids) == 4

    def names(sort: str, *, descending: bool = False) -> list[str]:
        return [row.name for row in library.documents(sort=sort, descending=descending)]

    assert names("name") == ["boats.md", "handbook.pdf", "kayaks.txt", "locked.pdf"]
    assert names("name", descending=True) == names("name")[::-1]
    sizes = [row.byte_count for row in library.documents(sort="size")]
    assert sizes == sorted(sizes)
    assert [row.byte_count for row in library.documents(sort="size", descending=True)] == sizes[::-1]
    assert names("state", descending=True)[-1] == "locked.pdf"
    assert names("; DROP TABLE documents") == names("")


def test_documents_move_with_their_passages_and_stay_where_the_address_is_taken(database: Engine, shelf: Shelf) -> None:
    library = Library(database)
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO documents (collection_id, source_uri, name, status, container_id) "
                "SELECT collection_id, source_uri || '!/in.txt', 'in.txt', 'ready', id FROM documents WHERE id = :id"
            ),
            {"id": shelf.ids["boats.md"]},
        )
        connection.execute(
            text(
                "INSERT INTO chunks (document_id, collection_id, ordinal, text, start_char, end_char, token_count, "
                "text_config, embedding) SELECT id, collection_id, 0, 'x', 0, 1, 1, 'simple', "
                "CAST(array_fill(0.1, ARRAY[384]) AS halfvec) FROM documents WHERE id = :id"
            ),
            {"id": shelf.ids["boats.md"]},
        )
    member = next(row for row in library.documents() if row.name == "in.txt")
    assert library.move([member.id], "attic") == ()  # it moves with its archive only

    assert set(library.move([shelf.ids["boats.md"]], " new\u202e one ")) == {
        "/shelf/boats.md",
        "/shelf/boats.md!/in.txt",
    }
    assert {row.name for row in library.documents("new one")} == {"boats.md", "in.txt"}
    with database.connect() as connection:
        same = connection.execute(
            text(
                "SELECT c.collection_id = d.collection_id FROM chunks AS c JOIN documents AS d ON d.id = c.document_id"
            )
        ).scalars()
        assert set(same) == {True}
    assert library.move([shelf.ids["boats.md"]], "new one") == ()
    with pytest.raises(NotFoundError, match="no name"):
        library.move([shelf.ids["kayaks.txt"]], " \u202e ")


@pytest.mark.usefixtures("shelf")
def test_a_failed_upload_is_queued_again_with_a_job(database: Engine) -> None:
    library = Library(database)
    upload_id = library.upload("new.txt", b"x", collection="club")
    with pytest.raises(NotFoundError, match="no failed upload"):
        library.retry_upload(upload_id)
    with database.begin() as connection:
        connection.execute(uploads.update().values(status="failed", error="broken"))
        connection.execute(text("DELETE FROM procrastinate_jobs"))

    library.retry_upload(upload_id)

    row = next(row for row in library.documents() if row.upload)
    assert (row.status, row.error) == ("queued", "")
    with database.connect() as connection:
        jobs = connection.execute(text("SELECT task_name, lock, args FROM procrastinate_jobs")).all()
    assert [tuple(job) for job in jobs] == [("ingest.upload", "upload:club:new.txt", {"upload_id": upload_id})]


def test_a_failed_file_on_disk_is_queued_once_and_one_in_an_archive_by_its_archive(
    database: Engine, shelf: Shelf
) -> None:
    library = Library(database)
    with pytest.raises(NotFoundError, match="no failed file"):
        library.retry_file(shelf.ids["boats.md"])
    library.retry_file(shelf.ids["locked.pdf"])
    library.retry_file(shelf.ids["locked.pdf"])
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO documents (collection_id, source_uri, name, status, error, container_id) "
                "SELECT collection_id, '/shelf/boats.md!/in.txt', 'in.txt', 'failed', 'broken', id FROM documents "
                "WHERE name = 'boats.md'"
            )
        )
    library.retry_file(next(row.id for row in library.documents() if row.name == "in.txt"))
    with database.connect() as connection:
        rows = connection.execute(text("SELECT task_name, lock, args FROM procrastinate_jobs ORDER BY id")).all()
    assert [(row.task_name, file_job(row.args).path, file_job(row.args).lock == row.lock) for row in rows] == [
        ("ingest.file", Path("/shelf/locked.pdf"), True),
        ("ingest.file", Path("/shelf/boats.md"), True),
    ]
