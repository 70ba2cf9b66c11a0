"""Re-embeds a corpus with another model: new vectors are filled in beside the old ones, then all switch at once.

The old vectors are searched until one transaction exchanges columns, indexes and corpus row. Documents ingested
meanwhile get their new vectors before. Killed at any moment, the same call continues where it stopped. The old vectors
stay, so the same call with the old model is the way back.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from pgvector import HalfVector
from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError

from app.core.database import database_errors
from app.core.errors import CorpusError
from app.core.models.embedding import Embedder, Matrix
from app.core.sql import copy_rows, load_queries
from ingest.corpus.passage_reader import PassageReader

_QUERIES = load_queries(__file__)
_LOCK_KEY = 0x72656D62
_BATCH = 256  # passages read, embedded and written at a time
_LAST = 128  # passages that the switch itself may embed while other writers wait
_LOCK_MILLISECONDS = 2_000  # searches may wait this long for the switch before it gives up for the moment
_BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
_POLL_SECONDS = 0.5  # between reports of how far the index build is
_LONGEST_INDEXED = 4_000  # dimensions of a halfvec that HNSW can index

Progress = Callable[[str, int, int], None]  # name of the step, how much of it is done, of how much


@dataclass(frozen=True, kw_only=True, slots=True)
class Reembedded:
    """A finished re-embedding."""

    passages: int
    split: int = 0  # passages longer than the model reads: their vector is the mean over their pieces
    switched: bool = True  # False: the new vectors are ready, and the old ones are still searched


class Reembedder:
    """Moves a database from the model that embedded it to another one."""

    def __init__(
        self, engine: Engine, embedder: Embedder, *, progress: Progress = lambda _step, _done, _total: None
    ) -> None:
        self._engine = engine
        self._embedder = embedder
        self._progress = progress
        self._read = PassageReader(embedder)

    def run(self, *, accept: Callable[[], bool] = lambda: True) -> Reembedded | None:
        """Fill, index, switch; None when the database is on this model already.

        accept: called when all new vectors are there; False leaves the old ones in use, and the new ones beside them.
        Raises CorpusError while another re-embedding runs or is unfinished. Raises DatabaseError; the same call
        continues then.
        """
        with database_errors(), alone(self._engine):
            if not self._begin():
                return None
            self._fill()
            self._index()
            switched = accept()
            while switched and not self._when_free("the switch", self._switch):
                self._fill()
            with self._engine.connect() as connection:
                passages = connection.execute(_QUERIES["passages"]).scalar_one()
        return Reembedded(passages=passages, split=len(self._read.long), switched=switched)

    def _begin(self) -> bool:
        name, dimension = self._embedder.name, self._embedder.dimension
        if dimension > _LONGEST_INDEXED:
            raise CorpusError(
                f"{name} makes vectors of {dimension} numbers, PostgreSQL indexes up to {_LONGEST_INDEXED}.",
                fix="Choose another model.",
            )
        with self._engine.connect() as connection:
            corpus = connection.execute(_QUERIES["corpus"]).one_or_none()
        if corpus is None:
            return self._when_free("the table", self._recreate_column)
        if (corpus.embedding_model, corpus.embedding_dimension) == (name, dimension) and (
            corpus.next_model is None or corpus.vectors_kept
        ):
            return False
        if corpus.next_model is None:
            return self._when_free("the table", self._add_column)
        if (corpus.next_model, corpus.next_dimension) != (name, dimension):
            raise _in_the_way(corpus)
        return not corpus.vectors_kept or self._when_free("the table", self._claim)

    def _add_column(self, connection: Connection) -> bool:
        connection.execute(_QUERIES["stop_readers"])
        connection.execute(_QUERIES["set_dimension"], {"dimension": str(self._embedder.dimension)})
        connection.execute(_QUERIES["add_column"])
        return self._claim(connection)

    def _claim(self, connection: Connection) -> bool:
        claim = {"model": self._embedder.name, "dimension": self._embedder.dimension}
        connection.execute(_QUERIES["claim"], claim)
        return True

    def _recreate_column(self, connection: Connection) -> bool:
        """Always False: there is nothing to embed, or a document was stored just now and the next call embeds it."""
        connection.execute(_QUERIES["stop_readers"])
        if connection.execute(_QUERIES["is_empty"]).scalar_one():
            connection.execute(_QUERIES["set_dimension"], {"dimension": str(self._embedder.dimension)})
            connection.execute(_QUERIES["recreate_column"])
        return False

    def _fill(self) -> None:
        """Embed all passages without a new vector, again and again until none is left."""
        with self._engine.connect() as connection:
            passages, done = connection.execute(_QUERIES["counts"]).one()
        self._progress("passages", done, passages)
        while written := self._pass(done, passages):
            done += written

    def _pass(self, done: int, passages: int) -> int:
        after, written = 0, 0
        while rows := self._missing(after):
            vectors = self._read.vectors(rows)
            with self._engine.begin() as connection:
                written += self._write(connection, rows, vectors)
            after = rows[-1].id
            self._progress("passages", min(done + written, passages), passages)
        return written

    def _missing(self, after: int) -> Sequence[Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(_QUERIES["missing"], {"after": after, "limit": _BATCH}).all()

    def _write(self, connection: Connection, rows: Sequence[Row[Any]], vectors: Matrix) -> int:
        """Store the vectors of these rows; returns the number of rows that were not locked by another writer."""
        connection.execute(_QUERIES["stage"])
        vectors_by_id = ((row.id, HalfVector(vector)) for row, vector in zip(rows, vectors, strict=True))
        copy_rows(connection, _QUERIES["copy"], ("int8", "halfvec"), vectors_by_id)
        if self._read.long:
            connection.execute(_QUERIES["mark_outdated"], {"ids": sorted(self._read.long)})
        return connection.execute(_QUERIES["fill"]).rowcount

    def _index(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.execute(_QUERIES["broken_index"]).scalar_one():
                connection.execute(_QUERIES["drop_index"])
            self._progress("index", 0, 1)
            try:
                self._build(connection, workers=2)
            except DBAPIError as error:
                if not isinstance(error.orig, psycopg.errors.DiskFull):
                    raise
                connection.execute(_QUERIES["drop_index"])  # a container's shared memory is too small for two
                self._build(connection, workers=0)
            connection.invalidate()  # its settings were for this build

    def _build(self, connection: Connection, *, workers: int) -> None:
        connection.execute(_QUERIES["index_memory"], {"workers": str(workers)})
        driver: Any = connection.connection.driver_connection
        with ThreadPoolExecutor(1) as pool:
            building = pool.submit(connection.execute, _QUERIES["build_index"])
            try:
                while not wait([building], timeout=_POLL_SECONDS).done:
                    with self._engine.connect() as other:
                        done, of = other.execute(_QUERIES["index_progress"]).one_or_none() or (0, 0)
                    self._progress("index", done, max(of, 1))
            except BaseException:
                driver.cancel()
                raise
            building.result()

    def _switch(self, connection: Connection) -> bool:
        """False when so much was ingested meanwhile that other writers would wait too long."""
        connection.execute(_QUERIES["stop_writers"])
        rows = connection.execute(_QUERIES["missing"], {"after": 0, "limit": _LAST + 1}).all()
        if len(rows) > _LAST:
            return False
        if rows:
            self._write(connection, rows, self._read.vectors(rows))
        self._progress("switch", 0, 1)
        connection.execute(_QUERIES["stop_readers"])
        connection.execute(_QUERIES["switch"])
        return True

    def _when_free(self, what: str, act: Callable[[Connection], bool]) -> bool:
        """Run `act` in a transaction as soon as no other transaction holds the table for long."""
        while True:
            try:
                with self._engine.begin() as connection:
                    connection.execute(_QUERIES["lock_timeout"], {"milliseconds": str(_LOCK_MILLISECONDS)})
                    return act(connection)
            except DBAPIError as error:
                if not isinstance(error.orig, _BUSY):
                    raise
            self._progress(f"{what} waits for a long query or a backup", 0, 1)
            time.sleep(_LOCK_MILLISECONDS / 1000)  # transactions that waited behind this one go first


def _in_the_way(corpus: Row[Any]) -> CorpusError:
    if corpus.vectors_kept:
        return CorpusError(
            f"The vectors of {corpus.next_model} are still kept, and a third set has no room beside them.",
            fix="Give them up first: python -m ingest reembed --finish",
        )
    return CorpusError(
        f"Re-embedding by {corpus.next_model} is not finished.",
        fix="Finish it with --model and that name, or give it up: python -m ingest reembed --abort",
    )


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Only one process at a time is inside. Raises CorpusError for a second one."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(_QUERIES["acquire"], {"key": _LOCK_KEY}).scalar_one():
            raise CorpusError("Another process is re-embedding this database.", fix="Wait for it, or stop it.")
        try:
            yield
        finally:
            connection.execute(_QUERIES["release"], {"key": _LOCK_KEY})
