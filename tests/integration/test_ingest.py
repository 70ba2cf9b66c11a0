"""The ingestion road on a real database: one document, one transaction, nothing half stored."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text

from app.core.domain import Source
from app.core.errors import CorpusError, DatabaseError
from app.core.models.embedding import Embedder
from app.core.sql import TEXT_CONFIGS
from ingest.bounds import Bounds
from ingest.commands.files import SAMPLE
from ingest.discover import discover, read
from ingest.pipeline import Ingester, Outcome
from ingest.store import Store
from tests.support import made_files as made
from tests.support.fake_embedder import FakeEmbedder

Rows = list[dict[str, Any]]


@pytest.fixture
def ingester(database: Engine) -> Ingester:
    return ingester_on(database, FakeEmbedder)


def ingester_on(database: Engine, make_embedder: Callable[[], Embedder]) -> Ingester:
    return Ingester(store=Store(database, chunker_version="1"), make_embedder=make_embedder)


def no_model() -> Embedder:
    pytest.fail("the embedding model was made")


def rows(database: Engine, query: str, /, **values: object) -> Rows:
    with database.connect() as connection:
        return [dict(row) for row in connection.execute(text(query), values).mappings()]


def document_of(database: Engine, name: str) -> dict[str, Any]:
    (row,) = rows(database, "SELECT * FROM documents WHERE name = :name", name=name)
    return row


@pytest.mark.tesseract  # without it such a file is left open, to be read once it is installed
def test_a_document_is_stored_with_everything_that_points_back_to_it(database: Engine, ingester: Ingester) -> None:
    pages = [
        ["Ships sail at dawn and return at dusk with fish for", "the market of the town beyond the old bridge."],
        [],
    ]
    pages += [["The crew sleeps well after ten hours of work and reports", "to the mate before the next watch begins."]]
    content = made.pdf(pages, bookmarks=[("Ships sail at dawn", 0), ("The crew", 2)])
    source = made.source(content, "log.pdf")
    result = ingester.ingest(source, collection="ships")
    assert (result.outcome, result.chunks) == (Outcome.NEW, 2)
    document = document_of(database, "log.pdf")
    assert document["sha256"] == source.sha256
    assert document["content"] == content
    assert (document["status"], document["error"]) == ("ready", "")
    assert (document["part_kind"], document["part_count"], document["chunk_count"]) == ("page", 3, 2)
    assert document["warnings"] == ["No text layer on page 2: blank."]
    assert [part["number"] for part in document["parts"]] == [1, 2, 3]
    assert set(document["timings"]) == {"load", "chunk", "embed", "store"}
    stored = rows(database, "SELECT * FROM chunks ORDER BY ordinal")
    assert [chunk["heading"] for chunk in stored] == [
        "log.pdf › Ships sail at dawn",
        "log.pdf › The crew",
    ]
    assert stored[1]["text"].startswith("The crew sleeps well")
    assert [(chunk["part_kind"], chunk["part_first"], chunk["part_last"]) for chunk in stored] == [
        ("page", 1, 1),
        ("page", 3, 3),
    ]
    for chunk in stored:
        assert chunk["text"] == document["text"][chunk["start_char"] : chunk["end_char"]]
        assert chunk["collection_id"] == document["collection_id"]


def test_vectors_are_stored_unchanged(database: Engine, ingester: Ingester) -> None:
    ingester.ingest(made.source("One short note.", "note.txt"), collection="c")
    query = FakeEmbedder().embed(["note.txt\nOne short note."])[0]
    (row,) = rows(
        database,
        "SELECT embedding <=> CAST(:query AS halfvec) AS distance FROM chunks",
        query=str(query.tolist()),
    )
    assert row["distance"] == pytest.approx(0, abs=1e-3)


def test_the_same_content_again_is_neither_loaded_nor_embedded(database: Engine, ingester: Ingester) -> None:
    source = made.source("# Title\n\nText.", "a.md")
    ingester.ingest(source, collection="c")
    before = rows(database, "SELECT id FROM chunks")
    again = ingester_on(database, no_model).ingest(source, collection="c")
    assert again.outcome is Outcome.UNCHANGED
    assert rows(database, "SELECT id FROM chunks") == before


def test_the_same_file_in_two_collections_is_two_documents(database: Engine, ingester: Ingester) -> None:
    source = made.source("Text.", "a.md")
    assert ingester.ingest(source, collection="one").outcome is Outcome.NEW
    assert ingester.ingest(source, collection="two").outcome is Outcome.NEW
    assert len(rows(database, "SELECT id FROM documents")) == 2


def test_a_changed_file_replaces_its_old_chunks(database: Engine, ingester: Ingester) -> None:
    ingester.ingest(made.source("The old harbour.", "a.md"), collection="c")
    first = document_of(database, "a.md")["id"]
    result = ingester.ingest(made.source("The new harbour.", "a.md"), collection="c")
    assert result.outcome is Outcome.CHANGED
    assert document_of(database, "a.md")["id"] == first
    assert [row["text"] for row in rows(database, "SELECT text FROM chunks")] == ["The new harbour."]


def test_a_failure_in_the_middle_of_storing_leaves_the_old_document_whole(database: Engine, ingester: Ingester) -> None:
    ingester.ingest(made.source("The old harbour.", "a.md"), collection="c")
    before = document_of(database, "a.md"), rows(database, "SELECT * FROM chunks")

    def break_off(_connection: Connection) -> None:
        raise psycopg.OperationalError("the server went away")

    with pytest.raises(DatabaseError, match="the server went away"):
        ingester.ingest(made.source("The new harbour.", "a.md"), collection="c", within=break_off)
    assert (document_of(database, "a.md"), rows(database, "SELECT * FROM chunks")) == before


def test_readers_see_the_old_document_until_the_new_one_is_committed(database: Engine, ingester: Ingester) -> None:
    ingester.ingest(made.source("The old harbour.", "a.md"), collection="c")
    seen: list[str] = []

    def look_from_outside(_connection: Connection) -> None:
        seen.extend(row["text"] for row in rows(database, "SELECT text FROM chunks"))

    ingester.ingest(made.source("The new harbour.", "a.md"), collection="c", within=look_from_outside)
    assert seen == ["The old harbour."]


def test_a_file_that_cannot_be_read_is_kept_as_failed_with_the_reason(database: Engine, ingester: Ingester) -> None:
    result = ingester.ingest(made.source(b"%PDF-1.4 broken", "a.pdf"), collection="c")
    assert result.outcome is Outcome.FAILED
    document = document_of(database, "a.pdf")
    assert (document["status"], document["error"], document["sha256"]) == ("failed", result.message, None)


def test_an_older_version_is_still_searched_when_the_new_one_cannot_be_read(
    database: Engine, ingester: Ingester
) -> None:
    good = made.source(made.pdf([["Still here."]]), "a.pdf")
    ingester.ingest(good, collection="c")
    result = ingester.ingest(made.source(b"%PDF-1.4 broken", "a.pdf"), collection="c")
    document = document_of(database, "a.pdf")
    assert (document["status"], document["error"], document["sha256"]) == ("ready", result.message, good.sha256)
    assert [row["text"] for row in rows(database, "SELECT text FROM chunks")] == ["Still here."]


def test_a_failed_file_that_was_repaired_becomes_an_ordinary_document(database: Engine, ingester: Ingester) -> None:
    ingester.ingest(made.source(b"%PDF-1.4 broken", "a.pdf"), collection="c")
    assert ingester.ingest(made.source(made.pdf([["Well."]]), "a.pdf"), collection="c").outcome is Outcome.NEW
    document = document_of(database, "a.pdf")
    assert (document["status"], document["error"]) == ("ready", "")


@pytest.mark.tesseract  # without it, pages without text are read at every attempt
def test_a_document_without_text_is_stored_once_with_the_reason(database: Engine) -> None:
    source = made.source(made.pdf([[], []]), "scan.pdf")
    ingester = ingester_on(database, no_model)
    result = ingester.ingest(source, collection="c")
    assert result.outcome is Outcome.EMPTY
    document = document_of(database, "scan.pdf")
    assert document["status"] == "empty"
    assert document["error"] == result.message
    assert "pages 1–2" in document["error"]
    assert ingester.ingest(source, collection="c").outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("words", "config"),
    [
        ("The ferries leave the harbour every morning at six and they come back late in the evening.", "english"),
        ("Die Fähren verlassen jeden Morgen um sechs den Hafen und kommen spät am Abend zurück.", "german"),
        ("フェリーは毎朝六時に出発します。港は北にあります。夜遅くに戻ってきます。毎日運航しています。", "simple"),
        ("Short.", "simple"),
    ],
)
def test_the_language_decides_how_words_are_indexed(
    database: Engine, ingester: Ingester, words: str, config: str
) -> None:
    ingester.ingest(made.source(words, "a.txt"), collection="c")
    assert rows(database, "SELECT DISTINCT text_config::text AS config FROM chunks") == [{"config": config}]
    assert rows(database, "SELECT config::text FROM text_configs") == [{"config": config}]


def test_every_mapped_language_has_a_configuration_in_this_postgresql(database: Engine) -> None:
    known = {row["cfgname"] for row in rows(database, "SELECT cfgname FROM pg_ts_config")}
    assert set(TEXT_CONFIGS.values()) - known <= {"estonian", "polish"}  # new in PostgreSQL 18 and 19


def test_characters_that_postgresql_cannot_store_are_removed_before(database: Engine, ingester: Ingester) -> None:
    ingester.ingest(made.source(b'{"a": "x\\u0000y\\ud800"}', "nul\\ud800.json"), collection="c")
    assert [row["text"] for row in rows(database, "SELECT text FROM chunks")] == ["a: xy\ufffd"]


def test_a_corpus_of_another_model_is_refused_with_the_fix(database: Engine, ingester: Ingester) -> None:
    ingester.ingest(made.source("One.", "a.txt"), collection="c")

    class Other(FakeEmbedder):
        name = "other-model"

    with pytest.raises(CorpusError, match="FOREMOST_EMBEDDING_MODEL=fake"):
        ingester_on(database, Other).ingest(made.source("Two.", "b.txt"), collection="c")
    assert [row["name"] for row in rows(database, "SELECT name FROM documents")] == ["a.txt"]


def test_a_model_of_another_dimension_is_refused_before_anything_is_stored(database: Engine) -> None:
    wide = ingester_on(database, lambda: FakeEmbedder(dimension=512))
    with pytest.raises(CorpusError, match="vectors of 384 numbers"):
        wide.ingest(made.source("Two.", "b.txt"), collection="c")
    assert rows(database, "SELECT * FROM corpus") == []


def test_the_corpus_row_has_model_dimension_and_chunker_version(database: Engine, ingester: Ingester) -> None:
    ingester.ingest(made.source("One.", "a.txt"), collection="c")
    (corpus,) = rows(database, "SELECT embedding_model, embedding_dimension, chunker_version FROM corpus")
    assert corpus == {"embedding_model": "fake", "embedding_dimension": 384, "chunker_version": "1"}


def test_a_preview_writes_nothing(database: Engine, ingester: Ingester) -> None:
    kept, changed = made.source("Kept.", "kept.md"), made.source("Old.", "changed.md")
    ingester.ingest(kept, collection="c")
    ingester.ingest(changed, collection="c")
    before = rows(database, "SELECT * FROM documents")
    outcomes = [
        ingester.preview(source, collection="c").outcome
        for source in (
            kept,
            made.source("New.", "changed.md"),
            made.source("x", "new.md"),
            made.source(b"\x7fELF" + bytes(60), "x.bin"),
        )
    ]
    assert outcomes == [Outcome.UNCHANGED, Outcome.CHANGED, Outcome.NEW, Outcome.FAILED]
    assert rows(database, "SELECT * FROM documents") == before


def test_word_statistics_are_there_after_a_run(database: Engine, ingester: Ingester) -> None:
    for number in range(40):
        ingester.ingest(made.source(f"The ferry number {number} sails.", f"{number}.txt"), collection="c")
    ingester.finish(many=True)
    query = "SELECT most_common_elems::text AS words FROM pg_stats WHERE tablename = 'chunks' AND attname = 'tsv'"
    (row,) = rows(database, query)
    assert "ferry" in row["words"]


# ------------------------------------------------------------------------------------------------- with the real model


def sources_of_sample() -> list[Source]:
    return [read(found, max_bytes=10**7) for found in discover([SAMPLE])]


def test_the_sample_is_found_by_the_real_model(database: Engine, embedder: Embedder) -> None:
    ingester = ingester_on(database, lambda: embedder)
    results = [ingester.ingest(source, collection="sample") for source in sources_of_sample()]
    assert {result.outcome for result in results} == {Outcome.NEW}
    questions = {
        "How long must the engine room stay closed after flooding it with carbon dioxide?": "safety-manual.pdf",
        "Which ship cannot use pier 2 while the channel is dredged?": "harbour-notice.eml",
        "What was the cause of the contact of MV Selkie with pier 2?": "incident-report-2026-17.docx",
        "How many watches are there and when do they begin?": "crew-handbook.md",
    }
    for question, name in questions.items():
        vector, _ = embedder.embed_query(question)
        found = rows(
            database,
            "SELECT d.name FROM chunks AS c JOIN documents AS d ON d.id = c.document_id "
            "ORDER BY c.embedding <=> CAST(:query AS halfvec) LIMIT 3",
            query=str(vector.tolist()),
        )
        assert name in [row["name"] for row in found]
    longest = rows(database, "SELECT max(token_count) AS tokens FROM chunks")[0]["tokens"]
    assert longest <= embedder.max_tokens


def test_the_real_tokenizer_agrees_with_every_chunk_of_awkward_text(embedder: Embedder) -> None:
    from ingest.chunk.chunk import chunk
    from ingest.load import load

    awkward = "x" * 5_000 + " 漢字かな交じり文。" * 300 + " \u200bzero\u200dwidth " * 50 + "é" * 400 + " 🗂" * 300
    document = load(made.source(f"# {'long heading ' * 60}\n\n{awkward}", "a.md"))
    chunks = chunk(document, embedder)
    assert embedder.count_tokens([one.embedded_text for one in chunks]) == [one.token_count for one in chunks]
    assert max(one.token_count for one in chunks) <= embedder.max_tokens
    assert embedder.embed([one.embedded_text for one in chunks[:3]]).shape == (3, embedder.dimension)


def test_a_document_beyond_the_bounds_is_stored_in_part_and_its_warnings_say_so(database: Engine) -> None:
    bounds = Bounds(passages=3)
    store = Store(database, chunker_version="1")
    ingester = Ingester(store=store, make_embedder=FakeEmbedder, bounds=bounds)
    long = "\n\n".join(f"# Part {number}\n\n" + f"words of part {number} " * 60 for number in range(9))
    result = ingester.ingest(
        made.source(made.zipped({"long.md": long, "short.md": "a few words"}), "a.zip"), collection="c"
    )
    assert result.chunks == 3 + 1 + 1
    with database.connect() as connection:
        rows = connection.execute(text("SELECT name, chunk_count, warnings FROM documents")).all()
    stored = {row.name: row for row in rows}
    assert stored["long.md"].chunk_count == 3
    assert "passages: the last" in stored["long.md"].warnings[0]
    assert stored["short.md"].warnings == []


def test_brackets_alone_cost_no_embedding_and_the_document_says_why_it_is_empty(database: Engine) -> None:
    embedder = FakeEmbedder()
    ingester = Ingester(store=Store(database, chunker_version="1"), make_embedder=lambda: embedder)
    result = ingester.ingest(made.source("[" * 20_000 + "]" * 20_000, "brackets.txt"), collection="c")
    assert result.outcome is Outcome.EMPTY
    assert "passages without a letter or digit" in result.message
    assert embedder.calls == []
