"""Settings go in, the two search stages come out: a retriever and a reranker over one database and one embedder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from app.calibrate import Calibrations, calibrated
from app.core.domain import NO_FILTERS, ExactRank, Filters
from app.core.models.embedding import Embedder
from app.core.scale import Scale
from app.core.settings import Settings
from app.planned_search import PlannedSearcher
from app.rerank import Reranker, build_reranker
from app.retrieve import EXACT_BELOW, HybridRetriever
from app.search import Retriever, Searcher

_RERANKERS_KEPT = 4  # A diagnosis tries several; each holds a loaded model.


class ExplainingRetriever(Retriever, Protocol):
    """A retriever that can also rank given chunks in each leg's complete order."""

    def exact_ranks(
        self, query: str, chunk_ids: Sequence[int], *, collection: str | None = None, filters: Filters = NO_FILTERS
    ) -> Mapping[int, ExactRank]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Stages:
    """Builds the search stages for any settings."""

    retriever: Callable[[Settings], ExplainingRetriever]
    reranker: Callable[[Settings], Reranker]  # the same object for the same settings: loading a model takes seconds
    calibrations: Calibrations  # of the models in use on this corpus
    count_tokens: Callable[[str], int]  # tokens of a passage by the embedder, in place of the chat model's tokenizer

    def searcher(self, settings: Settings) -> Searcher:
        """Both stages together."""
        return planning(self.retriever(settings), self.reranker(settings), settings)


def build_stages(engine: Engine, embedder: Embedder) -> Stages:
    """The real stages over a database and an embedding model. Building a reranker raises ModelError."""
    calibrations = Calibrations(engine, embedder)

    @lru_cache(maxsize=_RERANKERS_KEPT)
    def reranker(setting: str, data_dir: Path, budget_ms: int, cache_mib: int) -> Reranker:
        built = build_reranker(setting, embedder, data_dir, budget_ms=budget_ms, cache_mib=cache_mib)
        return calibrated(built, calibrations)

    return Stages(
        retriever=partial(build_retriever, engine, embedder, scale=calibrations.embedding),
        calibrations=calibrations,
        reranker=lambda settings: reranker(
            settings.reranker, settings.data_dir, settings.rerank_budget_ms, settings.rerank_cache_mib
        ),
        count_tokens=lambda text: embedder.count_tokens([text])[0],
    )


def planning(retriever: Retriever, reranker: Reranker, settings: Settings) -> Searcher:
    """The two stages, with a plan before them unless it is turned off."""
    if not settings.plan:
        return Searcher(retriever=retriever, reranker=reranker)
    return PlannedSearcher(retriever=retriever, reranker=reranker, seconds=settings.plan_seconds)


def build_retriever(
    engine: Engine,
    embedder: Embedder,
    settings: Settings,
    *,
    candidates: int | None = None,
    exact_below: int = EXACT_BELOW,
    scale: Callable[[], Scale] | None = None,
) -> HybridRetriever:
    """The retriever as configured; `candidates` overrides the configured number of candidates.

    scale: of the embedding model's cosines; None: as it is calibrated on this database.
    """
    return HybridRetriever(
        engine,
        embedder,
        candidates=settings.candidates if candidates is None else candidates,
        leg_candidates=settings.leg_candidates,
        vector_weight=settings.vector_weight,
        text_weight=settings.text_weight,
        ef_search=settings.hnsw_ef_search,
        exact_below=exact_below,
        scale=scale or Calibrations(engine, embedder).embedding,
    )
