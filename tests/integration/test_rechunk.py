"""Documents of another chunker version are chunked again by ingestion or by the command."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from ingest.corpus.rechunk import rechunk
from ingest.pipeline import Ingester, Outcome, Result
from ingest.store import Store
from tests.support import made_files as made
from tests.support.fake_embedder import FakeEmbedder


def ingester_on(database: Engine, version: str) -> Ingester:
    return Ingester(store=Store(database, chunker_version=version), make_embedder=FakeEmbedder)


def rows(database: Engine, query: str) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def rechunked(database: Engine, version: str) -> tuple[dict[Outcome, int], list[str]]:
    uris: list[str] = []

    def finished(uri: str, _result: Result) -> None:
        uris.append(uri)

    counts = rechunk(
        database, ingester_on(database, version), chunker_version=version, progress=lambda *_: None, finished=finished
    )
    return dict(counts), uris


def test_unchanged_content_of_an_older_chunker_is_chunked_again(database: Engine) -> None:
    source = made.source("# Title\n\nText.", "a.md")
    ingester_on(database, "1").ingest(source, collection="c")
    before = rows(database, "SELECT id FROM chunks")
    newer = ingester_on(database, "2")
    assert newer.preview(source, collection="c").outcome is Outcome.CHANGED
    assert newer.ingest(source, collection="c").outcome is Outcome.CHANGED
    assert rows(database, "SELECT chunker_version FROM documents") == [("2",)]
    assert rows(database, "SELECT id FROM chunks") != before
    assert newer.ingest(source, collection="c").outcome is Outcome.UNCHANGED


@pytest.mark.tesseract  # without it, pages without text are read at every attempt
def test_a_file_without_text_is_read_once_by_a_newer_chunker(database: Engine) -> None:
    source = made.source(made.pdf([[], []]), "scan.pdf")
    ingester_on(database, "1").ingest(source, collection="c")
    newer = ingester_on(database, "2")
    assert newer.ingest(source, collection="c").outcome is Outcome.EMPTY
    assert newer.ingest(source, collection="c").outcome is Outcome.UNCHANGED


def test_documents_without_a_file_are_chunked_again_from_their_stored_bytes(database: Engine) -> None:
    old = ingester_on(database, "1")
    for collection in ("one", "two"):
        old.ingest(made.source("The ferry sails.", "upload:ferry.txt"), collection=collection)
    old.ingest(made.source(made.zipped({"in.txt": "Inside the archive."}), "all.zip"), collection="one")
    ingester_on(database, "2").ingest(made.source("Recent.", "recent.txt"), collection="one")
    before = rows(database, "SELECT collection_id, source_uri, sha256, modified_at FROM documents ORDER BY id")
    counts, uris = rechunked(database, "2")
    assert counts == {Outcome.CHANGED: 3}
    assert sorted(uris) == ["/files/all.zip", "/files/upload:ferry.txt", "/files/upload:ferry.txt"]
    assert rows(database, "SELECT DISTINCT chunker_version FROM documents") == [("2",)]
    after = rows(database, "SELECT collection_id, source_uri, sha256, modified_at FROM documents ORDER BY id")
    assert after == before
    assert rechunked(database, "2") == ({}, [])


def test_newer_content_stored_meanwhile_is_not_replaced(database: Engine) -> None:
    ingester_on(database, "1").ingest(made.source("Old words.", "a.txt"), collection="c")

    class Slow(FakeEmbedder):
        def count_tokens(self, texts: Any) -> list[int]:
            ingester_on(database, "2").ingest(made.source("New words.", "a.txt"), collection="c")
            return super().count_tokens(texts)

    ingester = Ingester(store=Store(database, chunker_version="2"), make_embedder=Slow)
    counts = rechunk(database, ingester, chunker_version="2", progress=lambda *_: None, finished=lambda *_: None)
    assert dict(counts) == {Outcome.UNCHANGED: 1}
    assert rows(database, "SELECT text FROM chunks") == [("New words.",)]
