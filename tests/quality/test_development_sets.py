"""Every leg, fused and reranked, on every development set; floors that fail when quality drops."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest
from rich.console import Console
from rich.table import Table
from scipy.stats import permutation_test
from sqlalchemy import Engine

from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.prefer.prefer import prefer
from app.rerank import build_reranker
from tests.quality import orders, sets
from tests.quality.measures import MEASURES, run_of, values

# Reranked nDCG@10 measured when the reranker was shipped, less two points.
FLOORS = {
    "xquad_en": 0.98,
    "clapnq_dev": 0.969,
    "pubmedqa_pqal": 0.98,
    "cisi": 0.475,
    "lisa": 0.51,
    "covidqa_longdocs": 0.679,
}
# One expected passage a question and many questions without one: of 100, a single question is twice the bound on R@50.
MORE_QUESTIONS = {"covidqa_longdocs": 300}
MOST_LOST = 0.01  # of the fused order's nDCG@10, on any set
# What the fused order may lose against the better leg alone, in points of R@50 and of nDCG@10.
LOST_TO_A_LEG = {"R@50": 0.005, "nDCG@10": 0.01}
FloatArray = npt.NDArray[np.float64]
Scores = dict[str, dict[str, dict[str, float]]]  # order -> measure -> question -> value


@pytest.fixture(params=sets.NAMES)
def name(request: pytest.FixtureRequest) -> str:
    if not sets.FOLDER.is_dir():
        pytest.fail(f"The development sets are not in {sets.FOLDER}: set QUALITY_DATA to their folder.")
    return str(request.param)


@pytest.fixture(scope="module")
def means() -> Iterator[dict[str, list[float]]]:
    """Collects each set's figures and prints their means after the last."""
    collected: dict[str, list[float]] = {}
    yield collected
    means_of_sets = ", ".join(f"{what} {100 * np.mean(values):.1f}" for what, values in collected.items())
    Console(width=100).print(f"mean of the sets: {means_of_sets}")


def test_reranking_never_hurts_and_quality_holds(
    name: str,
    means: dict[str, list[float]],
    database: Engine,
    embedder: Embedder,
    make_settings: Callable[..., Settings],
) -> None:
    data = sets.load(name, questions=MORE_QUESTIONS.get(name, sets.QUESTIONS))
    sets.ingest(name, database, embedder)
    scores = _measure(data, database, embedder, make_settings())
    _print(data, scores)
    for order in ("fused", "reranked"):
        for measure in ("nDCG@10", "P@1"):
            means.setdefault(f"{order} {measure}", []).append(_mean(scores[order][measure]))
    fused, reranked = (_mean(scores[order]["nDCG@10"]) for order in ("fused", "reranked"))
    assert reranked >= fused - MOST_LOST
    assert reranked >= FLOORS[name]
    for measure, lost in LOST_TO_A_LEG.items():
        better = max(_mean(scores[leg][measure]) for leg in ("vector leg", "text leg"))
        assert _mean(scores["fused"][measure]) >= better - lost, measure


def _measure(data: sets.DevelopmentSet, engine: Engine, embedder: Embedder, s: Settings) -> Scores:
    rows = orders.stored_rows(engine)
    reranker = build_reranker(s.reranker, embedder, s.data_dir, budget_ms=0)
    fused = orders.fused(engine, embedder, s)
    searches: dict[str, orders.Search] = {
        "vector leg": orders.vector_leg(engine, embedder, s),
        "text leg": orders.text_leg(engine, embedder, s),
        **orders.by_bm25s(rows, list(data.questions.values()), limit=s.candidates),
        "fused": fused,
        "reranked": lambda question: (
            prefer(question, reranker.rerank(question, fused(question)).hits, reranker.relevance).hits
        ),
    }
    judged = {question_id: data.judgements(question_id, rows) for question_id in data.questions}
    return {
        order: values(judged, {key: run_of(data, search(question)) for key, question in data.questions.items()})
        for order, search in searches.items()
    }


def _mean(values: dict[str, float]) -> float:
    return float(np.mean(list(values.values())))


def _print(data: sets.DevelopmentSet, scores: Scores) -> None:
    table = Table(title=f"{data.name}, {len(data.questions)} questions", title_justify="left", box=None, pad_edge=False)
    for column in ("order", *map(str, MEASURES), "ΔnDCG@10 to fused", "p"):
        table.add_column(column, justify="left" if column == "order" else "right")
    base = np.array(list(scores["fused"]["nDCG@10"].values()))
    for order, figures in scores.items():
        own = np.array(list(figures["nDCG@10"].values()))
        means = [f"{100 * _mean(figures[str(measure)]):.1f}" for measure in MEASURES]
        compared = ("", "") if order == "fused" else (f"{100 * (own - base).mean():+.1f}", f"{_p(own, base):.3f}")
        table.add_row(order, *means, *compared)
    Console(width=100).print(table, "")


def _p(first: FloatArray, second: FloatArray) -> float:
    """Two-sided paired permutation test of the means."""
    if np.array_equal(first, second):
        return 1.0
    test = permutation_test(
        (first, second), lambda a, b, axis: (a - b).mean(axis=axis), permutation_type="samples", n_resamples=5000,
        vectorized=True, rng=np.random.default_rng(7),
    )  # fmt: skip
    return float(test.pvalue)
