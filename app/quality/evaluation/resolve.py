"""Expected passages go in, the chunks that hold them today come out, whatever was chunked or ingested since."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from app.core.sql import load_queries
from app.quality.expected.golden import Expected

_QUERIES = load_queries(__file__)
_HALF = 0.5  # of a passage no chunk holds whole: as much in one chunk counts as found
_MOST = 0.8  # of a chunk inside a longer passage


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where an expected passage stands today, in one document."""

    document_id: int
    start_char: int | None = None  # None: the whole document, or a whole part of it
    end_char: int | None = None
    chunk_ids: tuple[int, ...] = ()  # finding one of these is finding the passage
    touching: tuple[int, ...] = ()  # every chunk that holds some of it
    whole: bool = True  # False: no chunk holds all of it, it was split


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """An expected passage with its places; without any, the problem says why."""

    expected: Expected
    places: tuple[Place, ...]
    problem: str = ""

    @property
    def chunk_ids(self) -> frozenset[int]:
        """Chunks any one of which counts as the passage."""
        return frozenset(chunk for place in self.places for chunk in place.chunk_ids)


def resolve(connection: Connection, expected: Expected, *, collection: str | None = None) -> Resolved:
    """Find an expected passage: its document by address, file name or content, its place by span, else by its words.

    A chunk counts when it holds the whole span; where none does, one that holds half of it, or that lies in it.
    """
    documents = _documents(connection, expected, collection)
    if not documents:
        what = repr(expected.source_uri) if expected.source_uri else f"with the words {expected.quote[:60]!r}"
        return Resolved(expected=expected, places=(), problem=f"no document {what} is in the database")
    places: list[Place] = []
    for document_id, sha256 in documents:
        span = _span(connection, expected, document_id, sha256)
        if span is None and (expected.quote or expected.start_char is not None):
            continue
        place = _place(connection, expected, document_id, span)
        if place.touching:
            places.append(place)
    problem = "" if places else "the document no longer holds these words, or has no passages there"
    return Resolved(expected=expected, places=tuple(places), problem=problem)


def _documents(connection: Connection, expected: Expected, collection: str | None) -> list[tuple[int, str | None]]:
    if expected.source_uri:
        asked = {"source_uri": expected.source_uri, "sha256": expected.sha256, "collection": collection}
        rows = connection.execute(_QUERIES["documents"], asked).all()
    else:
        words = _pattern(expected.quote)
        asked = {"pattern": words, "collection": collection}
        rows = connection.execute(_QUERIES["documents_with_words"], asked).all() if words else []
    return [(row.id, row.sha256) for row in rows]


def _span(connection: Connection, expected: Expected, document_id: int, sha256: str | None) -> tuple[int, int] | None:
    """The span in today's text: as it was kept where that still holds, else where the words stand now."""
    start, end = expected.start_char, expected.end_char
    if start is not None and end is not None:
        if expected.sha256 is not None and expected.sha256 == sha256:
            return start, end
        at = {"id": document_id, "start_char": start, "length": end - start}
        if not expected.quote or connection.execute(_QUERIES["words_at"], at).scalar_one() == expected.quote:
            return start, end
    pattern = _pattern(expected.quote)
    if not pattern:
        return None
    text = str(connection.execute(_QUERIES["text"], {"id": document_id}).scalar_one())
    found = [match.span() for match in re.finditer(pattern, text)] or [
        match.span() for match in re.finditer(pattern, text, re.IGNORECASE)
    ]
    return min(found, key=lambda span: abs(span[0] - (start or 0)), default=None)


@lru_cache(maxsize=1024)
def _pattern(quote: str) -> str:
    """The quote's words in their order with any space between them."""
    return r"\s+".join(re.escape(word) for word in quote.split())


def _place(connection: Connection, expected: Expected, document_id: int, span: tuple[int, int] | None) -> Place:
    start, end = span or (None, None)
    part = expected.part if span is None else None  # a span says more than a page
    asked = {"id": document_id, "start_char": start, "end_char": end, "part": part}
    rows = connection.execute(_QUERIES["chunks"], asked).all()
    touching = tuple(row.id for row in rows)
    if span is None:
        return Place(document_id=document_id, chunk_ids=touching, touching=touching)
    chunks = [(row.id, row.start_char, row.end_char) for row in rows]
    whole = tuple(chunk for chunk, first, last in chunks if first <= span[0] and span[1] <= last)
    return Place(
        document_id=document_id,
        start_char=span[0],
        end_char=span[1],
        chunk_ids=whole or _most_of(span, chunks),
        touching=touching,
        whole=bool(whole),
    )


def _most_of(span: tuple[int, int], chunks: Sequence[tuple[int, int, int]]) -> tuple[int, ...]:
    found = []
    for chunk, first, last in chunks:
        shared = min(last, span[1]) - max(first, span[0])
        if shared >= _HALF * (span[1] - span[0]) or shared >= _MOST * (last - first):
            found.append(chunk)
    return tuple(found)
