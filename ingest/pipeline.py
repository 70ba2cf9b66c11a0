"""The ingestion road on one screen: a source goes in, searchable chunks are stored, a result comes out."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sqlalchemy import Connection

from app.core.domain import Chunk, Document, EmbeddedChunk, Source
from app.core.errors import DocumentError
from app.core.models.embedding import Embedder
from app.core.names import identity
from ingest.bounds import Bounds
from ingest.chunk.chunk import chunk
from ingest.embed import embed_documents
from ingest.load import detect
from ingest.load.limits import Limits
from ingest.load.unpack import unpacked
from ingest.store import Member, Store, nothing_more, why_empty

# The documents in a source, or why they cannot be read: its members first, the source itself last.
Parts = Sequence[tuple[Source, Document | DocumentError]]
_NO_BOUNDS = Bounds()


class Outcome(StrEnum):
    """What ingestion did with a source."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EMPTY = "no text"  # stored, so that it is not read again; there is nothing to search
    FAILED = "failed"
    MOVED = "moved"  # the same content under another path
    REMOVED = "removed"
    QUEUED = "queued"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The result of ingesting one source."""

    outcome: Outcome
    message: str = ""  # why it failed or is empty, in one line
    warnings: tuple[str, ...] = ()
    chunks: int = 0
    timings: dict[str, float] = field(default_factory=dict)  # seconds: load, chunk, embed


class RunListener(Protocol):
    """Receives the progress of a run over files or other items."""

    def progress(self, done: int, total: int, name: str) -> None:
        """`done` of `total` items are finished; name is one in work."""

    def finished(self, uri: str, result: Result) -> None:
        """One item is finished."""


def load_here(source: Source) -> Parts:
    """The documents in a source, loaded in this process, with nothing but the loaders' own limits."""
    parts: list[tuple[Source, Document | DocumentError]] = []
    for part, load in unpacked(source, Limits()):
        try:
            parts.append((part, load()))
        except DocumentError as error:
            parts.append((part, error))
    return parts


class Ingester:
    """Ingests sources one by one; several threads may share it.

    make_embedder is called when the first text needs the model. load decides where sources are loaded. bounds limits
    the passages of one document.
    """

    def __init__(
        self,
        *,
        store: Store,
        make_embedder: Callable[[], Embedder],
        load: Callable[[Source], Parts] = load_here,
        bounds: Bounds = _NO_BOUNDS,
    ) -> None:
        self._store = store
        self._make_embedder = make_embedder
        self._load = load
        self._bounds = bounds
        self._embedder: Embedder | None = None
        self._making = threading.Lock()

    def ingest(
        self,
        source: Source,
        *,
        collection: str,
        document: Document | None = None,
        only_known: bool = False,
        within: Callable[[Connection], None] = nothing_more,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> Result:
        """Store a source unless the same content is stored already.

        `document` is the source's text when something else has loaded it (ingest.load.langchain_adapter). A document
        that cannot be read is a result, not an error; its reason is kept by Store.record_failure, which explains
        only_known. The callback `within` runs in the storing transaction; `progress` gets the embedded and the total
        number of chunks. Raises DatabaseError, CorpusError and ModelError, which the document did not cause.
        """
        stored = self._store.stored_version(source.uri, collection=collection)
        if stored is not None and stored.matches(source):
            return Result(outcome=Outcome.UNCHANGED)
        try:
            return self._replace(source, document, collection, within, progress)
        except DocumentError as error:
            self._store.record_failure(
                source.uri, source.name, str(error), collection=collection, only_known=only_known, source=source
            )
            return Result(outcome=Outcome.FAILED, message=str(error))

    def _replace(
        self,
        source: Source,
        loaded: Document | None,
        collection: str,
        within: Callable[[Connection], None],
        progress: Callable[[int, int], None],
    ) -> Result:
        timings: dict[str, float] = {}
        started = time.perf_counter()
        parts = self._load(source) if loaded is None else [(source, loaded)]
        document = parts[-1][1]
        if isinstance(document, DocumentError):
            raise document
        timings["load"] = time.perf_counter() - started

        has_text = any(isinstance(part, Document) and part.text for _, part in parts)
        embedder = self.ready() if has_text else None
        started = time.perf_counter()
        chunks = [_chunked(part, text, embedder) if embedder else () for part, text in parts]
        kept = [self._bounds.kept(of_part) for of_part in chunks]
        timings["chunk"] = time.perf_counter() - started

        started = time.perf_counter()
        embedded = _embedded(kept, embedder, self._bounds.embed_seconds, progress)
        timings["embed"] = time.perf_counter() - started
        members = [
            Member(part, self._bounds.noted(text, chunks[n], kept[n], embedded[n]), embedded[n])
            for n, (part, text) in enumerate(parts[:-1])
        ]
        document = self._bounds.noted(document, chunks[-1], kept[-1], embedded[-1])
        replaced = self._store.store(
            source,
            document,
            embedded[-1],
            collection=collection,
            embedder=embedder,
            timings=timings,
            within=within,
            members=members,
        )
        return _result(parts, document, sum(len(share) for share in embedded), replaced, timings)

    def finish(self, *, many: bool) -> None:
        """After documents were stored: renew the database's statistics; many=True does so in any case."""
        self._store.refresh_statistics(always=many)

    def preview(self, source: Source, *, collection: str) -> Result:
        """What ingest would do, by hash and file type alone; nothing is written."""
        stored = self._store.stored_version(source.uri, collection=collection)
        if stored is not None and stored.matches(source):
            return Result(outcome=Outcome.UNCHANGED)
        try:
            detect(source)
        except DocumentError as error:
            return Result(outcome=Outcome.FAILED, message=str(error))
        return Result(outcome=Outcome.CHANGED if stored else Outcome.NEW)

    def record_failure(self, uri: str, name: str, error: str, *, collection: str, only_known: bool = False) -> None:
        """Keep the reason with the document, where the page and the next run read it."""
        self._store.record_failure(uri, name, error, collection=collection, only_known=only_known)

    def ready(self) -> Embedder:
        """The embedding model, made once. Raises CorpusError and ModelError when none fits the corpus."""
        with self._making:
            if self._embedder is None:
                embedder = self._make_embedder()
                self._store.require_corpus_of(embedder)
                self._embedder = embedder
            return self._embedder


def _chunked(source: Source, document: Document | DocumentError, embedder: Embedder) -> tuple[Chunk, ...]:
    if isinstance(document, DocumentError):
        return ()
    return chunk(document, embedder, identity=identity(source.uri, source.name, document.title))


def _embedded(
    chunks: Sequence[Sequence[Chunk]], embedder: Embedder | None, seconds: float, progress: Callable[[int, int], None]
) -> list[tuple[EmbeddedChunk, ...]]:
    """The chunks of every part with their vectors; progress gets the finished and the total number."""
    total = sum(len(of_part) for of_part in chunks)
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        progress(done, total)

    if embedder is None:
        return [() for _ in chunks]
    return embed_documents(chunks, embedder, seconds=seconds, progress=count)


def _result(parts: Parts, document: Document, count: int, replaced: bool, timings: dict[str, float]) -> Result:
    """The result for a stored document with so many chunks, those of its members included."""
    failed = tuple(f"{part.name}: {text}" for part, text in parts[:-1] if isinstance(text, DocumentError))
    warnings = document.warnings + failed
    if not count:
        return Result(outcome=Outcome.EMPTY, message=why_empty(document), warnings=warnings, timings=timings)
    outcome = Outcome.CHANGED if replaced else Outcome.NEW
    return Result(outcome=outcome, warnings=warnings, chunks=count, timings=timings)
