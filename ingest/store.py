"""A document with its embedded chunks goes in, rows come out: one document, one transaction.

A reader sees the old document or the new one, never a mixture; a failure leaves what was stored before.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from pgvector import HalfVector
from pgvector.psycopg import register_vector
from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError

from app.core.database import reachable, transaction
from app.core.domain import Document, EmbeddedChunk, Source
from app.core.errors import CorpusError, DocumentError, reason
from app.core.models.embedding import Embedder
from app.core.sql import load_queries
from ingest.rows import document_row, file_time

_QUERIES = load_queries(__file__)
_SEPARATOR = " › "
_REFUSALS = (psycopg.DataError, psycopg.errors.ProgramLimitExceeded)

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
        with reachable(self._engine) as connection:
            return {row.source_uri: row.sha256 for row in connection.execute(_QUERIES["known_hashes"], asked)}

    def require_corpus_of(self, embedder: Embedder) -> None:
        """Raise CorpusError, saying how to mend it, when the stored corpus was embedded by another model."""
        with reachable(self._engine) as connection:
            _check_corpus(connection.execute(_QUERIES["standing"], {"collection": ""}).one(), embedder)

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
        with transaction(self._engine) as connection, _refused_content():
            connection.execute(_QUERIES["lock_chunks"])
            collection_id = self._standing(connection, collection, embedder)
            claimed = _claim(connection, source, collection_id, None)
            _copy(connection, claimed.id, collection_id, document, chunks)
            for member in members:
                self._store_member(connection, member, claimed.id, collection_id)
            if claimed.sha256 is not None:
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
        row = document_row(source, document, len(chunks), seconds) | {"chunker": self._chunker_version}
        connection.execute(_QUERIES["finish_document"], {"document_id": document_id, **row})

    def record_failure(
        self, source_uri: str, name: str, error: str, *, collection: str, only_known: bool, source: Source | None = None
    ) -> None:
        """Keep why a source could not be ingested; a version stored earlier goes on serving.

        only_known leaves out sources of which nothing is stored (an upload tells its own failure). source is what was
        read, so that the same is not read in vain again; None when it could not even be read.
        """
        query = "record_failure_of_known" if only_known else "record_failure"
        with transaction(self._engine) as connection:
            connection.execute(
                _QUERIES[query],
                {
                    "collection_id": self._standing(connection, collection, None),
                    "uri": source_uri,
                    "name": name,
                    "error": error,
                    "file_bytes": len(source.content) if source else None,
                    "file_modified_at": file_time(source) if source else None,
                },
            )

    def refresh_statistics(self, *, always: bool) -> None:
        """Let the full-text leg know how frequent words are now; without `always` only when much has changed."""
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["durably"])
            if always or connection.execute(_QUERIES["statistics_are_stale"]).scalar_one():
                connection.execute(_QUERIES["analyze"])
                connection.execute(_QUERIES["refresh_lexeme_frequencies"], {"sampled": _SAMPLED_CHUNKS})

    def _standing(self, connection: Connection, collection: str, embedder: Embedder | None) -> int:
        """Id of the collection; the first document of all claims the corpus for its model."""
        asked = {"collection": collection}
        standing = connection.execute(_QUERIES["standing"], asked).one()
        if (standing.model is None and embedder is not None) or standing.collection_id is None:
            connection.execute(_QUERIES["claim_collection"], {"name": collection})
            if embedder is not None:
                claim = {"model": embedder.name, "dimension": embedder.dimension, "chunker": self._chunker_version}
                connection.execute(_QUERIES["claim_corpus"], claim)
            standing = connection.execute(_QUERIES["standing"], asked).one()
        if embedder is not None:
            _check_corpus(standing, embedder)
        return int(standing.collection_id)


@contextmanager
def _refused_content() -> Iterator[None]:
    """Raise DocumentError for an error that the content of a document caused; others pass."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(cause, _REFUSALS):
            raise
        raise DocumentError(f"The database refuses its content ({reason(error)}).", fix="Report this file.") from error


def _check_corpus(standing: Row[Any], embedder: Embedder) -> None:
    if standing.model is not None and standing.model != embedder.name:
        raise CorpusError(
            f"The stored documents were embedded by {standing.model}, the configured model is {embedder.name}. "
            f"Set FOREMOST_EMBEDDING_MODEL={standing.model} (of a folder: its path), or embed them by the configured "
            "one: python -m ingest reembed"
        )
    if standing.dimension is not None and standing.dimension not in (-1, embedder.dimension):
        raise CorpusError(
            f"The database was made for vectors of {standing.dimension} numbers, {embedder.name} makes "
            f"{embedder.dimension}. Set FOREMOST_EMBEDDING_MODEL to the model it was made for, or run: "
            "python -m ingest reembed"
        )


def _claim(connection: Connection, source: Source, collection_id: int, container_id: int | None) -> Any:
    """The document's row, locked and without chunks; its sha256 is that of the older version."""
    values = {"collection_id": collection_id, "uri": source.uri, "name": source.name, "container_id": container_id}
    claimed = connection.execute(_QUERIES["claim_document"], values).one()
    if claimed.sha256 is not None:
        connection.execute(_QUERIES["delete_chunks"], {"document_id": claimed.id})
    return claimed


def _copy(
    connection: Connection, document_id: int, collection_id: int, document: Document, chunks: Sequence[EmbeddedChunk]
) -> None:
    """Write all chunks with one binary COPY."""
    if not chunks:
        return
    wanted = TEXT_CONFIGS.get(document.language or "", "simple")
    config = connection.execute(_QUERIES["text_config"], {"config": wanted}).one()
    if not config.claimed:
        connection.execute(_QUERIES["claim_text_config"], {"config": config.oid})
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
                    chunk.end_char, chunk.token_count, config.oid, vector,
                )
            )  # fmt: skip
