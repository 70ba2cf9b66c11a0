"""The ingestion road on one screen: a source goes in, searchable chunks are stored, a result comes out."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from app.core.domain import Document, EmbeddedChunk, Source
from app.core.errors import DocumentError
from app.core.models.embedding import Embedder
from ingest.chunk.chunk import chunk
from ingest.embed import embed
from ingest.load import detect
from ingest.load.limits import Limits
from ingest.load.unpack import unpacked
from ingest.store import Member, Store, nothing_more

Parts = Sequence[tuple[Source, Document | DocumentError]]  # what a source contains, then the source itself


class Outcome(StrEnum):
    """What became of a source."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EMPTY = "no text"  # stored, so that it is not read again; nothing to search
    FAILED = "failed"
    MOVED = "moved"  # the same content under another path
    REMOVED = "removed"
    QUEUED = "queued"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How one source fared."""

    outcome: Outcome
    message: str = ""  # why it failed or is empty, in one line
    warnings: tuple[str, ...] = ()
    chunks: int = 0
    timings: dict[str, float] = field(default_factory=dict)  # seconds: load, chunk, embed


def load_here(source: Source) -> Parts:
    """The documents in a source, loaded in this process, with nothing but the loaders' own limits."""
    parts: list[tuple[Source, Document | DocumentError]] = []
    for one, load in unpacked(source, Limits()):
        try:
            parts.append((one, load()))
        except DocumentError as error:
            parts.append((one, error))
    return parts


class Ingester:
    """Takes sources one by one, from several threads at once if need be.

    The embedding model is made when the first text needs it. load says where sources are loaded.
    """

    def __init__(
        self, *, store: Store, make_embedder: Callable[[], Embedder], load: Callable[[Source], Parts] = load_here
    ) -> None:
        self._store = store
        self._make_embedder = make_embedder
        self._load = load
        self._embedder: Embedder | None = None
        self._making = threading.Lock()

    def ingest(
        self,
        source: Source,
        *,
        collection: str,
        document: Document | None = None,
        upload: bool = False,
        within: Callable[[Connection], None] = nothing_more,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> Result:
        """Store a source unless the same content is stored already.

        document: the source's text, when something else has loaded it already (ingest.load.langchain_adapter). A
        document that cannot be read is a result, not an error. `within` joins the storing transaction. Raises
        DatabaseError, CorpusError and ModelError, which are no fault of the document.
        """
        if self._store.known_hash(source.uri, collection=collection) == source.sha256:
            return Result(outcome=Outcome.UNCHANGED)
        try:
            return self._replace(source, document, collection, within, progress)
        except DocumentError as error:
            self._store.record_failure(
                source.uri, source.name, str(error), collection=collection, only_known=upload, source=source
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
        clock, timings = time.perf_counter(), {}
        parts = self._load(source) if loaded is None else [(source, loaded)]
        document = parts[-1][1]
        if isinstance(document, DocumentError):
            raise document
        timings["load"], clock = _lap(clock)
        embedder = self.ready() if any(isinstance(one, Document) and one.text for _, one in parts) else None
        clock = time.perf_counter()
        chunks = [chunk(one, embedder) if embedder and isinstance(one, Document) else () for _, one in parts]
        everything = [one for of_one in chunks for one in of_one]
        timings["chunk"], clock = _lap(clock)
        done = 0

        def told(more: int) -> None:
            nonlocal done
            done += more
            progress(done, len(everything))

        embedded = list(embed(everything, embedder, progress=told)) if embedder else []
        timings["embed"], clock = _lap(clock)
        shares = [_taken(embedded, len(of_one)) for of_one in chunks]
        members = [Member(one, text, share) for (one, text), share in zip(parts[:-1], shares[:-1], strict=True)]
        replaced = self._store.store(
            source,
            document,
            shares[-1],
            collection=collection,
            embedder=embedder,
            timings=timings,
            within=within,
            members=members,
        )
        outcome = Outcome.EMPTY if not everything else Outcome.CHANGED if replaced else Outcome.NEW
        message = " ".join(("No text was found in it.", *document.warnings)) if not everything else ""
        failed = tuple(f"{one.name}: {text}" for one, text in parts[:-1] if isinstance(text, DocumentError))
        warnings = document.warnings + failed
        return Result(outcome=outcome, message=message, warnings=warnings, chunks=len(everything), timings=timings)

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

    def ready(self) -> Embedder:
        """The embedding model, made once. Raises CorpusError and ModelError when there is none that fits the corpus."""
        with self._making:
            if self._embedder is None:
                embedder = self._make_embedder()
                self._store.require_corpus_of(embedder)
                self._embedder = embedder
            return self._embedder


def _taken(embedded: list[EmbeddedChunk], count: int) -> tuple[EmbeddedChunk, ...]:
    """The next so many, taken off the front."""
    share = tuple(embedded[:count])
    del embedded[:count]
    return share


def _lap(since: float) -> tuple[float, float]:
    now = time.perf_counter()
    return now - since, now
