"""Real questions go in; how many of the exact nearest passages the vector index finds, and how fast, comes out."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from app.core.database import reachable
from app.core.models.embedding import Embedder
from app.core.sql import load_queries

ENOUGH = 0.98  # recall below this is worth a larger search list
_LARGEST_LIST = 1000  # what pgvector allows
_TIE = 1e-6  # distances this close are the same passage twice
_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One length of the search list."""

    ef_search: int
    recall: float  # mean share of the exact nearest that the index found, 0..1
    milliseconds: float  # median of one index search


@dataclass(frozen=True, kw_only=True, slots=True)
class VectorRecall:
    """What was compared and what came out."""

    chunks: int
    questions: int
    past: int  # how many of them are questions of past answers; the others are passages of the corpus
    nearest: int  # how many neighbours are compared
    exact_milliseconds: float  # median of comparing every vector
    trials: tuple[Trial, ...]  # the configured list first, then longer ones until one is enough; none: empty corpus

    @property
    def enough(self) -> Trial | None:
        """The shortest list that finds enough."""
        return next((trial for trial in self.trials if trial.recall >= ENOUGH), None)


def measure_recall(engine: Engine, embedder: Embedder, *, ef_search: int, nearest: int, sample: int) -> VectorRecall:
    """Compare index and exact search on `sample` questions: those of past answers, then passages of the corpus."""
    with reachable(engine) as connection:
        chunks = int(connection.execute(_QUERIES["size"]).one().chunks)
        past = list(connection.scalars(_QUERIES["past_questions"], {"sample": sample}))
        passages = list(connection.scalars(_QUERIES["some_passages"], {"sample": sample - len(past)}))
        vectors = [str(embedder.embed_query(question)[0].tolist()) for question in [*past, *passages]]
        connection.rollback()
        trials: list[Trial] = []
        exact, exact_milliseconds = _search(connection, "exactly", vectors, nearest)
        length = max(ef_search, nearest)
        while chunks and (not trials or (trials[-1].recall < ENOUGH and trials[-1].ef_search < _LARGEST_LIST)):
            trials.append(_trial(connection, vectors, exact, min(length, _LARGEST_LIST), nearest))
            length *= 2
    return VectorRecall(
        chunks=chunks,
        questions=len(vectors),
        past=len(past),
        nearest=nearest,
        exact_milliseconds=exact_milliseconds,
        trials=tuple(trials),
    )


def _trial(
    connection: Connection, vectors: Sequence[str], exact: Sequence[Sequence[float]], ef_search: int, nearest: int
) -> Trial:
    connection.execute(_QUERIES["prefer_index"], {"ef_search": str(ef_search)})
    found, milliseconds = _search(connection, "by_index", vectors, nearest)
    connection.rollback()
    shares = [
        min(sum(distance <= true[-1] + _TIE for distance in distances), len(true)) / len(true)
        for distances, true in zip(found, exact, strict=True)
    ]
    return Trial(ef_search=ef_search, recall=statistics.mean(shares), milliseconds=milliseconds)


def _search(
    connection: Connection, query: str, vectors: Sequence[str], nearest: int
) -> tuple[list[list[float]], float]:
    """Distances for each vector, nearest first, and the median milliseconds of one search."""
    found, seconds = [], [0.0] if not vectors else []
    for vector in vectors:
        started = time.perf_counter()
        found.append(list(connection.scalars(_QUERIES[query], {"embedding": vector, "nearest": nearest})))
        seconds.append(time.perf_counter() - started)
    return found, 1000 * statistics.median(seconds)
