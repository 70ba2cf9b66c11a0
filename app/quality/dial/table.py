"""What is known of every question goes in; a point for each setting comes out."""

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
_COUNTED = 10  # units that the measure looks at
Timings = Sequence[Mapping[str, Mapping[int, float]]]
_Values = dict[str, FloatArray]  # "quality" and "1", "3", … -> value of every question, NaN where not measured


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What counts of a final order; the candidates themselves would fill the memory."""

    run: Mapping[str, float]  # the first units -> score, larger is better
    best_rank: int | None  # of an expected passage


@dataclass(kw_only=True, slots=True)
class Known:
    """A question, its candidates at every depth, and its final orders as far as they were scored."""

    asked: EvaluationQuestion
    judgement: Judgement
    hits: Mapping[int, tuple[Hit, ...]]  # candidates -> fused order
    orders: dict[tuple[str, int], "Order"] = field(default_factory=dict)  # reranker, candidates -> final order
    depth: int = 0  # candidates that are scored

    @property
    def needed(self) -> bool:
        """Whether an expected passage is among any candidates; otherwise every order is worth 0."""
        return any(self.judgement.expects(hit) for hits in self.hits.values() for hit in hits)


def order_of(judgement: Judgement, hits: Sequence[Hit]) -> Order:
    """Candidates in their final order, cut to what counts."""
    placed = [replace(hit, final_rank=place) for place, hit in enumerate(hits, 1)]
    run = judgement.run(placed, ORDERS["reranked"])
    best = sorted(run.items(), key=lambda item: -item[1])[:_COUNTED]
    return Order(run=dict(best), best_rank=judgement.best_rank(placed, ORDERS["reranked"]))


def points_of(
    known: Sequence[Known], timed: Timings, contenders: Sequence[Contender], depths: Sequence[int]
) -> tuple[Point, ...]:
    """No reranking first, then each reranker at each number of candidates."""
    estimator = Estimator(np.array([one.needed for one in known], np.bool_))
    none = _values(known, [order_of(one.judgement, one.hits[depths[0]]) for one in known])
    points = [_point(_Setting(NO_RERANKER, NO_RERANKER, 0, depths[0]), [none], estimator, timed)]
    for contender in contenders:
        chain = [none]
        for depth in depths:
            chain.append(_values(known, [one.orders.get((contender.label, depth)) for one in known]))
            setting = _Setting(contender.label, contender.setting, depth, depth)
            points.append(_point(setting, chain, estimator, timed))
    return marked(tuple(points))


def _values(known: Sequence[Known], orders: Sequence[Order | None]) -> _Values:
    """Values of every question; a question that needs no order is worth 0, one without an order is unknown."""
    values = {name: np.full(len(known), np.nan) for name in ("quality", *map(str, PASSAGES))}
    judged, runs = {}, {}
    for at, (one, order) in enumerate(zip(known, orders, strict=True)):
        if order is None and one.needed:
            continue
        best = order.best_rank if order else None
        for passages in PASSAGES:
            values[str(passages)][at] = float(best is not None and best <= passages)
        values["quality"][at] = 0.0
        if order:
            judged[str(at)], runs[str(at)] = dict(one.judgement.grades), dict(order.run)
    for metric in ir_measures.iter_calc([_MEASURE], judged, runs):
        values["quality"][int(metric.query_id)] = metric.value
    return values


@dataclass(frozen=True, slots=True)
class _Setting:
    label: str
    value: str  # of FOREMOST_RERANKER
    candidates: int
    depth: int  # candidates that are retrieved


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
