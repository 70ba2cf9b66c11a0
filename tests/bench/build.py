"""A corpus in the embedded server: a database for each size, loaded through the store and kept for later runs."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, create_engine, text

import migrations
from app.core import database
from app.core.domain import Chunk, Document, EmbeddedChunk, Source
from app.core.models.embedding import Embedder
from ingest.store import Store
from tests.bench.corpus import REAL, Corpus, Rows, embed_all
from tests.bench.pool import Pool, read_pool, sentences_for
from tests.bench.tables import console

CHUNKS = 20  # of a document
FEW_OF = 100  # each hundredth document is in the small collection
CONNECTIONS = max(os.cpu_count() or 1, 2)  # that load at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """How a corpus was built, and how long that took."""

    rows: int
    load_seconds: float  # rows through the store, without the search indexes
    index_seconds: dict[str, float]  # of each search index, built afterwards
    source: str
    agreement: float  # mean cosine of the real vectors and those made from sentences
    schema: str  # digest of the migrations it was built by


def open_corpus(keep: Path, embedder: Embedder, pool: Pool) -> Corpus:
    """The corpus made of this pool; the vectors of its sentences are embedded once for a folder."""
    sentences = [sentence for document in pool.documents for sentence in document]
    file = keep / f"sentences-{len(sentences)}.npy"
    if not file.is_file():
        np.save(file, embed_all(embedder, sentences))
    return Corpus(pool, np.load(file), embedder, real=min(REAL, len(sentences) // 10))


def open_database(keep: Path, name: str) -> Engine:
    """A database of the embedded server in this folder; made when it is not there."""
    url = database.engine_for(database.start_embedded(keep)).url
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return database.engine_for(url.set(database=name).render_as_string(hide_password=False))


def built(keep: Path, rows: int, embedder: Embedder, pool: Pool | None = None) -> tuple[Engine, Built]:
    """The database with this number of rows, and how it was built, now or in an earlier run."""
    engine = open_database(keep, f"bench_{rows}")
    record = keep / f"built-{rows}.json"
    if record.is_file():
        database.migrate(engine, embedding_dimension=embedder.dimension)
        made = Built(**json.loads(record.read_text("utf-8")))
        if made.schema != _schema():
            console.print(
                f"{rows} chunks were built by other migrations than today's. Delete {record} to build them again."
            )
        return engine, made
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))  # remains of an interrupted run
        connection.execute(text("CREATE SCHEMA public"))
    database.migrate(engine, embedding_dimension=embedder.dimension)
    pool = pool or read_pool(sentences=sentences_for(rows))
    corpus = open_corpus(keep, embedder, pool)
    definitions = drop_search_indexes(engine)
    load_seconds = load(engine, corpus.rows(0, rows), embedder)
    made = Built(
        rows=rows,
        load_seconds=load_seconds,
        index_seconds=create_indexes(engine, definitions),
        source=pool.source,
        agreement=corpus.agreement,
        schema=_schema(),
    )
    Store(engine, chunker_version="bench").refresh_statistics(always=True)
    record.write_text(json.dumps(asdict(made)), "utf-8")
    return engine, made


def _schema() -> str:
    """Revisions are forward only once they are out; before that, their text may still change."""
    texts = [path.read_bytes() for path in sorted(Path(migrations.__path__[0]).glob("versions/r*.sql"))]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:12]


def few_or_many(number: int) -> str:
    """Collection of a document: a small one and the rest."""
    return "few" if number % FEW_OF == 0 else "many"


def load(
    engine: Engine,
    rows: Iterator[Rows],
    embedder: Embedder,
    *,
    connections: int = CONNECTIONS,
    collection: Callable[[int], str] = few_or_many,
) -> float:
    """Seconds that the store takes for all rows, over several connections; generating them is not counted."""
    store = Store(engine, chunker_version="bench")
    seconds, number = 0.0, 0
    with ThreadPoolExecutor(connections) as pool:
        for batch in rows:
            chunks = _chunks(batch)
            documents = [chunks[first : first + CHUNKS] for first in range(0, len(chunks), CHUNKS)]
            started = time.perf_counter()
            jobs = [
                pool.submit(_store, store, index, part, embedder, collection(index))
                for index, part in enumerate(documents, number)
            ]
            for job in jobs:
                job.result()
            seconds += time.perf_counter() - started
            number += len(documents)
    return seconds


def _store(store: Store, number: int, chunks: Sequence[EmbeddedChunk], embedder: Embedder, collection: str) -> None:
    name = f"document-{number:06}"
    # The documents' own bytes and text are left out: what is measured are the chunks.
    source = Source(uri=f"/bench/{name}", name=name, content=b"", sha256=name)
    document = Document(title=f"Document {number}", text="", media_type="text/plain", language="en")
    store.store(source, document, chunks, collection=collection, embedder=embedder, timings={})


def _chunks(rows: Rows) -> list[EmbeddedChunk]:
    return [
        EmbeddedChunk(
            chunk=Chunk(
                ordinal=row % CHUNKS, text=words, heading_path=(), part_kind=None, part_first=None, part_last=None,
                part_name="", start_char=0, end_char=len(words), token_count=tokens, embedded_text=words,
            ),
            embedding=vector,
        )
        for row, (words, tokens, vector) in enumerate(zip(rows.texts, rows.tokens, rows.vectors, strict=True))
    ]  # fmt: skip


def drop_search_indexes(engine: Engine) -> dict[str, str]:
    """Name -> definition of the GIN and HNSW indexes of chunks, which are gone afterwards."""
    query = text(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'chunks' AND indexdef ~ 'USING (gin|hnsw)'"
    )
    with engine.begin() as connection:
        definitions: dict[str, str] = {row.indexname: row.indexdef for row in connection.execute(query)}
        for name in definitions:
            connection.execute(text(f'DROP INDEX "{name}"'))
    return definitions


def create_indexes(engine: Engine, definitions: dict[str, str]) -> dict[str, float]:
    """Name -> seconds of building each index."""
    seconds = {}
    for name, definition in definitions.items():
        started = time.perf_counter()
        with engine.begin() as connection:
            connection.execute(text(definition))
        seconds[name] = time.perf_counter() - started
    return seconds
