"""Every leg, fused and reranked, on every development set; floors that fail when quality drops."""

from collections.abc import Callable, Iterator

import ir_measures
import numpy as np
import numpy.typing as npt
import pytest
from ir_measures import RR, P, R, nDCG
from rich.console import Console
from rich.table import Table
from scipy.stats import permutation_test
from sqlalchemy import Engine

from app.core.domain import Hit
from app.core.embedding import Embedder
from app.core.settings import Settings
from app.rerank import build_reranker
from app.retrieve import HybridRetriever
from tests.quality import sets

MEASURES = (nDCG @ 10, RR @ 10, R @ 50, P @ 1)
# Reranked nDCG@10 measured when the reranker was shipped, less two points.
FLOORS = {
    "xquad_en": 0.98,
    "clapnq_dev": 0.969,
    "pubmedqa_pqal": 0.98,
    "cisi": 0.455,
    "lisa": 0.462,
    "covidqa_longdocs": 0.679,
}
MOST_LOST = 0.01  # of the fused order's nDCG@10, on any set
Rank = Callable[[Hit], int | None]
ORDERS: dict[str, Rank] = {
    "vector leg": lambda hit: hit.vector_rank,
    "text leg": lambda hit: hit.text_rank,
    "fused": lambda hit: hit.fused_rank,
    "reranked": lambda hit: hit.final_rank,
}
FloatArray = npt.NDArray[np.float64]
Scores = dict[str, dict[str, dict[str, float]]]  # order -> measure -> question -> value


@pytest.fixture(params=sets.NAMES)
def name(request: pytest.FixtureRequest) -> str:
    if not sets.FOLDER.is_dir():
        pytest.fail(f"The development sets are not in {sets.FOLDER}: set QUALITY_DATA to their folder.")
    return request.param


@pytest.fixture(scope="module")
def means() -> Iterator[dict[str, list[float]]]:
    """Collects each set's figures and prints their means after the last."""
    collected: dict[str, list[float]] = {}
    yield collected
    said = ", ".join(f"{what} {100 * np.mean(values):.1f}" for what, values in collected.items())
    Console(width=100).print(f"mean of the sets: {said}")


def test_reranking_never_hurts_and_quality_holds(
    name: str,
    means: dict[str, list[float]],
    database: Engine,
    embedder: Embedder,
    make_settings: Callable[..., Settings],
) -> None:
    data = sets.load(name)
    sets.ingest(name, database, embedder)
    scores = _measure(data, database, embedder, make_settings())
    _print(data, scores)
    for order in ("fused", "reranked"):
        for measure in ("nDCG@10", "P@1"):
            means.setdefault(f"{order} {measure}", []).append(_mean(scores[order][measure]))
    fused, reranked = (_mean(scores[order]["nDCG@10"]) for order in ("fused", "reranked"))
    assert reranked >= fused - MOST_LOST
    assert reranked >= FLOORS[name]


def _measure(data: sets.DevelopmentSet, engine: Engine, embedder: Embedder, s: Settings) -> Scores:
    retriever = HybridRetriever(
        engine, embedder, candidates=s.candidates, leg_candidates=s.leg_candidates, vector_weight=s.vector_weight,
        text_weight=s.text_weight, rrf_k=s.rrf_k, ef_search=s.hnsw_ef_search,
    )  # fmt: skip
    reranker = build_reranker(s.reranker, embedder, s.data_dir, budget_ms=0)
    runs: dict[str, dict[str, dict[str, float]]] = {order: {} for order in ORDERS}
    judged: dict[str, dict[str, int]] = {}
    for question_id, text in data.questions.items():
        hits = reranker.rerank(text, retriever.retrieve(text).hits).hits
        judged[question_id] = data.judgements(question_id, hits)
        for order, rank in ORDERS.items():
            runs[order][question_id] = _run(data, hits, rank)
    return {order: _values(judged, run) for order, run in runs.items()}


def _run(data: sets.DevelopmentSet, hits: tuple[Hit, ...], rank: Rank) -> dict[str, float]:
    """Unit -> score, larger is better; of several chunks of a document the best counts."""
    run: dict[str, float] = {}
    for hit in hits:
        place = rank(hit)
        if place is not None:
            unit = sets.hit_unit(data, hit)
            run[unit] = max(run.get(unit, -1e9), -float(place))
    return run


def _values(judged: dict[str, dict[str, int]], run: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    values: dict[str, dict[str, float]] = {str(measure): dict.fromkeys(judged, 0.0) for measure in MEASURES}
    for metric in ir_measures.iter_calc(MEASURES, judged, run):
        values[str(metric.measure)][metric.query_id] = metric.value
    return values


def _mean(values: dict[str, float]) -> float:
    return float(np.mean(list(values.values())))


def _print(data: sets.DevelopmentSet, scores: Scores) -> None:
    table = Table(title=f"{data.name}, {len(data.questions)} questions", title_justify="left", box=None, pad_edge=False)
    for column in ("order", *map(str, MEASURES), "ΔnDCG@10 to fused", "p"):
        table.add_column(column, justify="left" if column == "order" else "right")
    base = np.array(list(scores["fused"]["nDCG@10"].values()))
    for order, values in scores.items():
        own = np.array(list(values["nDCG@10"].values()))
        means = [f"{100 * _mean(values[str(measure)]):.1f}" for measure in MEASURES]
        compared = ("", "") if order == "fused" else (f"{100 * (own - base).mean():+.1f}", f"{_p(own, base):.3f}")
        table.add_row(order, *means, *compared)
    Console(width=100).print(table, "")


def _p(one: FloatArray, other: FloatArray) -> float:
    """Two-sided paired permutation test of the means."""
    if np.array_equal(one, other):
        return 1.0
    test = permutation_test(
        (one, other), lambda a, b, axis: (a - b).mean(axis=axis), permutation_type="samples", n_resamples=5000,
        vectorized=True, rng=np.random.default_rng(7),
    )  # fmt: skip
    return float(test.pvalue)
