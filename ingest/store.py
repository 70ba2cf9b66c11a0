"""A document with its embedded chunks goes in, rows come out: one document, one transaction.

A reader sees the old document or the new one, never a mixture; a failure leaves what was stored before.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from pgvector import HalfVector
from pgvector.psycopg import register_vector
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.core.domain import Document, EmbeddedChunk, Source
from app.core.embedding import Embedder
from app.core.errors import CorpusError, DatabaseError, DocumentError
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_SEPARATOR = " › "

# ISO 639-1 -> PostgreSQL's text search configuration; a language without one is stored as it stands ("simple").
TEXT_CONFIGS: Mapping[str, str] = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "da": "danish", "nl": "dutch", "en": "english",
    "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi", "hu": "hungarian",
    "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali", "no": "norwegian",
    "nb": "norwegian", "nn": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

_COPY_TYPES = (
    "int8", "int8", "int4", "text", "text", "text", "int4", "int4", "text", "int4", "int4", "int4", "oid", "halfvec",
)  # fmt: skip
_SAMPLED_CHUNKS = 100_000  # up to here lexemes are counted exactly, in about 4 s; beyond, in a sample of this size
_PERMANENT = (psycopg.DataError, psycopg.errors.ProgramLimitExceeded)


@dataclass(frozen=True, slots=True)
class Member:
    """A document inside an archive or mail, or why it could not be read."""

    source: Source
    document: Document | DocumentError
    chunks: Sequence[EmbeddedChunk]


def nothing_more(_connection: Connection) -> None:
    """What else happens in the transaction that stores a document: nothing."""


class Store:
    """The documents and chunks of one database."""

    def __init__(self, engine: Engine, *, chunker_version: str) -> None:
        self._engine = engine
        self._chunker_version = chunker_version

    def known_hash(self, uri: str, *, collection: str) -> str | None:
        """sha256 of the stored content of a source, None when nothing is stored; see known_hashes."""
        return self.known_hashes([uri], collection=collection).get(uri)

    def known_hashes(self, uris: Sequence[str], *, collection: str) -> dict[str, str]:
        """sha256 of the stored content of each source of which something is stored, in one query.

        For a document that another version of the chunker cut it is no hash at all: it differs from every content.
        """
        asked = {"uris": list(uris), "collection": collection, "chunker": self._chunker_version}
        with faults(), self._engine.connect() as connection:
            return {row.source_uri: row.sha256 for row in connection.execute(_QUERIES["known_hashes"], asked)}

    def require_corpus_of(self, embedder: Embedder) -> None:
        """Raise CorpusError, saying how to mend it, when the stored corpus was embedded by another model."""
        with faults(), self._engine.connect() as connection:
            _check_corpus(connection, embedder)

    def store(
        self,
        source: Source,
        document: Document,
        chunks: Sequence[EmbeddedChunk],
        *,
        collection: str,
        embedder: Embedder | None,
        timings: Mapping[str, float],
        within: Callable[[Connection], None] = nothing_more,
        members: Sequence[Member] = (),
    ) -> bool:
        """Replace whatever was stored of the source; True when there was an older version.

        embedder is None only for a document without chunks. members are documents of their own that come and go with
        this one. `within` runs in the same transaction, and what it raises
        undoes everything. Raises DocumentError when the database refuses the content, DatabaseError for faults that
        may pass.
        """
        started = time.perf_counter()
        with faults(), self._engine.begin() as connection:
            connection.execute(_QUERIES["lock_chunks"])
            if embedder is not None:
                self._claim_corpus(connection, embedder)
            collection_id = _collection_id(connection, collection)
            claimed = _claim(connection, source, collection_id, None)
            _copy(connection, claimed.id, collection_id, document, chunks)
            for member in members:
                self._store_member(connection, member, claimed.id, collection_id)
            uris = [member.source.uri for member in members]
            connection.execute(_QUERIES["delete_other_members"], {"document_id": claimed.id, "uris": uris})
            within(connection)
            seconds = {**timings, "store": time.perf_counter() - started}
            self._finish(connection, claimed.id, source, document, chunks, seconds)
        return claimed.sha256 is not None

    def _store_member(self, connection: Connection, member: Member, container_id: int, collection_id: int) -> None:
        source, document = member.source, member.document
        claimed = _claim(connection, source, collection_id, container_id)
        if isinstance(document, DocumentError):
            failed = {"document_id": claimed.id, "error": str(document)}
            connection.execute(_QUERIES["fail_member"], failed)
            return
        _copy(connection, claimed.id, collection_id, document, member.chunks)
        self._finish(connection, claimed.id, source, document, member.chunks, {})

    def _finish(
        self,
        connection: Connection,
        document_id: int,
        source: Source,
        document: Document,
        chunks: Sequence[EmbeddedChunk],
        seconds: Mapping[str, float],
    ) -> None:
        row = _row(source, document, len(chunks), seconds) | {"chunker": self._chunker_version}
        connection.execute(_QUERIES["finish_document"], {"document_id": document_id, **row})

    def record_failure(
        self, source_uri: str, name: str, error: str, *, collection: str, only_known: bool, source: Source | None = None
    ) -> None:
        """Keep why a source could not be ingested; a version stored earlier goes on serving.

        only_known leaves out sources of which nothing is stored (an upload tells its own failure). source is what was
        read, so that the same is not read in vain again; None when it could not even be read.
        """
        query = "record_failure_of_known" if only_known else "record_failure"
        with faults(), self._engine.begin() as connection:
            connection.execute(
                _QUERIES[query],
                {
                    "collection_id": _collection_id(connection, collection),
                    "uri": source_uri,
                    "name": name,
                    "error": error,
                    "file_bytes": len(source.content) if source else None,
                    "file_modified_at": _file_time(source) if source else None,
                },
            )

    def refresh_statistics(self, *, always: bool) -> None:
        """Let the full-text leg know how frequent words are now; without `always` only when much has changed."""
        with faults(), self._engine.begin() as connection:
            connection.execute(_QUERIES["durably"])
            if always or connection.execute(_QUERIES["statistics_are_stale"]).scalar_one():
                connection.execute(_QUERIES["analyze"])
                connection.execute(_QUERIES["refresh_lexeme_frequencies"], {"sampled": _SAMPLED_CHUNKS})

    def _claim_corpus(self, connection: Connection, embedder: Embedder) -> None:
        connection.execute(
            _QUERIES["claim_corpus"],
            {"model": embedder.name, "dimension": embedder.dimension, "chunker": self._chunker_version},
        )
        _check_corpus(connection, embedder)


def _check_corpus(connection: Connection, embedder: Embedder) -> None:
    corpus = connection.execute(_QUERIES["corpus"]).one_or_none()
    if corpus is not None and corpus.embedding_model != embedder.name:
        raise CorpusError(
            f"The stored documents were embedded by {corpus.embedding_model}, the configured model is {embedder.name}. "
            f"Set FOREMOST_EMBEDDING_MODEL={corpus.embedding_model}, or use another database."
        )
    column = connection.execute(_QUERIES["dimension"]).scalar()
    if column is not None and column not in (-1, embedder.dimension):
        raise CorpusError(
            f"The database was made for vectors of {column} numbers, {embedder.name} makes {embedder.dimension}. "
            "Set FOREMOST_EMBEDDING_MODEL to the model it was made for, or use another database."
        )


def _collection_id(connection: Connection, name: str) -> int:
    connection.execute(_QUERIES["claim_collection"], {"name": name})
    return int(connection.execute(_QUERIES["collection"], {"name": name}).scalar_one())


def _claim(connection: Connection, source: Source, collection_id: int, container_id: int | None) -> Any:
    """The document's row, locked and without chunks; its sha256 is that of the older version."""
    values = {"collection_id": collection_id, "uri": source.uri, "name": source.name, "container_id": container_id}
    claimed = connection.execute(_QUERIES["claim_document"], values).one()
    connection.execute(_QUERIES["delete_chunks"], {"document_id": claimed.id})
    return claimed


def _copy(
    connection: Connection, document_id: int, collection_id: int, document: Document, chunks: Sequence[EmbeddedChunk]
) -> None:
    """Write all chunks with one binary COPY."""
    if not chunks:
        return
    wanted = TEXT_CONFIGS.get(document.language or "", "simple")
    config = int(connection.execute(_QUERIES["text_config"], {"config": wanted}).scalar_one())
    connection.execute(_QUERIES["claim_text_config"], {"config": config})
    driver: Any = connection.connection.driver_connection
    if not connection.info.get("vectors"):  # once a connection: it asks the server for its types
        register_vector(driver)
        connection.info["vectors"] = True
    with driver.cursor() as cursor, cursor.copy(_QUERIES["copy_chunks"].text) as copy:
        copy.set_types(_COPY_TYPES)
        for embedded in chunks:
            chunk = embedded.chunk
            vector = HalfVector(np.asarray(embedded.embedding, dtype=np.float32))
            copy.write_row(
                (
                    document_id, collection_id, chunk.ordinal, _SEPARATOR.join((document.title, *chunk.heading_path)),
                    chunk.text, chunk.part_kind, chunk.part_first, chunk.part_last, chunk.part_name, chunk.start_char,
                    chunk.end_char, chunk.token_count, config, vector,
                )
            )  # fmt: skip


def _row(source: Source, document: Document, chunk_count: int, timings: Mapping[str, float]) -> dict[str, object]:
    reason = " ".join(("No text was found in it.", *document.warnings))
    return {
        "title": document.title,
        "media_type": document.media_type,
        "language": document.language,
        "byte_count": len(source.content),
        "part_kind": document.parts[0].kind if document.parts else None,
        "part_count": len(document.parts) or None,
        "chunk_count": chunk_count,
        "status": "ready" if chunk_count else "empty",
        "error": "" if chunk_count else reason,
        "warnings": json.dumps(document.warnings),
        "timings": json.dumps({stage: round(seconds, 4) for stage, seconds in timings.items()}),
        "parts": json.dumps([asdict(part) for part in document.parts]),
        "text": document.text,
        "content": source.content,
        "modified_at": source.modified_at,
        "file_modified_at": _file_time(source),
        "sha256": source.sha256,
    }


def _file_time(source: Source) -> datetime | None:
    """What tells the next run that the file is unchanged; nothing for a file that may change without showing it."""
    return source.modified_at if source.settled else None


@contextmanager
def faults() -> Iterator[None]:
    """Third-party errors in our own words: what the content caused is permanent, everything else may pass."""
    try:
        yield
    except (SQLAlchemyError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        line = (str(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".")
        if isinstance(cause, _PERMANENT):
            raise DocumentError(f"The database refuses its content ({line}): report this file.") from error
        raise DatabaseError(f"The database failed ({line}). Check that it runs, then run the same again.") from error
