"""A document with its embedded chunks goes in, rows come out: one document, one transaction.

A reader sees the old document or the new one, never a mixture. After a failure the old one is still there.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from pgvector import HalfVector
from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError

from app.core.database import reachable, transaction
from app.core.domain import HEADING_SEPARATOR, Document, EmbeddedChunk, Source
from app.core.errors import CorpusError, DocumentError, reason
from app.core.models.embedding import Embedder, require_same_model
from app.core.names import searched_name
from app.core.sql import TEXT_CONFIGS, copy_rows, load_queries
from app.core.tags import FOLDER, with_origins

_QUERIES = load_queries(__file__)
_COPY_TYPES = "int8 int8 int4 text text text text int4 int4 text int4 int4 int4 oid halfvec".split()
_SAMPLED_CHUNKS = 100_000  # up to this many, lexemes are counted exactly, in about 4 s; beyond, in a sample this large
_REFUSALS = (psycopg.DataError, psycopg.errors.ProgramLimitExceeded)  # errors caused by the content of a document


@dataclass(frozen=True, slots=True)
class Member:
    """A document inside an archive or mail, or why it could not be read."""

    source: Source
    document: Document | DocumentError
    chunks: Sequence[EmbeddedChunk]


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """The version of a source that is stored."""

    sha256: str  # of its content
    current: bool  # False: the same content would give another result today (chunker version, missing OCR)

    def matches(self, source: Source) -> bool:
        """Whether ingesting this source again would change nothing."""
        return self.current and self.sha256 == source.sha256


def nothing_more(_connection: Connection) -> None:
    """The default callback of a storing transaction: does nothing."""


class Store:
    """The documents and chunks of one database. Raises DatabaseError."""

    def __init__(self, engine: Engine, *, chunker_version: str) -> None:
        self._engine = engine
        self._chunker_version = chunker_version

    def stored_version(self, uri: str, *, collection: str) -> StoredVersion | None:
        """The stored version of a source; None when nothing is stored of it."""
        params = {"uri": uri, "collection": collection, "chunker": self._chunker_version}
        with reachable(self._engine) as connection:
            row = connection.execute(_QUERIES["stored_version"], params).one_or_none()
        return None if row is None else StoredVersion(row.sha256, row.current)

    def require_corpus_of(self, embedder: Embedder) -> None:
        """Raise CorpusError, with the fix, when the stored corpus was embedded by another model."""
        with reachable(self._engine) as connection:
            _check_corpus(connection.execute(_QUERIES["corpus"], {"collection": ""}).one(), embedder)

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
        this one. The callback `within` runs in the same transaction; what it raises undoes everything. timings are
        the seconds of the stages before. Raises DocumentError when the database refuses the content.
        """
        started = time.perf_counter()
        with transaction(self._engine) as connection, _refused_content():
            connection.execute(_QUERIES["lock_chunks"])
            collection_id = self._collection_id(connection, collection, embedder)
            claimed = _claim(connection, source, collection_id, None)
            _copy(connection, claimed.id, collection_id, source, document, chunks)
            for member in members:
                self._store_member(connection, member, claimed.id, collection_id)
            if claimed.sha256 is not None:
                uris = [member.source.uri for member in members]
                connection.execute(_QUERIES["delete_other_members"], {"document_id": claimed.id, "uris": uris})
            within(connection)
            seconds = {**timings, "store": time.perf_counter() - started}
            self._finish(connection, claimed.id, source, document, len(chunks), seconds)
            if members:
                connection.execute(_QUERIES["share_tags"], {"document_id": claimed.id})
        return claimed.sha256 is not None

    def _store_member(self, connection: Connection, member: Member, container_id: int, collection_id: int) -> None:
        source, document = member.source, member.document
        claimed = _claim(connection, source, collection_id, container_id)
        if isinstance(document, DocumentError):
            connection.execute(_QUERIES["fail_member"], {"document_id": claimed.id, "error": str(document)})
            return
        _copy(connection, claimed.id, collection_id, source, document, member.chunks)
        of_no_folder = replace(source, tags=())  # those of its archive's folder come with share_tags
        self._finish(connection, claimed.id, of_no_folder, document, len(member.chunks), {})

    def _finish(
        self,
        connection: Connection,
        document_id: int,
        source: Source,
        document: Document,
        chunk_count: int,
        seconds: Mapping[str, float],
    ) -> None:
        plain = ("title", "media_type", "language", "text", "ocr_missing")
        params = {name: getattr(document, name) for name in plain} | {
            "document_id": document_id,
            "byte_count": len(source.content),
            "part_kind": document.parts[0].kind if document.parts else None,
            "part_count": len(document.parts) or None,
            "chunk_count": chunk_count,
            "status": "ready" if chunk_count else "empty",
            "error": "" if chunk_count else why_empty(document),
            "warnings": json.dumps(document.warnings),
            "timings": json.dumps({stage: round(value, 4) for stage, value in seconds.items()}),
            "parts": json.dumps([asdict(part) for part in document.parts]),
            "content": source.content,
            "modified_at": source.modified_at,
            "file_modified_at": _file_time(source),
            "sha256": source.sha256,
            "chunker": self._chunker_version,
            "tags": json.dumps(with_origins(document.tags, source.tags), ensure_ascii=False),
            "kept_origins": [FOLDER] if source.tags is None else [],
        }
        connection.execute(_QUERIES["finish_document"], params)

    def record_failure(
        self, source_uri: str, name: str, error: str, *, collection: str, only_known: bool, source: Source | None = None
    ) -> None:
        """Keep why a source could not be ingested; a version stored earlier is still searched.

        only_known ignores sources of which nothing is stored (an upload keeps its own error). source is what was
        read, so that the same content is not read again for nothing; None when it could not be read at all.
        """
        with transaction(self._engine) as connection:
            params = {
                "collection_id": self._collection_id(connection, collection, None),
                "uri": source_uri,
                "name": name,
                "error": error,
                "file_bytes": len(source.content) if source else None,
                "file_modified_at": _file_time(source) if source else None,
            }
            connection.execute(_QUERIES["record_failure_of_known" if only_known else "record_failure"], params)

    def refresh_statistics(self, *, always: bool) -> None:
        """Count again how frequent each lexeme is; without `always` only when much has changed."""
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["durably"])
            if always or connection.execute(_QUERIES["statistics_are_stale"]).scalar_one():
                connection.execute(_QUERIES["analyze"])
                connection.execute(_QUERIES["refresh_lexeme_frequencies"], {"sampled": _SAMPLED_CHUNKS})

    def _collection_id(self, connection: Connection, collection: str, embedder: Embedder | None) -> int:
        """Id of the collection, created when missing; the first document of all decides the corpus's model."""
        params = {"collection": collection}
        corpus = connection.execute(_QUERIES["corpus"], params).one()
        if (corpus.model is None and embedder is not None) or corpus.collection_id is None:
            connection.execute(_QUERIES["claim_collection"], {"name": collection})
            if embedder is not None:
                claim = {"model": embedder.name, "dimension": embedder.dimension, "chunker": self._chunker_version}
                connection.execute(_QUERIES["claim_corpus"], claim)
            corpus = connection.execute(_QUERIES["corpus"], params).one()
        if embedder is not None:
            _check_corpus(corpus, embedder)
        return int(corpus.collection_id)


def why_empty(document: Document) -> str:
    """Message for a document without text, its warnings included."""
    return " ".join(("No text was found in it.", *document.warnings))


def _file_time(source: Source) -> datetime | None:
    """Time by which the next run sees that the file is unchanged; None when a change may leave it as it is."""
    return source.modified_at if source.settled else None


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


def _check_corpus(corpus: Row[Any], embedder: Embedder) -> None:
    require_same_model(corpus.model, embedder)
    if corpus.dimension is not None and corpus.dimension not in (-1, embedder.dimension):
        raise CorpusError(
            f"The database was made for vectors of {corpus.dimension} numbers, {embedder.name} makes "
            f"{embedder.dimension}.",
            fix="Set FOREMOST_EMBEDDING_MODEL to the model it was made for, or run: python -m ingest reembed",
        )


def _claim(connection: Connection, source: Source, collection_id: int, container_id: int | None) -> Any:
    """The document's row, locked and without chunks; its sha256 is that of the older version."""
    params = {"collection_id": collection_id, "uri": source.uri, "name": source.name, "container_id": container_id}
    claimed = connection.execute(_QUERIES["claim_document"], params).one()
    if claimed.sha256 is not None:
        connection.execute(_QUERIES["delete_chunks"], {"document_id": claimed.id})
    return claimed


def _copy(
    connection: Connection,
    document_id: int,
    collection_id: int,
    source: Source,
    document: Document,
    chunks: Sequence[EmbeddedChunk],
) -> None:
    """Write the chunks of a document, and name their language among those that occur."""
    if not chunks:
        return
    language = TEXT_CONFIGS.get(document.language or "", "simple")
    config = connection.execute(_QUERIES["text_config"], {"config": language}).one()
    if not config.claimed:
        connection.execute(_QUERIES["claim_text_config"], {"config": config.oid})
    name = searched_name(source.uri, source.name)
    rows = (
        (
            document_id, collection_id, chunk.ordinal, HEADING_SEPARATOR.join((document.title, *chunk.heading_path)),
            name, chunk.text, chunk.part_kind, chunk.part_first, chunk.part_last, chunk.part_name, chunk.start_char,
            chunk.end_char, chunk.token_count, config.oid, HalfVector(np.asarray(vector, dtype=np.float32)),
        )
        for chunk, vector in ((embedded.chunk, embedded.embedding) for embedded in chunks)
    )  # fmt: skip
    copy_rows(connection, _QUERIES["copy_chunks"], _COPY_TYPES, rows)
