"""Finds expected passages in today's corpus: the one finder for diagnosis, golden set, evaluation and training."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Engine, Row

from app.core.database import transaction
from app.core.sql import load_queries
from app.quality.expected.expectation import Expectation, covers, shortened
from app.quality.expected.golden import Expected
from app.quality.expected.located import Located, Occurrence, QuotedWord, StoredChunk, StoredDocument
from app.quality.expected.words import fold, holds, spans_of

_QUERIES = load_queries(__file__)
_MAX_DOCUMENTS = 500  # that the text index names for a quote
_MAX_OCCURRENCES = 100
_MAX_FAILURES = 5
_MAX_WORDS = 40  # of a quote that are looked up one by one
# Texts are read from end to end for words that the index does not know as they are written (hyphens at line ends).
_MAX_BYTES_READ = 200 * 2**20


class Locator:
    """Finds passages by chunk, by document, by span or by words."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_document(self, name: str) -> bool:
        """Whether a document or an upload has this address, file name or title."""
        with transaction(self._engine) as connection:
            return bool(connection.execute(_QUERIES["is_document"], {"name": name}).scalar_one())

    def addresses(self) -> frozenset[str]:
        """Addresses and file names of all documents."""
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["addresses"]).all()
        return frozenset(name for row in rows for name in (row.source_uri, row.name))

    def exact(self, words: str, *, limit: int) -> tuple[tuple[StoredDocument, StoredChunk], ...]:
        """Passages with these words as they are written, by the text index alone: fast enough while somebody types."""
        with transaction(self._engine) as connection:
            params = {"quote": words, "collection": None, "limit": 10 * limit}
            ids = list(connection.execute(_QUERIES["documents_with_words"], params).scalars()) if fold(words) else []
            found: dict[int, tuple[StoredDocument, StoredChunk]] = {}
            for occurrence in _occurrences_in(_texts(connection, ids=ids), connection, words) if ids else ():
                for chunk in (occurrence.whole or occurrence.pieces)[:1]:
                    found.setdefault(chunk.id, (occurrence.document, chunk))
                if len(found) >= limit:
                    break
        return tuple(found.values())

    def locate(self, expected: Expectation | Expected, *, collection: str | None = None) -> Located:
        """Every occurrence of the passage, in one collection or in all.

        A document is found by address, else by file name, else by content, else by title. A golden passage's span
        counts while the text there is unchanged, else its words decide.
        """
        with transaction(self._engine) as connection:
            if isinstance(expected, Expectation):
                if expected.chunk_id is not None:
                    return _chunk(connection, expected.chunk_id)
                expected = Expected(source_uri=expected.document, part=expected.part, quote=expected.quote)
            if expected.source_uri:
                return _in_documents(connection, expected, collection)
            return _anywhere(connection, expected.quote, collection)


def absence_of(expected: Expected, located: Located) -> str:
    """Why a golden passage has no occurrence, in one line; empty when it has one."""
    if located.occurrences:
        return ""
    if located.documents:
        return "the document no longer holds these words, or has no passages there"
    if expected.source_uri:
        return f"no document {expected.source_uri!r} is in the database"
    return f"no document with the words {shortened(expected.quote, 60)!r} is in the database"


def _chunk(connection: Connection, chunk_id: int) -> Located:
    row = connection.execute(_QUERIES["chunk"], {"id": chunk_id}).mappings().one_or_none()
    if row is None:
        return Located()
    chunk = StoredChunk(**row)
    documents = _documents(connection, [chunk.document_id])
    return Located(documents=documents, occurrences=(Occurrence(document=documents[0], whole=(chunk,)),))


def _in_documents(connection: Connection, passage: Expected, collection: str | None) -> Located:
    params = {"name": passage.source_uri, "sha256": passage.sha256, "collection": collection}
    ids = connection.execute(_QUERIES["documents_named"], params).scalars().all()
    documents = _documents(connection, list(ids))
    occurrences: list[Occurrence] = []
    for document in documents:
        if passage.quote or passage.start_char is not None:
            occurrences += _by_text(connection, document, passage)
        else:
            chunks = _chunks(connection, document.id, part=passage.part)
            occurrences += [Occurrence(document=document, whole=chunks)] if chunks else []
    uploads: Sequence[Row[tuple[str, str, str]]] = []
    if not occurrences:
        uploads = connection.execute(_QUERIES["uploads_named"], {"name": passage.source_uri}).all()
    return Located(
        documents=documents,
        occurrences=tuple(occurrences),
        uploads=tuple((row.name, row.status, row.error) for row in uploads),
    )


def _by_text(connection: Connection, document: StoredDocument, passage: Expected) -> list[Occurrence]:
    """Occurrences of a span or of words; on the passage's own page where the words stand there too."""
    kept = _kept_span(connection, document, passage)
    if kept is not None:
        return [_occurrence(connection, document, passage.quote, kept)]
    text = next((text for _, text in _texts(connection, ids=[document.id])), "")
    if passage.start_char is None:
        occurrences = _occurrences(connection, document, text, passage.quote)
    else:
        start = passage.start_char
        nearest = min(spans_of(passage.quote, text), key=lambda span: abs(span[0] - start), default=None)
        occurrences = [_occurrence(connection, document, passage.quote, nearest)] if nearest else []
    part = passage.part
    if part is None:
        return occurrences
    return [
        occurrence
        for occurrence in occurrences
        if any(covers(chunk.part_first, chunk.part_last, part) for chunk in occurrence.accepted)
    ] or occurrences


def _kept_span(connection: Connection, document: StoredDocument, passage: Expected) -> tuple[int, int] | None:
    """The passage's span, when it still holds in today's text."""
    start, end = passage.start_char, passage.end_char
    if start is None or end is None:
        return None
    if not passage.quote or (passage.sha256 is not None and passage.sha256 == document.sha256):
        return start, end
    params = {"id": document.id, "start_char": start, "length": end - start}
    unchanged = connection.execute(_QUERIES["words_at"], params).scalar_one() == passage.quote
    return (start, end) if unchanged else None


def _anywhere(connection: Connection, quote: str, collection: str | None) -> Located:
    if not fold(quote):
        return Located()
    params = {"quote": quote, "collection": collection, "limit": _MAX_DOCUMENTS}
    ids = list(connection.execute(_QUERIES["documents_with_words"], params).scalars())
    occurrences = list(_occurrences_in(_texts(connection, ids=ids), connection, quote)) if ids else []
    complete = True
    if not occurrences:
        size = int(connection.execute(_QUERIES["size"], {"collection": collection}).scalar_one())
        complete = size <= _MAX_BYTES_READ
        if complete:
            occurrences = list(_occurrences_in(_texts(connection, collection=collection), connection, quote))
    failed = [] if occurrences else connection.execute(_QUERIES["failures"], {"limit": _MAX_FAILURES}).all()
    return Located(
        occurrences=tuple(occurrences),
        words=() if occurrences else _words(connection, quote),
        failures=tuple((row.name, row.error) for row in failed),
        complete=complete,
    )


def _words(connection: Connection, quote: str) -> tuple[QuotedWord, ...]:
    """The quote's words that say something, in its order."""
    words = list(dict.fromkeys(re.findall(r"\w+", quote)))[:_MAX_WORDS]
    rows = {row.word: row for row in connection.execute(_QUERIES["quoted_words"], {"words": words})}
    found = [rows[word] for word in words if word in rows]
    return tuple(QuotedWord(word=row.word, held=row.held, common=row.held and row.common) for row in found)


def _occurrences_in(texts: Iterable[tuple[int, str]], connection: Connection, quote: str) -> Iterator[Occurrence]:
    count = 0
    for document_id, text in texts:
        if count >= _MAX_OCCURRENCES:
            return
        if holds(quote, text):
            occurrences = _occurrences(connection, _documents(connection, [document_id])[0], text, quote)
            count += len(occurrences)
            yield from occurrences


def _texts(
    connection: Connection, *, ids: list[int] | None = None, collection: str | None = None
) -> Iterator[tuple[int, str]]:
    """Document ids with their texts, read in small batches; ids None: of all documents."""
    streamed = connection.execution_options(yield_per=20)
    for row in streamed.execute(_QUERIES["texts"], {"ids": ids, "collection": collection}):
        yield row.id, row.text


def _occurrences(connection: Connection, document: StoredDocument, text: str, quote: str) -> list[Occurrence]:
    return [
        replace(_occurrence(connection, document, quote, span), words=text[slice(*span)])
        for span in spans_of(quote, text)[:_MAX_OCCURRENCES]
    ]


def _occurrence(connection: Connection, document: StoredDocument, quote: str, span: tuple[int, int]) -> Occurrence:
    """Chunks that hold the span; one whose heading line holds (the beginning of) it counts, as that is read too."""
    touching = _chunks(connection, document.id, span=span)
    whole = tuple(chunk for chunk in touching if chunk.start_char <= span[0] and span[1] <= chunk.end_char)
    if not whole and quote:
        params = {"document_id": document.id, "start_char": span[0]}
        headed = [StoredChunk(**row) for row in connection.execute(_QUERIES["chunk_headed"], params).mappings()]
        by_id = {chunk.id: chunk for chunk in (*touching, *headed)}
        whole = tuple(chunk for chunk in by_id.values() if holds(quote, f"{chunk.heading}\n{chunk.text}"))
    return Occurrence(
        document=document,
        whole=whole,
        pieces=() if whole else touching,
        start_char=span[0],
        end_char=span[1],
    )


def _chunks(
    connection: Connection, document_id: int, *, span: tuple[int, int] | None = None, part: int | None = None
) -> tuple[StoredChunk, ...]:
    start, end = span or (None, None)
    params = {"document_id": document_id, "start_char": start, "end_char": end, "part": part}
    return tuple(StoredChunk(**row) for row in connection.execute(_QUERIES["chunks"], params).mappings())


def _documents(connection: Connection, ids: list[int]) -> tuple[StoredDocument, ...]:
    rows = connection.execute(_QUERIES["documents"], {"ids": ids}).mappings()
    return tuple(StoredDocument(**{**row, "warnings": tuple(row["warnings"])}) for row in rows)
