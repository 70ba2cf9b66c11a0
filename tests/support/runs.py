"""Evaluation runs made up for tests: a value for each question, and what follows from it."""

from collections.abc import Sequence

from app.quality.evaluation.run import EvaluationRun, QuestionResult
from app.quality.expected.loss import Loss

ORDERS = ("vector", "text", "fused", "reranked")


def result(number: int, value: float, *, answerable: bool = True, relevance: float = 0.9) -> QuestionResult:
    """A question whose every measure has one value."""
    values = {order: {"nDCG@10": value, "P@1": float(value == 1)} for order in ORDERS} if answerable else {}
    rank = 1 if value == 1 else 8 if value else None
    loss = Loss.IN_PROMPT if value == 1 else Loss.BEYOND_LIMIT if value else Loss.NOT_RETRIEVED
    return QuestionResult(
        key=f"q{number}",
        text=f"Question {number}?",
        answerable=answerable,
        loss=loss if answerable else None,
        ranks=dict.fromkeys(ORDERS, rank),
        values=values,
        relevance=relevance,
        expected_relevance=relevance if answerable else None,
        seconds={"embed": 0.01, "sql": 0.02, "rerank": 0.1},
    )


def run_of(values: Sequence[float], *, name: str = "run", **settings: float) -> EvaluationRun:
    """A run with a question for each value."""
    return EvaluationRun(
        name=name,
        target="golden",
        corpus="",
        settings={"leg_candidates": 100, "relevance_floor": 0.2} | settings,
        reranker="words",
        questions=tuple(result(number, value) for number, value in enumerate(values)),
    )
