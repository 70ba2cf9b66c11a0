"""Measured questions go in, a point for each setting comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import ir_measures
import numpy as np
from ir_measures import nDCG

from app.core.domain import Hit
from app.quality.dial.estimate import Estimator, FloatArray
from app.quality.dial.scorer import Contender
from app.quality.dial.sweep import NO_RERANKER, PASSAGES, Point, marked
from app.quality.evaluation.judge import ORDERS, Judgement
from app.quality.evaluation.questions import EvaluationQuestion

_MEASURE = nDCG @ 10
_COUNTED = 10  # ranks that the measure looks at
Timings = Sequence[Mapping[str, Mapping[int, float]]]
_Values = dict[str, FloatArray]  # "quality" and "1", "3", … -> value of every question, NaN where not measured


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """The part of a final order that the measures need; the candidates themselves would take too much memory."""

    run: Mapping[str, float]  # the first units -> score, larger is better
    best_rank: int | None  # of an expected passage


@dataclass(kw_only=True, slots=True)
class SweepQuestion:
    """A question, its candidates at every depth, and its final orders at the depths scored so far."""

    question: EvaluationQuestion
    judgement: Judgement
    hits: Mapping[int, tuple[Hit, ...]]  # number of candidates -> fused order
    orders: dict[tuple[str, int], Order] = field(default_factory=dict)  # (reranker, candidates) -> final order
    depth: int = 0  # number of candidates scored so far

    @property
    def needed(self) -> bool:
        """Whether an expected passage is among any candidates; otherwise the value of every order is 0."""
        return any(self.judgement.expects(hit) for hits in self.hits.values() for hit in hits)


def order_of(judgement: Judgement, hits: Sequence[Hit]) -> Order:
    """The Order of candidates that are in their final order."""
    ranked = [replace(hit, final_rank=rank) for rank, hit in enumerate(hits, 1)]
    run = judgement.run(ranked, ORDERS["reranked"])
    best = sorted(run.items(), key=lambda item: -item[1])[:_COUNTED]
    return Order(run=dict(best), best_rank=judgement.best_rank(ranked, ORDERS["reranked"]))


def points_of(
    questions: Sequence[SweepQuestion], timed: Timings, contenders: Sequence[Contender], depths: Sequence[int]
) -> tuple[Point, ...]:
    """No reranking first, then each reranker at each number of candidates."""
    estimator = Estimator(np.array([question.needed for question in questions], np.bool_))
    none = _values(questions, [order_of(question.judgement, question.hits[depths[0]]) for question in questions])
    points = [_point(_Setting(NO_RERANKER, NO_RERANKER, 0, depths[0]), [none], estimator, timed)]
    for contender in contenders:
        chain = [none]
        for depth in depths:
            orders = [question.orders.get((contender.label, depth)) for question in questions]
            chain.append(_values(questions, orders))
            setting = _Setting(contender.label, contender.setting, depth, depth)
            points.append(_point(setting, chain, estimator, timed))
    return marked(tuple(points))


def _values(questions: Sequence[SweepQuestion], orders: Sequence[Order | None]) -> _Values:
    """Values of every question: 0 for one that needs no order, else NaN for one without an order."""
    values = {name: np.full(len(questions), np.nan) for name in ("quality", *map(str, PASSAGES))}
    judged, runs = {}, {}
    for index, (question, order) in enumerate(zip(questions, orders, strict=True)):
        if order is None and question.needed:
            continue
        best = order.best_rank if order else None
        for passages in PASSAGES:
            values[str(passages)][index] = float(best is not None and best <= passages)
        values["quality"][index] = 0.0
        if order:
            judged[str(index)], runs[str(index)] = dict(question.judgement.grades), dict(order.run)
    for metric in ir_measures.iter_calc([_MEASURE], judged, runs):
        values["quality"][int(metric.query_id)] = metric.value
    return values


@dataclass(frozen=True, slots=True)
class _Setting:
    label: str
    value: str  # of FOREMOST_RERANKER
    candidates: int
    depth: int  # number of candidates retrieved


def _point(setting: _Setting, chain: Sequence[_Values], estimator: Estimator, timed: Timings) -> Point:
    qualities = [values["quality"] for values in chain]
    seconds = [
        stages["retrieve"][setting.depth] + (stages[setting.label][setting.depth] if setting.candidates else 0.0)
        for stages in timed
    ]
    return Point(
        reranker=setting.label,
        setting=setting.value,
        candidates=setting.candidates,
        quality=estimator.estimates(qualities)[-1],
        gain=estimator.estimates(qualities, gain=True)[-1],
        found={p: estimator.estimates([values[str(p)] for values in chain])[-1] for p in PASSAGES},
        p50=float(np.percentile(seconds, 50)) if seconds else 0.0,
        p95=float(np.percentile(seconds, 95)) if seconds else 0.0,
    )
