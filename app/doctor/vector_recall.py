"""Recall of the vector index: how many of the exact nearest passages it finds for real questions, and how fast."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from app.bootstrap import SearchServices
from app.core.database import reachable
from app.core.models.embedding import Embedder
from app.core.sql import load_queries
from app.doctor.health import Check
from app.retrieve import EXACT_BELOW

ENOUGH = 0.98  # recall below this is worth a larger search list
_LARGEST_LIST = 1000  # the limit of pgvector
_TIE = 1e-6  # distances closer than this count as equal
_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One length of the search list."""

    ef_search: int
    recall: float  # mean share of the exact nearest that the index found, 0..1
    milliseconds: float  # median of one index search


@dataclass(frozen=True, kw_only=True, slots=True)
class VectorRecall:
    """The result of a comparison."""

    chunks: int
    questions: int
    past: int  # how many of them come from past answers; the others are passages of the corpus
    nearest: int  # neighbours compared for each question
    exact_milliseconds: float  # median of one exact search, which compares every vector
    trials: tuple[Trial, ...]  # the configured list first, then longer ones until one is enough; none: empty corpus

    @property
    def enough(self) -> Trial | None:
        """The shortest search list whose recall is enough."""
        return next((trial for trial in self.trials if trial.recall >= ENOUGH), None)


def measure_recall(engine: Engine, embedder: Embedder, *, ef_search: int, nearest: int, sample: int) -> VectorRecall:
    """Compare index and exact search on `sample` questions: those of past answers, then passages of the corpus."""
    with reachable(engine) as connection:
        chunks = int(connection.execute(_QUERIES["size"]).scalar_one())
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


def measured_recall(services: SearchServices, sample: int) -> VectorRecall:
    """The recall that questions get with the settings in effect."""
    configured = services.settings
    return measure_recall(
        services.engine,
        services.embedder,
        ef_search=configured.hnsw_ef_search,
        nearest=max(configured.leg_candidates, configured.candidates),
        sample=sample,
    )


def recall_check(measured: VectorRecall) -> Check:
    """The measurement as a check, with the setting or the commands that raise a recall that is too low."""
    name = "recall of the vector index"
    if not measured.trials:
        return Check(name=name, ok=True, detail="nothing to compare: there are no passages yet")
    now, enough = measured.trials[0], measured.enough
    sources = []
    if measured.past:
        sources.append(f"{measured.past} past questions")
    if measured.questions > measured.past:
        sources.append(f"{measured.questions - measured.past} passages")
    detail = (
        f"{now.recall:.3f} of the {min(measured.nearest, measured.chunks)} nearest among {measured.chunks} passages, "
        f"sampled with {' and '.join(sources)}; {now.milliseconds:.1f} ms with "
        f"FOREMOST_HNSW_EF_SEARCH={now.ef_search}, {measured.exact_milliseconds:.1f} ms by comparing every vector"
    )
    small = measured.chunks < EXACT_BELOW
    notes = (f"With fewer than {EXACT_BELOW} passages a search compares every vector anyway.",) if small else ()
    if enough is now:
        return Check(name=name, ok=True, detail=detail, notes=notes)
    if enough is not None:
        fix = f"FOREMOST_HNSW_EF_SEARCH={enough.ef_search} finds {enough.recall:.3f} in {enough.milliseconds:.1f} ms."
    else:
        last = measured.trials[-1]
        fix = (
            f"Even FOREMOST_HNSW_EF_SEARCH={last.ef_search} finds {last.recall:.3f} only: set it, and rebuild the "
            "index with REINDEX INDEX CONCURRENTLY ix_chunks_embedding. If that is not enough, make it denser first: "
            "ALTER INDEX ix_chunks_embedding SET (m = 32, ef_construction = 200)."
        )
    return Check(name=name, ok=small, detail=detail, fix=fix, notes=notes)


def _trial(
    connection: Connection, vectors: Sequence[str], exact: Sequence[Sequence[float]], ef_search: int, nearest: int
) -> Trial:
    connection.execute(_QUERIES["prefer_index"], {"ef_search": str(ef_search)})
    approximate, milliseconds = _search(connection, "by_index", vectors, nearest)
    connection.rollback()
    shares = [
        min(sum(distance <= true[-1] + _TIE for distance in distances), len(true)) / len(true)
        for distances, true in zip(approximate, exact, strict=True)
    ]
    return Trial(ef_search=ef_search, recall=statistics.mean(shares), milliseconds=milliseconds)


def _search(
    connection: Connection, query: str, vectors: Sequence[str], nearest: int
) -> tuple[list[list[float]], float]:
    """Distances for each vector, nearest first, and the median milliseconds of one search."""
    results: list[list[float]] = []
    seconds: list[float] = []
    for vector in vectors:
        started = time.perf_counter()
        results.append(list(connection.scalars(_QUERIES[query], {"embedding": vector, "nearest": nearest})))
        seconds.append(time.perf_counter() - started)
    return results, 1000 * statistics.median(seconds) if seconds else 0.0
