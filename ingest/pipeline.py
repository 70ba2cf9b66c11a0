"""The ingestion road on one screen: a source goes in, searchable chunks are stored, a result comes out."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from app.core.domain import Source
from app.core.embedding import Embedder
from app.core.errors import DocumentError
from ingest.chunk import chunk
from ingest.embed import embed
from ingest.load import detect, load
from ingest.store import Store, nothing_more


class Outcome(StrEnum):
    """What became of a source."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EMPTY = "no text"  # stored, so that it is not read again; nothing to search
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How one source fared."""

    outcome: Outcome
    message: str = ""  # why it failed or is empty, in one line
    warnings: tuple[str, ...] = ()
    chunks: int = 0
    timings: dict[str, float] = field(default_factory=dict)  # seconds: load, chunk, embed


class Ingester:
    """Takes sources one by one. The embedding model is made when the first text needs it."""

    def __init__(self, *, store: Store, make_embedder: Callable[[], Embedder]) -> None:
        self._store = store
        self._make_embedder = make_embedder
        self._embedder: Embedder | None = None

    def ingest(
        self,
        source: Source,
        *,
        collection: str,
        upload: bool = False,
        within: Callable[[Connection], None] = nothing_more,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> Result:
        """Store a source unless the same content is stored already.

        A document that cannot be read is a result, not an error. `within` joins the storing transaction. Raises
        DatabaseError, CorpusError and ModelError, which are no fault of the document.
        """
        if self._store.known_hash(source.uri, collection=collection) == source.sha256:
            return Result(outcome=Outcome.UNCHANGED)
        try:
            return self._replace(source, collection, within, progress)
        except DocumentError as error:
            self.record_failure(source.uri, source.name, str(error), collection=collection, only_known=upload)
            return Result(outcome=Outcome.FAILED, message=str(error))

    def _replace(
        self,
        source: Source,
        collection: str,
        within: Callable[[Connection], None],
        progress: Callable[[int, int], None],
    ) -> Result:
        clock, timings = time.perf_counter(), {}
        document = load(source)
        timings["load"], clock = _lap(clock)
        embedder = self._ready_embedder() if document.text else None
        clock = time.perf_counter()
        chunks = chunk(document, embedder) if embedder else ()
        timings["chunk"], clock = _lap(clock)
        done = 0

        def told(more: int) -> None:
            nonlocal done
            done += more
            progress(done, len(chunks))

        embedded = embed(chunks, embedder, progress=told) if embedder else ()
        timings["embed"], clock = _lap(clock)
        replaced = self._store.store(
            source,
            document,
            embedded,
            collection=collection,
            embedder=embedder,
            timings=timings,
            within=within,
        )
        outcome = Outcome.EMPTY if not chunks else Outcome.CHANGED if replaced else Outcome.NEW
        message = " ".join(("No text was found in it.", *document.warnings)) if not chunks else ""
        return Result(outcome=outcome, message=message, warnings=document.warnings, chunks=len(chunks), timings=timings)

    def finish(self, *, many: bool) -> None:
        """After documents were stored: bring the database's statistics up to date; `many` does so in any case."""
        self._store.refresh_statistics(always=many)

    def preview(self, source: Source, *, collection: str) -> Result:
        """What ingest would do, by hash and file type alone; nothing is written."""
        known = self._store.known_hash(source.uri, collection=collection)
        if known == source.sha256:
            return Result(outcome=Outcome.UNCHANGED)
        try:
            detect(source)
        except DocumentError as error:
            return Result(outcome=Outcome.FAILED, message=str(error))
        return Result(outcome=Outcome.CHANGED if known else Outcome.NEW)

    def record_failure(self, uri: str, name: str, error: str, *, collection: str, only_known: bool = False) -> None:
        """Keep the reason with the document, so that the page and the next run can tell it."""
        self._store.record_failure(uri, name, error, collection=collection, only_known=only_known)

    def _ready_embedder(self) -> Embedder:
        if self._embedder is None:
            embedder = self._make_embedder()
            self._store.require_corpus_of(embedder)
            self._embedder = embedder
        return self._embedder


def _lap(since: float) -> tuple[float, float]:
    now = time.perf_counter()
    return now - since, now
