"""An Expectation goes in, where the passage stands in today's corpus comes out: documents, spans and chunks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from app.core.database import transaction
from app.core.domain import location_of
from app.core.sql import load_queries
from app.quality.expected.expectation import Expectation
from app.quality.expected.words import holds, spans_of

_QUERIES = load_queries(__file__)
_MOST_DOCUMENTS = 500  # that the text index names for a quote
_MOST_PLACES = 100
# Texts read from end to end for words that the index does not know as they are written (hyphens at line ends).
_MOST_READ_BYTES = 200 * 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDocument:
    """A document as the library knows it."""

    id: int
    collection: str
    source_uri: str
    name: str
    title: str
    status: str  # ready, empty or failed
    error: str
    warnings: tuple[str, ...]
    chunk_count: int
    part_kind: str | None
    part_count: int | None
    created_at: datetime
    ingested_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredChunk:
    """A chunk with its text."""

    id: int
    document_id: int
    ordinal: int
    heading: str
    text: str
    part_kind: str | None
    part_first: int | None
    part_last: int | None
    part_name: str
    start_char: int
    end_char: int

    @property
    def place(self) -> str:
        """ "page 3" or the like."""
        return location_of(self.part_kind, self.part_first, self.part_last, self.part_name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One place of the expected passage."""

    document: StoredDocument
    whole: tuple[StoredChunk, ...]  # chunks that hold all of it
    pieces: tuple[StoredChunk, ...] = ()  # chunks that hold some of it, where none holds all
    start_char: int | None = None  # None: not a span but a document, a part or a chunk
    end_char: int | None = None
    words: str = ""  # the span as the document has it


@dataclass(frozen=True, kw_only=True, slots=True)
class Whereabouts:
    """Where the expected passage stands today."""

    documents: tuple[StoredDocument, ...] = ()  # those named
    places: tuple[Place, ...] = ()
    uploads: tuple[tuple[str, str, str], ...] = ()  # name, status and error of files sent but not stored
    failures: tuple[tuple[str, str], ...] = ()  # name and error of documents that could not be read
    all_read: bool = True  # False: the corpus is so large that only the text index was asked for the words

    @property
    def whole(self) -> tuple[tuple[StoredDocument, StoredChunk], ...]:
        """Every chunk that is, or holds, the whole passage."""
        return tuple((place.document, chunk) for place in self.places for chunk in place.whole)


class Corpus:
    """Finds passages by chunk, document or words, in all collections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_document(self, name: str) -> bool:
        """Whether a document or an upload goes by this address, file name or title."""
        with transaction(self._engine) as connection:
            return bool(connection.execute(_QUERIES["is_document"], {"name": name}).scalar_one())

    def find(self, expectation: Expectation) -> Whereabouts:
        """Where the passage stands; no places when it is nowhere."""
        with transaction(self._engine) as connection:
            if expectation.chunk_id is not None:
                return _chunk(connection, expectation.chunk_id)
            if expectation.document:
                return _in_document(connection, expectation)
            return _anywhere(connection, expectation.quote)


def _chunk(connection: Connection, chunk_id: int) -> Whereabouts:
    row = connection.execute(_QUERIES["chunk"], {"id": chunk_id}).mappings().one_or_none()
    if row is None:
        return Whereabouts()
    chunk = StoredChunk(**row)
    documents = _documents(connection, [chunk.document_id])
    return Whereabouts(documents=documents, places=(Place(document=documents[0], whole=(chunk,)),))


def _in_document(connection: Connection, expectation: Expectation) -> Whereabouts:
    named = {"name": expectation.document}
    ids = connection.execute(_QUERIES["documents_named"], named).scalars().all()
    documents = _documents(connection, list(ids))
    places: list[Place] = []
    for document in documents:
        if expectation.quote:
            text = next(iter(_texts(connection, [document.id])), (document.id, ""))[1]
            places += _places(connection, document, text, expectation.quote)
        else:
            asked = {"document_id": document.id, "start_char": None, "end_char": None, "part": expectation.part}
            chunks = tuple(StoredChunk(**row) for row in connection.execute(_QUERIES["chunks"], asked).mappings())
            places += [Place(document=document, whole=chunks)] if chunks else []
    uploads = connection.execute(_QUERIES["uploads_named"], named).all()
    return Whereabouts(
        documents=documents, places=tuple(places), uploads=tuple((row.name, row.status, row.error) for row in uploads)
    )


def _anywhere(connection: Connection, quote: str) -> Whereabouts:
    asked = {"quote": quote, "most": _MOST_DOCUMENTS}
    ids = list(connection.execute(_QUERIES["documents_with_words"], asked).scalars())
    places = list(_places_in(connection, ids, quote)) if ids else []
    all_read = True
    if not places:
        all_read = int(connection.execute(_QUERIES["size"]).scalar_one()) <= _MOST_READ_BYTES
        places = list(_places_in(connection, None, quote)) if all_read else []
    failed = connection.execute(_QUERIES["failures"], {"most": 5}).all() if not places else []
    return Whereabouts(places=tuple(places), failures=tuple((row.name, row.error) for row in failed), all_read=all_read)


def _places_in(connection: Connection, ids: list[int] | None, quote: str) -> Iterator[Place]:
    found = 0
    for document_id, text in _texts(connection, ids):
        if found < _MOST_PLACES and holds(quote, text):
            for place in _places(connection, _documents(connection, [document_id])[0], text, quote):
                found += 1
                yield place


def _texts(connection: Connection, ids: list[int] | None) -> Iterator[tuple[int, str]]:
    streamed = connection.execution_options(yield_per=20)
    for row in streamed.execute(_QUERIES["texts"], {"ids": ids}):
        yield row.id, row.text


def _places(connection: Connection, document: StoredDocument, text: str, quote: str) -> list[Place]:
    return [
        replace(_place(connection, document, quote, span), words=text[slice(*span)])
        for span in spans_of(quote, text)[:_MOST_PLACES]
    ]


def _place(connection: Connection, document: StoredDocument, quote: str, span: tuple[int, int]) -> Place:
    """Chunks that hold the span; one whose heading line holds (the beginning of) it counts, as that is read too."""
    asked = {"document_id": document.id, "start_char": span[0], "end_char": span[1], "part": None}
    touching = [StoredChunk(**row) for row in connection.execute(_QUERIES["chunks"], asked).mappings()]
    headed = [StoredChunk(**row) for row in connection.execute(_QUERIES["chunks_headed"], asked).mappings()]
    whole = [chunk for chunk in touching if chunk.start_char <= span[0] and span[1] <= chunk.end_char]
    if not whole:
        whole = [chunk for chunk in {c.id: c for c in touching + headed}.values() if _reads(chunk, quote)]
    return Place(
        document=document,
        whole=tuple(whole),
        pieces=() if whole else tuple(touching),
        start_char=span[0],
        end_char=span[1],
    )


def _reads(chunk: StoredChunk, quote: str) -> bool:
    return holds(quote, f"{chunk.heading}\n{chunk.text}")


def _documents(connection: Connection, ids: list[int]) -> tuple[StoredDocument, ...]:
    rows = connection.execute(_QUERIES["documents"], {"ids": ids}).mappings()
    return tuple(StoredDocument(**(dict(row) | {"warnings": tuple(row["warnings"])})) for row in rows)
